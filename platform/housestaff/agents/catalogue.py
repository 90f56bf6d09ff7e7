"""The packs on disk, read once a process, and again when a file of theirs changes (a few seconds late)."""

import time
from pathlib import Path
from threading import Lock

from django.conf import settings

from .packs import Pack, load_pack

LOOK_AGAIN_SECONDS = 5.0
Fingerprint = tuple[tuple[str, int, int], ...]
_kept: dict[str, tuple[float, Fingerprint, Pack]] = {}
_lock = Lock()


class UnknownSpecialty(LookupError):
    """No pack of this name lies in specialties/."""


def pack_for(specialty: str) -> Pack:
    """The pack of a specialty; raises UnknownSpecialty or PackProblems."""
    found = _kept.get(specialty)
    if found and found[0] > time.monotonic():
        return found[2]
    root: Path = settings.HOUSESTAFF["SPECIALTIES"]
    folder = root / specialty
    if not specialty or specialty.startswith((".", "_")) or not (folder / "pack.yaml").is_file():
        raise UnknownSpecialty(specialty)
    with _lock:
        fingerprint = _fingerprint(folder, root / "_general")
        found = _kept.get(specialty)
        pack = found[2] if found and found[1] == fingerprint else load_pack(folder)
        _kept[specialty] = (time.monotonic() + LOOK_AGAIN_SECONDS, fingerprint, pack)
    return pack


def _fingerprint(*folders: Path) -> Fingerprint:
    files = (path for folder in folders for path in folder.rglob("*") if path.suffix in (".yaml", ".md"))
    seen = ((str(path), path.stat()) for path in files)
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in seen))
