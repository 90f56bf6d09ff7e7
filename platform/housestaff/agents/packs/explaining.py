"""What the schema found, in a clinician's words."""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from .reading import At, Read

SCHEMA = Path(__file__).resolve().parent.parent / "pack.schema.json"
LANGUAGE_NAMES = {"en": "English", "zh-hans": "Chinese"}
PLAIN_TYPES: dict[str, str] = {
    "object": "a block of named lines",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
}


@cache
def _validator(definition: str) -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{definition}"})


def check_shape(read: Read, definition: str) -> bool:
    """Adds a problem for everything in `read` that is not shaped as the schema says. True when all is well."""
    if read.problems:
        return False
    for error in _validator(definition).iter_errors(read.data):
        _explain(read, _nearest(error))
    return not read.problems


def _nearest(error: ValidationError) -> ValidationError:
    return (best_match([error]) or error) if error.context else error


def _explain(read: Read, error: ValidationError) -> None:
    at: At = tuple(error.absolute_path)
    place = _place(at)
    if error.validator == "required":
        wanted: Any = error.validator_value
        for name in sorted(set(wanted) - set(cast(dict[str, Any], error.instance))):
            _missing(read, at, place, name)
    elif error.validator == "additionalProperties":
        schema: Any = error.schema
        known = list(schema.get("properties", {}))
        instance: Any = error.instance
        for name in sorted(set(instance) - set(known)):
            near = get_close_matches(name, known, 1)
            instead = f"“{near[0]}”, if that was meant." if near else f"one of: {', '.join(known)}."
            read.problem((*at, name), f"“{name}” is not a word the house knows{place}.", instead)
    else:
        read.problem(at, *_other(error, at, place))


def _missing(read: Read, at: At, place: str, name: str) -> None:
    if name in LANGUAGE_NAMES:
        language = LANGUAGE_NAMES[name]
        read.problem(
            at, f"the {language} text is missing{place}.", f"add “{name}:” with the {language} text."
        )
    elif name == "why":
        read.problem(at, f"there is no reason{place}.", "add “why:” and say what the answer changes.")
    elif name == "look_alikes":
        read.problem(
            at,
            f"there is no look-alike{place}.",
            "add “look_alikes:” with messages that sound like it but are not it.",
        )
    else:
        read.problem(at, f"“{name}” is missing{place}.", f"add a line “{name}:”.")


def _other(error: ValidationError, at: At, place: str) -> tuple[str, str]:
    value: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "type":
        names = wanted if isinstance(wanted, list) else [wanted]
        want = " or ".join(PLAIN_TYPES.get(str(name), str(name)) for name in names)
        return f"“{_short(value)}” is not {want}{place}.", f"{want}."
    if error.validator == "enum":
        return f"“{_short(value)}” cannot stand here{place}.", "one of: " + ", ".join(map(str, wanted)) + "."
    if error.validator == "pattern" and "d{4}" in wanted:
        return f"“{_short(value)}” is not a date{place}.", "year-month-day, such as 2027-03-31."
    if error.validator == "pattern":
        return (
            f"“{_short(value)}” cannot be a key{place}.",
            "small letters, digits and _ only, such as blood_in_urine.",
        )
    if error.validator == "maxItems":
        return (
            f"there are {len(value)} lines{place}; a card in an emergency has at most {wanted}.",
            "fewer lines.",
        )
    if error.validator in {"minItems", "minLength"}:
        return f"nothing is written{place}.", "at least one."
    if error.validator in {"minimum", "maximum"}:
        return f"{value} is out of range{place}.", f"a number whose {error.validator} is {wanted}."
    return (
        f"this is not as expected{place}: {error.message[:120]}",
        "see specialties/README.md for the shape.",
    )


def _place(at: At) -> str:
    names = [f"number {part + 1}" if isinstance(part, int) else part for part in at]
    return f" in {' → '.join(names)}" if names else ""


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"
