"""The base's own byte-level BPE tokenizer and chat template, trained on our own text.

One token a Chinese character and one a digit, so that any phrase is copied the same way; the scaffolding of the JSON
answer is a word of its own, so a fact costs few steps. Needs `tokenizers` (the engine's environment).
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from .banks import bank
from .text import everyday_characters, examples

MARKS = ("<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
PAD, END = 0, 1
VOCABULARY = 8192
CONTEXT = 2048

_WORDS = (
    r'\[?\{"key":"|"\},\{"key":"|"\}\]'
    r'|","status":"(?:present|denied|unsure)","quote":"'
    r"|\p{Han}|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+| ?(?:(?!\p{Han})\p{L})+|\s+(?!\S)|\s+"
)

TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|' + message['role'] + '|>' + message['content'] + '<|end|>' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
)


def train(seed: int, of_examples: int = 40_000) -> Tokenizer:
    """A tokenizer from the first examples of a seed, the vocabulary bank and the everyday Chinese characters."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(MARKS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(seed, of_examples), trainer)
    return tokenizer


def _corpus(seed: int, of_examples: int) -> Iterator[str]:
    yield from [everyday_characters()] * 200
    vocabulary = bank("vocabulary")["en"]
    yield from [vocabulary, vocabulary.lower()] * 60
    for one in islice(examples(seed), of_examples):
        yield from (one.system, one.user, one.answer)


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """`tokenizer.json`, its configuration and the chat template, as Hugging Face and vLLM read them."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    configuration = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|end|>",
        "pad_token": "<|pad|>",
        "model_max_length": CONTEXT,
        "clean_up_tokenization_spaces": False,
        "additional_special_tokens": list(MARKS[2:]),
    }
    (folder / "tokenizer_config.json").write_text(
        json.dumps(configuration, indent=1) + "\n", encoding="utf-8"
    )
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
