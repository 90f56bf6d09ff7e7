from django.db import migrations

from housestaff.tenancy.rls import Protect


class Migration(migrations.Migration):
    """Walls of the postman's tables."""

    dependencies = [("worklists", "0001_initial"), ("people", "0002_walls")]
    operations = [Protect("Feed", "Worklist", "Item", "Envelope")]
