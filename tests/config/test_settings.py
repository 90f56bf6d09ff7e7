"""Settings that must agree with what libraries do by default."""

from channels_redis.core import RedisChannelLayer
from django.conf import settings


def test_a_quiet_socket_outlives_the_wait_of_the_channel_layer() -> None:
    """The layer waits so long for a message; a client that gave up no later would end the socket with an error."""
    (host,) = settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"]
    assert host["socket_timeout"] >= 2 * RedisChannelLayer.brpop_timeout
