"""Consent to consult: versioned text per purpose, given and withdrawn; the last decision counts."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from housestaff.tenancy.context import current_tenant

from . import audit
from .models import Consent


@dataclass(frozen=True)
class ConsentText:
    """What a person agrees to: one purpose, one version, the words by language."""

    purpose: str
    version: str
    title: dict[str, str]
    text: dict[str, str]


CONSULT = ConsentText(
    purpose="consult",
    version="2026-11",
    title={"en": "Before you start", "zh-hans": "开始之前"},
    text={
        "en": (
            "You will chat with a computer agent that belongs to the doctor named on this page. "
            "Everything you write is kept safe and shown to that doctor and the team. "
            "The agent uses your words only to prepare your consult. It is not for emergencies: "
            "if you are in danger, call your emergency number. You can say no, and you can withdraw at any time."
        ),
        "zh-hans": (
            "您将与本页所列医生的电脑助手对话。您写下的内容会被妥善保存，只给这位医生和团队看。"
            "助手只用您的话来准备这次问诊。这里不处理急症：如果情况危险，请立即拨打急救电话。"
            "您可以不同意，也可以随时撤回。"
        ),
    },
)
TEXTS = {CONSULT.purpose: CONSULT}


class ConsentMissing(PermissionError):
    """No consent for this purpose is in force. Carries the text to ask for."""

    def __init__(self, text: ConsentText) -> None:
        super().__init__(f"Consent to {text.purpose} has not been given.")
        self.text = text
        self.card: dict[str, object] | None = None  # what the refused words called for, if anything


class UnknownConsent(ValueError):
    """A purpose or version that is not on offer."""


def decide(*, by: audit.Actor, subject: UUID, purpose: str, version: str, granted: bool) -> Consent:
    """Store a decision. Only the current version of a known purpose can be granted.

    A withdrawal always succeeds, and is stored against the version that was decided last, whatever it names.
    """
    text = TEXTS.get(purpose)
    if text is None:
        raise UnknownConsent(f"There is no consent for “{purpose}”.")
    if granted and version != text.version:
        raise UnknownConsent(f"This text has a newer version: {text.version}.")
    with transaction.atomic():
        _one_at_a_time(subject, purpose)
        last = Consent.objects.filter(subject=subject, purpose=purpose).order_by("-number").first()
        if not granted:
            version = last.version if last else text.version
        row = Consent.objects.create(
            subject=subject,
            account=by.id,
            purpose=purpose,
            version=version,
            granted=granted,
            number=last.number + 1 if last else 1,
        )
        verb = "consent.grant" if granted else "consent.withdraw"
        audit.record(
            verb, by=by, kind="consent", object_id=row.id, subject=subject, purpose=purpose, version=version
        )
    return row


def _one_at_a_time(subject: UUID, purpose: str, how: str = "") -> None:
    """Hold this subject's decisions until the transaction ends; a first one has no row that could be locked."""
    name = f"consent {current_tenant()} {subject} {purpose}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{how}(hashtextextended(%s, 11))", [name])


def in_force(*, subject: UUID, purpose: str) -> Consent | None:
    """The granted consent in force, or None."""
    last = Consent.objects.find("subject = %s AND purpose = %s", subject, purpose, order="number DESC")
    return last if last and last.granted and last.version == TEXTS[purpose].version else None


def require_and_hold(*, subject: UUID, purpose: str) -> Consent:
    """As `require`, and nobody withdraws it before this transaction ends."""
    _one_at_a_time(subject, purpose, "_shared")
    return require(subject=subject, purpose=purpose)


def require(*, subject: UUID, purpose: str) -> Consent:
    """The consent in force; raises ConsentMissing with the text to show."""
    found = in_force(subject=subject, purpose=purpose)
    if found is None:
        raise ConsentMissing(TEXTS[purpose])
    return found
