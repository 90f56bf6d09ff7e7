"""Writes of agents: declare one, publish a release, retire what is no longer declared."""

from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from housestaff.people.models import Clinician
from housestaff.privacy import audit

from . import adapters, reports
from .base_card import BaseCard, read_card
from .models import Adapter, Agent, Release
from .packs import Pack
from .states import RELEASE


def declare_agent(
    *,
    slug: str,
    specialty: str,
    name: dict[str, str],
    owner: Clinician,
    languages: list[str],
    review_from: float = 1.0,
) -> Agent:
    """The agent of this slug, made or brought up to date."""
    agent, _ = Agent.objects.update_or_create(
        slug=slug,
        defaults={
            "specialty": specialty,
            "name": name,
            "owner": owner,
            "languages": languages,
            "review_from": review_from,
            "active": True,
        },
    )
    return agent


def declare_release(
    *,
    agent: Agent,
    pack: Pack,
    at_most: int,
    adapter: Path | None,
    report: reports.ExamReport | reports.Missing = "no_report",
) -> Release:
    """Put what is declared into service: the same again changes nothing, anything new is a new version.

    The level served is what `report` earned, if it is of this very pack, adapter and base, and never above `at_most`.
    Raises adapters.BadAdapter when the folder does not hold weights that may be served, BadCard when the base
    does not say what it can do.
    """
    base = settings.HOUSESTAFF["BASE_MODEL"]
    card = _card_of(base)
    with transaction.atomic():
        row = _adapter(pack.slug, adapter, base) if adapter else None
        base_digest = row.base_digest if row else _digest_of(base)
        served = reports.standing(
            report,
            pack=pack.digest,
            adapter=row.digest if row else "",
            base=base_digest,
            at_most=at_most,
            declared=settings.HOUSESTAFF["DECLARED_LEVELS"],
        )
        wanted = {
            "pack_digest": pack.digest,
            "adapter": row,
            "base_model": Path(base).name,
            "base_digest": base_digest,
            **asdict(served),
            "fluent": card.fluent,
            "base_card": card.as_json(),
        }
        now = Release.objects.filter(agent=agent, state="in_service").first()
        if now is not None and all(getattr(now, name) == value for name, value in wanted.items()):
            return now
        newest = Release.objects.filter(agent=agent).aggregate(Max("version"))["version__max"] or 0
        release = Release(agent=agent, version=newest + 1, **wanted)
        if now is not None:
            now.state = RELEASE.next("retire", now.state, "house")
            now.save()
        release.state = RELEASE.next("publish", "draft", "house")
        release.save()
        audit.record(
            "release.publish",
            by=None,
            kind="release",
            object_id=release.id,
            level=served.level,
            basis=served.basis,
            why=served.why,
            report=served.report_digest,
        )
    return release


def _card_of(base: str) -> BaseCard:
    """What the base can do; nothing beyond reciting where its files do not lie here to say so."""
    folder = Path(base)
    return read_card(folder) if folder.is_dir() else BaseCard.kept(False, {})


def _digest_of(base: str) -> str:
    """The base's digest; empty when its files do not lie here, and then no report can be of it."""
    try:
        return adapters.read_base(Path(base)).digest
    except adapters.BadAdapter:
        return ""


def _adapter(specialty: str, folder: Path, base: str) -> Adapter:
    """Check and publish the weights under their digest; the same weights again are the same row."""
    published = adapters.publish(folder, Path(base), settings.VAR / "adapters", specialty)
    row, _ = Adapter.objects.get_or_create(
        digest=published.digest,
        defaults={
            "specialty": specialty,
            "base_digest": published.base_digest,
            "served_name": published.served_name,
            "path": str(published.path),
        },
    )
    if row.path != str(published.path):
        row.path = str(published.path)
        row.save()
    return row


def retire_undeclared(*, slugs: list[str]) -> None:
    """Agents that no declaration names any more answer nobody."""
    Agent.objects.exclude(slug__in=slugs).update(active=False)
