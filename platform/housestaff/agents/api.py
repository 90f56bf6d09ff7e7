"""`GET agents/`: the tenant's agents as everyone may see them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from housestaff.access.viewsets import HouseViewSet

from .models import Agent, Release


class AgentSerializer(serializers.Serializer[Any]):
    """An agent, its owner and what it may do."""

    id = serializers.CharField()
    slug = serializers.CharField()
    specialty = serializers.CharField()
    name = serializers.CharField()
    owner = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    level = serializers.IntegerField()
    release = serializers.CharField(allow_null=True)


class AgentList(serializers.Serializer[Any]):
    results = AgentSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class AgentViewSet(HouseViewSet):
    """Agents of the tenant."""

    permissions = {"list": "agents.see"}

    @extend_schema(responses=AgentList)
    def list(self, request: Request) -> Response:
        language = request._request.LANGUAGE_CODE
        rows = Agent.objects.filter(active=True).select_related("owner").order_by("slug")
        serving = {r.agent_id: r for r in Release.objects.filter(state="in_service")}
        return Response(
            {"results": [_told(row, serving.get(row.id), language) for row in rows], "next": None}
        )


def _told(row: Agent, release: Release | None, language: str) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "slug": row.slug,
        "specialty": row.specialty,
        "name": row.called(language),
        "owner": row.owner.called(language),
        "languages": row.languages,
        "level": release.level if release else 0,
        "basis": release.basis if release else "none",
        "release": release.label if release else None,
    }
