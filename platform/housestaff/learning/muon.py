"""Muon: momentum made orthogonal, for the matrices inside the blocks.

Keller Jordan, "Muon: an optimizer for hidden layers in neural networks" (2024), with the scale of Moonlight
(arXiv 2502.16982), so that learning rates are AdamW's. torch has one, but it always works in bf16, which a processor
without AMX or AVX-512 multiplies a hundred times slower than fp32.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch


class Muon(torch.optim.Optimizer):  # type: ignore[misc]  # torch lives in the other environment
    """For two-dimensional weights only; equal shapes are made orthogonal together."""

    def __init__(
        self,
        weights: Iterable[torch.nn.Parameter],
        lr: float,
        momentum: float = 0.95,
        decay: float = 0.01,
        kind: torch.dtype = torch.float32,
    ):
        super().__init__(weights, {"lr": lr, "momentum": momentum, "decay": decay})
        self.kind = kind  # of the products inside; the weights stay as they are

    def step(self, closure: Any = None) -> None:
        """One update of all weights that have a gradient."""
        with torch.no_grad():
            for group in self.param_groups:
                self._step_group(group)

    def _step_group(self, group: dict[str, Any]) -> None:
        shapes: dict[tuple[int, ...], list[torch.nn.Parameter]] = defaultdict(list)
        for weight in group["params"]:
            if weight.grad is not None:
                shapes[tuple(weight.shape)].append(weight)
        for shape, weights in shapes.items():
            stack = torch.stack([self._moved(weight, group["momentum"]) for weight in weights])
            moved = orthogonal(stack.to(self.kind)).to(stack.dtype)
            scale = group["lr"] * 0.2 * max(shape) ** 0.5
            for weight, direction in zip(weights, moved, strict=True):
                weight.mul_(1 - group["lr"] * group["decay"]).add_(direction, alpha=-scale)

    def _moved(self, weight: torch.nn.Parameter, momentum: float) -> torch.Tensor:
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
        assert weight.grad is not None
        state["momentum"].lerp_(weight.grad, 1 - momentum)
        return weight.grad.lerp(state["momentum"], momentum)


def orthogonal(stack: torch.Tensor) -> torch.Tensor:
    """The nearest half-orthogonal matrices by five Newton–Schulz steps; stack: [n, rows, columns]."""
    tall = stack.shape[-2] > stack.shape[-1]
    x = stack.mT if tall else stack
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for a, b, c in [(3.4445, -4.7750, 2.0315)] * 5:
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x
