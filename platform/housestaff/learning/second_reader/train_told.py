"""The readers of one pack: what a clause tells, which article a question wants.

Kernel ridge regression (Saunders, Gammerman and Vovk, 1998) over the same features as the reader of alarm: one system of
equations holds for every head, so a pack is learned in seconds. Thresholds come from cross-validation over messages:
where what the reader says is right as often as `RIGHT` asks.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import solve
from sklearn.model_selection import GroupKFold

from housestaff.consults.second_reader.features import BLOCKS, blocks
from housestaff.consults.second_reader.sparse import NEARNESS, UNANSWERED, shape_of, written

from .train import LANGUAGES, Kept, Texts

FOLDS = 3
FEWEST = 4  # texts of a head; below it nothing is learned
RIDGE = 1.0
PHRASE = 0.6  # what a pack's short phrasing weighs beside a patient's own words
RIGHT = 0.8  # so often a fact that is said must be right: a wrong one stands in the note
HEARD_IN_NOTHING = 0.04  # the share of remarks, which tell nothing, in which a fact may be heard
ABSTAINS = 0.92  # of questions without a source, so many must find no article
# A score is about 1 where it is so. However well a handful of texts seems to be told apart below this, it is chance.
LEAST_SURE = 0.2
UNTRIED = 0.8  # the threshold of questions where no practice question without a source shows one
LEAST_WEIGHT = 0.012  # a smaller one says nothing


@dataclass(frozen=True)
class Corpus:
    """Texts as a matrix, with what is known of each. Texts of unlike `kin` teach each other `alike` as much."""

    texts: Texts
    language: Any
    whole: Any
    group: Any
    wanted: Any  # [texts, heads]
    kin: Any  # each text's question, by number; all 0 where there is none
    alike: float = 1.0

    def solved(self, among: Any) -> tuple[dict[str, Any], Any, Any]:
        """The rarities, the matrix and the dual weights [texts, heads] of a fit on these texts."""
        rarity = self.texts.rarity(among)
        matrix = self._matrix(among, rarity)
        kernel = (matrix @ matrix.T).toarray() * self._teaches(among, among)
        kernel[np.diag_indices_from(kernel)] += RIDGE / np.where(self.whole[among], 1.0, PHRASE)
        return rarity, matrix, solve(kernel, self.wanted[among].astype(np.float32), assume_a="pos")

    def _matrix(self, among: Any, rarity: dict[str, Any]) -> Any:
        return self.texts.matrix(among, rarity).astype(np.float32)  # half the memory, and twice as fast

    def _teaches(self, ones: Any, others: Any) -> Any:
        if self.alike == 1.0:
            return np.float32(1.0)
        same = self.kin[ones][:, None] == self.kin[others][None, :]
        return np.where(same, np.float32(1.0), np.float32(self.alike))

    def unseen(self) -> Any:
        """[texts, heads]: each text's scores by a fit that saw nothing of its group."""
        scores = np.zeros(self.wanted.shape)
        for learned, held in GroupKFold(FOLDS).split(self.group, groups=self.group):
            rarity, matrix, dual = self.solved(learned)
            near = (self._matrix(held, rarity) @ matrix.T).toarray() * self._teaches(held, learned)
            scores[held] = near @ dual
        return scores

    def written(self, heads: Sequence[str], weights: Any, rarity: dict[str, Any]) -> dict[str, Any]:
        """The part as the serving side reads it; `weights` is [features, heads]."""
        held: dict[str, Any] = {"heads": list(heads), "blocks": {}}
        start = 0
        for block in BLOCKS:
            names = self.texts.names[block]
            mine = weights[start : start + len(names)]
            start += len(names)
            rare = rarity[block]
            held["blocks"][block] = written(
                {names[place]: (rare[place], _weights(mine[place])) for place in np.flatnonzero(rare)}
            )
        return held


def _weights(row: Any) -> dict[int, float]:
    return {int(head): float(row[head]) for head in np.flatnonzero(np.abs(row) >= LEAST_WEIGHT)}


def corpus(rows: Sequence[dict[str, Any]], wanted: Any, kin: Any = None, alike: float = 1.0) -> Corpus:
    return Corpus(
        Texts([blocks(shape_of(row["text"])) for row in rows], np.ones(len(rows), bool)),
        np.array([row["language"] for row in rows]),
        np.array([row["whole"] for row in rows]),
        np.array([row["group"] for row in rows]),
        wanted,
        np.zeros(len(rows), int) if kin is None else kin,
        alike,
    )


def threshold(sure: Any, right: Any, wanted: float) -> float:
    """The lowest score from which what is said is right so often, LEAST_SURE or more; above all scores where it never is."""
    order = np.argsort(-sure)
    held = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(held >= wanted)
    found = float(sure[order][good[-1]]) if len(good) else float(sure.max(initial=0.0)) + 1.0
    return max(LEAST_SURE, found)


def shares(said: Any, right: Any, among: int, what: str) -> dict[str, float]:
    return {
        what: among,
        "said rightly": round(float((said & right).sum() / max(1, among)), 4),
        "right, of those said": round(float((said & right).sum() / max(1, said.sum())), 4),
    }


