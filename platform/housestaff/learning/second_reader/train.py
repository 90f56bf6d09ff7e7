"""Logistic regression over the features of practice stations; `manage.py train_second_reader` runs it, beside the engine.

The thresholds come from cross-validation, so from texts that the scoring model had not seen: "sure" is where so
many look-alikes pass as the exam allows, "unsure" where a doctor's glance is still worth it. The figures are kept beside.
Thresholds that an earlier cross-validation of the same texts found (`kept`) are taken over: it is most of the time.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from housestaff.consults.second_reader import BOUNDED, COMPLAINTS_FILE, KINDS, REMARK_HEAD, WANTS_FILE
from housestaff.consults.second_reader.features import BLOCKS, blocks, weighed
from housestaff.consults.second_reader.linear import written

LANGUAGES = ("en", "zh-hans")
STRENGTH = 10.0  # inverse of the regularisation
SEEN_LEAST = 2  # a feature of one text alone teaches nothing
FOLDS, FEWER_FOLDS = 8, 5  # where a life may hang on the threshold, and where a sentence does
PHRASE = 0.4  # what a pack's short phrasing weighs beside a whole message
# The share of look-alikes that may pass: as an emergency (the exam allows 5 %), and for a doctor's eyes.
SURE, UNSURE = 0.03, 0.06
# The same for answers to the agent's questions: a consult has ten of them, so hardly any may pass.
SURE_ANSWER, UNSURE_ANSWER = 0.002, 0.006
# So many may pass for what a small model's choice of a red flag needs besides: alone either says little.
MAYBE, MAYBE_ANSWER = 0.25, 0.05
# The share of other messages in which a want may be heard: most answer a boundary nobody asked about; comfort may err.
WANTED, WANTED_ELSE = {"feeling": 0.05, BOUNDED: 0.02}, 0.01
REMARK = 0.005  # the share of other messages that may be taken for a mere remark, in which no fact is heard
REMARK_HEARD = 0.015  # the share of remarks that may be taken for this complaint
OPENING_LOST = 0.015  # the share of messages about a complaint that may be taken for a mere remark
COMPLAINT = 0.12  # the share of a pack's other messages that may be taken for one about this complaint
Counted = dict[str, Counter[str]]
Kept = Mapping[str, Any] | None  # limits and figures of an earlier cross-validation


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
            scaled = (self.counts[block][rows] @ sparse.diags(rarity[block])).tocsr()
            scaled.eliminate_zeros()
            lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
            parts.append(sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ scaled)
        return sparse.hstack(parts).tocsr()


def fitted(matrix: Any, wanted: Any, worth: Any) -> LogisticRegression:
    # The dual problem: far more features than texts; ten times as fast, the same weights.
    model = LogisticRegression(
        C=STRENGTH, solver="liblinear", dual=True, tol=1e-2, class_weight="balanced", max_iter=1000
    )
    return model.fit(matrix, wanted, sample_weight=worth)


class Lesson:
    """The texts of one reader, its heads (name → which texts are so), and which texts each head may learn from."""

    def __init__(self, rows: Sequence[dict[str, Any]]):
        self.origin = np.array([row["origin"] for row in rows])
        self.language = np.array([row["language"] for row in rows])
        self.whole = np.array([row["whole"] for row in rows])
        self.ordinary = np.array([row["ordinary"] for row in rows])
        self.worth = np.where(self.whole, 1.0, PHRASE)
        first = np.array([row["origin"] == row["text"] for row in rows])
        self.texts = Texts([blocks(row["text"]) for row in rows], first)
        self.heads: dict[str, Any] = {}
        self.among: dict[str, Any] = {}

    def head(self, name: str, so: Sequence[bool], among: Sequence[bool] | None = None) -> None:
        self.heads[name] = np.array(so)
        self.among[name] = np.ones(len(self.worth), bool) if among is None else np.array(among)

    def fit(self, name: str, rows: Any, matrix: Any) -> LogisticRegression:
        """`matrix` is of `rows`; only those that the head may learn from are used."""
        mine = self.among[name][rows]
        return fitted(matrix[np.flatnonzero(mine)], self.heads[name][rows][mine], self.worth[rows][mine])

    def unseen(self, names: Sequence[str], many: int = FEWER_FOLDS) -> dict[str, Any]:
        """Each text's score by models that have seen neither it nor another telling of it."""
        scores = {name: np.zeros(len(self.worth)) for name in names}
        leading = self.heads[names[0]]
        folds = StratifiedGroupKFold(many, shuffle=True, random_state=0)
        for number, (learned, held) in enumerate(folds.split(leading, leading, self.origin), 1):
            rarity = self.texts.rarity(learned)
            seen, unseen = self.texts.matrix(learned, rarity), self.texts.matrix(held, rarity)
            for name in names:
                scores[name][held] = self.fit(name, learned, seen).decision_function(unseen)
            print(f"cross-validation: {number} of {many}", flush=True)
        return scores

    def passed(self, name: str, scores: Any, share: float) -> dict[str, float]:
        """By language the threshold that this share of what is not so passes."""
        limits = {}
        for tongue in LANGUAGES:
            mine = (self.language == tongue) & self.whole & self.among[name] & ~self.heads[name]
            limits[tongue] = float(np.quantile(scores[mine], 1 - share))
        return limits

    def heard(self, scores: Any, limits: dict[str, float], which: Any) -> dict[str, float]:
        """By language the share of some whole texts that pass."""
        return self.passing(scores, limits, self.whole & which)

    def passing(self, scores: Any, limits: dict[str, float], which: Any) -> dict[str, float]:
        """By language the share of some texts that pass."""
        found = {}
        for tongue in LANGUAGES:
            mine = (self.language == tongue) & which
            found[tongue] = round(float((scores[mine] >= limits[tongue]).mean()), 4)
        return found

    def write(self, out: Path, name: str, limits: dict[str, Any], figures: dict[str, Any]) -> None:
        """Fit every head on all texts and write the reader, whole or not at all."""
        every = np.arange(len(self.worth))
        rarity = self.texts.rarity(every)
        matrix = self.texts.matrix(every, rarity)
        models = [self.fit(head, every, matrix) for head in self.heads]
        held: dict[str, Any] = {
            "name": name,
            "label": "for demonstration, not for care",
            "heads": list(self.heads),
            "limits": limits,
            "figures": figures,
            "biases": [float(model.intercept_[0]) for model in models],
            "blocks": {},
        }
        start = 0
        for block in BLOCKS:
            names, rare = self.texts.names[block], rarity[block]
            weights = [model.coef_[0][start : start + len(names)] for model in models]
            held["blocks"][block] = written(
                {names[place]: [row[place] for row in (rare, *weights)] for place in np.flatnonzero(rare)}
            )
            start += len(names)
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = out.with_suffix(".new")
        draft.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
        draft.replace(out)
        print(json.dumps(figures, ensure_ascii=False, indent=1), flush=True)


