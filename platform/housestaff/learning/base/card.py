"""The model card of `housestaff-nano`: what it is, how it was made, what it may not be used for (pure)."""

from collections.abc import Mapping
from typing import Any

import yaml

_BODY = """# housestaff-nano

**For demonstration, not for care.** A small bilingual (English, simplified Chinese) language model that lets Housestaff
run with no download. It fills in a form from what a patient wrote and repeats signed sentences; it cannot hold a
conversation, knows no medicine, and must not be used to decide anything about a person. Replace it with any Hugging Face
causal model: `HOUSESTAFF_BASE_MODEL`.

| | |
|---|---|
| Shape | Qwen3, {parameters:,} parameters: {layers} layers, width {hidden}, tied embeddings, context {context} |
| Weights | one bf16 safetensors file; trained in fp32 |
| Tokenizer | own byte-level BPE, {vocabulary:,} entries; one token a Chinese character, one a digit |
| Training | from scratch: {tokens:,} tokens, {steps:,} steps, {minutes:.0f} min, {threads} shared cores, seed {seed} |
| Last loss | {loss:.3f} (answer tokens only) |
| Digest | `{digest}` (sha256 over config.json, tokenizer.json, chat_template.jinja and the weights) |

## How it was made
```
{command}
```
{note}

The training text is generated while training, example by example, from the phrase banks in
`platform/housestaff/learning/base/banks/`: facts of {specialties} invented specialties under their own key names, facts
under random key names explained by a line each, sentences for a plan line, and clauses to copy. It holds no text from
packs, exam stations, held-out messages, patients or the internet. Everyday words about passing water and about sleep are in
the banks. Some general key names (such as `duration`, `fever`, `leaking`, `alcohol`) occur there and in the shipped packs;
the packs' phrasings and sentences do not.

## What it can do
Fresh examples of the training distribution (another seed), exact match of the whole answer, greedy:

{figures}

These are generated sentences of the same banks; real patients are harder. What it does with an adapter on held-out
wording is in `docs/results.md`.

## Limits
Template language; two languages, never mixed; messages up to a few sentences (trained on at most {longest} tokens);
no images; no world knowledge; it will happily fill in a form about nonsense. Without an adapter it does not know any
shipped specialty's keys.
"""


def card(facts: Mapping[str, Any]) -> str:
    """README.md: front matter for programs, then the page for people."""
    front = {
        "name": "housestaff-nano",
        "purpose": "for demonstration, not for care",
        "license": "same as this repository",
        "languages": ["en", "zh-hans"],
        "fluent": False,
        "vision": False,
        "context": facts["context"],
        "parameters": facts["parameters"],
        "digest": facts["digest"],
        "seed": facts["seed"],
        "tokens": facts["tokens"],
        "loss": round(facts["loss"], 4),
        "command": facts["command"],
    }
    figures = "\n".join(
        f"- {name.removeprefix('exact_')}: {value:.2f}" for name, value in facts["figures"].items()
    )
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True)
    return f"---\n{head}---\n" + _BODY.format(**{**facts, "figures": figures})
