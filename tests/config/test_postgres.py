"""Our own start of PostgreSQL: closed to others, silent about statements, mended after a kill."""

import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
from housestaff.config.local import demo, leftovers, postgres, secret_files, unprivileged
from housestaff.config.local.errors import StartError
from housestaff.config.local.postgres import ADMIN, APP, BACKUP, OWNER, WORKER, Cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A server of this test's own, to be broken. Killing processes loses no page; only a pulled plug would."""
    one = Cluster(tmp_path / "var", durable=False)
    one.ensure_initialised()
    one.start()
    one.create_database("house")
    yield one
    one.stop()


def ask(cluster: Cluster, role: str, statement: str, database: str = "house") -> list[tuple[object, ...]]:
    connection = cluster.connect(role, database)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_only_the_admin_is_powerful(cluster: Cluster) -> None:
    rows = ask(
        cluster,
        ADMIN,
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin "
        "FROM pg_roles WHERE rolname LIKE 'housestaff_%' AND rolname <> 'housestaff_admin' ORDER BY 1",
        "postgres",
    )
    assert [(name, *flags) for name, *flags in rows] == [
        # role                 super, past RLS, databases, roles, replication, may sign in
        ("housestaff_app", False, False, False, False, False, True),
        ("housestaff_backup", False, True, False, False, False, True),
        ("housestaff_definer", False, True, False, False, False, False),
        ("housestaff_owner", False, False, False, False, False, True),
        ("housestaff_worker", False, False, False, False, False, True),
    ]


def test_the_server_is_on_a_private_socket_and_nowhere_else(cluster: Cluster) -> None:
    server = cluster.postmaster()
    assert server is not None
    assert server.net_connections(kind="inet") == []
    assert stat.S_IMODE(cluster.paths.run.stat().st_mode) == 0o700
    assert stat.S_IMODE((cluster.paths.run / ".s.PGSQL.5432").stat().st_mode) == 0o700
    for secret in cluster.paths.secrets.iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_every_role_shows_its_password(cluster: Cluster) -> None:
    for role in (ADMIN, OWNER, APP, WORKER, BACKUP):
        assert ask(cluster, role, "SELECT current_user") == [(role,)]
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(host=str(cluster.paths.run), user=role, password="guessed", dbname="house")


def test_the_application_may_make_nothing_and_the_backup_write_nothing(cluster: Cluster) -> None:
    ask(cluster, OWNER, "CREATE TABLE chart (words text)")
    for role in (APP, WORKER):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(cluster, role, "CREATE TABLE mine (words text)")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(cluster, role, "SELECT * FROM chart")
    assert ask(cluster, BACKUP, "SELECT * FROM chart") == []
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        ask(cluster, BACKUP, "INSERT INTO chart VALUES ('x')")


def test_no_log_line_holds_a_statement(cluster: Cluster) -> None:
    canary = "CANARY-it-burns-when-I"
    ask(cluster, OWNER, "CREATE TABLE chart (words text UNIQUE)")
    ask(cluster, OWNER, f"INSERT INTO chart VALUES ('{canary}')")
    for statement in (
        f"INSERT INTO chart VALUES ('{canary}')",
        f"SELECT '{canary}'::integer",
        f"SELECT no_such_function('{canary}')",
        f"DO $$ BEGIN RAISE EXCEPTION '{canary}'; END $$",
    ):
        with pytest.raises(psycopg2.Error):
            ask(cluster, OWNER, statement)
    assert "ready to accept connections" in cluster.log.read_text()
    assert canary not in cluster.log.read_text()


@pytest.mark.faults
def test_committed_rows_survive_kill_9_of_the_postmaster(cluster: Cluster) -> None:
    ask(cluster, OWNER, "CREATE TABLE chart AS SELECT 7 AS line")
    idle = cluster.connect(APP, "house")
    server = cluster.postmaster()
    assert server is not None
    server.kill()
    cluster.start()
    assert ask(cluster, OWNER, "SELECT line FROM chart") == [(7,)]
    idle.close()


