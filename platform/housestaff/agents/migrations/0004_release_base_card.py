from django.db import migrations, models


class Migration(migrations.Migration):
    """A release keeps what its base can do: languages, context, vision."""

    dependencies = [("agents", "0003_levels_from_reports")]
    operations = [
        migrations.AddField(
            model_name="release",
            name="base_card",
            field=models.JSONField(default=dict, help_text="the base's languages, context and vision"),
        ),
    ]
