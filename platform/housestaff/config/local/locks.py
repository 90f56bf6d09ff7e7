"""The lock files: made from pyproject.toml by uv, checked without a network.

`python -m housestaff.config.local.locks` makes them (`make locks`); with `--check` it says what is stale.
A lock names packages, versions and hashes, never the place they come from: that is the machine's affair.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[4]
FOLDER = ROOT / "requirements"
TORCH_NEEDS, LEFT_OUT = FOLDER / "torch.needs.txt", FOLDER / "engine.left-out.txt"
HEADER = "# Made by `make locks` from pyproject.toml; not edited by hand.\n# made from: {digest}\n"
NAMES = ("platform", "dev", "engine")


def wanted(name: str) -> list[str]:
    """What pyproject.toml asks for in this environment, in its own order."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked: dict[str, list[str]] = {
        "platform": project["project"]["dependencies"],
        "dev": project["dependency-groups"]["dev"],
        "engine": project["project"]["optional-dependencies"]["engine-cpu"],
    }
    return asked[name]


def digest(name: str) -> str:
    """The fingerprint of all that goes into a lock, except what the package index says at the moment."""
    parts = [*wanted(name)]
    if name == "dev":
        parts += wanted("platform")
    if name == "engine":
        parts += [path.read_text(encoding="utf-8") for path in (TORCH_NEEDS, LEFT_OUT)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def pinned(name: str) -> dict[str, str]:
    """Package → version as a lock has them."""
    text = (FOLDER / f"{name}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ \\]+)", text, flags=re.MULTILINE))


def make(name: str) -> None:
    """Resolve one lock anew; a version that still fits stays, so that a lock moves only where it must."""
    lock = FOLDER / f"{name}.lock"
    options = ["--generate-hashes", "--python-version=3.11", "--python-platform=x86_64-manylinux_2_28"]
    if name == "dev":
        options += [f"--constraint={FOLDER / 'platform.lock'}"]
        options += [f"--no-emit-package={package}" for package in pinned("platform")]
    if name == "engine":
        options += [f"--override={LEFT_OUT}", str(TORCH_NEEDS)]
    with tempfile.TemporaryDirectory() as folder:
        asked, made = Path(folder, "asked.in"), Path(folder, "made.lock")
        asked.write_text("\n".join(wanted(name)) + "\n", encoding="utf-8")
        if lock.exists():
            made.write_text(lock.read_text(encoding="utf-8"), encoding="utf-8")
        command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", *options]
        subprocess.run([*command, f"--output-file={made}", str(asked)], check=True, cwd=ROOT)
        lock.write_text(
            HEADER.format(digest=digest(name)) + made.read_text(encoding="utf-8"), encoding="utf-8"
        )


def problems(name: str) -> list[str]:
    """What is wrong with a lock, in sentences; empty when it is fresh."""
    lock = FOLDER / f"{name}.lock"
    if not lock.exists():
        return [f"{lock.name} is missing."]
    text, found = lock.read_text(encoding="utf-8"), []
    if f"# made from: {digest(name)}\n" not in text:
        found.append(f"{lock.name} was made from another pyproject.toml.")
    if "://" in text:
        found.append(f"{lock.name} names a host; a lock says what is installed, not from where.")
    versions = pinned(name) | (pinned("platform") if name == "dev" else {})
    for line in wanted(name):
        requirement = Requirement(line)
        version = versions.get(canonicalize_name(requirement.name))
        if version is None or version not in requirement.specifier:
            found.append(f"{lock.name} has {version or 'nothing'} for {line}.")
    unhashed = len(re.findall(r"^[a-z0-9][^ ]*==[^ ]+$", text, flags=re.MULTILINE))
    if unhashed:
        found.append(f"{lock.name} has {unhashed} package(s) without a hash.")
    return found


def main(arguments: list[str]) -> int:
    """Make the locks, or with --check say what is stale."""
    if "--check" in arguments:
        found = [problem for name in NAMES for problem in problems(name)]
        print("\n".join([*found, "Run make locks."]) if found else "The locks are fresh.")
        return 1 if found else 0
    for name in NAMES:
        make(name)
        print(f"requirements/{name}.lock: {len(pinned(name))} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
