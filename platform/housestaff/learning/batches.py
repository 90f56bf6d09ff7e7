"""Examples as padded tensors: neighbours in length together, loss on the answer alone. Needs torch."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from .prompts import Example

IGNORED = -100


@dataclass(frozen=True)
class Batch:
    """ids and labels: [examples, longest] int64; labels are IGNORED except where the answer stands."""

    ids: torch.Tensor
    labels: torch.Tensor
    tokens: int


@dataclass(frozen=True)
class Encoder:
    """Turns an example into token ids with the base's chat template."""

    tokenizer: Any
    longest: int = 512

    def encode(self, example: Example) -> tuple[list[int], int]:
        """All ids, and how many of them are prompt."""
        prompt = self.tokenizer.apply_chat_template(
            example.messages(), tokenize=True, add_generation_prompt=True, return_dict=False
        )
        answer = self.tokenizer.encode(example.answer, add_special_tokens=False)
        ids = [*prompt, *answer, self.tokenizer.eos_token_id]
        return ids[: self.longest], len(prompt)

    def batch(self, encoded: Sequence[tuple[list[int], int]]) -> Batch:
        """One padded batch; causal attention never looks right, so padding needs no mask."""
        longest = max(len(ids) for ids, _ in encoded)
        ids = torch.full((len(encoded), longest), self.tokenizer.pad_token_id)
        labels = torch.full((len(encoded), longest), IGNORED)
        for row, (one, prompt) in enumerate(encoded):
            ids[row, : len(one)] = torch.tensor(one)
            labels[row, prompt : len(one)] = torch.tensor(one[prompt:])
        return Batch(ids, labels, sum(len(one) for one, _ in encoded))


POOL = 16  # batches drawn together and sorted by length: little padding, and a resume point every step


def pool(
    encoder: Encoder, example: Callable[[int], Example], number: int, size: int, seed: int
) -> list[Batch]:
    """Pool number `number`: POOL batches of `size` examples, the same at every run."""
    first = number * POOL * size
    encoded = [encoder.encode(example(index)) for index in range(first, first + POOL * size)]
    encoded.sort(key=lambda one: len(one[0]))
    rows = [encoded[at : at + size] for at in range(0, len(encoded), size)]
    random.Random(f"pool:{seed}:{number}").shuffle(rows)
    return [encoder.batch(row) for row in rows]
