"""Collecting the house's sentences and compiling their translations, without gettext's own programs.

A sentence is found where `gettext` and its sisters stand in Python, and `{% translate %}` in templates. The
catalogue lies in `locale/<language>/LC_MESSAGES/django.po`; its compiled form beside it is not in git.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LOCALE = Path(__file__).resolve().parent / "locale"
LANGUAGES = {"zh_Hans": "zh_Hans"}
NAMES = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
_CALL = re.compile(r"\b(?:gettext|ngettext|_)\(")


@dataclass(frozen=True)
class Sentence:
    """One message and where it stands; `plural` for those that count."""

    words: str
    plural: str | None
    file: str
    line: int


def sentences() -> list[Sentence]:
    """Every sentence of the platform, in the order of files and lines."""
    found = [sentence for path in _files() for sentence in _in_file(path)]
    return sorted(found, key=lambda one: (one.file, one.line))


def _files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        if path.suffix in (".py", ".html") and "migrations" not in path.parts:
            yield path


def _in_file(path: Path) -> Iterator[Sentence]:
    text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
    if path.suffix == ".py":
        for call in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
            yield from _of_call(call, name, call.lineno)
        return
    drawn = templatize(text, origin=name)
    for match in _CALL.finditer(drawn):
        line = drawn.count("\n", 0, match.start()) + 1
        yield from _of_call(_parse_from(drawn, match.start()), name, line)


def _parse_from(text: str, start: int) -> ast.Call:
    """The call that begins here: the shortest text up to a closing bracket that Python can read."""
    for end in (match.end() for match in re.finditer(r"\)", text[start:])):
        try:
            node = ast.parse(text[start : start + end].strip(), mode="eval").body
        except SyntaxError:
            continue
        if isinstance(node, ast.Call):
            return node
    raise ValueError(f"A sentence is not closed: {text[start : start + 80]!r}")


def _of_call(call: ast.Call, file: str, line: int) -> Iterator[Sentence]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in NAMES or not call.args:
        return
    words = [
        arg.value for arg in call.args[:2] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
    ]
    if not words:
        return
    counts = name.startswith("ngettext") and len(words) == 2
    yield Sentence(words[0], words[1] if counts else None, file, line)


def po_path(language: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """A language's catalogue; an empty one when there is none yet."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(language: str) -> Catalog:
    """Bring a catalogue up to the sentences of today; what is gone leaves it."""
    template = Catalog(charset="utf-8")
    for one in sentences():
        message = (one.words, one.plural) if one.plural else one.words
        flags = ["python-format"] if re.search(r"%\(\w+\)s", one.words) else []
        template.add(message, locations=[(one.file, one.line)], flags=flags)
    catalog = read(language)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def save(language: str, catalog: Catalog) -> None:
    """Write a catalogue: places without line numbers, so that it changes only when a sentence does."""
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=110, omit_header=False, include_lineno=False, sort_by_file=True)


def compile_all() -> list[Path]:
    """Compile every catalogue; returns what was written."""
    written = []
    for language in LANGUAGES:
        path = po_path(language).with_suffix(".mo")
        draft = path.with_suffix(".mo.new")
        with draft.open("wb") as file:
            write_mo(file, read(language))
        draft.replace(path)
        written.append(path)
    return written


def untranslated(language: str) -> list[str]:
    """Sentences of today that a language does not have, or has only as a guess."""
    catalog = read(language)
    missing = []
    for one in sentences():
        message = catalog.get(one.words)
        strings = (
            message.string if message and isinstance(message.string, tuple) else (message and message.string,)
        )
        if message is None or message.fuzzy or not all(strings):
            missing.append(f"{one.file}:{one.line}: {one.words}")
    return missing
