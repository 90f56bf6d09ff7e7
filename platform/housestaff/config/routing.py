"""Websocket addresses. A test walks them: each consumer names its permission."""

from typing import Any

from django.urls import path

from housestaff.consults.consumers import ConsultConsumer
from housestaff.worklists.consumers import WorklistConsumer


def _socket(route: str, consumer: Any) -> Any:
    return path(route, consumer.as_asgi())


websockets = [
    _socket("ws/consults/<str:consult>/", ConsultConsumer),
    _socket("ws/worklist/", WorklistConsumer),
]
