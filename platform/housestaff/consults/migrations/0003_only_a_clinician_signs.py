from uuid import uuid4

import django.db.models.deletion
from django.db import migrations, models

import housestaff.privacy.fields
import housestaff.tenancy.models
from housestaff.tenancy.rls import Protect

SIGNATURES = """
ALTER TABLE consults_medicationrequest ADD CONSTRAINT medication_request_signer_is_the_clinician
    FOREIGN KEY (tenant_id, signed_with_id, signed_by_id)
    REFERENCES people_membership (tenant_id, id, clinician_id);

CREATE FUNCTION consults_signed_words_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'status' <> to_jsonb(OLD) - 'status' THEN
        RAISE EXCEPTION 'What a clinician has signed is not changed: only its status is.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signed_words_stay BEFORE UPDATE ON consults_medicationrequest
    FOR EACH ROW EXECUTE FUNCTION consults_signed_words_stay();
REVOKE DELETE ON consults_medicationrequest FROM housestaff_app, housestaff_worker;

CREATE FUNCTION consults_only_a_clinician_signs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
BEGIN
    IF NOT EXISTS (
        SELECT FROM people_membership m
        WHERE m.tenant_id = NEW.tenant_id AND m.id = account AND m.clinician_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'Only a clinician of this tenant signs.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_a_clinician_signs BEFORE INSERT OR UPDATE OF clinician_id ON consults_review
    FOR EACH ROW EXECUTE FUNCTION consults_only_a_clinician_signs('clinician_id');
CREATE TRIGGER only_a_clinician_signs BEFORE INSERT OR UPDATE OF author, by_id ON consults_event
    FOR EACH ROW WHEN (NEW.author = 'clinician') EXECUTE FUNCTION consults_only_a_clinician_signs('by_id');
GRANT EXECUTE ON FUNCTION consults_signed_words_stay(), consults_only_a_clinician_signs()
    TO housestaff_app, housestaff_worker;
"""


def same_tenant(to: str, **more: object) -> housestaff.tenancy.models.TenantForeignKey:
    return housestaff.tenancy.models.TenantForeignKey(
        db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, **more
    )


class Migration(migrations.Migration):
    """Prescriptions exist, and neither they nor a doctor's words can have another author than a clinician."""

    dependencies = [
        ("consults", "0002_walls"),
        ("people", "0003_membership_of_clinician"),
        ("tenancy", "0002_walls"),
    ]
    operations = [
        migrations.CreateModel(
            name="MedicationRequest",
            fields=[
                ("id", models.UUIDField(default=uuid4, editable=False, primary_key=True, serialize=False)),
                ("subject_id", models.UUIDField()),
                ("medication", housestaff.privacy.fields.SealedTextField(null=True)),
                ("dosage", housestaff.privacy.fields.SealedTextField(null=True)),
                ("author_kind", models.CharField(default="clinician", editable=False, max_length=10)),
                ("signed_at", models.DateTimeField()),
                ("status", models.CharField(default="active", max_length=10)),
                (
                    "consult",
                    housestaff.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="medication_requests",
                        to="consults.consult",
                    ),
                ),
                ("signed_by", same_tenant("people.clinician")),
                ("signed_with", same_tenant("people.membership", help_text="the account that signed")),
                (
                    "tenant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="medicationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("author_kind", "clinician")), name="medication_request_by_clinician"
            ),
        ),
        migrations.AddConstraint(
            model_name="medicationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "cancelled", "completed"])),
                name="medication_request_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="medicationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("dosage__isnull", False), ("medication__isnull", False)),
                name="medication_request_says_what",
            ),
        ),
        Protect("MedicationRequest"),
        migrations.RunSQL(SIGNATURES, migrations.RunSQL.noop),
    ]
