"""A specialty's folder → a frozen Pack, or every reason why not.

`specialties/_general` stands beside every pack: the red flags, questions, boundaries and phrasings that hold
for all specialties. They are part of the pack and of its digest.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .building import (
    Spread,
    article,
    boundary,
    complaint,
    day,
    examples_of,
    flag,
    item,
    phrases,
    training,
    words,
)
from .checking import check_pack, check_references
from .classes import classes_of
from .explaining import check_shape
from .problems import PackProblems, Problem
from .reading import Read, read_characters, read_file, read_text
from .shapes import Article, Enough, Item, Pack, RedFlag
from .words import Phrases, Words

GENERAL = "_general"
OWN_FILES = ("pack.yaml", "intake.yaml", "red_flags.yaml", "referrals.yaml", "examples.yaml", "training.yaml")
OWN_CLASSES = "words.yaml"  # a pack may add classes of words to the general ones
GENERAL_FILES = (
    *("intake.yaml", "red_flags.yaml", "boundaries.yaml", "dispositions.yaml", "examples.yaml"),
    "training.yaml",
    OWN_CLASSES,
)
SENTENCES = {
    "open": "opening",
    "close": "closing",
    "comfort": "comfort",
    "doctor_will_read": "doctor_will_read",
    "cannot_answer": "cannot_answer",
    "ask_again": "ask_again",
    "stopped": "stopped",
    "emergency_stop": "emergency_stop",
    "identity": "honest_identity",
}
READABLE = {".yaml", ".md"}
EXAM_REPORT = "exam.json"  # beside the pack, and no part of it or of its digest
WEIGHTS = {"adapter_config.json", "adapter_model.safetensors", "card.yaml", "README.md"}


def load_pack(path: Path | str, general: Path | None = None) -> Pack:
    """The pack in the folder `path`. Raises PackProblems with every problem found.

    What is past review is none (`findings` tells it): an article that expires overnight is no longer cited, but
    does not stop the house.
    """
    folder = Path(path)
    general = general or folder.parent / GENERAL
    problems = [*_unsafe_files(folder), *_unsafe_files(general)]
    own_files = (*OWN_FILES, OWN_CLASSES) if (folder / OWN_CLASSES).exists() else OWN_FILES
    own = {name: _read(folder / name, f"{folder.name}/{name}", name) for name in own_files}
    shared = {name: _read(general / name, f"{general.name}/{name}", name) for name in GENERAL_FILES}
    articles = [_read_article(file, f"{folder.name}/knowledge/{file.name}") for file in _articles_in(folder)]
    persona = _read_sections(folder / "persona.md", f"{folder.name}/persona.md")
    for read in [*own.values(), *shared.values(), persona, *articles]:
        problems += read.problems
    if problems:
        raise PackProblems(problems)
    check_references(own, shared, articles)
    for read in [*own.values(), *shared.values(), *articles]:
        problems += read.problems
    if problems:
        raise PackProblems(problems)
    pack = _build(own, shared, [article(read.data) for read in articles], _sections_words(persona))
    if found := check_pack(pack, folder.name, own, shared, articles):
        raise PackProblems(found)
    return dataclasses.replace(pack, digest=digest_of(pack))


def pack_folders(specialties: Path) -> list[Path]:
    """Every specialty's folder; names that begin with _ are not specialties."""
    return sorted(child for child in specialties.iterdir() if child.is_dir() and child.name[0] not in "_.")


def digest_of(pack: Pack) -> str:
    """sha256 over the pack's content, whatever the order or layout of its files."""
    content = json.dumps(_plain(dataclasses.replace(pack, digest="")), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(held) for held in value]
    return value if isinstance(value, str | int | bool | None) else str(value)


def _build(own: dict[str, Read], shared: dict[str, Read], articles: list[Article], persona: Words) -> Pack:
    head: dict[str, Any] = own["pack.yaml"].data
    both = {name: [shared[name].data, own[name].data] for name in ("intake.yaml", "red_flags.yaml")}
    enough = own["intake.yaml"].data.get("enough", {})
    spread = classes_of([reads[OWN_CLASSES].data for reads in (shared, own) if OWN_CLASSES in reads]).spread
    return Pack(
        slug=head["slug"],
        name=words(head["name"]),
        version=str(head["version"]),
        review_date=day(head["review_date"]),
        owner_title=words(head["owner_title"]),
        scope=words(head["scope"]),
        languages=tuple(head["languages"]),
        level_notes=words(head["level_notes"]),
        sentences=MappingProxyType({name: words(head[field]) for name, field in SENTENCES.items()}),
        in_scope=tuple(complaint(data, spread) for data in head["in_scope"]),
        boundaries=tuple(
            boundary(data) for data in [*shared["boundaries.yaml"].data["boundaries"], *head["out_of_scope"]]
        ),
        items=tuple(
            sorted(
                _items(*both["intake.yaml"]),
                key=lambda one: (one.order, one.key),
            )
        ),
        enough=Enough(max_questions=enough.get("max_questions", 12)),
        flags=_flags(both["red_flags.yaml"], spread),
        articles=tuple(articles),
        referrals=tuple(map(boundary, own["referrals.yaml"].data["referrals"])),
        examples=MappingProxyType(examples_of([shared["examples.yaml"].data, own["examples.yaml"].data])),
        training=training(shared["training.yaml"].data, own["training.yaml"].data),
        persona=persona,
        dispositions=MappingProxyType(
            {one["key"]: words(one["say"]) for one in shared["dispositions.yaml"].data["dispositions"]}
        ),
        about=head.get("about", ""),
    )


