"""The weights themselves: a true safetensors file whose tensors fit the base, two to a module, all finite."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal

from safetensors import SafetensorError, deserialize

from .base_model import BaseModel
from .reading import WEIGHTS

# dtype → (how to view the bytes as whole numbers, the exponent bits: all set means infinite or not a number)
KINDS: dict[str, tuple[Literal["I", "H"], int]] = {
    "F32": ("I", 0x7F800000),
    "F16": ("H", 0x7C00),
    "BF16": ("H", 0x7F80),
}
NAME = re.compile(r"base_model\.model\.(?P<module>[A-Za-z0-9_.]{1,200})\.lora_(?P<half>[AB])\.weight")
MOST_SENTENCES = 5


def tensor_problems(weights: bytes, rank: int, modules: frozenset[str], base: BaseModel) -> list[str]:
    """Up to five sentences against the weights; none when they may be served."""
    if weights[:2] in {b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK"}:
        return [f"{WEIGHTS} is a pickle file under another name, which can run any program: never serve it."]
    try:
        tensors: dict[str, Any] = dict(deserialize(weights))  # type: ignore[no-untyped-call]  # its stub has no types
    except (SafetensorError, ValueError) as broken:
        return [f"{WEIGHTS} is no whole safetensors file ({str(broken)[:80]}): copy or train it again."]
    if not tensors:
        return [f"{WEIGHTS} holds no weights."]
    return list(islice(_problems(tensors, rank, modules, base), MOST_SENTENCES))


def _problems(tensors: dict[str, Any], rank: int, modules: frozenset[str], base: BaseModel) -> Iterator[str]:
    halves: dict[str, set[str]] = {}
    for name, tensor in tensors.items():
        match = NAME.fullmatch(name)
        if match is None or match["module"].rpartition(".")[2] not in modules:
            yield f"{WEIGHTS}: {name[:120]!r} is not a LoRA weight of one of the target_modules."
            continue
        halves.setdefault(match["module"], set()).add(match["half"])
        yield from _shape_problems(name, match["module"], match["half"], tensor["shape"], rank, base)
        yield from _number_problems(name, tensor)
    for module, found in halves.items():
        if found != {"A", "B"}:
            yield f"{WEIGHTS}: {module} has only its half lora_{found.pop()}; both A and B are needed."


def _shape_problems(
    name: str, module: str, half: str, shape: list[int], rank: int, base: BaseModel
) -> Iterator[str]:
    outer = base.shapes.get(f"{module}.weight")
    if outer is None or len(outer) != 2:
        yield f"{WEIGHTS}: the base in use has no {module}; the adapter belongs to another base."
        return
    wanted = [rank, outer[1]] if half == "A" else [outer[0], rank]
    if shape != wanted:
        yield f"{WEIGHTS}: {name} has the size {shape}, the base in use needs {wanted}."


def _number_problems(name: str, tensor: dict[str, Any]) -> Iterator[str]:
    if tensor["dtype"] not in KINDS:
        yield f"{WEIGHTS}: {name} is stored as {tensor['dtype']}; F32, F16 or BF16 are served."
        return
    view, exponent = KINDS[tensor["dtype"]]
    if any(number & exponent == exponent for number in memoryview(tensor["data"]).cast(view)):
        yield f"{WEIGHTS}: {name} holds infinite or undefined numbers; the training has failed."
