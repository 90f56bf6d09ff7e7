"""`GET consents/` and `POST consents/`."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from housestaff.access.errors import NotFound
from housestaff.access.viewsets import HouseViewSet
from housestaff.people.queries import may_act_for, subjects_of
from housestaff.privacy import consents

from .. import actions
from .shapes import Decide, parsed


class ConsentViewSet(HouseViewSet):
    """What a person has agreed to, for themselves and for whom they act."""

    permissions = {"list": "consents.decide", "create": "consents.decide"}

    @extend_schema(responses={200: dict})
    def list(self, request: Request) -> Response:
        language = request._request.LANGUAGE_CODE
        results = [
            _told(text, person.id, language)
            for person in subjects_of(self.member)
            for text in consents.TEXTS.values()
        ]
        return Response({"results": results, "next": None})

    @extend_schema(request=Decide, responses={201: dict})
    def create(self, request: Request) -> Response:
        given = parsed(Decide, request)
        subject = given.get("subject") or self.member.patient_id
        if subject is None or not may_act_for(self.member, subject):
            raise NotFound
        decide = {"subject": subject, "purpose": given["purpose"], "version": given["version"]}
        if given["granted"]:
            row = consents.decide(by=self.member, granted=True, **decide)
        else:
            row = actions.withdraw_consent(by=self.member, **decide)
        told = {
            "purpose": row.purpose, "version": row.version, "granted": row.granted, "subject": str(row.subject)
        }  # fmt: skip
        return Response(told, status=201)


def _told(text: consents.ConsentText, subject: Any, language: str) -> dict[str, Any]:
    given = consents.in_force(subject=subject, purpose=text.purpose)
    return {
        "purpose": text.purpose,
        "version": text.version,
        "subject": str(subject),
        "granted": given is not None,
        "at": given.at.isoformat() if given else None,
        "title": text.title.get(language) or text.title["en"],
        "text": text.text.get(language) or text.text["en"],
    }