def _items(shared: dict[str, Any], own: dict[str, Any]) -> Iterator[Item]:
    """A pack's own questions and the general ones; its own wording of a general one takes that one's place."""
    reworded = {data["key"] for data in own["items"]}
    yield from (item(data) for data in shared["items"] if data["key"] not in reworded)
    yield from (item(data) for data in own["items"])


def _flags(parts: list[dict[str, Any]], spread: Spread) -> tuple[RedFlag, ...]:
    idioms = Phrases()
    for part in parts:
        idioms = idioms + spread(phrases(part.get("idioms", {})))
    return tuple(flag(data, idioms, spread) for part in parts for data in part["flags"])


def _read(path: Path, name: str, definition: str) -> Read:
    read = _existing(path, name)
    if not read.problems:
        check_shape(read, definition)
    return read


def _existing(path: Path, name: str) -> Read:
    if not path.is_file():
        missing = Read(name)
        missing.problem((), "the file is missing.", "write it; specialties/_template shows how.")
        return missing
    try:
        return read_file(path, name)
    except (UnicodeDecodeError, ValueError) as error:
        broken = Read(name)
        broken.problem((), f"the file cannot be read as text ({error}).", "save it again as UTF-8 text.")
        return broken


def _articles_in(folder: Path) -> list[Path]:
    return sorted((folder / "knowledge").glob("*.md"))


def _read_article(path: Path, name: str) -> Read:
    """Front matter between two lines of ---, then a section a language."""
    read = _read_sections(path, name)
    if read.problems:
        return read
    front = read_text(read.data["front"], name, first_line=2)
    if not check_shape(front, "article"):
        return front
    front.data = {**front.data, "text": read.data["sections"]}
    front.lines |= {("text", key): line for (_, key), line in read.lines.items() if key in {"en", "zh-hans"}}
    return front


def _read_sections(path: Path, name: str) -> Read:
    """A Markdown file with `## en` and `## zh-hans`, and perhaps front matter."""
    read = Read(name)
    if not path.is_file():
        return _existing(path, name)
    try:
        lines = read_characters(path).splitlines()
    except (UnicodeDecodeError, ValueError) as error:
        read.problem((), f"the file cannot be read as text ({error}).", "save it again as UTF-8 text.")
        return read
    front, start = _front_matter(lines)
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(lines[start:], start + 1):
        if line.startswith("## "):
            current = sections.setdefault(line[3:].strip(), [])
            read.lines[("sections", line[3:].strip())] = number
        elif current is not None:
            current.append(line)
    for language in ("en", "zh-hans"):
        if not "".join(sections.get(language, [])).strip():
            named = "English" if language == "en" else "Chinese"
            read.problem(
                (), f"the {named} text is missing.", f"add a line “## {language}” and the text under it."
            )
    texts = {language: "\n".join(held).strip() for language, held in sections.items()}
    read.data = {"front": front, "sections": texts}
    return read


def _front_matter(lines: list[str]) -> tuple[str, int]:
    if lines and lines[0].strip() == "---":
        for number, line in enumerate(lines[1:], 1):
            if line.strip() == "---":
                return "\n".join(lines[1:number]), number + 1
    return "", 0


def _sections_words(read: Read) -> Words:
    return words({language: read.data["sections"][language] for language in ("en", "zh-hans")})


def _unsafe_files(folder: Path) -> list[Problem]:
    """A pack is YAML and Markdown. Weights may lie in adapter/, as safetensors only; nothing is a link."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder.parent).as_posix()
        if path.is_symlink():
            found.append(Problem(name, 1, "this is a link to another place.", "the file itself."))
        elif path.is_file() and not _allowed(path.relative_to(folder)):
            found.append(
                Problem(
                    name, 1, "a pack may not hold this kind of file.", "YAML (.yaml) or Markdown (.md) only."
                )
            )
    return found


def _allowed(path: Path) -> bool:
    if path.parts[0] == "adapter":
        return len(path.parts) == 2 and path.name in WEIGHTS
    return path.as_posix() == EXAM_REPORT or path.suffix in READABLE