@pytest.mark.faults
def test_a_backend_that_outlives_its_postmaster_is_ended(cluster: Cluster) -> None:
    """A stopped backend can't notice that its postmaster died, and would hold the shared memory for ever."""
    held = cluster.connect(APP, "house")
    backend = psutil.Process(held.info.backend_pid)
    backend.suspend()
    server = cluster.postmaster()
    assert server is not None
    server.kill()
    cluster.start()
    assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE
    assert ask(cluster, APP, "SELECT 1") == [(1,)]


def test_a_stale_pid_file_that_names_a_living_stranger_is_no_obstacle(cluster: Cluster) -> None:
    cluster.stop()
    mark = cluster.data / "postmaster.pid"
    mark.write_text(
        f"{os.getpid()}\n{cluster.data}\n{int(time.time())}\n5432\n{cluster.paths.run}\n\n0 0\nready\n"
    )
    assert cluster.postmaster() is None
    cluster.start()
    assert ask(cluster, APP, "SELECT 1") == [(1,)]


def test_data_of_another_version_is_left_alone(tmp_path: Path) -> None:
    old = Cluster(tmp_path)
    old.data.mkdir()
    (old.data / "PG_VERSION").write_text("13\n")
    with pytest.raises(
        StartError, match=r"made by PostgreSQL 13, and this is PostgreSQL 18.*Nothing was touched"
    ):
        old.ensure_initialised()
    assert [path.name for path in tmp_path.rglob("*")] == ["postgres", "PG_VERSION"]


def test_a_strange_folder_in_the_data_s_place_is_left_alone(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.data.mkdir()
    (cluster.data / "thesis.txt").write_text("years of work")
    with pytest.raises(StartError, match="Nothing was touched"):
        cluster.ensure_initialised()
    assert (cluster.data / "thesis.txt").exists()


def test_data_without_its_password_is_said_before_anything_is_minted(cluster: Cluster) -> None:
    (cluster.paths.secrets / "postgres_admin").unlink()
    with pytest.raises(StartError, match="Put the file back"):
        cluster.ensure_initialised()
    assert not (cluster.paths.secrets / "postgres_admin").exists()
    secret_files.write(cluster.paths.secrets / "postgres_admin", "lost")


def test_a_broken_off_first_start_is_done_again(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, durable=False)
    draft = tmp_path / "postgres.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    cluster.ensure_initialised()
    cluster.start()
    cluster.stop()
    assert not draft.exists()


def test_a_database_can_be_copied_from_another(cluster: Cluster) -> None:
    ask(cluster, OWNER, "CREATE TABLE chart AS SELECT 1 AS line")
    cluster.create_database("copy", template="house")
    assert ask(cluster, OWNER, "SELECT line FROM chart", "copy") == [(1,)]
    cluster.drop_database("copy")
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        cluster.connect(OWNER, "copy")


def test_outside_tests_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.ensure_initialised()
    told = (cluster.data / "postgresql.conf").read_text()
    for line in ("fsync = on", "synchronous_commit = on", "full_page_writes = on"):
        assert f"{line}\n" in told


def test_stopping_leaves_no_process(cluster: Cluster) -> None:
    cluster.stop()
    assert leftovers.working_in(cluster.data) == []
    cluster.stop(signal.SIGQUIT)


def test_the_newest_server_of_the_wheel_is_taken() -> None:
    assert int(postgres.major_version()) >= 18


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that forbids user namespaces, many containers for instance."""
    if os.geteuid() != 0:
        pytest.skip("only root is dropped to another user")
    unprivileged.prefix.cache_clear()
    monkeypatch.setattr(unprivileged, "namespaces_allowed", lambda: False)
    yield
    monkeypatch.undo()
    unprivileged.prefix.cache_clear()


def test_where_namespaces_are_forbidden_root_s_server_lies_outside(
    no_namespaces: None, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    cluster = Cluster(tmp_path / "var", durable=False)
    try:
        cluster.ensure_initialised()
        cluster.start()
        cluster.create_database("house")
        server = cluster.postmaster()
        assert server is not None and server.uids().real != 0
        assert ask(cluster, APP, "SELECT current_user") == [(APP,)]
        assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
        server.kill()
        cluster.start()
        assert ask(cluster, APP, "SELECT 1") == [(1,)]
        cluster.stop()
        cluster.ensure_initialised()
    finally:
        cluster.stop()
        demo.empty(cluster.paths)
    assert not cluster.paths.outside.exists()
