"""The engine is out of reach: no address of the house leads to it, one app speaks to it, its socket is private.

vLLM's adapter routes ask for no key, so whoever reaches its socket may load weights. The walls are therefore a
folder of mode 0700 and a platform that forwards nothing.
"""

import ast
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from housestaff.config import asgi
from housestaff.config.local.paths import Paths

from tests.fakes.running import ROOT, EngineProcess, fake_engine

ENGINE_ROUTES = [
    "/adapters",
    "/adapters/urology",
    "/v1/load_lora_adapter",
    "/v1/unload_lora_adapter",
    "/v1/models",
    "/v1/chat/completions",
    "/v1/completions",
    "/invocations",
    "/metrics",
    "/tokenize",
    "/api/v1/adapters/",
    "/api/v1/load_lora_adapter/",
    "/%61dapters",
    "//adapters",
    "/api/v1/../../adapters",
]
SOURCES = sorted((ROOT / "platform" / "housestaff").rglob("*.py"))
# pages: the terminal patient, a client of the house's own API.
MAY_SPEAK_HTTP = {"inference", "config", "pages"}


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    folder = Path(tempfile.mkdtemp(prefix="hs-"))
    process = fake_engine(folder).start()
    yield process
    process.stop()
    shutil.rmtree(folder, ignore_errors=True)


async def test_no_address_of_the_house_leads_to_the_engine(engine: EngineProcess, settings: Any) -> None:
    settings.HOUSESTAFF = settings.HOUSESTAFF | {"ENGINES": [engine.address]}
    transport = httpx.ASGITransport(app=asgi.application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as visitor:
        for route in ENGINE_ROUTES:
            for method in ("GET", "POST", "DELETE", "PUT"):
                answer = await visitor.request(method, route, json={"lora_name": "x", "lora_path": "/"})
                # `//adapters` names a host to an HTTP client: it asks for our home page, which wants a sign-in.
                to_sign_in = answer.headers.get("location", "").startswith("/sign-in/")
                refused = answer.status_code in {401, 403, 404, 405} or to_sign_in
                assert refused, f"{method} {route} → {answer.status_code}"
    seen = engine.seen()
    assert (seen["requests"], seen["loads"], seen["adapters"]) == (0, [], {})


def imported(path: Path) -> set[str]:
    """The modules a file imports, as full names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def app_of(path: Path) -> str:
    return path.relative_to(ROOT / "platform" / "housestaff").parts[0]


def test_only_inference_knows_the_engines_routes() -> None:
    knowing = {app_of(path) for path in SOURCES if "lora_adapter" in path.read_text(encoding="utf-8")}
    assert knowing == {"inference"}


def test_no_other_app_speaks_http_by_itself() -> None:
    libraries = ("httpx", "httpcore", "requests", "urllib.request", "http.client", "aiohttp")
    speaking = {app_of(path) for path in SOURCES if imported(path) & set(libraries)}
    assert speaking <= MAY_SPEAK_HTTP


def test_inference_imports_neither_django_nor_the_house() -> None:
    for path in SOURCES:
        if app_of(path) == "inference":
            outside = {name for name in imported(path) if name.startswith(("django", "housestaff."))}
            assert not outside, f"{path.name} imports {outside}"


def test_the_engines_socket_lies_in_a_private_folder() -> None:
    with tempfile.TemporaryDirectory(prefix="hs-") as var:  # short, or the sockets move to another folder
        paths = Paths(Path(var))
        paths.make()
        assert paths.engine_socket.parent == paths.run == Path(var) / "run"
        assert stat.S_IMODE(paths.run.stat().st_mode) == 0o700
