"""The processes of the one-machine run, in the order in which they start, and how each is seen to be ready."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace

import redis

from housestaff.config import env
from housestaff.config.local import postgres, probes
from housestaff.config.local.engine import from_settings
from housestaff.config.local.environment import DATABASE, environment
from housestaff.config.local.errors import StartError
from housestaff.config.local.paths import Paths
from housestaff.config.local.postgres import Cluster
from housestaff.config.local.redis import Redis
from housestaff.config.local.services import Service, Task

MANAGE = env.ROOT / "manage.py"
WEB_PROCESSES = 2
SWEEPERS = 2
TRAINING_SECONDS = 1200.0  # for the readers of messages, on a slow machine, with cross-validation
# django-htmx brings more than one htmx, and extensions that name files it does not bring.
NOT_SERVED = ("--ignore=django_htmx/ext/*", "--ignore=django_htmx/*-4*")
# A child waits for the engine most of a turn: more of them keep the engine's batch full, and each takes memory.
WORKER_CHILDREN = env.number("HOUSESTAFF_WORKER_CHILDREN", 8)
# Whatever the person's shell says about Python or another Django must not reach our processes.
NOT_PASSED_ON = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV")


class Run:
    """One run of the house in one folder: its servers and the commands of its processes."""

    def __init__(self, paths: Paths, port: int) -> None:
        self.paths = paths
        self.port = port
        self.cluster = Cluster(paths.var)
        self.redis = Redis(paths.var)
        self.engine = from_settings(paths.var)
        self.engines_elsewhere = env.text("HOUSESTAFF_ENGINES")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def why_no_engine(self) -> str | None:
        """Why this run starts no engine of its own; None when it does."""
        if self.engines_elsewhere:
            return f"engines run elsewhere ({self.engines_elsewhere})"
        return self.engine.why_not()

    # The servers

    def postgres_server(self) -> Service:
        def prepare() -> None:
            self.cluster.ensure_initialised()
            self.cluster.mend()

        self.cluster.ensure_initialised()
        return Service(
            name="postgres",
            command=self.cluster.command(),
            log=self.cluster.log,
            environment=postgres.plain_environment(),
            directory=self.cluster.data,
            prepare=prepare,
            ready=self.cluster.ready,
            stop_signal=postgres.FAST_STOP,
            patience=30.0,
            start_patience=120.0,
        )

    def redis_server(self) -> Service:
        def prepare() -> None:
            self.redis.ensure_initialised()
            self.redis.mend()

        return Service(
            name="redis",
            command=self.redis.command(),
            log=self.redis.log,
            environment=postgres.plain_environment(),
            directory=self.paths.var,
            prepare=prepare,
            ready=self.redis.ready,
        )

    def engine_server(self) -> Service:
        def prepare() -> None:
            self.engine.ensure_initialised()
            self.engine.mend()

        self.engine.ensure_initialised()
        return Service(
            name=self.engine.name,
            command=self.engine.command(),
            log=self.paths.log / f"{self.engine.name}.log",
            environment=self.engine.environment(),
            directory=self.engine.cache,
            prepare=prepare,
            ready=self.engine.ready,
            start_patience=240.0,
        )

    # Our own processes

    def environment(self, role: str) -> dict[str, str]:
        """The environment of one of our Python processes, signed in to PostgreSQL as this role."""
        outer = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
        own = environment(self.paths, role=role)
        if self.why_no_engine():
            own["HOUSESTAFF_ENGINES"] = self.engines_elsewhere
        return {
            **outer,
            **own,
            "PYTHONPATH": str(env.ROOT / "platform"),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "housestaff.config.settings.local",
        }

    def manage(self, *arguments: str, role: str = postgres.APP) -> Task:
        """A command of manage.py that must end well."""
        return Task(
            name=f"manage.py {arguments[0]}",
            command=[sys.executable, str(MANAGE), *arguments],
            log=self.paths.log / f"{arguments[0]}.log",
            environment=self.environment(role),
            directory=env.ROOT,
        )

    def settings_up(self) -> Iterator[tuple[str, Task]]:
        """What is done between the servers and the doors: tables, translations, tenants, people."""
        if has_command("compile_catalogs"):
            yield "translations", self.manage("compile_catalogs")
        yield "static files", self.manage("collectstatic", "--no-input", "--verbosity=0", *NOT_SERVED)
        if self.why_no_engine() is None:
            training = replace(self.manage("train_second_reader"), patience=TRAINING_SECONDS)
            yield "the second reader of messages", training
        yield "tables", self.manage("migrate", "--no-input", "--verbosity=1", role=postgres.OWNER)
        yield "tenants and specialties", self.manage("sync_tenants", role=postgres.OWNER)
        accounts = str(self.paths.accounts)
        seeding = self.manage(
            "seed_demo", "--out", accounts, "--base-url", self.base_url, role=postgres.OWNER
        )
        yield "people of the demo", seeding

    def web(self, listener: socket.socket) -> Iterator[Service]:
        """Web processes that share one listening socket: while one starts again the other takes its calls."""
        command = [sys.executable, "-m", "uvicorn", "housestaff.config.asgi:application"]
        command += [
            "--fd",
            str(listener.fileno()),
            "--no-access-log",
            "--no-server-header",
            "--no-proxy-headers",
        ]
        command += ["--timeout-graceful-shutdown", "5", "--log-level", "warning"]
        for number in range(1, WEB_PROCESSES + 1):
            yield Service(
                name=f"web-{number}",
                command=command,
                log=self.paths.log / f"web-{number}.log",
                environment=self.environment(postgres.APP),
                directory=env.ROOT,
                ready=lambda: probes.status(self.port, "/healthz")[0] == 200,
                pass_fds=(listener.fileno(),),
            )

    def worker(self) -> Service:
        command = [sys.executable, "-m", "celery", "-A", "housestaff.config.celery", "worker"]
        command += [
            "--queues=turns,sync",
            "--pool=prefork",
            f"--concurrency={WORKER_CHILDREN}",
            "--loglevel=INFO",
        ]
        command += ["--without-gossip", "--without-mingle", "--hostname=worker@housestaff"]
        return Service(
            name="worker",
            command=command,
            log=self.paths.log / "worker.log",
            environment=self.environment(postgres.WORKER),
            directory=env.ROOT,
            ready=self._worker_listens,
            patience=15.0,
        )

    def _worker_listens(self) -> bool:
        """A worker waits in BRPOP on its queues; asking the worker itself would start another Python."""
        client = redis.Redis.from_url(self.redis.url, socket_timeout=2, socket_connect_timeout=2)
        try:
            return any(each.get("cmd") == "brpop" for each in client.client_list())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def sweepers(self) -> Iterator[Service]:
        for number in range(1, SWEEPERS + 1):
            yield Service(
                name=f"sweeper-{number}",
                command=[sys.executable, str(MANAGE), "sweep"],
                log=self.paths.log / f"sweeper-{number}.log",
                environment=self.environment(postgres.WORKER),
                directory=env.ROOT,
            )

    def parts(self) -> tuple[bool, str]:
        """What `/readyz` says: ready or not, and the parts that aren't."""
        code, body = probes.status(self.port, "/readyz", timeout=10)
        try:
            parts = json.loads(body).get("parts", {})
        except (ValueError, AttributeError):
            parts = {}
        return code == 200, ", ".join(f"{name}: {state}" for name, state in parts.items() if state != "ok")

    def create_database(self) -> None:
        """The roles with their passwords, and the database."""
        self.cluster.ensure_roles()
        self.cluster.create_database(DATABASE)


def listen(port: int) -> socket.socket:
    """The demo's one fixed port, on loopback only; held by the supervisor, used by the web processes."""
    if not 1 <= port <= 65535:
        raise StartError(f"HOUSESTAFF_PORT must be between 1 and 65535, not {port}.")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise StartError(
            f"Port {port} of 127.0.0.1 can't be had ({error.strerror}). Nothing was started. "
            f"Choose another with HOUSESTAFF_PORT, for instance: HOUSESTAFF_PORT={port + 1} make demo"
        ) from None
    listener.listen(1024)
    return listener


def has_command(name: str) -> bool:
    """Is there such a command in one of our apps?"""
    return any((env.ROOT / "platform" / "housestaff").glob(f"*/management/commands/{name}.py"))
