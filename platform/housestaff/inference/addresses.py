"""Where an engine listens: `unix:/private/folder/engine.sock`, or `http://host:port` on a private network."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 107


class BadAddress(ValueError):
    """An engine's address that cannot be used, with a sentence that says what to write instead."""


@dataclass(frozen=True)
class Address:
    """One engine's address. `socket` is None for TCP; `url` is what HTTP requests name."""

    text: str
    url: str
    socket: str | None = None

    def __str__(self) -> str:
        return self.text


def parse_address(text: str) -> Address:
    """Read one entry of HOUSESTAFF_ENGINES."""
    if text.startswith("unix:"):
        return _socket(text)
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port is None or parts.username:
        raise BadAddress(
            f"{text!r} is no engine address: write unix:/path/engine.sock or http://127.0.0.1:8100."
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise BadAddress(f"{text!r} names a path: write only the host and the port, http://{parts.netloc}.")
    return Address(text, f"{parts.scheme}://{parts.netloc}")


def _socket(text: str) -> Address:
    path = text.removeprefix("unix:")
    if not PurePosixPath(path).is_absolute():
        raise BadAddress(f"{text!r} needs a full path: unix:/private/folder/engine.sock.")
    if len(path.encode()) > LONGEST_SOCKET_PATH:
        raise BadAddress(
            f"The socket path {path!r} is longer than {LONGEST_SOCKET_PATH} bytes: choose a shorter folder."
        )
    return Address(text, "http://engine", path)
