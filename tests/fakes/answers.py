"""What the fake engine says: signed sentences by heart, and structured output that fits its schema.

`Script` is read from one JSON file, all parts optional:

    {"say urology en": {"ask onset": "When did it start?"},      system prompt → user prompt → answer
     "urology: say urology en": {…},                             the same, for one adapter's slug only
     "words": {"burn": "dysuria"}}                               words of a clause → the key they stand for
"""

import json
import re
from pathlib import Path
from typing import Any

DENIALS = ("no ", "not ", "never", "n't", "没有", "没", "不", "无")
DOUBTS = ("maybe", "not sure", "perhaps", "可能", "好像", "不确定")


class Script:
    def __init__(self, parts: dict[str, dict[str, str]] | None = None) -> None:
        self.parts = parts or {}
        self.words = self.parts.get("words", {})

    @classmethod
    def read(cls, path: Path | None) -> "Script":
        return cls(json.loads(path.read_text(encoding="utf-8")) if path else None)

    def say(self, model: str, system: str, user: str) -> str:
        """The sentence known by heart, or the plan itself as an echo."""
        slug = model.rpartition("-")[0] or model
        for part in (f"{slug}: {system}", system):
            if user in self.parts.get(part, {}):
                return self.parts[part][user]
        return user

    def fill(self, schema: dict[str, Any], user: str) -> Any:
        """Any value that fits the schema; lists of facts by the words of each clause."""
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self.fill(schema[choice][0], user)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                return {name: self.fill(part, user) for name, part in schema.get("properties", {}).items()}
            case "array":
                return self._list(schema, user)
            case "integer" | "number":
                return schema.get("minimum", 0)
            case "boolean":
                return False
            case "string":
                return "x" * schema.get("minLength", 0)
        return None

    def _list(self, schema: dict[str, Any], user: str) -> list[Any]:
        items = schema.get("items", {})
        least, most = schema.get("minItems", 0), schema.get("maxItems", 4)
        if "quote" in items.get("properties", {}):
            facts = self._facts(items["properties"], user)[:most]
            if len(facts) >= least:
                return facts
        return [self.fill(items, user) for _ in range(least)]

    def _facts(self, properties: dict[str, Any], user: str) -> list[dict[str, Any]]:
        """One fact for each clause whose words stand for a key that the schema offers, each key once."""
        keys = properties["key"].get("enum", [])
        question = user.partition("\n")[0] if user.startswith("Q:") else ""
        facts: dict[str, dict[str, Any]] = {}
        for quote in properties["quote"].get("enum", []):
            key = self._key(quote, keys)
            if key and key not in facts:
                facts[key] = {"key": key, "status": status_of(quote), "quote": quote}
        asked = self._key(question, keys)
        if asked and asked not in facts and properties["quote"].get("enum"):
            quote = properties["quote"]["enum"][0]
            facts[asked] = {"key": asked, "status": status_of(quote), "quote": quote}
        return [{name: fact[name] for name in properties if name in fact} for fact in facts.values()]

    def _key(self, text: str, keys: list[str]) -> str | None:
        text = text.lower()
        for words, key in self.words.items():
            if key in keys and words.lower() in text:
                return key
        return next((key for key in keys if key.replace("_", " ") in text), None)


def status_of(quote: str) -> str:
    words = f"{quote.lower()} "
    if any(doubt in words for doubt in DOUBTS):
        return "unsure"
    return "denied" if any(denial in words for denial in DENIALS) else "present"


def tokens(text: str) -> list[str]:
    """Words with the blank before them; each Chinese character by itself."""
    return re.findall(r"\s*[\u3000-\u9fff\uff00-\uffef]|\s*[^\s\u3000-\u9fff\uff00-\uffef]+|\s+$", text)
