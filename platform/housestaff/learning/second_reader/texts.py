"""What the second reader learns from: every pack's practice stations. Sealed ones never; a test looks (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ..exam import sealing, stations

_SELF_HARM = re.compile(
    r"suicid|self[- ]?harm|self[- ]?injur|end(?:ing)? (?:my|their) life|自杀|自伤|轻生", re.IGNORECASE
)
_VIOLENCE = re.compile(
    r"violen|assault|abus|rape|harm(?:ing)? others|stalk|strangl|家暴|暴力|性侵", re.IGNORECASE
)


class SealedText(ValueError):
    """A sealed station's text was about to be learned from."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A practice station as the reader learns it. `kind`: "" for a look-alike, else body, self_harm or violence."""

    text: str
    language: str
    kind: str
    ordinary: bool


def taught(specialties: Path) -> list[Taught]:
    """Every practice station of part A, sorted, each text once. Raises BadStation, SealedText."""
    found: dict[str, Taught] = {}
    sealed: set[str] = set()
    for folder in sorted(path for path in specialties.iterdir() if (path / "stations").is_dir()):
        for one in stations.red_flags_in(folder, "practice"):
            found[one.text] = Taught(one.text, one.language, _kind(one), one.why == "ordinary")
        for held in stations.red_flags_in(folder, "sealed"):
            sealed |= {sealing.digest(text) for text in (held.text, held.minimised) if text}
    if both := [text for text in found if sealing.digest(text) in sealed]:
        raise SealedText(f"{len(both)} practice stations are sealed ones too; the first: {both[0][:60]}…")
    return [found[text] for text in sorted(found)]


def _kind(one: stations.RedFlagStation) -> str:
    if not one.emergency:
        return ""
    if _SELF_HARM.search(one.topic):
        return "self_harm"
    return "violence" if _VIOLENCE.search(one.topic) else "body"


def digest(rows: Sequence[Taught], code: Iterator[Path] | Sequence[Path]) -> str:
    """The name of a training: its texts and the code that reads them."""
    held = sha256(json.dumps([[one.text, one.kind, one.ordinary] for one in rows]).encode())
    for path in code:
        held.update(path.read_bytes())
    return held.hexdigest()
