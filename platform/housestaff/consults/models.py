"""Rows of the thread. Every column with a person's words is sealed under the subject's key."""

from django.db import models
from django.db.models import F, Q

from housestaff.agents.models import Agent, Release
from housestaff.people.models import Clinician, Membership, Patient
from housestaff.privacy.fields import SealedJSONField, SealedTextField
from housestaff.tenancy.models import TenantForeignKey, TenantModel

from .states import CONSULT, TURN

URGENCIES = ["routine", "soon", "urgent", "emergency"]
KINDS = ["message", "start", "end", "card", "state"]
AUTHORS = ["patient", "agent", "clinician", "system"]


class Consult(TenantModel):
    """One thread between a patient, an agent and its doctor."""

    subject = TenantForeignKey(Patient, related_name="+")
    author = TenantForeignKey(Membership, related_name="+")
    agent = TenantForeignKey(Agent, related_name="+")
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=12, default=CONSULT.first)
    urgency = models.CharField(max_length=10, default="routine")
    consult_class = models.CharField(max_length=10, default="simple")
    disposition = models.CharField(max_length=20, default="", blank=True)
    doubt = models.FloatField(
        default=0.0, help_text="what the class was judged by, against the agent's threshold"
    )
    reasons = SealedJSONField()
    asked = models.JSONField(default=list, help_text="intake keys asked so far, in order; keys, never words")
    silenced = models.BooleanField(default=False, help_text="after an emergency the agent asks nothing more")
    last_seq = models.PositiveIntegerField(default=0)
    patient_seq = models.PositiveIntegerField(default=0, help_text="seq of the patient's newest message")
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(CONSULT.states)), name="consult_state_known"),
            models.CheckConstraint(condition=Q(urgency__in=URGENCIES), name="consult_urgency_known"),
            models.CheckConstraint(
                condition=Q(consult_class__in=["simple", "complex"]), name="consult_class_known"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "author", "-opened_at"], name="consult_by_author"),
            models.Index(fields=["tenant", "agent", "-opened_at"], name="consult_by_agent"),
        ]

    def __str__(self) -> str:
        return f"consult {self.id}"


class Event(TenantModel):
    """A durable entry of the consult's numbered log: message, start, end, card or state."""

    consult = TenantForeignKey(Consult, related_name="events")
    subject_id = models.UUIDField()
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    author = models.CharField(max_length=10)
    by = TenantForeignKey(Membership, null=True, related_name="+")
    release = TenantForeignKey(Release, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    text = SealedTextField()
    card = SealedJSONField()
    code = models.CharField(max_length=40, default="", blank=True, help_text="state, outcome or card key")
    reply_to = models.PositiveIntegerField(null=True)
    client_key = models.CharField(max_length=100, null=True)
    urgency_after = models.CharField(max_length=10, default="", blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "consult", "seq"], name="event_seq_once"),
            models.UniqueConstraint(
                fields=["tenant", "consult", "client_key"],
                condition=Q(client_key__isnull=False),
                name="event_client_key_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="event_kind_known"),
            models.CheckConstraint(condition=Q(author__in=AUTHORS), name="event_author_known"),
            # An AI never passes for a person: what an agent wrote names its release and no membership.
            models.CheckConstraint(
                name="event_agent_names_release",
                condition=~Q(author="agent") | Q(by__isnull=True, release__isnull=False),
            ),
            models.CheckConstraint(
                name="event_person_is_named",
                condition=~Q(author__in=["patient", "clinician"]) | Q(by__isnull=False, release__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"

    @property
    def ai(self) -> bool:
        """Whether an agent wrote it."""
        return self.author == "agent"


class Turn(TenantModel):
    """One attempt of the agent to answer. Ends in exactly one outcome: answered, stopped or failed."""

    consult = TenantForeignKey(Consult, related_name="turns")
    subject_id = models.UUIDField()
    state = models.CharField(max_length=10, default=TURN.first)
    reason = models.CharField(max_length=40, default="", blank=True)
    answers_seq = models.PositiveIntegerField(help_text="the newest patient message it has read")
    start_seq = models.PositiveIntegerField(null=True)
    end_seq = models.PositiveIntegerField(null=True)
    release = TenantForeignKey(Release, null=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, help_text="the worker that holds it; a dead worker's is replaced")
    lease_until = models.DateTimeField(null=True)
    partial = SealedTextField()
    offset = models.PositiveIntegerField(default=0, help_text="characters of the partial text")
    queued_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "consult"],
                condition=Q(state__in=["queued", "running"]),
                name="turn_one_active",
            ),
            models.CheckConstraint(condition=Q(state__in=list(TURN.states)), name="turn_state_known"),
            models.CheckConstraint(
                name="turn_outcome_has_time",
                condition=Q(state__in=["queued", "running"], ended_at__isnull=True)
                | Q(state__in=["answered", "stopped", "failed"], ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_until", "queued_at"],
                condition=Q(state__in=["queued", "running"]),
                name="turn_active",
            )
        ]

    def __str__(self) -> str:
        return f"turn {self.state}"


class Fact(TenantModel):
    """One thing the patient said, with their words and the line; or a red flag that rang."""

    consult = TenantForeignKey(Consult, related_name="facts")
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=[("history", "history"), ("red_flag", "red flag")])
    key = models.CharField(max_length=80)
    value = SealedTextField()
    status = models.CharField(max_length=10)
    certainty = models.CharField(max_length=10, default="said")
    level = models.CharField(max_length=10, default="", blank=True)
    seq = models.PositiveIntegerField()
    quote = SealedTextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "consult", "kind", "key", "seq"], name="fact_once_per_line"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"


