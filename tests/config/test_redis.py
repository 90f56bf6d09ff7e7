"""Our own start of Redis: a private socket, nothing evicted, nudges that survive a kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from housestaff.config.local.redis import Redis


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    one = Redis(tmp_path / "var", memory="8mb")
    one.start()
    yield one
    one.stop()


@pytest.fixture
def client(server: Redis) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(server.url) as one:
        yield one


def test_it_is_on_a_private_socket_and_nowhere_else(server: Redis) -> None:
    (process,) = server.processes()
    assert process.net_connections(kind="inet") == []
    assert server.paths.run.stat().st_mode & 0o777 == 0o700
    assert server.paths.redis_socket.stat().st_mode & 0o777 == 0o600


def test_a_full_memory_is_an_error_and_loses_nothing(client: "redis.Redis") -> None:
    client.set("nudge", "1")
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        for number in range(10_000):
            client.set(f"filler-{number}", "x" * 10_000)
    assert client.get("nudge") == b"1"


@pytest.mark.faults
def test_a_nudge_survives_kill_9(server: Redis, client: "redis.Redis") -> None:
    client.lpush("sync", "nudge")
    (process,) = server.processes()
    process.kill()
    server.start()
    assert client.lrange("sync", 0, -1) == [b"nudge"]


def test_stopping_leaves_no_process(server: Redis) -> None:
    server.stop()
    assert server.processes() == []
    assert not server.ready()
