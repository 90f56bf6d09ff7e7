"""Build the environments that everything else runs in. Standard library only: nothing is installed yet.

    python3 -P bootstrap.py platform [dev] [engine]

An environment is built from its hash-checked locks when it is missing or a lock has changed; else this takes
no time. What no lock names is taken out again: two machines with the same locks have the same packages.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
LOCKS = ROOT / "requirements"
LOGS = ROOT / "var" / "install"
PYTHON = (3, 11)
NEEDED_SPACE = {"platform": 1 << 30, "engine": 5 << 30}
# The one host the project may name, asked only when the machine's own sources have no torch for the CPU.
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
ENVIRONMENTS = {"platform": (".venv", ("platform",)), "engine": (".venv-engine", ("engine", "torch"))}


class BuildError(Exception):
    """Why an environment could not be built, in a sentence for the person at the terminal."""


def main(arguments: list[str]) -> int:
    """Bring the environments named up to date, both at the same time."""
    wanted: dict[str, list[str]] = {
        name: list(ENVIRONMENTS[name][1]) for name in ENVIRONMENTS if name in arguments
    }
    if "dev" in arguments:
        wanted["platform"].append("dev")
    try:
        stale = {name: layers for name, layers in wanted.items() if missing_layers(name, layers)}
        if stale:
            check_machine(list(stale))
            with one_at_a_time():
                build_all(stale)
    except BuildError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def missing_layers(name: str, layers: list[str]) -> list[str]:
    """The locks of an environment that aren't installed in it as they stand now."""
    folder = ROOT / ENVIRONMENTS[name][0]
    if not (folder / "bin" / "python").exists():
        return layers
    with contextlib.suppress(FileNotFoundError, ValueError):
        installed = json.loads((folder / "locks.json").read_text(encoding="utf-8"))
        return [layer for layer in layers if installed.get(layer) != fingerprint(layer)]
    return layers


def fingerprint(layer: str) -> str:
    return hashlib.sha256((LOCKS / f"{layer}.lock").read_bytes()).hexdigest()


def check_machine(names: list[str]) -> None:
    """Say what is missing before anything is downloaded."""
    if sys.version_info[:2] != PYTHON:
        wanted = ".".join(map(str, PYTHON))
        raise BuildError(f"The locks are made for Python {wanted}; run make with PYTHON=python{wanted}.")
    try:
        import ensurepip  # noqa: F401 is it there?
        import venv  # noqa: F401 is it there?
    except ImportError:
        raise BuildError("Python cannot make environments here: apt-get install python3-venv") from None
    needed = sum(NEEDED_SPACE[name] for name in names)
    free = shutil.disk_usage(ROOT).free
    if free < needed:
        raise BuildError(
            f"The disk of {ROOT} has {free / 2**30:.1f} GiB free; building needs {needed >> 30} GiB. "
            "Nothing was changed. Free some space, then start again."
        )


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two `make` in one checkout: the second waits for the first, then finds the work done."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another make is building the environments here; waiting for it.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build_all(stale: dict[str, list[str]]) -> None:
    """Build in threads: most of it is waiting for pip."""
    failed: list[BuildError] = []

    def attempt(name: str, layers: list[str]) -> None:
        try:
            build(name, layers)
        except BuildError as error:
            failed.append(error)

    threads = [threading.Thread(target=attempt, args=item) for item in stale.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def build(name: str, layers: list[str]) -> None:
    """Make the environment if need be, install what is not installed yet, and remember it."""
    missing = missing_layers(name, layers)
    if not missing:
        return
    folder = ROOT / ENVIRONMENTS[name][0]
    began = time.monotonic()
    say(f"{folder.name}: building from {', '.join(f'requirements/{layer}.lock' for layer in missing)}")
    if not (folder / "bin" / "pip").exists():
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(folder)], LOGS / f"{name}.log", "the environment")
    for layer in missing:
        install(folder, layer)
    remove_strangers(folder, name)
    remember(folder, missing)
    say(f"{folder.name}: ready after {time.monotonic() - began:.0f} s")


def install(folder: Path, layer: str) -> None:
    """One pip call for one lock; torch has a second source."""
    lock = LOCKS / f"{layer}.lock"
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--no-deps", "--require-hashes"]
    command += ["--no-compile", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    command += ["-r", str(lock)]
    total = len(re.findall(r"^[a-z0-9][^ ]*==", lock.read_text(encoding="utf-8"), flags=re.MULTILINE))
    log = LOGS / f"{layer}.log"
    try:
        run(command, log, f"{layer}.lock", total)
    except BuildError:
        if layer != "torch":
            raise
        say(f"{folder.name}: the configured sources have no torch for the CPU; asking PyTorch's own index")
        run([*command, "--index-url", TORCH_INDEX], log, "torch.lock", total)


def run(command: list[str], log: Path, what: str, total: int = 0) -> None:
    """Run a step, its words into a log; every ten seconds a line on how far it is."""
    environment = {**os.environ, "PYTHONNOUSERSITE": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    for name in (
        "PYTHONPATH",
        "PYTHONHOME",
        "VIRTUAL_ENV",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_REQUIRE_VIRTUALENV",
    ):
        environment.pop(name, None)
    lines: list[str] = []
    said, found = time.monotonic(), 0
    with (
        log.open("a", encoding="utf-8") as file,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environment
        ) as child,
    ):
        assert child.stdout is not None
        for line in child.stdout:
            file.write(line)
            file.flush()
            lines = [*lines[-5:], line]
            found += line.startswith("Collecting ")
            if time.monotonic() - said > 10 and total:
                said = time.monotonic()
                say(f"  {what}: {found} of {total} packages fetched")
            if line.startswith("Installing collected packages"):
                say(f"  {what}: {total} packages fetched, installing")
                total = 0
    if child.returncode != 0:
        raise BuildError(f"{what} could not be installed; see {log}.\n{''.join(lines).strip()}")


def remove_strangers(folder: Path, name: str) -> None:
    """Uninstall what no lock of this environment names, an older lock's leavings for instance."""
    layers = [*ENVIRONMENTS[name][1], *(["dev"] if name == "platform" else [])]
    text = "".join((LOCKS / f"{layer}.lock").read_text(encoding="utf-8") for layer in layers)
    known = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", text, flags=re.MULTILINE)) | {"pip"}
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    listed = subprocess.run(
        [*pip, "list", "--format=json"], capture_output=True, text=True, check=True
    ).stdout
    names = {re.sub(r"[-_.]+", "-", entry["name"]).lower() for entry in json.loads(listed)}
    # The first setuptools of a new environment is pip's own affair.
    strangers = sorted(names - known - {"setuptools"})
    if strangers:
        run([*pip, "uninstall", "--yes", *strangers], LOGS / f"{name}-removed.log", "removing")


def remember(folder: Path, layers: list[str]) -> None:
    """Written last: a build that was broken off is done again."""
    mark = folder / "locks.json"
    known: dict[str, str] = {}
    with contextlib.suppress(FileNotFoundError, ValueError):
        known = json.loads(mark.read_text(encoding="utf-8"))
    known.update({layer: fingerprint(layer) for layer in layers})
    mark.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
