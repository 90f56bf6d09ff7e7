"""`/healthz`: this process answers. `/readyz`: each part that care needs, and its state."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

from housestaff.agents import serving
from housestaff.agents.queries import adapters_in_service
from housestaff.config import heartbeat
from housestaff.consults import second_reader
from housestaff.inference.errors import EngineError


def healthz(request: HttpRequest) -> JsonResponse:
    """Alive."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 only when database, broker, worker, sweeper and engine all are ready; each part's state by name."""
    states = parts()
    ready = all(state == "ok" for state in states.values())
    return JsonResponse(
        {"status": "ok" if ready else "not_ready", "parts": states}, status=200 if ready else 503
    )


def parts() -> dict[str, str]:
    """Each part and its state: `ok`, or why not."""
    return {name: _state(check) for name, check in CHECKS.items()}


def _state(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # whatever it is, the part is not ready; the name of the error says which way
        return f"down ({type(error).__name__})"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _broker() -> str:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
        client.ping()
    return "ok"


def _engine() -> str:
    """At least one replica serves every release; with none in service no engine is needed."""
    wanted = {adapter.name for adapter in adapters_in_service()}
    engines = serving.fleet().engines
    if not engines:
        return "down (no engine is configured)" if wanted else "ok"
    for engine in engines:
        try:
            if wanted <= engine.adapters():
                return "ok"
        except EngineError:
            continue
    return "down (no engine serves every release)"


def _second_reader() -> str:
    """Loaded in this process, or could be."""
    second_reader.reader(settings.HOUSESTAFF["SECOND_READER"])
    return "ok"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "worker": lambda: heartbeat.state("worker"),
    "sweeper": lambda: heartbeat.state("sweeper"),
    "engine": _engine,
    "second_reader": _second_reader,
}
