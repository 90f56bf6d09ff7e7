"""How often a name and an address may try to sign in within a minute. Counted in Redis, else in this process.

Redis may be emptied at any moment: then a minute's count begins anew, and nothing else is lost. Names and
addresses are counted under a keyed hash, so that nobody reads them there.
"""

import hashlib
import hmac
import logging
import time
from collections import Counter

import redis
from django.conf import settings

log = logging.getLogger(__name__)
_here: Counter[str] = Counter()
PER_ADDRESS = 5  # a ward behind one address signs in more often than one person


class Tries:
    """The tries of one name and of one address in the running minute."""

    def __init__(self, name: str, address: str) -> None:
        self.minute, self.second = divmod(int(time.time()), 60)
        most = settings.HOUSESTAFF["LIMITS"]["sign_ins_per_minute"]
        self.most = {self._key("name", name.lower()): most, self._key("address", address): most * PER_ADDRESS}

    def _key(self, kind: str, value: str) -> str:
        told = f"sign-in/{kind}/{value}/{self.minute}".encode()
        return "tries." + hmac.new(settings.SECRET_KEY.encode(), told, hashlib.sha256).hexdigest()

    def count(self) -> int:
        """Count one try; the seconds to wait when it is one too many, else 0."""
        try:
            so_far = self._in_redis()
        except redis.RedisError as error:
            log.warning("sign-in limits are counted in this process only (%s)", type(error).__name__)
            so_far = self._in_process()
        over = any(so_far[key] > most for key, most in self.most.items())
        return 60 - self.second if over else 0

    def _in_redis(self) -> dict[str, int]:
        url = settings.REDIS_URL
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
            pipe = client.pipeline()
            for key in self.most:
                pipe.incr(key)
                pipe.expire(key, 70)
            counts = pipe.execute()[::2]
        return dict(zip(self.most, counts, strict=True))

    def _in_process(self) -> dict[str, int]:
        if len(_here) > 10_000:
            _here.clear()
        _here.update(self.most.keys())
        return {key: _here[key] for key in self.most}
