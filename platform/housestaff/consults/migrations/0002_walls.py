from django.db import migrations

from housestaff.tenancy.rls import DefinerFunction, Protect


class Migration(migrations.Migration):
    """Walls, and what the sweepers may ask across tenants: ids of overdue steps, nothing else."""

    dependencies = [("consults", "0001_initial"), ("agents", "0002_walls"), ("worklists", "0002_walls")]
    operations = [
        Protect("Consult", "Event", "Turn", "Fact", "Draft", "Review"),
        DefinerFunction(
            "consults_overdue(most integer)",
            "TABLE (step text, tenant_id uuid, consult_id uuid)",
            """
            (SELECT DISTINCT 'sync', e.tenant_id, e.consult FROM worklists_envelope e
             WHERE e.at < now() - interval '1 second' LIMIT most)
            UNION ALL
            (SELECT 'release', r.tenant_id, r.consult_id FROM consults_review r
             WHERE r.sent_seq IS NULL AND r.undone_at IS NULL AND r.release_at <= now()
             ORDER BY r.release_at LIMIT most)
            UNION ALL
            (SELECT 'turn', t.tenant_id, t.consult_id FROM consults_turn t
             WHERE (t.state = 'queued' AND t.queued_at < now() - interval '3 seconds')
                OR (t.state = 'running' AND t.lease_until < now())
             ORDER BY t.queued_at LIMIT most)
            """,
            reads=("worklists_envelope", "consults_review", "consults_turn"),
        ),
    ]