class Draft(TenantModel):
    """The reply a doctor is editing. What the agent proposed stays beside it."""

    consult = TenantForeignKey(Consult, related_name="drafts")
    subject_id = models.UUIDField()
    proposed = SealedTextField()
    text = SealedTextField()
    version = models.PositiveIntegerField(default=1)
    edited_by = TenantForeignKey(Membership, null=True, related_name="+")
    edited_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "consult"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft {self.version}"


class Review(TenantModel):
    """A signature: the words, what the draft was, what changed, and when they reach the patient."""

    consult = TenantForeignKey(Consult, related_name="reviews")
    subject_id = models.UUIDField()
    clinician = TenantForeignKey(Membership, related_name="+")
    release = TenantForeignKey(Release, null=True, related_name="+")
    draft = SealedTextField()
    signed = SealedTextField()
    difference = SealedJSONField()
    reason = SealedTextField()
    urgency_before = models.CharField(max_length=10)
    urgency_after = models.CharField(max_length=10)
    state_before = models.CharField(max_length=12)
    answers_seq = models.PositiveIntegerField(help_text="the newest message the doctor had seen")
    signed_at = models.DateTimeField()
    release_at = models.DateTimeField(help_text="undo is possible until then")
    sent_seq = models.PositiveIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "consult"],
                condition=Q(sent_seq__isnull=True, undone_at__isnull=True),
                name="review_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(sent_seq__isnull=True) | Q(undone_at__isnull=True), name="review_sent_or_undone"
            ),
            models.CheckConstraint(condition=Q(release_at__gte=F("signed_at")), name="review_release_after"),
        ]
        indexes = [
            models.Index(
                fields=["release_at"],
                condition=Q(sent_seq__isnull=True, undone_at__isnull=True),
                name="review_pending",
            )
        ]

    def __str__(self) -> str:
        return f"review {self.id}"


class MedicationRequest(TenantModel):
    """A prescription (FHIR MedicationRequest). Only a clinician's signature makes one; nothing here can name an agent.

    Held by PostgreSQL (migration 0003): the account that signed stands for the clinician it names, of this tenant;
    what was signed is never changed, only its status; no row is deleted. See docs/decisions/0016.
    """

    consult = TenantForeignKey(Consult, related_name="medication_requests")
    subject_id = models.UUIDField()
    medication = SealedTextField()
    dosage = SealedTextField()
    author_kind = models.CharField(max_length=10, default="clinician", editable=False)
    signed_by = TenantForeignKey(Clinician, related_name="+")
    signed_with = TenantForeignKey(Membership, related_name="+", help_text="the account that signed")
    signed_at = models.DateTimeField()
    status = models.CharField(max_length=10, default="active")

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(author_kind="clinician"), name="medication_request_by_clinician"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "cancelled", "completed"]),
                name="medication_request_status_known",
            ),
            models.CheckConstraint(
                condition=Q(medication__isnull=False, dosage__isnull=False),
                name="medication_request_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"medication request {self.status}"


def rank(urgency: str) -> int:
    """0 routine … 3 emergency."""
    return URGENCIES.index(urgency)
