"""Looking for a mark in files as it might hide there: in UTF-8 or 16, in base64, in hex."""

import base64
import mmap
from pathlib import Path


def disguises(mark: str) -> list[bytes]:
    """How a mark of ASCII letters may look in a file. It reads the same inside JSON's escapes and percent-codes."""
    raw = mark.encode("ascii")
    found = [raw, raw.hex().encode(), mark.encode("utf-16-le"), mark.encode("utf-16-be")]
    for shift in range(
        3
    ):  # base64 looks different at each of three alignments; its edges depend on neighbours
        coded = base64.b64encode(b"\0" * shift + raw)
        found.append(coded[4 : len(coded) - 4])
    return found


def found_in(folder: Path, mark: str) -> list[str]:
    """Each file below a folder in which the mark stands, with what stands around it."""
    return [
        f"{path.relative_to(folder)}: {around!r}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size
        for around in _around(path, disguises(mark))
    ]


def _around(path: Path, wanted: list[bytes]) -> list[bytes]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as seen:
        places = [place for place in map(seen.find, wanted) if place >= 0]
        return [seen[max(0, place - 30) : place + 60] for place in places]
