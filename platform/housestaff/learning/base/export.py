"""The newest checkpoint as `models/housestaff-nano/`: bf16 weights, tokenizer, chat template, model card."""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import torch
from transformers import GenerationConfig, Qwen3ForCausalLM

from housestaff.agents.adapters import read_base
from housestaff.learning.loop import Checkpoints, Progress

from . import tokenizer as own_tokenizer
from .banks import specialties
from .card import card
from .train import shape

LARGEST = 32 * 1024 * 1024


def export(args: argparse.Namespace) -> Path:
    """Write the folder beside its place, then swap it in; raises ValueError when there is no checkpoint."""
    work, out = Path(args.work), Path(args.out)
    found = Checkpoints(work / "checkpoints").newest()
    if found is None:
        raise ValueError(f"There is no checkpoint in {work}: run manage.py train_base first.")
    progress = Progress(**found["progress"])
    model = Qwen3ForCausalLM(shape(args.layers, args.hidden))
    model.load_state_dict(found["model"])
    model = model.to(torch.bfloat16)
    model.generation_config = GenerationConfig(eos_token_id=own_tokenizer.END, pad_token_id=own_tokenizer.PAD)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".export-", dir=out.parent))
    model.save_pretrained(draft, max_shard_size="1GB")
    for path in (work / "tokenizer").iterdir():
        shutil.copyfile(path, draft / path.name)
    size = (draft / "model.safetensors").stat().st_size
    if size > LARGEST:
        raise ValueError(f"model.safetensors has {size} bytes, more than the {LARGEST} that git may hold.")
    config = model.config
    facts = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "layers": config.num_hidden_layers,
        "hidden": config.hidden_size,
        "vocabulary": config.vocab_size,
        "context": config.max_position_embeddings,
        "specialties": len(specialties()),
        "longest": 512,
        "digest": read_base(draft).digest,
        **json.loads((work / "run.json").read_text(encoding="utf-8")),
        **{"tokens": progress.tokens, "steps": progress.step, "minutes": progress.seconds / 60},
        **{"loss": progress.loss, "figures": progress.figures},
    }
    (draft / "README.md").write_text(card(facts), encoding="utf-8")
    for path in draft.iterdir():
        path.chmod(0o644)
    draft.chmod(0o755)
    if out.exists():
        shutil.rmtree(out)
    draft.rename(out)
    print(
        json.dumps({"out": str(out), "bytes": size, "digest": facts["digest"], "step": progress.step}),
        flush=True,
    )
    return out


def arguments() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    parser = argparse.ArgumentParser(prog="export", description=__doc__)
    parser.add_argument("--work", default="var/training/base")
    parser.add_argument("--out", default="models/housestaff-nano")
    parser.add_argument("--layers", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--hidden", type=int, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    export(arguments().parse_args())
