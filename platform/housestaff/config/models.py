"""The platform's own small tables."""

from django.db import models


class Heartbeat(models.Model):
    """A process without a port says that it lives. See config/heartbeat.py."""

    role = models.CharField(max_length=20)
    process = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "process"], name="heartbeat_once")]

    def __str__(self) -> str:
        return f"{self.role} {self.process}"
