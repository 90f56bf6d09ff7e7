"""Train one specialty's LoRA adapter with PEFT; run by `manage.py train_adapter` in the engine's environment.

Only this module and its siblings (`loop`, `batches`, `muon`, `base/`) import torch, transformers or peft.
"""

import argparse
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
import yaml
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from housestaff.agents.adapters import adapter_digest, check_adapter, read_base
from housestaff.agents.packs import Pack, load_pack

from .batches import Encoder, pool
from .datasets import Lesson
from .loop import Checkpoints, Limits, Progress, train, whole_answers

JUDGED = 160
TOGETHER = 16


def run(args: argparse.Namespace) -> bool:
    """Train (or go on training) and, unless cancelled, write the adapter; True when it was written."""
    torch.set_num_threads(args.threads)
    pack = load_pack(Path(args.pack))
    recipe = pack.training
    seed = recipe.seed if args.seed is None else args.seed
    torch.manual_seed(seed)
    base = read_base(Path(args.base))
    encoder = Encoder(AutoTokenizer.from_pretrained(args.base))
    whole = AutoModelForCausalLM.from_pretrained(args.base, dtype=torch.float32)
    lora = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        target_modules=list(recipe.target_modules),
        task_type="CAUSAL_LM",
        base_model_name_or_path=Path(args.base).name,
    )
    model = get_peft_model(whole, lora)
    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad], lr=args.rate, weight_decay=0.0
    )
    work = Path(args.work) / f"{pack.slug}-{pack.digest[:12]}-{base.digest[:12]}"
    checkpoints, progress = Checkpoints(work), Progress()
    found = checkpoints.newest() if args.resume else None
    if found:
        progress = Progress(**found["progress"])
        set_peft_model_state_dict(model, found["adapter"])
        optimizer.load_state_dict(found["optimizer"])
        print(f"resumed at step {progress.step}", flush=True)
    lesson, steps = Lesson(pack, seed), args.steps or recipe.steps
    model.train()
    inner, head = whole.model, whole.lm_head.weight
    reached = train(
        model=model,
        body=lambda ids: inner(ids).last_hidden_state,
        head=head,
        optimizers=[optimizer],
        pools=lambda number: pool(encoder, lesson.example, number, args.batch, seed),
        limits=Limits(steps, args.minutes, args.checkpoint_seconds, args.report_seconds),
        checkpoints=checkpoints,
        state=lambda: {"adapter": get_peft_model_state_dict(model), "optimizer": optimizer.state_dict()},
        progress=progress,
        judge=lambda: judged(encoder, model, inner, head, Lesson(pack, seed + 1), args.judged),
    )
    if not reached:
        print(f"cancelled; go on with: manage.py train_adapter {pack.slug} --resume", flush=True)
        return False
    write(Path(args.out), model, lora, Path(args.base), pack, seed, args.command, progress)
    return True


def judged(
    encoder: Encoder, model: Any, inner: Any, head: torch.Tensor, lesson: Lesson, many: int
) -> dict[str, float]:
    """The share of fresh examples of another seed that are answered exactly, by task."""
    right: dict[str, list[bool]] = {"exact_facts": [], "exact_say": []}
    model.eval()
    for first in range(0, many, TOGETHER):
        ones = [lesson.example(at) for at in range(first, min(first + TOGETHER, many))]
        batch = encoder.batch([encoder.encode(one) for one in ones])
        with torch.no_grad():
            answers = whole_answers(inner(batch.ids).last_hidden_state, head, batch.labels)
        for one, well in zip(ones, answers, strict=True):
            right[f"exact_{one.system.split()[0]}"].append(well)
    model.train()
    return {task: sum(found) / max(len(found), 1) for task, found in right.items()}


def write(
    out: Path,
    model: Any,
    lora: LoraConfig,
    base: Path,
    pack: Pack,
    seed: int,
    command: str,
    progress: Progress,
) -> None:
    """The adapter's folder: weights in bf16, PEFT's configuration, and the card that names all digests."""
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".adapter-", dir=out.parent))
    state = {
        name: weight.to(torch.bfloat16).contiguous()
        for name, weight in get_peft_model_state_dict(model).items()
    }
    save_file(state, draft / "adapter_model.safetensors", metadata={"format": "pt"})
    lora.inference_mode = True
    lora.base_model_name_or_path = base.name
    lora.target_modules = sorted(lora.target_modules or [])
    lora.save_pretrained(str(draft))
    card = {
        "specialty": pack.slug,
        "purpose": "for demonstration, not for care",
        "digest": adapter_digest(draft),
        "base_digest": read_base(base).digest,
        "pack_digest": pack.digest,
        "pack_version": pack.version,
        "rank": lora.r,
        "alpha": lora.lora_alpha,
        "seed": seed,
        "command": command,
        "steps": progress.step,
        "tokens": progress.tokens,
        "minutes": round(progress.seconds / 60, 1),
        "loss": round(progress.loss, 4),
        "figures": {name: round(value, 4) for name, value in progress.figures.items()},
        "figures_note": "Fresh examples made from the pack's own phrasings; held-out wording is in docs/results.md.",
        "trained_at": datetime.now(UTC).date().isoformat(),
    }
    (draft / "card.yaml").write_text(
        yaml.safe_dump(card, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    for path in draft.iterdir():
        path.chmod(0o644)
    check_adapter(draft, read_base(base))
    draft.chmod(0o755)
    if out.exists():
        shutil.rmtree(out)
    draft.rename(out)
    print(f"wrote {out} · {len(state)} tensors · digest {card['digest'][:16]}", flush=True)


def arguments() -> argparse.ArgumentParser:
    """What can be said on the command line; `manage.py train_adapter` passes it on."""
    parser = argparse.ArgumentParser(prog="train_adapter", description=__doc__)
    parser.add_argument("--pack", required=True, help="the pack's folder, e.g. specialties/urology")
    parser.add_argument("--base", default="models/housestaff-nano")
    parser.add_argument("--out", required=True)
    parser.add_argument("--work", default="var/training/adapters")
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--steps", type=int, help="default: the pack's recipe")
    parser.add_argument("--seed", type=int, help="default: the pack's recipe")
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpoint-seconds", type=float, default=120)
    parser.add_argument("--report-seconds", type=float, default=10)
    parser.add_argument("--resume", action="store_true", help="go on from the newest whole checkpoint")
    parser.add_argument("--command", default="", help=argparse.SUPPRESS)
    parser.add_argument("--judged", type=int, default=JUDGED, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    raise SystemExit(0 if run(arguments().parse_args()) else 130)
