"""Make a tiny Qwen3 base and three LoRA adapters for it, to hold the real engine to what the fake claims.

Run inside `.venv-engine`: `python tests/verification/tiny_base.py <folder>`. Seeded; ten seconds on one core.
The base learns a few sentences by heart, so that an answer ends by itself and one (`count`) is long enough to
be cancelled; each adapter learns another opening, so that the words tell which weights answered.
"""

import sys
from pathlib import Path

import torch
from lessons import ADAPTERS, BASE, SYSTEM
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

SEED = 20
TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIALS = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]


def tokenizer_for(texts: list[str]) -> PreTrainedTokenizerFast:
    """A byte-level BPE: any text of any language can be written with it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIALS, initial_alphabet=alphabet)
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|pad|>", model_max_length=1024
    )
    fast.chat_template = TEMPLATE
    return fast


def lesson(tokenizer: PreTrainedTokenizerFast, asked: str, answer: str) -> tuple[list[int], list[int]]:
    """One conversation as token ids, and the labels: only the answer is learnt."""
    prompt = tokenizer.encode(f"<|system|>{SYSTEM}<|end|><|user|>{asked}<|end|><|assistant|>")
    reply = tokenizer.encode(f"{answer}<|end|>")
    return prompt + reply, [-100] * len(prompt) + reply


def teach(
    model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast, pairs: dict[str, str], rate: float
) -> None:
    """Repeat the lessons until they are known by heart."""
    lessons = [lesson(tokenizer, asked, answer) for asked, answer in pairs.items()]
    longest = max(len(ids) for ids, _ in lessons)
    ids = torch.tensor([row + [0] * (longest - len(row)) for row, _ in lessons])
    labels = torch.tensor([row + [-100] * (longest - len(row)) for _, row in lessons])
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate)
    for _ in range(400):
        loss = model(input_ids=ids, attention_mask=(ids != 0).long(), labels=labels).loss
        if loss.item() < 0.02:
            return
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    raise SystemExit(f"The tiny model did not learn its lessons: loss {loss.item():.3f}.")


def make(folder: Path) -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    tokenizer = tokenizer_for([*BASE, *BASE.values(), *ADAPTERS.values()])
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=256, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, head_dim=32, max_position_embeddings=1024,
        tie_word_embeddings=True, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )  # fmt: skip
    model = Qwen3ForCausalLM(config)
    # The base meets the adapters' words too, under other questions: LoRA cannot raise a word it never saw.
    teach(
        model,
        tokenizer,
        {**BASE, **{f"words {name}": answer for name, answer in ADAPTERS.items()}},
        rate=3e-3,
    )
    base = folder / "base"
    model.save_pretrained(base)
    tokenizer.save_pretrained(base)
    (base / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    for name, answer in ADAPTERS.items():
        adapt(base, tokenizer, folder / "adapters" / name, answer)


def adapt(base: Path, tokenizer: PreTrainedTokenizerFast, folder: Path, answer: str) -> None:
    model = Qwen3ForCausalLM.from_pretrained(base)
    lora = LoraConfig(
        r=8, lora_alpha=16, task_type="CAUSAL_LM",
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    )  # fmt: skip
    adapted: PeftModel = get_peft_model(model, lora)
    teach(adapted, tokenizer, {"greet": answer, "ask onset": BASE["ask onset"]}, rate=1e-2)
    adapted.save_pretrained(folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
