"""Train `housestaff-nano` from scratch on this machine; run by `manage.py train_base` in the engine's environment.

Weights and optimizers are fp32. Products are bf16 where a short measurement finds them faster on this processor (one
without AMX or AVX-512 multiplies bf16 a hundred times slower); the export is bf16. Start again with --resume after any end.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

from housestaff.learning.batches import Encoder, pool
from housestaff.learning.loop import Checkpoints, Limits, Progress, train, whole_answers
from housestaff.learning.muon import Muon

from . import tokenizer as own_tokenizer
from .text import example

SHAPE = {
    "hidden_size": 256,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 64,
    "intermediate_size": 640,
}
JUDGED = 240  # examples of another seed, looked at with every checkpoint
TOGETHER = 24


def shape(layers: int | None = None, hidden: int | None = None) -> Qwen3Config:
    """The base's architecture; tests make it tiny."""
    sizes = dict(SHAPE)
    if layers:
        sizes["num_hidden_layers"] = layers
    if hidden:
        sizes |= {"hidden_size": hidden, "intermediate_size": hidden * 2}
    return Qwen3Config(
        **sizes,
        vocab_size=own_tokenizer.VOCABULARY,
        max_position_embeddings=own_tokenizer.CONTEXT,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0},
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=own_tokenizer.END,
        pad_token_id=own_tokenizer.PAD,
    )


def multiplies_fast(kind: torch.dtype) -> bool:
    """Whether products of this kind take less than four fifths of fp32's time here (half a second's measurement)."""

    def products(dtype: torch.dtype) -> int:
        left, right = torch.ones(2048, 256, dtype=dtype), torch.ones(256, 640, dtype=dtype)
        _ = left @ right
        done, until = 0, time.monotonic() + 0.25
        while time.monotonic() < until:
            _ = left @ right
            done += 1
        return done

    return products(kind) > 1.25 * products(torch.float32)


def judged(encoder: Encoder, model: Any, seed: int, how_many: int) -> dict[str, float]:
    """The share of fresh examples answered exactly, by task (greedy decoding)."""
    right: dict[str, list[bool]] = defaultdict(list)
    model.eval()
    for first in range(0, how_many, TOGETHER):
        ones = [example(seed + 1, at) for at in range(first, min(first + TOGETHER, how_many))]
        batch = encoder.batch([encoder.encode(one) for one in ones])
        with torch.no_grad():
            hidden = model.model(batch.ids).last_hidden_state.float()
        for one, well in zip(ones, whole_answers(hidden, model.lm_head.weight, batch.labels), strict=True):
            right[f"exact_{'glossary' if 'glossary' in one.system else one.system.split()[0]}"].append(well)
    model.train()
    return {task: sum(found) / len(found) for task, found in sorted(right.items())}


def run(args: argparse.Namespace) -> bool:
    """One run, or the next part of it; True when a limit was reached."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    work = Path(args.work)
    if not (work / "tokenizer" / "tokenizer.json").exists():
        print("training the tokenizer", flush=True)
        own_tokenizer.save(own_tokenizer.train(args.seed, args.tokenizer_examples), work / "tokenizer")
    about = {"seed": args.seed, "threads": args.threads, "command": args.command, "note": ""}
    (work / "run.json").write_text(json.dumps(about) + "\n", encoding="utf-8")
    encoder = Encoder(AutoTokenizer.from_pretrained(work / "tokenizer"))
    model = Qwen3ForCausalLM(shape(args.layers, args.hidden)).float()
    kind = torch.bfloat16 if multiplies_fast(torch.bfloat16) else torch.float32

    def body(ids: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cpu", kind, enabled=kind != torch.float32):
            hidden: torch.Tensor = model.model(ids).last_hidden_state
        return hidden.float()

    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    optimizers = [
        Muon(matrices, lr=args.rate, kind=kind),
        torch.optim.AdamW(others, lr=args.rate, betas=(0.9, 0.95), weight_decay=0),
    ]
    checkpoints, progress = Checkpoints(work / "checkpoints"), Progress()
    found = checkpoints.newest() if args.resume else None
    if found:
        progress = Progress(**found["progress"])
        model.load_state_dict(found["model"])
        for one, saved in zip(optimizers, found["optimizers"], strict=True):
            one.load_state_dict(saved)
        print(f"resumed at step {progress.step}, {progress.seconds / 60:.1f} minutes in", flush=True)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, products in {kind}", flush=True)
    model.train()
    return train(
        model=model,
        body=body,
        head=model.lm_head.weight,
        optimizers=optimizers,
        pools=lambda number: pool(encoder, lambda at: example(args.seed, at), number, args.batch, args.seed),
        limits=Limits(args.steps, args.minutes, args.checkpoint_seconds, args.report_seconds),
        checkpoints=checkpoints,
        state=lambda: {"model": model.state_dict(), "optimizers": [one.state_dict() for one in optimizers]},
        progress=progress,
        judge=lambda: judged(encoder, model, args.seed, args.judged),
    )


def arguments() -> argparse.ArgumentParser:
    """What can be said on the command line; `manage.py train_base` passes it on."""
    parser = argparse.ArgumentParser(prog="train_base", description=__doc__)
    parser.add_argument("--work", default="var/training/base", help="tokenizer and checkpoints of the run")
    parser.add_argument("--minutes", type=float, default=55)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--batch", type=int, default=32, help="examples a step")
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpoint-seconds", type=float, default=280)
    parser.add_argument("--report-seconds", type=float, default=10)
    parser.add_argument("--resume", action="store_true", help="go on from the newest whole checkpoint")
    parser.add_argument("--command", default="", help=argparse.SUPPRESS)
    parser.add_argument("--layers", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--hidden", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--judged", type=int, default=JUDGED, help=argparse.SUPPRESS)
    parser.add_argument("--tokenizer-examples", type=int, default=40_000, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    raise SystemExit(0 if run(arguments().parse_args()) else 130)
