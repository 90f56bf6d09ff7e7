"""Tokens: hashed, scoped, expiring; found before a tenant is known only through one definer function."""

from django.db import models

from housestaff.people.models import Membership
from housestaff.tenancy.models import TenantForeignKey, TenantModel


class AccessToken(TenantModel):
    """A bearer token of one membership. The token itself is shown once and never stored."""

    membership = TenantForeignKey(Membership, related_name="tokens")
    hash = models.CharField(max_length=64, help_text="sha256 of the token")
    scopes = models.JSONField(default=list, help_text="permission names; empty means all the role holds")
    label = models.CharField(max_length=80)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "hash"], name="access_token_once")]
        indexes = [models.Index(fields=["hash"], name="access_token_hash")]

    def __str__(self) -> str:
        return self.label


class RateWindow(TenantModel):
    """How often a membership did a limited thing in the running minute."""

    membership = TenantForeignKey(Membership, related_name="+")
    what = models.CharField(max_length=40)
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "membership", "what"], name="rate_window_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.count}"