def alarm(rows: Sequence[dict[str, Any]], out: Path, name: str, kept: Kept = None) -> None:
    """The reader of alarm: an emergency or not; whether a doctor must look today; among emergencies whose card fits;
    whether it tells anything at all.

    What is urgent and no emergency says nothing about alarm: it is neither an example of it nor of its absence.
    """
    lesson = Lesson(rows)
    so = [bool(row["kind"]) for row in rows]
    urgent, answers, remarks = (
        np.array([row[name] for row in rows]) for name in ("urgent", "answer", "remark")
    )
    lesson.head("alarm", so, np.array(so) | ~urgent)
    lesson.head("urgent", urgent)
    lesson.head("remark", remarks, ~answers)
    for head in ("self_harm", "violence"):
        lesson.head(head, [row["kind"] == head for row in rows], so)
    if kept:
        lesson.write(out, name, kept["limits"], kept["figures"])
        return
    scores = lesson.unseen(["alarm", "urgent", "remark"], FOLDS)
    limits = {"remark": lesson.passed("remark", scores["remark"], REMARK)}
    for limit, head, share, in_answers in (
        ("sure", "alarm", SURE, SURE_ANSWER),
        ("unsure", "urgent", UNSURE, UNSURE_ANSWER),
        ("maybe", "urgent", MAYBE, MAYBE_ANSWER),
    ):
        limits[limit] = lesson.passed(head, scores[head], share)
        limits[f"{limit}_answer"] = {
            tongue: max(
                limits[limit][tongue],
                float(np.quantile(scores[head][answers & (lesson.language == tongue)], 1 - in_answers)),
            )
            for tongue in LANGUAGES
        }
    emergency = lesson.heads["alarm"]
    shown = {
        "emergencies heard as such": ("alarm", "sure", emergency),
        "emergencies heard as urgent": ("urgent", "unsure", emergency),
        "emergencies heard as perhaps urgent": ("urgent", "maybe", emergency),
        "urgent texts heard as perhaps urgent": ("urgent", "maybe", urgent & ~emergency),
        "urgent texts heard as urgent": ("urgent", "unsure", urgent & ~emergency),
        "urgent texts called emergency": ("alarm", "sure", urgent & ~emergency),
        "ordinary texts called emergency": ("alarm", "sure", lesson.ordinary),
        "ordinary texts called urgent": ("urgent", "unsure", lesson.ordinary),
        "emergencies heard as such in an answer": ("alarm", "sure_answer", emergency),
    }
    figures: dict[str, Any] = {
        title: lesson.heard(scores[head], limits[limit], which)
        for title, (head, limit, which) in shown.items()
    }
    for title, head, limit in (
        ("remarks heard as remarks", "remark", "remark"),
        ("remarks called urgent", "urgent", "unsure"),
        ("remarks called emergency", "alarm", "sure"),
    ):
        figures[title] = lesson.passing(scores[head], limits[limit], remarks)
    figures["whole texts"] = {t: int(((lesson.language == t) & lesson.whole).sum()) for t in LANGUAGES}
    lesson.write(out, name, limits, figures)


