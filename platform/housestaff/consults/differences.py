"""What a doctor changed between draft and signed: a word difference (pure)."""

import re
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|[A-Za-z0-9.,'’-]+|.", re.DOTALL)


def word_difference(draft: str, signed: str) -> list[dict[str, str]]:
    """Runs of `same`, `removed` and `added` text; joined without the added ones they are the draft again.

    Chinese is compared character by character, Latin script word by word.
    """
    before, after = _WORDS.findall(draft), _WORDS.findall(signed)
    runs: list[dict[str, str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append({"kind": "same", "text": "".join(before[i1:i2])})
            continue
        if i2 > i1:
            runs.append({"kind": "removed", "text": "".join(before[i1:i2])})
        if j2 > j1:
            runs.append({"kind": "added", "text": "".join(after[j1:j2])})
    return runs
