"""HTTP clients of the people of a cast: bearer tokens, JSON in and out."""

from typing import Any
from uuid import uuid4

from django.test import Client
from housestaff.people.models import Membership

from tests.factories.people import Cast


class Person:
    """One member of a cast at the API's door."""

    def __init__(self, cast: Cast, member: Membership, **headers: str) -> None:
        self.member = member
        self.client = Client(headers={"Authorization": f"Bearer {cast.token(member)}", **headers})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"/api/v1/{path}", body if body is not None else {}, "application/json")

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(f"/api/v1/{path}", body, "application/json")

    def open_consult(self, agent: str = "urology", language: str = "en", **more: Any) -> str:
        answer = self.post("consults/", {"agent": agent, "language": language, **more})
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    def say(self, consult: str, text: str, key: str | None = None) -> Any:
        return self.post(f"consults/{consult}/messages/", {"client_key": key or uuid4().hex, "text": text})
