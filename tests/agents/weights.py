"""Small bases and adapters written by hand: the layout is eight bytes of length, a JSON header, the numbers."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from housestaff.agents.adapters import adapter_digest, read_base

HIDDEN, OUT, RANK = 8, 12, 4
MODULES = ("q_proj", "v_proj")
CONFIG: dict[str, Any] = {
    "peft_type": "LORA",
    "task_type": "CAUSAL_LM",
    "r": RANK,
    "lora_alpha": 8,
    "target_modules": list(MODULES),
    "bias": "none",
    "init_lora_weights": True,
    "base_model_name_or_path": "housestaff-nano",
}
Tensor = tuple[str, list[int], bytes]


def floats(*shape: int, value: float = 0.5) -> Tensor:
    count = 1
    for size in shape:
        count *= size
    return "F32", list(shape), struct.pack("<f", value) * count


def safetensors(tensors: Mapping[str, Tensor]) -> bytes:
    header, data = {}, b""
    for name, (dtype, shape, numbers) in tensors.items():
        offsets = [len(data), len(data) + len(numbers)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += numbers
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def module(name: str) -> str:
    return f"model.layers.0.self_attn.{name}"


def lora() -> dict[str, Tensor]:
    """The tensors of a good adapter."""
    found = {}
    for name in MODULES:
        found[f"base_model.model.{module(name)}.lora_A.weight"] = floats(RANK, HIDDEN)
        found[f"base_model.model.{module(name)}.lora_B.weight"] = floats(OUT, RANK)
    return found


def make_base(folder: Path, value: float = 0.1) -> Path:
    folder.mkdir()
    tensors = {f"{module(name)}.weight": floats(OUT, HIDDEN, value=value) for name in (*MODULES, "k_proj")}
    (folder / "model.safetensors").write_bytes(safetensors(tensors))
    (folder / "config.json").write_text('{"model_type": "qwen3"}', encoding="utf-8")
    card = {"fluent": False, "languages": ["en", "zh-hans"], "context": 2048, "vision": False}
    (folder / "README.md").write_text(f"---\n{yaml.safe_dump(card)}---\n", encoding="utf-8")
    return folder


def make_adapter(
    folder: Path, base: Path, *, tensors: Mapping[str, Tensor] | None = None, **config: Any
) -> Path:
    """A good adapter for `base`, but for what the caller changes; its card is always honest."""
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps(CONFIG | config), encoding="utf-8")
    weights = safetensors(lora() if tensors is None else tensors)
    (folder / "adapter_model.safetensors").write_bytes(weights)
    write_card(folder, base)
    return folder


def write_card(folder: Path, base: Path) -> None:
    card = {"digest": adapter_digest(folder), "base_digest": read_base(base).digest}
    (folder / "card.yaml").write_text(yaml.safe_dump(card), encoding="utf-8")
