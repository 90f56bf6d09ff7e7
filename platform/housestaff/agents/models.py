"""An agent is a pack, its owner and the release in service."""

from django.db import models
from django.db.models import F, Q

from housestaff.people.models import Clinician
from housestaff.tenancy.models import TenantForeignKey, TenantModel

from .base_card import BaseCard


class Agent(TenantModel):
    """An expert's agent for one specialty."""

    slug = models.SlugField()
    specialty = models.SlugField()
    name = models.JSONField(help_text="by language")
    owner = TenantForeignKey(Clinician, related_name="agents")
    languages = models.JSONField(default=list)
    review_from = models.FloatField(default=1.0, help_text="how much doubt makes a consult complex")
    active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "slug"], name="agent_slug_once")]

    def __str__(self) -> str:
        return self.slug

    def called(self, language: str) -> str:
        """The agent's name in a language."""
        return str(self.name.get(language) or next(iter(self.name.values()), self.slug))


class Adapter(TenantModel):
    """LoRA weights of a specialty, named by their digest; published read-only under that name."""

    specialty = models.SlugField()
    digest = models.CharField(max_length=64)
    base_digest = models.CharField(max_length=64)
    served_name = models.CharField(max_length=120)
    path = models.CharField(max_length=500)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "digest"], name="adapter_digest_once")]

    def __str__(self) -> str:
        return self.served_name


class Release(TenantModel):
    """What answers: pack digest + adapter + base + the level served, with what the exam earned beside it.

    `basis`: `exam` when a counting report earned the level, `declared` in a demonstration, `none` (level 0) else.
    """

    agent = TenantForeignKey(Agent, related_name="releases")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, default="draft")
    pack_digest = models.CharField(max_length=64)
    adapter = TenantForeignKey(Adapter, null=True, related_name="releases")
    base_model = models.CharField(max_length=300)
    base_digest = models.CharField(max_length=64, default="", blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    basis = models.CharField(
        max_length=20, choices=[("declared", "declared"), ("exam", "exam"), ("none", "no report")]
    )
    why = models.CharField(max_length=20, default="no_report", help_text="a key of agents/reports.py WHY")
    earned_level = models.PositiveSmallIntegerField(null=True, help_text="by a report that counts, else none")
    grade = models.PositiveSmallIntegerField(null=True)
    parts_passed = models.CharField(max_length=10, default="", blank=True)
    report_digest = models.CharField(max_length=64, default="", blank=True)
    fluent = models.BooleanField(default=False, help_text="the base phrases by itself, inside the guard")
    base_card = models.JSONField(default=dict, help_text="the base's languages, context and vision")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "agent", "version"], name="release_version_once"),
            models.UniqueConstraint(
                fields=["tenant", "agent"], condition=Q(state="in_service"), name="release_one_in_service"
            ),
            models.CheckConstraint(condition=Q(level__lte=4), name="release_level_offered"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_service", "retired"]), name="release_state_known"
            ),
            # Outside a demonstration nothing serves above what a report earned.
            models.CheckConstraint(
                condition=Q(basis="declared")
                | Q(basis="exam", earned_level__isnull=False, level__lte=F("earned_level"))
                | Q(basis="none", level=0),
                name="release_level_has_a_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"

    @property
    def label(self) -> str:
        """How a release is named to people and in every event an agent wrote."""
        return f"{self.version}-{self.pack_digest[:8]}"

    @property
    def base(self) -> BaseCard:
        """What the base of this release can do."""
        return BaseCard.kept(self.fluent, self.base_card)
