from django.db import migrations

from housestaff.tenancy.rls import DefinerFunction, Protect


class Migration(migrations.Migration):
    """Walls, and what every engine replica must hold: names and paths by digest, across tenants."""

    dependencies = [("agents", "0001_initial"), ("people", "0002_walls")]
    operations = [
        Protect("Agent", "Adapter", "Release"),
        DefinerFunction(
            "agents_in_service()",
            "TABLE (specialty text, digest text, path text)",
            """
            SELECT DISTINCT a.specialty::text, a.digest::text, a.path::text FROM agents_release r
            JOIN agents_adapter a ON a.tenant_id = r.tenant_id AND a.id = r.adapter_id
            JOIN agents_agent g ON g.tenant_id = r.tenant_id AND g.id = r.agent_id AND g.active
            WHERE r.state = 'in_service'
            """,
            reads=("agents_release", "agents_adapter", "agents_agent"),
        ),
    ]