def share(so: Any, among: Any) -> float | None:
    """How many of these are so; None of none."""
    return round(float(so[among].mean()), 4) if among.any() else None


Learned = tuple[dict[str, Any], dict[str, Any]]  # the part, and its figures


# What nothing was taught for: no head, and thresholds that only an article's nearness by words can pass.
SILENT: Learned = (
    {
        "heads": [],
        "blocks": {block: written({}) for block in BLOCKS},
        "limits": dict.fromkeys(LANGUAGES, UNTRIED),
    },
    {},
)


def facts(rows: Sequence[dict[str, Any]], kept: Kept = None) -> Learned:
    """Clauses → facts: one head a fact and status."""
    told = [set(row["heads"]) for row in rows]
    every = sorted(set().union(*told))
    heads = [name for name in every if sum(name in one for one in told) >= FEWEST]
    if not heads:
        return SILENT
    held = corpus(rows, np.array([[float(name in one) for name in heads] for one in told]))
    if kept:
        return _part(held, heads, kept["limits"]["facts"]), kept["figures"]["facts"]
    scores = held.unseen()
    limits, figures = {}, {}
    for tongue in LANGUAGES:
        mine = (held.language == tongue) & held.whole
        sure, right = scores[mine].ravel(), held.wanted[mine].ravel() > 0
        idle = scores[(held.language == tongue) & ~held.whole & ~held.wanted.any(axis=1)].max(axis=1)
        limits[tongue] = threshold(sure, right, RIGHT)
        if len(idle):
            limits[tongue] = max(limits[tongue], float(np.quantile(idle, 1 - HEARD_IN_NOTHING)))
        figures[tongue] = shares(sure >= limits[tongue], right, int(right.sum()), "facts")
    return _part(held, heads, limits), figures


def questions(
    rows: Sequence[dict[str, Any]], elsewhere: Sequence[dict[str, Any]], kept: Kept = None
) -> tuple[Learned, Learned]:
    """Questions → the article that answers, one head an article beside its nearness; and → whether none does.

    What no article answers (a dose, a price, one's own result) sounds alike in every field, so the questions of other
    packs, `elsewhere`, teach that too.
    """
    article = np.array([row["heads"][0] if row["heads"] else "" for row in rows])
    heads = sorted(set(article) - {""})
    held = corpus(rows, np.array([[float(one == name) for name in heads] for one in article]))
    every = [*rows, *elsewhere]
    asked = corpus(every, np.array([[0.0 if row["heads"] else 1.0] for row in every]))
    if kept:
        mine = (_part(held, heads, kept["limits"]["questions"]), kept["figures"]["questions"])
        return mine, (_part(asked, [UNANSWERED], {}), {})
    near = np.array([[dict(map(tuple, row["near"])).get(name, 0.0) for name in heads] for row in rows])
    scores = held.unseen() + NEARNESS * near - asked.unseen()[: len(rows)]
    best, top = np.array(heads)[scores.argmax(axis=1)], scores.max(axis=1)
    limits, figures = {}, {}
    for tongue in LANGUAGES:
        mine = (held.language == tongue) & held.whole
        none, sourced = mine & (article == ""), mine & (article != "")
        limits[tongue] = max(LEAST_SURE, float(np.quantile(top[none], ABSTAINS))) if none.any() else UNTRIED
        figures[tongue] = {
            "questions": int(sourced.sum()),
            "nearest is right": share(best == article, sourced),
            "cited and right": share((best == article) & (top >= limits[tongue]), sourced),
            "abstains": share(top < limits[tongue], none),
        }
    return (_part(held, heads, limits), figures), (_part(asked, [UNANSWERED], {}), {})


def _part(held: Corpus, heads: Sequence[str], limits: dict[str, float]) -> dict[str, Any]:
    rarity, matrix, dual = held.solved(np.arange(len(held.group)))
    return {**held.written(heads, matrix.T @ dual, rarity), "limits": limits}


def _enough(rows: Sequence[dict[str, Any]]) -> bool:
    """Whether there is anything to learn, and enough of it to be held against texts that were not learned."""
    return len({row["group"] for row in rows if row["heads"]}) >= FOLDS


def write(out: Path, name: str, rows: dict[str, Sequence[dict[str, Any]]], kept: Kept = None) -> None:
    """Learn every part and write the pack's readers, whole or not at all."""
    asked = rows["questions"]
    learned = {"facts": facts(rows["facts"], kept) if _enough(rows["facts"]) else SILENT}
    learned["questions"], learned["unanswered"] = (
        questions(asked, rows["elsewhere"], kept) if _enough(asked) else (SILENT, SILENT)
    )
    held = {
        "name": name,
        "label": "for demonstration, not for care",
        "figures": {part: figures for part, (_, figures) in learned.items() if figures},
        "parts": {part: written for part, (written, _) in learned.items()},
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_suffix(".new")
    draft.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    draft.replace(out)
    print(out.name, json.dumps(held["figures"]), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder")
    arguments = parser.parse_args()
    for file, lesson in json.load(sys.stdin).items():
        write(arguments.out / file, lesson["name"], lesson["rows"], lesson.get("kept"))
