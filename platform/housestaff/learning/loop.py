"""The training loop of the base and of every adapter: progress, checkpoints, resume after kill -9, Ctrl-C.

A checkpoint is written beside its name and renamed, so what bears the name is whole. The order of examples depends on
(seed, step) alone, and the learning rate on the share of the time or steps spent, so a resumed run is the same run.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from .batches import IGNORED, POOL, Batch


@dataclass(frozen=True)
class Limits:
    """When to stop and how often to save. Steps and minutes: whichever is reached first."""

    steps: int
    minutes: float
    checkpoint_seconds: float = 240
    report_seconds: float = 10


@dataclass
class Progress:
    """Where a run stands; it goes into each checkpoint."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)


class Checkpoints:
    """The checkpoints of one run in one folder; the last two are kept."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, progress: Progress, state: dict[str, Any]) -> Path:
        """Write a whole checkpoint or none."""
        final = self.folder / f"step-{progress.step:07d}.pt"
        half = final.with_suffix(f".half-{os.getpid()}")
        with half.open("wb") as out:
            torch.save({"progress": progress.__dict__, **state}, out)
            out.flush()
            os.fsync(out.fileno())
        half.replace(final)
        for old in self.whole()[:-2]:
            old.unlink()
        for leftover in self.folder.glob("*.half-*"):
            leftover.unlink()
        return final

    def whole(self) -> list[Path]:
        """Checkpoints in order of step."""
        return sorted(self.folder.glob("step-*.pt"))

    def newest(self) -> dict[str, Any] | None:
        """The newest one that can be read; a damaged one is passed over."""
        for path in reversed(self.whole()):
            try:
                found: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
                return found
            except Exception as problem:
                print(
                    f"{path.name} cannot be read ({problem.__class__.__name__}); taking the one before",
                    flush=True,
                )
        return None


def answer_loss(hidden: torch.Tensor, head: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy on answer tokens; logits are made for those places only (they are most of the cost)."""
    places = labels[:, 1:] != IGNORED
    logits = hidden[:, :-1][places] @ head.T
    return torch.nn.functional.cross_entropy(logits, labels[:, 1:][places])


def whole_answers(hidden: torch.Tensor, head: torch.Tensor, labels: torch.Tensor) -> list[bool]:
    """For each row: would greedy decoding give exactly this answer? (Every answer token is the most likely one.)"""
    places = labels[:, 1:] != IGNORED
    right = torch.ones_like(places)
    right[places] = (hidden[:, :-1][places] @ head.T).argmax(-1) == labels[:, 1:][places]
    return [bool(row) for row in right.all(-1)]


def rate(done: float, step: int, warm: int = 30, flat: float = 0.6) -> float:
    """The learning rate's share: a short warm-up, flat, then straight down to a hundredth."""
    if step < warm:
        return (step + 1) / warm
    return 1.0 if done < flat else max(0.01, 1 - (done - flat) / (1 - flat))


class Stop:
    """Ctrl-C or a polite kill asks the loop to save and end; a second Ctrl-C ends at once."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def train(
    *,
    model: torch.nn.Module,
    body: Callable[[torch.Tensor], torch.Tensor],
    head: torch.Tensor,
    optimizers: Sequence[torch.optim.Optimizer],
    pools: Callable[[int], list[Batch]],
    limits: Limits,
    checkpoints: Checkpoints,
    state: Callable[[], dict[str, Any]],
    progress: Progress,
    judge: Callable[[], dict[str, float]],
) -> bool:
    """Train until a limit (True) or until asked to stop (False); saved either way."""
    stop, rates = Stop(), [[group["lr"] for group in one.param_groups] for one in optimizers]
    began, before = time.monotonic(), progress.seconds
    saved = reported = began
    tokens_then, averaged = progress.tokens, progress.loss
    batches: list[Batch] = []
    while progress.step < limits.steps and progress.seconds < limits.minutes * 60 and not stop.asked:
        number, within = divmod(progress.step, POOL)
        if within == 0 or not batches:
            batches = pools(number)
        batch = batches[within]
        done = max(progress.seconds / (limits.minutes * 60), progress.step / limits.steps)
        for one, starts in zip(optimizers, rates, strict=True):
            for group, start in zip(one.param_groups, starts, strict=True):
                group["lr"] = start * rate(done, progress.step)
        loss = answer_loss(body(batch.ids), head, batch.labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        for one in optimizers:
            one.step()
            one.zero_grad(set_to_none=True)
        averaged = loss.item() if progress.step == 0 else 0.98 * averaged + 0.02 * loss.item()
        now = time.monotonic()
        progress.step, progress.tokens = progress.step + 1, progress.tokens + batch.tokens
        progress.seconds, progress.loss = before + now - began, averaged
        if now - reported >= limits.report_seconds:
            _report(progress, limits, (progress.tokens - tokens_then) / (now - reported))
            reported, tokens_then = now, progress.tokens
        if now - saved >= limits.checkpoint_seconds:
            progress.figures = judge()
            checkpoints.save(progress, state())
            print(f"saved step {progress.step} · {_figures(progress)}", flush=True)
            saved = time.monotonic()
    progress.figures = judge()
    checkpoints.save(progress, state())
    print(f"{'stopped' if stop.asked else 'done'} at step {progress.step} · {_figures(progress)}", flush=True)
    return not stop.asked


def _report(progress: Progress, limits: Limits, speed: float) -> None:
    by_steps = (limits.steps - progress.step) * progress.seconds / max(progress.step, 1)
    left = min(limits.minutes * 60 - progress.seconds, by_steps) / 60
    print(
        f"step {progress.step} · {progress.tokens:,} tokens · {speed:,.0f} tokens/s"
        f" · loss {progress.loss:.3f} · {left:.0f} min left",
        flush=True,
    )


def _figures(progress: Progress) -> str:
    return " · ".join(f"{name} {value:.3f}" for name, value in progress.figures.items())