def wants(rows: Sequence[dict[str, Any]], out: Path, name: str, kept: Kept = None) -> None:
    """The reader of what a message wants: whether it wants what may not be given, and which; feeling; other fields.

    Each head learns from the texts whose answer is known; which kind is asked only among texts that want one.
    """
    lesson = Lesson(rows)
    bounded = [bool(set(row["wants"]) & set(KINDS)) for row in rows]
    lesson.head(BOUNDED, bounded)
    for kind in KINDS:
        lesson.head(kind, [kind in row["wants"] for row in rows], bounded)
    others = {one for row in rows for one in row["wants"]} - set(KINDS)
    for head in sorted(others):
        lesson.head(
            head, [head in row["wants"] for row in rows], [head not in row["unknown"] for row in rows]
        )
    if kept:
        lesson.write(out, name, kept["limits"], kept["figures"])
        return
    scores = lesson.unseen(list(lesson.heads))
    limits = {
        head: lesson.passed(head, scores[head], WANTED.get(head, WANTED_ELSE)) for head in (BOUNDED, *others)
    }
    figures = {
        head: lesson.heard(scores[head], limits[head], lesson.heads[head] & lesson.among[head])
        for head in limits
    }
    surest = np.array(KINDS)[np.argmax([scores[kind] for kind in KINDS], axis=0)]
    for kind in KINDS:
        so = lesson.heads[kind]
        figures[f"{kind}, of those"] = {
            tongue: round(float((surest[so & (lesson.language == tongue)] == kind).mean()), 4)
            for tongue in LANGUAGES
        }
        figures[f"{kind}, heard at all"] = lesson.heard(scores[BOUNDED], limits[BOUNDED], so)
    lesson.write(out, name, limits, {"heard": figures})


def complaints(rows: Sequence[dict[str, Any]], out: Path, name: str, kept: Kept = None) -> None:
    """The reader of complaints: one head a complaint, learning from the texts of its own specialty alone."""
    lesson = Lesson(rows)
    for head in sorted({one for row in rows for one in row["wants"]}):
        so = [head in row["wants"] for row in rows]
        among = [head not in row["unknown"] for row in rows]
        if any(row["whole"] for row, is_so in zip(rows, so, strict=True) if is_so):
            lesson.head(head, so, among)
    if not lesson.heads:
        return
    remarks = np.array([row["remark"] for row in rows])
    if remarks.any():
        lesson.head(REMARK_HEAD, remarks)
    if kept:
        lesson.write(out, name, kept["limits"], kept["figures"])
        return
    scores = lesson.unseen(list(lesson.heads))
    about = [head for head in lesson.heads if head != REMARK_HEAD]
    limits = {head: lesson.passed(head, scores[head], COMPLAINT) for head in about}
    if remarks.any():
        told = np.array([bool(row["wants"]) for row in rows]) & lesson.whole
        limits[REMARK_HEAD] = {
            tongue: float(
                np.quantile(scores[REMARK_HEAD][told & (lesson.language == tongue)], 1 - OPENING_LOST)
            )
            for tongue in LANGUAGES
        }
    figures = {}
    for head in about:
        for tongue in LANGUAGES if remarks.any() else ():
            # Most remarks are known as such; so many of all may be taken for this complaint besides.
            mine = remarks & (lesson.language == tongue)
            known = scores[REMARK_HEAD] >= limits[REMARK_HEAD][tongue]
            misheard = np.sort(np.where(known, -np.inf, scores[head])[mine])
            worst = misheard[-1 - int(REMARK_HEARD * len(misheard))] if len(misheard) else -np.inf
            limits[head][tongue] = max(limits[head][tongue], float(worst))
        figures[head] = lesson.heard(scores[head], limits[head], lesson.heads[head])
    if remarks.any():
        figures["remarks known as such"] = lesson.passing(scores[REMARK_HEAD], limits[REMARK_HEAD], remarks)
    lesson.write(out, name, limits, {"heard": figures})


LESSONS = {WANTS_FILE: wants, COMPLAINTS_FILE: complaints}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder")
    arguments = parser.parse_args()
    for file, lesson in json.load(sys.stdin).items():
        LESSONS.get(file, alarm)(lesson["rows"], arguments.out / file, lesson["name"], lesson.get("kept"))
