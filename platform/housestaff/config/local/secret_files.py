"""Secrets of a run: minted once into files only we can read, never into settings, arguments or logs."""

import os
import secrets
from pathlib import Path

from housestaff.config.local.paths import make_private


def mint(path: Path) -> str:
    """The secret in this file; a new one of 32 random bytes (hexadecimal) if the file is not there yet."""
    make_private(path.parent)
    if not path.exists():
        write(path, secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()


def write(path: Path, content: str) -> None:
    """Replace a file in one step, readable only by us from its first byte."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
