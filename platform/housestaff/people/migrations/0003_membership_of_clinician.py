from django.db import migrations, models


class Migration(migrations.Migration):
    """One key for an account and the clinician it stands for, so that a signature can point at both."""

    dependencies = [("people", "0002_walls")]
    operations = [
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("tenant", "id", "clinician"), name="membership_of_clinician"
            ),
        ),
    ]
