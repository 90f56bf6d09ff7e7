"""Accounts (platform), and the people of a tenant."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.db import models
from django.db.models import Q

from housestaff.privacy.fields import SealedTextField
from housestaff.tenancy.models import TenantForeignKey, TenantModel


class User(AbstractBaseUser):
    """A sign-in. A platform table: a name to type and a password hash, nothing about anyone's health."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    username = models.CharField(max_length=150, unique=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.username


class Patient(TenantModel):
    """A person whom consults are about, in one tenant. Its id is the subject id that privacy knows."""

    name = SealedTextField()
    born = models.PositiveSmallIntegerField(null=True, help_text="year of birth")

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return f"patient {self.id}"

    @property
    def subject_id(self) -> UUID:
        """Under whose key this row's words are sealed: the patient's own."""
        return self.id


class Clinician(TenantModel):
    """A doctor of the tenant, as patients see them. `slug` is the name in the tenant's declaration."""

    slug = models.SlugField()
    name = models.JSONField(help_text="by language")
    title = models.JSONField(default=dict, help_text="by language")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "slug"], name="clinician_once")]

    def __str__(self) -> str:
        return self.called("en")

    def called(self, language: str) -> str:
        """The doctor's name in a language."""
        return str(self.name.get(language) or next(iter(self.name.values()), ""))


class Role(models.TextChoices):
    """What a membership may do stands in access/roles.py."""

    PATIENT = "patient"
    OWNER = "owner"
    REVIEWER = "reviewer"
    IT = "it"


class Membership(TenantModel):
    """An account's place in a tenant: one role, and the patient or clinician it stands for."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    patient = TenantForeignKey(Patient, null=True, related_name="memberships")
    clinician = TenantForeignKey(Clinician, null=True, related_name="memberships")
    active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="membership_once"),
            # What a signature points at: this account, and the clinician it stands for, as one key.
            models.UniqueConstraint(fields=["tenant", "id", "clinician"], name="membership_of_clinician"),
            models.CheckConstraint(
                name="membership_stands_for_one",
                condition=(
                    Q(role="patient", patient__isnull=False, clinician__isnull=True)
                    | Q(role__in=["owner", "reviewer"], clinician__isnull=False, patient__isnull=True)
                    | Q(role="it", patient__isnull=True, clinician__isnull=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"

    @property
    def is_authenticated(self) -> bool:
        """Django and DRF ask this of whoever is signed in."""
        return True

    @property
    def is_clinician(self) -> bool:
        return self.role in (Role.OWNER, Role.REVIEWER)


class Guardianship(TenantModel):
    """A patient's account may act for another subject: a child, a parent."""

    holder = TenantForeignKey(Patient, related_name="acts_for")
    subject_person = TenantForeignKey(Patient, related_name="helped_by")
    relation = models.CharField(max_length=40)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "holder", "subject_person"],
                condition=Q(ended_at__isnull=True),
                name="guardianship_once",
            ),
            models.CheckConstraint(
                condition=~Q(holder=models.F("subject_person")), name="guardianship_not_of_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.relation} {self.id}"
