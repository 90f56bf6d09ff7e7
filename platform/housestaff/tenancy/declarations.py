"""`tenants/<slug>.yaml` → frozen declarations (pure). All files are read before anything is applied."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SCHEMA = json.loads((Path(__file__).parent / "tenant.schema.json").read_text(encoding="utf-8"))
ByLanguage = dict[str, str]


@dataclass(frozen=True)
class ClinicianDeclared:
    """A doctor: name and title by language, role, and the name they sign in with."""

    slug: str
    name: ByLanguage
    title: ByLanguage
    role: str
    sign_in: str


@dataclass(frozen=True)
class AgentDeclared:
    """An agent: its specialty's pack, its owner, and the level that it may serve at most, whatever it earned."""

    slug: str
    specialty: str
    name: ByLanguage
    owner: str
    level: int
    basis: str
    review_from: float = 1.0


@dataclass(frozen=True)
class TenantDeclared:
    """A tenant, as its hospital's IT wrote it."""

    slug: str
    name: ByLanguage
    language: str
    country: str
    hours: dict[str, Any]
    clinicians: tuple[ClinicianDeclared, ...]
    it: tuple[str, ...]
    agents: tuple[AgentDeclared, ...]
    digest: str


class BadDeclarations(ValueError):
    """Some declarations are wrong; nothing is applied. `problems` are sentences, one a mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_all(folder: Path, specialties: set[str]) -> list[TenantDeclared]:
    """Every declaration of a folder; raises BadDeclarations with all mistakes of all files."""
    problems: list[str] = []
    read: list[TenantDeclared] = []
    files = sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("_"))
    if not files:
        problems.append(f"{folder.name}/: there is no tenant's file here. Copy _template.yaml to begin.")
    for path in files:
        try:
            read.append(_read(path, specialties))
        except BadDeclarations as error:
            problems.extend(error.problems)
    problems += _twice([(t.slug, "slug") for t in read])
    problems += _twice(
        [(name, "sign-in name") for t in read for name in (*(c.sign_in for c in t.clinicians), *t.it)]
    )
    if problems:
        raise BadDeclarations(problems)
    return read


def _read(path: Path, specialties: set[str]) -> TenantDeclared:
    where = f"tenants/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
        told = yaml.safe_load(text)
    except UnicodeDecodeError:
        raise BadDeclarations([f"{where}: this is not a text file in UTF-8."]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise BadDeclarations(
            [f"{where}{line}: this is not valid YAML: {getattr(error, 'problem', error)}."]
        ) from None
    found = sorted(
        Draft202012Validator(SCHEMA).iter_errors(told), key=lambda error: list(map(str, error.path))
    )
    if found:
        raise BadDeclarations([f"{where}: {_sentence(error)}" for error in found])
    problems = list(_cross_checks(told, path, specialties))
    if problems:
        raise BadDeclarations([f"{where}: {problem}" for problem in problems])
    clinicians = tuple(ClinicianDeclared(**one) for one in told["clinicians"])
    agents = tuple(
        AgentDeclared(**{k: v for k, v in one.items() if k != "release"}, **one["release"])
        for one in told["agents"]
    )
    return TenantDeclared(
        slug=told["slug"],
        name=told["name"],
        language=told["language"],
        country=told["country"],
        hours=told["hours"],
        clinicians=clinicians,
        it=tuple(told.get("it", [])),
        agents=agents,
        digest=hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest(),
    )


def _cross_checks(told: dict[str, Any], path: Path, specialties: set[str]) -> list[str]:
    problems = []
    if told["slug"] != path.stem:
        problems.append(f"slug is “{told['slug']}” but the file is called {path.name}; make them the same.")
    owners = {one["slug"] for one in told["clinicians"] if one["role"] == "owner"}
    for agent in told["agents"]:
        if agent["specialty"] not in specialties:
            known = ", ".join(sorted(specialties)) or "none"
            problems.append(
                f"agent {agent['slug']}: there is no pack “{agent['specialty']}” (packs: {known})."
            )
        if agent["owner"] not in owners:
            problems.append(
                f"agent {agent['slug']}: owner “{agent['owner']}” is not a clinician with role owner in this file."
            )
    problems += _twice([(one["slug"], "clinician") for one in told["clinicians"]])
    problems += _twice([(one["slug"], "agent") for one in told["agents"]])
    return problems


def _twice(named: list[tuple[str, str]]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    problems = []
    for name, what in named:
        if (name, what) in seen:
            problems.append(f"the {what} “{name}” stands twice; each may stand once.")
        seen.add((name, what))
    return problems


def _sentence(error: ValidationError) -> str:
    where = ".".join(str(part) for part in error.absolute_path) or "the file"
    wanted: Any = error.validator_value
    schema: Any = error.schema
    found: Any = error.instance
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in found]
            return f"{where}: {', '.join(missing)} is missing."
        case "additionalProperties":
            extra = sorted(set(found) - set(schema.get("properties", {})))
            return f"{where}: {', '.join(map(str, extra))} is not a known field; check the spelling or remove it."
        case "enum":
            return f"{where}: “{error.instance}” must be one of {', '.join(map(str, wanted))}."
        case "type":
            return f"{where}: this must be a {wanted}."
        case "pattern":
            return f"{where}: “{error.instance}” has characters that are not allowed here."
    return f"{where}: {error.message}."
