"""The reader of answers: what an answer means, learned from the answers to every pack's questions, one a language.

The same kernel ridge regression as for what a clause tells. A threshold is each pack's own: where what the reader says of
answers that it has not seen is right as often as `RIGHT` asks, for a wrong one stands in the note and ends a question.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from housestaff.consults.second_reader.answering import doubt_of
from housestaff.consults.second_reader.sparse import SHARED, UNSURE

from .train import LANGUAGES, Kept
from .train_told import FOLDS, Corpus, corpus, shares, threshold

RIGHT, RIGHT_UNSURE = 0.88, 0.8
ALIKE = 0.3  # how much an answer to one question teaches about another
SIDES = {("present",): 1.0, ("denied",): -1.0}
Part = tuple[dict[str, Any], dict[str, Any]]  # the part, and its figures by pack


def answers(rows: Sequence[dict[str, Any]], kept: Kept = None) -> Part:
    """Answers of one language → yes (1) or no (-1), and whether the patient does not know.

    For yes and no there is one head that all questions share and one of its own for each key, whatever the pack; not
    knowing sounds the same whatever was asked.
    """
    asked = np.array([row["asked"] for row in rows])
    keys = sorted(set(asked))
    kin = np.array([keys.index(key) for key in asked])
    side = np.array([SIDES.get(tuple(row["heads"]), 0.0) for row in rows])
    unsure = np.array([float(row["heads"] == ["unsure"]) for row in rows])
    held = corpus(rows, side[:, None], kin, ALIKE)
    doubt = corpus(rows, unsure[:, None])
    limits, figures = (
        (kept["limits"], kept["figures"]) if kept else _tried(rows, held, doubt, side=side, unsure=unsure)
    )
    every = np.arange(len(rows))
    rarity, matrix, dual = held.solved(every)
    own = np.array([(kin == number) * (1 - ALIKE) for number in range(len(keys))]).T
    shared = np.full((len(rows), 1), ALIKE)
    weights = np.hstack([matrix.T @ (dual * np.hstack([shared, own])), matrix.T @ doubt.solved(every)[2]])
    return {**held.written([SHARED, *keys, UNSURE], weights, rarity), "limits": limits}, figures


def _tried(
    rows: Sequence[dict[str, Any]], held: Corpus, doubt: Corpus, *, side: Any, unsure: Any
) -> tuple[dict[str, float], dict[str, Any]]:
    """Thresholds and figures of every pack, by cross-validation."""
    scores, doubts = held.unseen()[:, 0], doubt.unseen()[:, 0]
    specialty = np.array([row["specialty"] for row in rows])
    limits: dict[str, float] = {}
    figures: dict[str, Any] = {}
    for slug in sorted(set(specialty)):
        mine = (specialty == slug) & held.whole
        right = np.sign(scores[mine]) == side[mine]
        limits[slug] = threshold(np.abs(scores[mine]), right, RIGHT)
        limits[doubt_of(slug)] = threshold(doubts[mine], unsure[mine] > 0, RIGHT_UNSURE)
        figures[slug] = {
            **shares(np.abs(scores[mine]) >= limits[slug], right, int(mine.sum()), "answers"),
            UNSURE: shares(
                doubts[mine] >= limits[doubt_of(slug)], unsure[mine] > 0, int(unsure[mine].sum()), "answers"
            ),
        }
    return limits, figures


def write(out: Path, name: str, rows: Sequence[dict[str, Any]], kept: Kept = None) -> None:
    """Learn each language and write the reader, whole or not at all. A language with too few answers has none."""
    parts, figures = {}, {}
    for tongue in LANGUAGES:
        mine = [row for row in rows if row["language"] == tongue]
        if len({row["group"] for row in mine if row["heads"]}) >= FOLDS:
            own = {what: kept[what][tongue] for what in ("limits", "figures")} if kept else None
            parts[tongue], figures[tongue] = answers(mine, own)
    held = {"name": name, "label": "for demonstration, not for care", "figures": figures, "parts": parts}
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_suffix(".new")
    draft.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    draft.replace(out)
    print(out.name, json.dumps(figures), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder")
    arguments = parser.parse_args()
    for file, lesson in json.load(sys.stdin).items():
        write(arguments.out / file, lesson["name"], lesson["rows"], lesson.get("kept"))
