"""What happened in one scenario, as plain data: what clients sent and heard, and what was read afterwards.

The checker reads nothing else, so a stored history can be checked again without a house.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["ok", "unknown", "refused"]


@dataclass
class Sent:
    """One message of a patient with its one key, however often it was tried. Times: seconds, one clock."""

    tenant: str
    consult: str
    key: str
    text: str
    first_sent: float
    ended: float = 0.0
    outcome: Outcome = "unknown"
    seq: int | None = None
    answers: list[int] = field(default_factory=list)  # HTTP statuses; 0: no answer


@dataclass
class Seen:
    """One consult as it was read in the end, and how far its row on the worklist was at which time."""

    tenant: str
    last_seq: int
    events: list[dict[str, Any]]  # the patient's log: seq, kind, author, text, code, reply_to
    synced: list[tuple[float, int]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)  # state, reason, start_seq
    lost: bool = False  # its row is behind, and the envelope that would bring it on is gone


@dataclass
class History:
    """A whole scenario. `worklists`: tenant → rows the doctor read. `foreign`: statuses a stranger got."""

    scenario: str
    seed: int
    sent: list[Sent]
    consults: dict[str, Seen] = field(default_factory=dict)
    worklists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    foreign: list[int] = field(default_factory=list)
    audit: dict[str, dict[str, Any]] = field(default_factory=dict)
    in_flight: int = 0
    faults: list[str] = field(default_factory=list)  # proofs that the fault happened
    swept: dict[int, int] = field(default_factory=dict)  # sweeper → overdue steps it did
    ready_in: float | None = None
    also: list[str] = field(default_factory=list)  # violations that only the scenario itself can see

    def store(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.scenario}-{self.seed}.json"
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")
        return path

    @classmethod
    def read(cls, path: Path) -> "History":
        told = json.loads(path.read_text(encoding="utf-8"))
        told["sent"] = [Sent(**each) for each in told["sent"]]
        told["consults"] = {name: Seen(**each) for name, each in told["consults"].items()}
        told["swept"] = {int(pid): steps for pid, steps in told["swept"].items()}
        return cls(**told)
