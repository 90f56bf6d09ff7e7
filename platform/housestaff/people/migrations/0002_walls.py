from django.db import migrations

from housestaff.tenancy.rls import DefinerFunction, GrantPlatform, Protect


class Migration(migrations.Migration):
    """Walls, and the one question that is asked before a tenant is known: whose membership is this account's?"""

    dependencies = [
        ("people", "0001_initial"),
        ("privacy", "0002_walls"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        Protect("Patient", "Clinician", "Membership", "Guardianship"),
        GrantPlatform(
            {
                "people_user": "SELECT, INSERT, UPDATE",
                "django_session": "SELECT, INSERT, UPDATE, DELETE",
            }
        ),
        DefinerFunction(
            "people_membership_of(account uuid)",
            "TABLE (tenant_id uuid, membership_id uuid)",
            """
            SELECT m.tenant_id, m.id FROM people_membership m JOIN tenancy_tenant t ON t.id = m.tenant_id
            WHERE m.user_id = account AND m.active AND t.active ORDER BY m.id LIMIT 1
            """,
            reads=("people_membership", "tenancy_tenant"),
        ),
    ]
