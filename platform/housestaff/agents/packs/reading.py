"""Reads YAML and keeps the line of every value, so that a problem can be shown where it stands.

Plain on purpose: `yes`, `no` and dates stay the words that were written, a key may stand once, and anchors,
aliases and tags are refused (they let a small file grow without end, or build objects).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .problems import Problem

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is there
At = tuple[str | int, ...]
LARGEST = 1_000_000
DEEPEST = 20
OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
INTEGER = re.compile(r"-?\d+\Z")
NOTHING = {"", "~", "null"}


@dataclass(slots=True)
class Read:
    """A file's values, and the line on which each stands."""

    file: str
    data: Any = None
    lines: dict[At, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, at: At) -> int:
        """The line of a value, or of the nearest thing that holds it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def problem(self, at: At, what: str, write_instead: str) -> None:
        self.problems.append(Problem(self.file, self.line(at), what, write_instead))


def read_file(path: Path, name: str) -> Read:
    """A YAML file by its path; `name` is how problems call it."""
    return read_text(read_characters(path), name)


def read_characters(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"the file is larger than {LARGEST:,} bytes")
    return path.read_text(encoding="utf-8")


def read_text(text: str, name: str, first_line: int = 1) -> Read:
    """YAML text that begins on `first_line` of the file called `name`."""
    read = Read(name)
    try:
        tokens_without_tricks(text)
        node = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        read.problems.append(
            Problem(
                name,
                line,
                f"this line cannot be read ({error.problem or error.context}).",
                "check the indent, that every : is followed by a space, and put text that holds : or # in "
                '"quotation marks".',
            )
        )
        return read
    except yaml.YAMLError:
        read.problems.append(
            Problem(
                name,
                first_line,
                "the file holds what no text holds: a hidden character.",
                "plain text, typed again.",
            )
        )
        return read
    read.data = _value(node, (), read, first_line)
    return read


def tokens_without_tricks(text: str) -> None:
    """Refuses anchors, aliases, tags and things inside things without end, each with a marked error."""
    depth = 0
    for token in yaml.scan(text, Loader=LOADER):
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken | yaml.TagToken):
            raise yaml.MarkedYAMLError(
                problem="& * and ! begin a YAML trick here", problem_mark=token.start_mark
            )
        depth += isinstance(token, OPENING) - isinstance(token, CLOSING)
        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(
                problem="there are brackets or dashes without end", problem_mark=token.start_mark
            )


def _value(node: yaml.Node | None, at: At, read: Read, first_line: int) -> Any:
    if node is None:
        return None
    read.lines[at] = node.start_mark.line + first_line
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, at, read, first_line)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*at, index), read, first_line) for index, child in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, at: At, read: Read, first_line: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        line = key_node.start_mark.line + first_line
        if key in values:
            read.problems.append(
                Problem(
                    read.file,
                    line,
                    f"“{key}” stands twice here; only one would count.",
                    "keep one of the two.",
                )
            )
        values[key] = _value(value_node, (*at, key), read, first_line)
        read.lines[(*at, key)] = line
    return values


def _scalar(node: yaml.Node) -> str | int | bool | None:
    text: str = node.value
    if getattr(node, "style", None):  # quoted, or a block: text as written
        return text
    if text in NOTHING:
        return None
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if INTEGER.match(text) and len(text) < 16 else text
