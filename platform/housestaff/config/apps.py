from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "housestaff.config"
    label = "config"

    def ready(self) -> None:
        """Make ours the current Celery app in every process, before the first nudge."""
        from housestaff.config import celery

        celery.app.set_default()
