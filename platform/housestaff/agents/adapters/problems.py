"""What an adapter may be, and the error that lists all that it is not."""

from collections.abc import Iterable
from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


class BadAdapter(Exception):
    """Why a folder is not served: every problem as a sentence for the hospital's IT person."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


@dataclass(frozen=True)
class Limits:
    """What the engine was started for (`--max-lora-rank`) and what fits in git; larger bases need more."""

    rank: int = 8
    weights_bytes: int = 2 * MEBIBYTE
    text_bytes: int = MEBIBYTE // 16
    modules: frozenset[str] = frozenset(
        {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
    )
