"""A broken tenant file: all its mistakes at once, in the words of hospital IT, and nothing is applied."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from housestaff.tenancy.declarations import BadDeclarations, read_all
from housestaff.tenancy.models import Tenant

ROOT = Path(__file__).resolve().parents[2]
PACKS = {"urology", "cardiology", "sleep_medicine", "paediatrics_fever"}


def good() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "tenants" / "riverside.yaml").read_text(encoding="utf-8")))


def problems(folder: Path, text: str | bytes, name: str = "riverside.yaml") -> list[str]:
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(raw)
    with pytest.raises(BadDeclarations) as bad:
        read_all(folder, PACKS)
    return bad.value.problems


def test_the_houses_own_declarations_are_right() -> None:
    assert {tenant.slug for tenant in read_all(ROOT / "tenants", PACKS)} == {"riverside", "lakeside"}


@pytest.mark.parametrize(
    "text",
    [b"\xff\xfe\x00", "a: [", "", "just words", "[1, 2]", "a: &a [*a]", "!!python/object:os.system {}"],
)
def test_what_is_no_declaration(tmp_path: Path, text: str | bytes) -> None:
    found = problems(tmp_path, text)
    assert found and all(
        problem.startswith("tenants/riverside.yaml") and problem.endswith(".") for problem in found
    )


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    told = good()
    told["agents"][0]["specialty"] = "astrology"
    told["agents"][0]["owner"] = "nobody"
    told["slug"] = "elsewhere"
    found = problems(tmp_path, yaml.safe_dump(told))
    assert len(found) == 3 and any("astrology" in problem for problem in found)


@pytest.mark.parametrize("missing", ["slug", "name", "language", "hours", "clinicians", "agents"])
def test_a_missing_field_is_named(tmp_path: Path, missing: str) -> None:
    told = good()
    del told[missing]
    assert any(
        missing in problem and "missing" in problem for problem in problems(tmp_path, yaml.safe_dump(told))
    )


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    assert any(
        "pasword" in problem for problem in problems(tmp_path, yaml.safe_dump(good() | {"pasword": "x"}))
    )


def test_an_empty_folder_says_what_to_copy(tmp_path: Path) -> None:
    with pytest.raises(BadDeclarations, match="_template"):
        read_all(tmp_path, PACKS)


def test_one_broken_file_applies_nothing(db: None, settings: Any, tmp_path: Path) -> None:
    for name in ("riverside", "lakeside"):
        (tmp_path / f"{name}.yaml").write_bytes((ROOT / "tenants" / f"{name}.yaml").read_bytes())
    (tmp_path / "newcomer.yaml").write_text("slug: newcomer", encoding="utf-8")
    settings.HOUSESTAFF = settings.HOUSESTAFF | {"TENANTS": tmp_path}
    with pytest.raises(CommandError, match="Nothing was applied"):
        call_command("sync_tenants")
    assert not Tenant.objects.filter(slug="newcomer").exists()


@pytest.mark.parametrize("said", [0.1, 3, "much"])
def test_how_much_doubt_is_reviewed_has_bounds(tmp_path: Path, said: object) -> None:
    told = good()
    told["agents"][0]["review_from"] = said
    (found,) = problems(tmp_path, yaml.safe_dump(told))
    assert "review_from" in found and found.endswith(".")


def test_how_much_doubt_is_reviewed_is_one_where_nothing_is_said(tmp_path: Path) -> None:
    told = good()
    told["agents"][0]["review_from"] = 0.5
    (tmp_path / "riverside.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    (read,) = read_all(tmp_path, PACKS)
    assert [agent.review_from for agent in read.agents] == [0.5, 1.0]
