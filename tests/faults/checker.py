"""Does a history keep the promise of TRUST.md? Pure: a history in, violations out; the empty list means kept.

Acknowledged words are in the patient's log exactly once and in the order sent; unknown ones at most once; the
doctor's worklist has each consult once, up to date within 30 s; nobody sees a stranger's; every turn that began has
one outcome; the audit chain holds; the house is ready again in time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .history import History, Seen, Sent

WITHIN = 30.0
KNOWN_ANSWERS = {0, 200, 201, 429, 503}  # 0: the connection broke
OUTCOMES = {"answered", "stopped", "failed"}
LEAST_IN_FLIGHT = 100


@dataclass(frozen=True)
class Violation:
    """One broken promise: its kind, and where."""

    kind: str
    where: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}"


def check(history: History) -> list[Violation]:
    """Every violation in a history."""
    return [Violation(kind, where) for kind, where in _all(history)]


def _all(history: History) -> Iterator[tuple[str, str]]:
    if not history.faults:
        yield "fault did not fire", history.scenario
    if history.in_flight < LEAST_IN_FLIGHT:
        yield "too little in flight", str(history.in_flight)
    if history.ready_in is None or history.ready_in > WITHIN:
        yield "not ready in time", str(history.ready_in)
    yield from _answers(history.sent)
    for consult, seen in history.consults.items():
        sent = [one for one in history.sent if one.consult == consult]
        yield from _messages(sent, seen)
        yield from _order(sent, seen)
        yield from _numbers(consult, seen)
        yield from _turns(consult, seen)
        yield from _arrivals(consult, sent, seen)
        yield from _worklist(consult, seen, history)
    yield from _strangers(history)
    for tenant, verdict in history.audit.items():
        if verdict["problems"] or verdict["unsealed"]:
            yield "audit chain broken", f"{tenant} {verdict}"
    if not history.audit:
        yield "audit chain broken", "it was not verified"
    for found in history.also:
        yield found, history.scenario


def _answers(sent: Iterable[Sent]) -> Iterator[tuple[str, str]]:
    for one in sent:
        for status in set(one.answers) - KNOWN_ANSWERS:
            kind = "server error" if status >= 500 else "refused"
            yield kind, f"{one.key} was answered {status}"


def _messages(sent: list[Sent], seen: Seen) -> Iterator[tuple[str, str]]:
    """ok exactly once and under its number, unknown at most once, refused never, and nothing that nobody sent."""
    logged = [event for event in seen.events if event["kind"] == "message" and event["author"] == "patient"]
    times = Counter(event["text"] for event in logged)
    for one in sent:
        found = times.pop(one.text, 0)
        if one.outcome == "ok" and found == 0:
            yield "acknowledged and lost", f"{one.key} seq {one.seq}"
        if found > 1:
            yield "stored twice", f"{one.key} {found} times"
        if one.outcome == "refused" and found:
            yield "refused and stored", one.key
        numbers = [event["seq"] for event in logged if event["text"] == one.text]
        if one.outcome == "ok" and numbers and one.seq not in numbers:
            yield "acknowledged under another number", f"{one.key} {one.seq} is {numbers}"
    for text in times:
        yield "nobody sent it", text


def _order(sent: list[Sent], seen: Seen) -> Iterator[tuple[str, str]]:
    """What was acknowledged before another was sent has the smaller number."""
    stored = {event["text"]: event["seq"] for event in seen.events if event["kind"] == "message"}
    after = sorted((one for one in sent if one.text in stored), key=lambda one: one.first_sent)
    for before in sent:
        if before.outcome != "ok" or before.text not in stored:
            continue
        for one in after:
            if one.first_sent > before.ended and stored[one.text] < stored[before.text]:
                yield "order broken", f"{before.key} came before {one.key}"


def _numbers(consult: str, seen: Seen) -> Iterator[tuple[str, str]]:
    numbers = [event["seq"] for event in seen.events]
    for number, times in Counter(numbers).items():
        if times > 1:
            yield "number given twice", f"{consult} seq {number}"
    if sorted(set(numbers)) != list(range(1, seen.last_seq + 1)):
        yield "gap in the log", f"{consult} has {sorted(set(numbers))} of {seen.last_seq}"


def _turns(consult: str, seen: Seen) -> Iterator[tuple[str, str]]:
    for turn in seen.turns:
        if turn["state"] not in OUTCOMES:
            yield "turn without an outcome", f"{consult} is {turn['state']}"
        elif turn["state"] == "failed" and not turn["reason"]:
            yield "failed without a reason", consult
    begun = sum(turn["start_seq"] is not None for turn in seen.turns)
    kinds = Counter(event["kind"] for event in seen.events)
    if not begun == kinds["start"] == kinds["end"]:
        yield (
            "turn without exactly one outcome",
            f"{consult}: {begun} begun, {kinds['start']} starts, {kinds['end']} ends",
        )


def _arrivals(consult: str, sent: list[Sent], seen: Seen) -> Iterator[tuple[str, str]]:
    """Each acknowledged message is on the worklist within the promised time; its row never goes back."""
    numbers = [number for _, number in seen.synced]
    if numbers != sorted(numbers):
        yield "sync went back", f"{consult} {numbers}"
    if seen.lost:
        yield "lost on the way", f"{consult} at {numbers[-1:]} of {seen.last_seq}"
    for one in sent:
        if one.outcome != "ok" or one.seq is None:
            continue
        arrived = next((at for at, number in seen.synced if number >= one.seq), None)
        if arrived is None:
            yield "not synced", f"{consult} seq {one.seq}"
        elif arrived - one.ended > WITHIN:
            yield "synced late", f"{consult} seq {one.seq} after {arrived - one.ended:.1f} s"


def _worklist(consult: str, seen: Seen, history: History) -> Iterator[tuple[str, str]]:
    rows = [row for row in history.worklists.get(seen.tenant, []) if row["consult"] == consult]
    if seen.last_seq and not rows:
        yield "not synced", f"{consult} is not on the worklist"
    if len(rows) > 1:
        yield "worklist has it twice", f"{consult} {len(rows)} times"
    for row in rows[:1]:
        if row["synced_seq"] != seen.last_seq:
            yield "not synced", f"{consult} at {row['synced_seq']} of {seen.last_seq}"


def _strangers(history: History) -> Iterator[tuple[str, str]]:
    for status in history.foreign:
        if status != 404:
            yield "a stranger got in", f"answered {status}"
    if not history.foreign:
        yield "a stranger got in", "nobody tried"
    for tenant, rows in history.worklists.items():
        for row in rows:
            seen = history.consults.get(row["consult"])
            if seen is not None and seen.tenant != tenant:
                yield "a stranger got in", f"{row['consult']} is on the list of {tenant}"
