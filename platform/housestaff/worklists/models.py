"""A worklist an agent, an item a consult, an envelope a durable event that is not applied yet."""

from django.db import models
from django.db.models import Q

from housestaff.people.models import Membership, Patient
from housestaff.privacy.fields import SealedJSONField
from housestaff.tenancy.models import TenantForeignKey, TenantModel

URGENCIES = ["routine", "soon", "urgent", "emergency"]


class Feed(TenantModel):
    """The tenant's one counter: `last_n` numbers the changes of all its rows in the order they commit."""

    last_n = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="feed_one")]

    def __str__(self) -> str:
        return f"feed at {self.last_n}"


class Worklist(TenantModel):
    """The list of one agent's owner."""

    agent = models.UUIDField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "agent"], name="worklist_one_per_agent")]

    def __str__(self) -> str:
        return f"worklist {self.id}"


class Item(TenantModel):
    """What the workstation shows of one consult. Exactly one per consult (unique key)."""

    worklist = TenantForeignKey(Worklist, related_name="items")
    consult = models.UUIDField()
    subject = TenantForeignKey(Patient, related_name="+")
    version = models.PositiveIntegerField(default=0)
    n = models.BigIntegerField(default=0)
    synced_seq = models.PositiveIntegerField(default=0)
    urgency = models.CharField(max_length=10, default="routine")
    rank = models.PositiveSmallIntegerField(default=0, help_text="0 routine … 3 emergency, to sort by")
    consult_class = models.CharField(max_length=10, default="simple")
    reasons = SealedJSONField()
    state = models.CharField(max_length=10, default="waiting")
    held_by = TenantForeignKey(Membership, null=True, related_name="+")
    held_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "consult"], name="worklist_item_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "claimed", "returned", "done"]), name="item_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", held_by__isnull=False)
                | (~Q(state="claimed") & Q(held_by__isnull=True)),
                name="item_claimed_means_held",
            ),
            models.CheckConstraint(condition=Q(urgency__in=URGENCIES), name="item_urgency_known"),
        ]
        indexes = [
            models.Index(fields=["tenant", "-rank", "due_at", "waiting_since"], name="item_shown_order"),
            models.Index(fields=["tenant", "n"], name="item_by_n"),
        ]

    def __str__(self) -> str:
        return f"item {self.id}"

    @property
    def for_review(self) -> bool:
        """Complex, or urgent and above: a doctor must act. The rest is for information."""
        return self.consult_class == "complex" or self.rank >= URGENCIES.index("urgent")


class Envelope(TenantModel):
    """One durable event on its way to the worklist. Stands in the event's own transaction; gone when applied."""

    consult = models.UUIDField()
    seq = models.PositiveIntegerField()
    agent = models.UUIDField()
    subject_id = models.UUIDField()
    body = SealedJSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "consult", "seq"], name="envelope_once"),
        ]
        indexes = [models.Index(fields=["at"], name="envelope_by_age")]

    def __str__(self) -> str:
        return f"envelope {self.seq}"
