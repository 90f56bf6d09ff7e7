from django.db import migrations

from housestaff.tenancy.rls import GrantPlatform


class Migration(migrations.Migration):
    """Signs of life are written by every process."""

    dependencies = [("config", "0001_initial"), ("people", "0002_walls")]
    operations = [
        GrantPlatform({"config_heartbeat": "SELECT, INSERT, UPDATE, DELETE"}),
        migrations.RunSQL(
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO housestaff_app, housestaff_worker",
            migrations.RunSQL.noop,
        ),
    ]
