"""Decides whether an adapter may be served, and says everything that speaks against it."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .base_model import BaseModel
from .problems import BadAdapter, Limits
from .reading import CARD, CONFIG, AdapterFiles, read_folder
from .tensors import tensor_problems

# PEFT features that vLLM does not serve, or that reach beyond the two matrices of plain LoRA.
PLAIN = (
    *("use_dora", "lora_bias", "modules_to_save", "layer_replication", "alora_invocation_tokens"),
    *("trainable_token_indices", "target_parameters", "use_bdlora", "use_qalora", "auto_mapping"),
    *("fan_in_fan_out", "rank_pattern", "alpha_pattern"),
)


@dataclass(frozen=True)
class CheckedAdapter:
    """An adapter that fits its base; `digest` names it from here on, whatever its folder is called."""

    digest: str
    base_digest: str
    rank: int
    modules: frozenset[str]
    files: AdapterFiles


def check_adapter(folder: Path, base: BaseModel, limits: Limits | None = None) -> CheckedAdapter:
    """The folder as an adapter for `base`; raises BadAdapter with every sentence against it."""
    limits = limits or Limits()
    files = read_folder(folder, limits)
    config = _mapping(CONFIG, files.config)
    card = _mapping(CARD, files.card)
    problems = [*_card_problems(card, files, base), *_config_problems(config, limits)]
    if not problems:
        problems += tensor_problems(files.weights, config["r"], frozenset(config["target_modules"]), base)
    if problems:
        raise BadAdapter(problems)
    return CheckedAdapter(files.digest, base.digest, config["r"], frozenset(config["target_modules"]), files)


def _mapping(name: str, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content) if name == CONFIG else yaml.safe_load(content)
    except (ValueError, RecursionError, yaml.YAMLError):
        found = None
    if not isinstance(found, dict):
        raise BadAdapter([f"{name} cannot be read: it is empty, cut off, or not what its name says."])
    return found


def _card_problems(card: dict[str, Any], files: AdapterFiles, base: BaseModel) -> Iterator[str]:
    """The card says which base the weights were trained on, and which weights it describes."""
    if card.get("base_digest") != base.digest:
        yield (
            f"The adapter was trained on another base (card: base_digest "
            f"{str(card.get('base_digest'))[:16]}, in use: {base.digest[:16]}): "
            "train it again with manage.py train_adapter."
        )
    if card.get("digest") != files.digest:
        yield (
            f"The weights are not those the card describes (card: digest {str(card.get('digest'))[:16]}, "
            f"files: {files.digest[:16]}): restore the files, or train again to have the card written anew."
        )


def _config_problems(config: dict[str, Any], limits: Limits) -> Iterator[str]:
    if config.get("peft_type") != "LORA" or config.get("task_type") not in {None, "CAUSAL_LM"}:
        yield f"{CONFIG}: only LoRA adapters of a causal language model are served (peft_type, task_type)."
    rank = config.get("r")
    if not isinstance(rank, int) or isinstance(rank, bool) or not 1 <= rank <= limits.rank:
        yield f"{CONFIG}: the rank r is {rank!r}; the engine serves 1 to {limits.rank}: train with those."
    alpha = config.get("lora_alpha")
    if (
        not isinstance(alpha, int | float)
        or isinstance(alpha, bool)
        or not math.isfinite(alpha)
        or alpha <= 0
    ):
        yield f"{CONFIG}: lora_alpha must be a number above 0, not {alpha!r}."
    yield from _module_problems(config.get("target_modules"), limits)
    if config.get("bias", "none") != "none":
        yield f"{CONFIG}: bias must be none."
    if config.get("init_lora_weights", True) not in {True, False, None, "gaussian", "orthogonal"}:
        yield f"{CONFIG}: init_lora_weights changes the base's own weights; use the default."
    for feature in PLAIN:
        if config.get(feature):
            yield f"{CONFIG}: {feature} is not served; train a plain LoRA adapter without it."


def _module_problems(modules: Any, limits: Limits) -> Iterator[str]:
    if not isinstance(modules, list) or not modules or not all(isinstance(name, str) for name in modules):
        yield f"{CONFIG}: target_modules must be a list of names."
        return
    unknown = sorted(set(modules) - limits.modules)
    if unknown:
        yield (
            f"{CONFIG}: target_modules names {', '.join(unknown)[:200]}, which the engine does not adapt; "
            f"allowed are {', '.join(sorted(limits.modules))}."
        )
