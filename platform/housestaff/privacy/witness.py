"""What each audit chain was, kept outside the database: one small file a tenant.

Whoever can rewrite every row could put back an older chain, with its own good head, or an empty one. The
file remembers how long the chain has been and its hash there; ship the folder elsewhere to hold it against
the owner of this machine as well.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """A head that was committed: position, hash, and the head's own MAC."""

    position: int
    hash: bytes
    mac: bytes


def last_seen(tenant: UUID) -> Seen | None:
    """What the witness of a tenant's chain remembers; None when there is none. Raises ValueError if unreadable."""
    try:
        position, last, mac = _file(tenant).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None
    return Seen(int(position), bytes.fromhex(last), bytes.fromhex(mac))


def remember(tenant: UUID, seen: Seen) -> None:
    """Keep a newer head. A disk that is full or gone never stops the chain: the next second tries again."""
    path = _file(tenant)
    try:
        before = last_seen(tenant)
        if before is not None and before.position >= seen.position:
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(f"{seen.position} {seen.hash.hex()} {seen.mac.hex()}\n", encoding="ascii")
        draft.replace(path)
    except (OSError, ValueError) as error:
        log.warning("the witness of an audit chain was not written (%s)", type(error).__name__)


def _file(tenant: UUID) -> Path:
    folder: Path = settings.HOUSESTAFF["AUDIT_WITNESS"]
    return folder / str(tenant)
