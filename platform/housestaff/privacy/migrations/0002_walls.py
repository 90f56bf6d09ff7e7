from django.db import migrations

from housestaff.tenancy.rls import Protect

APPEND_ONLY = """
CREATE FUNCTION privacy_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is append-only: % is refused.', TG_OP;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON privacy_auditrecord
    FOR EACH ROW EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON privacy_auditrecord
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON privacy_auditlink
    FOR EACH ROW EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON privacy_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON privacy_consent
    FOR EACH ROW EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON privacy_consent
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_append_only();
REVOKE UPDATE, DELETE ON privacy_auditrecord, privacy_auditlink, privacy_consent
    FROM housestaff_app, housestaff_worker;
GRANT UPDATE ON privacy_consent TO housestaff_app, housestaff_worker;
"""


class Migration(migrations.Migration):
    """Walls, and an audit log that only grows. UPDATE on consents is granted for row locks; the trigger refuses it."""

    dependencies = [("privacy", "0001_initial"), ("tenancy", "0002_walls")]
    operations = [
        Protect("TenantKey", "SubjectKey", "Consent", "AuditRecord", "AuditLink", "AuditHead"),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
    ]
