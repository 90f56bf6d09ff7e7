"""Every setting that comes from outside, read in this one place and named in one list."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ON, OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def text(name: str, default: str = "") -> str:
    """The value of an environment variable, stripped."""
    return os.environ.get(name, default).strip()


def number(name: str, default: int) -> int:
    """A whole number, or a sentence that says which variable is wrong."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise SystemExit(f"{name} must be a whole number, not {value!r}.") from None


def flag(name: str, default: bool = False) -> bool:
    """On or off, or a sentence that says which variable is wrong."""
    value = text(name).lower()
    if value not in ("", *ON, *OFF):
        raise SystemExit(f"{name} must be 1 or 0, not {value!r}.")
    return value in ON if value else default


def secret(name: str) -> str:
    """A secret from the file that `<name>_FILE` points to, else from the variable; never from settings."""
    path = text(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return text(name)


def items(name: str, default: str = "") -> list[str]:
    """A comma-separated list without its blanks."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def var() -> Path:
    """The folder of this run: sockets, logs, secrets, data. Ignored by git."""
    return Path(text("HOUSESTAFF_VAR", str(ROOT / "var" / "demo")))
