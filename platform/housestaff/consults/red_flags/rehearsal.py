"""A pack's red flags tried on its own look-alikes, before a patient tries them."""

from __future__ import annotations

from collections.abc import Iterator

from housestaff.agents.packs import Pack

from . import scan
from .patterns import chinese, english


def problems(pack: Pack) -> Iterator[tuple[str, str]]:
    """(what is wrong, what to write instead) for each pattern that cannot be read and each look-alike that rings."""
    unreadable = list(_unreadable(pack))
    yield from unreadable
    if unreadable:
        return
    for flag in pack.flags:
        for row in flag.look_alikes.all():
            for hit in scan(row, pack.flags):
                if hit.key == flag.key:
                    yield (
                        f"“{row}” is a look-alike of {flag.key}, yet “{hit.quote}” raises it.",
                        "a narrower pattern, or the saying under “idioms:”.",
                    )


def _unreadable(pack: Pack) -> Iterator[tuple[str, str]]:
    for flag in pack.flags:
        for read, rows in ((english, flag.patterns.en), (chinese, flag.patterns.zh_hans)):
            for row in rows:
                try:
                    read(flag.key, row)
                except (ValueError, RecursionError):
                    yield (
                        f"the pattern “{row}” of {flag.key} cannot be read.",
                        "words in order, with (one|another) closed by a bracket, and something that must be there.",
                    )
