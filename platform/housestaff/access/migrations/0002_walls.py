from django.db import migrations

from housestaff.tenancy.rls import DefinerFunction, Protect


class Migration(migrations.Migration):
    """Walls, and who bears a token: asked before a tenant is known."""

    dependencies = [("access", "0001_initial"), ("people", "0002_walls")]
    operations = [
        Protect("AccessToken", "RateWindow"),
        DefinerFunction(
            "access_token_bearer(token_hash text)",
            "TABLE (tenant_id uuid, membership_id uuid, token_id uuid, scopes text, expires_at timestamptz)",
            """
            SELECT a.tenant_id, a.membership_id, a.id, a.scopes::text, a.expires_at
            FROM access_accesstoken a
            JOIN people_membership m ON m.tenant_id = a.tenant_id AND m.id = a.membership_id AND m.active
            JOIN people_user u ON u.id = m.user_id AND u.is_active
            JOIN tenancy_tenant t ON t.id = a.tenant_id AND t.active
            WHERE a.hash = token_hash AND a.revoked_at IS NULL AND a.expires_at > now() LIMIT 1
            """,
            reads=("access_accesstoken", "people_membership", "people_user", "tenancy_tenant"),
        ),
    ]
