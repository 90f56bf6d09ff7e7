from django.db import migrations

from housestaff.tenancy.rls import GrantPlatform


class Migration(migrations.Migration):
    """What the application roles may do with the platform's own tables. Tenants are made by the owner role only."""

    dependencies = [("tenancy", "0001_initial")]
    operations = [GrantPlatform({"tenancy_tenant": "SELECT", "django_migrations": "SELECT"})]
