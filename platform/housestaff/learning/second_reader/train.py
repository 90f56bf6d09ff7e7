"""Logistic regression over the features of practice stations; `manage.py train_second_reader` runs it, beside the engine.

The thresholds come from five-fold cross-validation, so from texts that the scoring model had not seen: "sure" is where so
many look-alikes pass as the exam allows, "unsure" where a doctor's glance is still worth it. The figures are kept beside.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from housestaff.consults.second_reader.features import BLOCKS, blocks, weighed

LANGUAGES = ("en", "zh-hans")
STRENGTH = 10.0  # inverse of the regularisation
SEEN_LEAST = 2  # a feature of one text alone teaches nothing
FOLDS = 5
PHRASE = 0.4  # what a pack's short phrasing weighs beside a whole message
# The share of look-alikes that may pass: as an emergency (the exam allows 5 %), and for a doctor's eyes.
SURE, UNSURE = 0.03, 0.06
DIGITS = 4
Counted = dict[str, Counter[str]]


class Texts:
    """All texts as one sparse matrix a block, [texts, features], of sublinear term frequencies.

    `first`: which of them are no other telling of one that is there: only those are counted for rarity.
    """

    def __init__(self, texts: Sequence[Counted], first: Any):
        self.first = first
        self.names: dict[str, list[str]] = {}
        self.counts: dict[str, Any] = {}
        for block in BLOCKS:
            places: dict[str, int] = {}
            columns, values, ends = [], [], [0]
            for text in texts:
                for feature, value in weighed(text[block]).items():
                    columns.append(places.setdefault(feature, len(places)))
                    values.append(value)
                ends.append(len(columns))
            self.names[block] = list(places)
            self.counts[block] = sparse.csr_matrix((values, columns, ends), shape=(len(texts), len(places)))

    def rarity(self, rows: Any) -> dict[str, Any]:
        """By block: how rare each feature is among these texts; 0 for one that too few of them have."""
        found = {}
        rows = rows[self.first[rows]]
        for block in BLOCKS:
            seen = np.asarray((self.counts[block][rows] > 0).sum(axis=0)).ravel()
            found[block] = np.where(seen >= SEEN_LEAST, np.log((1 + len(rows)) / (1 + seen)) + 1, 0.0)
        return found

    def matrix(self, rows: Any, rarity: dict[str, Any]) -> Any:
        """[rows, features]: each block of unit length."""
        parts = []
        for block in BLOCKS:
            scaled = self.counts[block][rows] @ sparse.diags(rarity[block])
            lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
            parts.append(sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ scaled)
        return sparse.hstack(parts).tocsr()


def fitted(matrix: Any, wanted: Any, worth: Any) -> LogisticRegression:
    model = LogisticRegression(C=STRENGTH, max_iter=300, class_weight="balanced")
    return model.fit(matrix, wanted, sample_weight=worth)


def unseen_scores(texts: Texts, wanted: Any, worth: Any, groups: Any) -> Any:
    """The score of each text by a model that has seen neither it nor another telling of it (`groups`)."""
    scores = np.zeros(len(wanted))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for number, (learned, held) in enumerate(folds.split(wanted, wanted, groups), 1):
        rarity = texts.rarity(learned)
        model = fitted(texts.matrix(learned, rarity), wanted[learned], worth[learned])
        scores[held] = model.decision_function(texts.matrix(held, rarity))
        print(f"cross-validation: {number} of {FOLDS}", flush=True)
    return scores


def run(rows: Sequence[dict[str, Any]], out: Path, name: str) -> None:
    """Train on all rows, take the thresholds from cross-validation, and write the reader whole or not at all."""
    first = np.array([row["origin"] == row["text"] for row in rows])
    texts = Texts([blocks(row["text"]) for row in rows], first)
    alarm = np.array([bool(row["kind"]) for row in rows])
    ordinary = np.array([row["ordinary"] for row in rows])
    language = np.array([row["language"] for row in rows])
    whole = np.array([row["whole"] for row in rows])
    worth = np.where(whole, 1.0, PHRASE)
    scores = unseen_scores(texts, alarm, worth, np.array([row["origin"] for row in rows]))
    sure, unsure, figures = {}, {}, {}
    for tongue in LANGUAGES:
        mine = (language == tongue) & whole
        calm = scores[mine & ~alarm]
        sure[tongue], unsure[tongue] = (float(np.quantile(calm, 1 - share)) for share in (SURE, UNSURE))
        figures[tongue] = {
            "texts": int(mine.sum()),
            "emergencies": int((mine & alarm).sum()),
            "heard as emergency": round(float((scores[mine & alarm] >= sure[tongue]).mean()), 4),
            "heard at least as urgent": round(float((scores[mine & alarm] >= unsure[tongue]).mean()), 4),
            "ordinary texts called emergency": round(
                float((scores[mine & ordinary] >= sure[tongue]).mean()), 4
            ),
            "ordinary texts called urgent": round(
                float((scores[mine & ordinary] >= unsure[tongue]).mean()), 4
            ),
        }
    every = np.arange(len(rows))
    rarity = texts.rarity(every)
    matrix = texts.matrix(every, rarity)
    models = [fitted(matrix, alarm, worth)]
    among = np.flatnonzero(alarm)
    kinds = np.array([row["kind"] for row in rows])[among]
    models += [fitted(matrix[among], kinds == head, worth[among]) for head in ("self_harm", "violence")]
    held: dict[str, Any] = {
        "name": name,
        "label": "for demonstration, not for care",
        "sure": sure,
        "unsure": unsure,
        "figures": figures,
        "biases": [float(model.intercept_[0]) for model in models],
        "blocks": {},
    }
    start = 0
    for block in BLOCKS:
        names, rare = texts.names[block], rarity[block]
        weights = [model.coef_[0][start : start + len(names)] for model in models]
        held["blocks"][block] = {
            names[place]: [round(float(row[place]), DIGITS) for row in (rare, *weights)]
            for place in np.flatnonzero(rare)
        }
        start += len(names)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_suffix(".new")
    draft.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    draft.replace(out)
    print(json.dumps(figures, ensure_ascii=False, indent=1), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", required=True)
    arguments = parser.parse_args()
    run(json.load(sys.stdin), arguments.out, arguments.name)
