"""The vLLM of one machine: run from its own environment, on a unix socket nobody else can reach, without a network."""

import os
from pathlib import Path

import psutil

from housestaff.config import env
from housestaff.config.local import leftovers, probes
from housestaff.config.local.errors import StartError
from housestaff.config.local.paths import Paths, make_private
from housestaff.inference.launch import EngineSettings, engine_command, engine_environment

PYTHON = env.ROOT / ".venv-engine" / "bin" / "python"
# Nothing is fetched, nothing is told to anybody; gloo, which vLLM opens even for one process, stays on this machine.
PRIVATE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "VLLM_HOST_IP": "127.0.0.1",
    "GLOO_SOCKET_IFNAME": "lo",
    "PYTHONNOUSERSITE": "1",
}


class LocalEngine:
    """One vLLM server and its caches, all under one folder."""

    def __init__(self, directory: Path, *, base: str, python: Path = PYTHON, name: str = "engine") -> None:
        self.paths = Paths(Path(directory).resolve())
        self.name = name
        self.cache = self.paths.engine / name
        self.settings = EngineSettings(python=python, socket=self.paths.run / f"{name}.sock", base=base)

    @property
    def address(self) -> str:
        return f"unix:{self.settings.socket}"

    def why_not(self) -> str | None:
        """Why there can be no engine here; None when there can."""
        if not self.settings.python.exists():
            return f"{self.settings.python} is missing: the engine's environment isn't built"
        return None

    def check_base(self) -> None:
        """A base that is not there is said before anything is started; StartError."""
        if not (Path(self.settings.base) / "config.json").is_file():
            raise StartError(
                f"HOUSESTAFF_BASE_MODEL: there is no base model in {self.settings.base} (config.json and "
                "*.safetensors). Nothing was started. Name the folder of one, downloaded before."
            )

    def ensure_initialised(self) -> None:
        self.paths.make()
        make_private(self.paths.engine)
        make_private(self.cache)

    def command(self) -> list[str]:
        """How the server is run, in the foreground; `SIGTERM` ends it."""
        return engine_command(self.settings)

    def environment(self) -> dict[str, str]:
        caches = {
            "VLLM_CACHE_ROOT": self.cache / "vllm",
            "VLLM_CONFIG_ROOT": self.cache / "config",
            "XDG_CACHE_HOME": self.cache / "cache",
            "TORCHINDUCTOR_CACHE_DIR": self.cache / "inductor",
            "HOME": self.cache,
        }
        offline = PRIVATE if Path(self.settings.base).is_dir() else {}
        named = {name: str(folder) for name, folder in caches.items()}
        return engine_environment(self.settings, os.environ) | named | offline

    def mend(self) -> None:
        """Remove the socket of a killed server: vLLM does not."""
        self.settings.socket.unlink(missing_ok=True)

    def processes(self) -> list[psutil.Process]:
        """Whatever still works in this engine's folder."""
        return leftovers.working_in(self.cache)

    def ready(self) -> bool:
        """Does it answer, with its model loaded?"""
        return probes.status(self.settings.socket, "/health")[0] == 200


def from_settings(directory: Path) -> LocalEngine:
    """The engine of this run with the base of `HOUSESTAFF_BASE_MODEL`."""
    base = env.text("HOUSESTAFF_BASE_MODEL", str(env.ROOT / "models" / "housestaff-nano"))
    inside = Path(base).expanduser()
    return LocalEngine(directory, base=str(inside.resolve()) if inside.is_dir() else base)
