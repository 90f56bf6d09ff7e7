"""Folders of a run: closed to others, sockets where their path is short enough."""

import stat
from pathlib import Path

import pytest
from housestaff.config.local.errors import StartError
from housestaff.config.local.paths import Paths, make_private
from housestaff.config.local.redis import Redis


def test_sockets_lie_inside_a_short_folder() -> None:
    assert Paths(Path("/srv/house/var/demo")).run == Path("/srv/house/var/demo/run")


def test_a_long_folder_s_sockets_lie_elsewhere_and_still_work(tmp_path: Path) -> None:
    long = tmp_path / ("a-very-long-name" * 6)
    server = Redis(long)
    assert len(str(server.paths.redis_socket)) < 100
    assert not server.paths.run.is_relative_to(long)
    server.start()
    try:
        assert server.ready()
        assert stat.S_IMODE(server.paths.run.stat().st_mode) == 0o700
    finally:
        server.stop()
        (server.paths.run).rmdir()


def test_two_long_folders_have_different_sockets(tmp_path: Path) -> None:
    one, other = (Paths(tmp_path / (name * 90)) for name in "ab")
    assert one.run != other.run


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "theirs")
    with pytest.raises(StartError, match="belongs to somebody else"):
        make_private(tmp_path / "run")


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)
    make_private(tmp_path / "run")
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
