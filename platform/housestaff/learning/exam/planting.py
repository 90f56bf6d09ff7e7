"""Specialties with planted articles: past review, or superseded. Part F looks whether either is ever cited."""

from __future__ import annotations

import shutil
from pathlib import Path

from housestaff.agents.packs import Article, Pack

from .parts.knowledge import PLANTED_END

PAST = "2020-01-31"
FUTURE = "2099-01-31"


def plant(specialties: Path, pack: Pack, into: Path) -> None:
    """Copy the pack and the general one, and add an expired copy of every other article and a superseded one of the rest."""
    for name in ("_general", pack.slug):
        shutil.copytree(
            specialties / name,
            into / name,
            ignore=shutil.ignore_patterns("stations", "adapter"),
            dirs_exist_ok=True,
        )
    folder = into / pack.slug / "knowledge"
    for number, article in enumerate(pack.articles):
        expired = number % 2 == 0
        (folder / f"{article.key}{PLANTED_END}.md").write_text(_old(article, expired), encoding="utf-8")
        if not expired and article.supersedes is None:
            _supersede(folder, article)


def _old(article: Article, expired: bool) -> str:
    source = article.source
    return "\n".join(
        [
            "---",
            f"key: {article.key}{PLANTED_END}",
            f'title: {{en: "{_plain(article.title.en)}", zh-hans: "{_plain(article.title.zh_hans)}"}}',
            f'source: {{title: "{_plain(source.title)}", body: "{_plain(source.body)}", year: {source.year - 9}}}',
            f"complaints: [{', '.join(article.complaints)}]",
            f"checked: {PAST}",
            f"review_date: {PAST if expired else FUTURE}",
            "supersedes: null",
            "---",
            "## en",
            f"This is what was said years ago. {article.say.en}",
            "",
            "## zh-hans",
            f"这是多年前的说法。{article.say.zh_hans}",
            "",
        ]
    )


def _supersede(folder: Path, article: Article) -> None:
    for path in folder.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        if f"\nkey: {article.key}\n" in text:
            path.write_text(
                text.replace("supersedes: null", f"supersedes: {article.key}{PLANTED_END}", 1),
                encoding="utf-8",
            )


def _plain(text: str) -> str:
    return text.replace('"', "'")
