"""`GET worklist/` and `POST worklist/{id}/claim/`."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from housestaff.access.errors import Problem
from housestaff.access.paging import page_of, whole_number
from housestaff.access.viewsets import HouseViewSet, uuid_or_404
from housestaff.privacy import audit

from . import actions, queries


class RowSerializer(serializers.Serializer[Any]):
    """One consult on the worklist. `class` and more stand in the answer as API.md names them."""

    id = serializers.CharField()
    consult = serializers.CharField()
    version = serializers.IntegerField()
    patient = serializers.CharField()
    urgency = serializers.CharField()
    reason = serializers.ListField(child=serializers.DictField())
    waiting_since = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    held_by = serializers.CharField(allow_null=True)
    state = serializers.CharField()


class RowList(serializers.Serializer[Any]):
    results = RowSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class WorklistViewSet(HouseViewSet):
    """The doctor's list, in the shown order."""

    permissions = {"list": "worklist.read", "claim": "worklist.claim"}

    @extend_schema(
        parameters=[
            OpenApiParameter("filter", enum=list(queries.FILTERS)),
            OpenApiParameter("after", int),
            OpenApiParameter("offset", int),
        ],
        responses=RowList,
    )
    def list(self, request: Request) -> Response:
        which = request.query_params.get("filter", "all")
        if which not in queries.FILTERS:
            raise Problem(
                _("There is no such filter."), code="invalid", field="filter", known=list(queries.FILTERS)
            )
        rows = queries.items(self.member, which, whole_number(request, "after"))
        page, following = page_of(rows, request)
        audit.record("worklist.read", by=self.member, kind="worklist", filter=which, rows=len(page))
        results = [queries.as_json(row) for row in page]
        return Response({"results": results, "next": following, "last_n": queries.last_n()})

    @extend_schema(request=None, responses=RowSerializer)
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: str) -> Response:
        row = queries.item_or_404(uuid_or_404(pk))
        item = actions.claim(consult=row.consult, by=self.member)
        return Response(queries.as_json(item))
