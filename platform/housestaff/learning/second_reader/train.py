"""Logistic regression over the features of practice stations; `manage.py train_second_reader` runs it, beside the engine.

The thresholds come from five-fold cross-validation, so from texts that the scoring model had not seen: "sure" is where so
many look-alikes pass as the exam allows, "unsure" where a doctor's glance is still worth it. The figures are kept beside.
"""

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from housestaff.consults.second_reader.features import BLOCKS, blocks, weighed

LANGUAGES = ("en", "zh-hans")
STRENGTH = 10.0  # inverse of the regularisation
SEEN_LEAST = 2  # a feature of one text alone teaches nothing
FOLDS = 5
# The share of look-alikes that may pass: as an emergency (the exam allows 5 %), and for a doctor's eyes.
SURE, UNSURE = 0.03, 0.06
DIGITS = 4
Counted = dict[str, Counter[str]]


class Vocabulary:
    """Features seen in several texts, each with its place and its rarity."""

    def __init__(self, texts: Sequence[Counted]):
        self.rarity: dict[str, dict[str, tuple[int, float]]] = {}
        for block in BLOCKS:
            seen = Counter(feature for text in texts for feature in text[block])
            kept = sorted(feature for feature, many in seen.items() if many >= SEEN_LEAST)
            self.rarity[block] = {
                feature: (place, math.log((1 + len(texts)) / (1 + seen[feature])) + 1)
                for place, feature in enumerate(kept)
            }

    def matrix(self, texts: Sequence[Counted]) -> Any:
        """[texts, features]: each block of unit length."""
        parts = []
        for block in BLOCKS:
            known = self.rarity[block]
            rows, columns, values = [], [], []
            for row, text in enumerate(texts):
                found = [(known[f], tf) for f, tf in weighed(text[block]).items() if f in known]
                norm = math.sqrt(sum((tf * rarity) ** 2 for (_, rarity), tf in found)) or 1.0
                for (place, rarity), tf in found:
                    rows.append(row)
                    columns.append(place)
                    values.append(tf * rarity / norm)
            parts.append(sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), len(known))))
        return sparse.hstack(parts).tocsr()


def fitted(matrix: Any, wanted: Any) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=300, class_weight="balanced").fit(matrix, wanted)


def unseen_scores(texts: Sequence[Counted], wanted: Any) -> Any:
    """The score of each text by a model that has not seen it."""
    scores = np.zeros(len(texts))
    for learned, held in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(texts, wanted):
        vocabulary = Vocabulary([texts[i] for i in learned])
        model = fitted(vocabulary.matrix([texts[i] for i in learned]), wanted[learned])
        scores[held] = model.decision_function(vocabulary.matrix([texts[i] for i in held]))
        print(f"cross-validation: {int((scores != 0).sum())} of {len(texts)} texts", flush=True)
    return scores


def run(rows: Sequence[dict[str, Any]], out: Path, name: str) -> None:
    """Train on all rows, take the thresholds from cross-validation, and write the reader whole or not at all."""
    texts = [blocks(row["text"]) for row in rows]
    alarm = np.array([bool(row["kind"]) for row in rows])
    ordinary = np.array([row["ordinary"] for row in rows])
    language = np.array([row["language"] for row in rows])
    whole = np.array([row["whole"] for row in rows])
    scores = unseen_scores(texts, alarm)
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
    vocabulary = Vocabulary(texts)
    matrix = vocabulary.matrix(texts)
    models = [fitted(matrix, alarm)]
    among = np.flatnonzero(alarm)
    kinds = np.array([row["kind"] for row in rows])[among]
    models += [fitted(matrix[among], kinds == head) for head in ("self_harm", "violence")]
    held: dict[str, Any] = {
        "name": name,
        "label": "for demonstration, not for care",
        "sure": sure,
        "unsure": unsure,
        "figures": figures,
        "biases": [float(model.intercept_[0]) for model in models],
        "blocks": {},
    }
    first = 0
    for block in BLOCKS:
        known = vocabulary.rarity[block]
        weights = [model.coef_[0][first : first + len(known)] for model in models]
        held["blocks"][block] = {
            feature: [round(rarity, DIGITS), *(round(float(weight[place]), DIGITS) for weight in weights)]
            for feature, (place, rarity) in known.items()
        }
        first += len(known)
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
