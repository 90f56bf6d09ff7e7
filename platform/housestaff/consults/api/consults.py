"""`consults/`: open, write, read, stop, acknowledge, close; take over, hand back, draft, sign, undo."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from housestaff.access.paging import page_of, whole_number
from housestaff.access.viewsets import HouseViewSet, uuid_or_404
from housestaff.privacy import audit

from .. import actions, drafts, log, queries
from ..models import Consult
from . import shapes


class ConsultViewSet(HouseViewSet):
    """One thread between a patient, an agent and its doctor."""

    permissions = {
        "list": "consult.list",
        "create": "consult.open",
        "retrieve": "consult.read",
        "messages": "consult.write",
        "events": "consult.read",
        "stop": "consult.stop",
        "acknowledge": "consult.acknowledge",
        "close": "consult.close",
        "takeover": "consult.takeover",
        "handback": "consult.handback",
        "draft": "consult.edit",
        "save_draft": "consult.edit",
        "sign": "consult.sign",
        "undo": "consult.sign",
    }

    def _visible(self, pk: str, verb: str = "") -> Consult:
        row = queries.visible(self.member, uuid_or_404(pk))
        if verb:
            audit.record(verb, by=self.member, kind="consult", object_id=row.id, subject=row.subject_id)
        return row

    def _state(self, row: Consult, **extras: Any) -> Response:
        told = {"id": str(row.id), "state": queries.shown_state(row, self.member), "last_seq": row.last_seq}
        return Response(told | extras)

    @extend_schema(responses={200: dict})
    def list(self, request: Request) -> Response:
        page, following = page_of(queries.all_own(self.member), request)
        audit.record("consult.list", by=self.member, kind="consult", rows=len(page))
        return Response({"results": queries.briefly(page, self.member), "next": following})

    @extend_schema(request=shapes.OpenConsult, responses={201: shapes.ConsultShape})
    def create(self, request: Request) -> Response:
        given = shapes.parsed(shapes.OpenConsult, request)
        row = actions.open_consult(by=self.member, **given)
        row = queries.visible(self.member, row.id)
        return Response(queries.whole(row, self.member), status=201)

    @extend_schema(responses=shapes.ConsultShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(queries.whole(self._visible(pk, "consult.read"), self.member))

    @extend_schema(request=shapes.PostMessage, responses={200: shapes.Posted, 201: shapes.Posted})
    @action(detail=True, methods=["post"])
    def messages(self, request: Request, pk: str) -> Response:
        body = shapes.an_object(request)
        posted = actions.post_message(
            by=self.member, consult=uuid_or_404(pk), client_key=body.get("client_key"), text=body.get("text")
        )
        told = {"seq": posted.seq, "urgency": posted.urgency, "card": posted.card}
        return Response(told, status=201 if posted.new else 200)

    @extend_schema(responses=shapes.EventList)
    @action(detail=True, methods=["get"])
    def events(self, request: Request, pk: str) -> Response:
        """Without waiting; `wait` is answered by the asynchronous door in front of this one."""
        row = self._visible(pk, "consult.read_events")
        after = whole_number(request, "after")
        whole_number(request, "wait", most=25)
        found = [queries.as_json(event, row) for event in queries.events_after(row, after)]
        return Response({"events": found, "last_seq": row.last_seq})

    @extend_schema(request=None, responses={200: dict})
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        row = self._visible(pk)
        turn = actions.stop_turn(by=self.member, consult=row.id)
        row.refresh_from_db()
        return self._state(row, stopped=turn is not None)

    @extend_schema(request=shapes.Acknowledge, responses={200: dict})
    @action(detail=True, methods=["post"], url_path="card/ack")
    def acknowledge(self, request: Request, pk: str) -> Response:
        row = self._visible(pk)
        given = shapes.parsed(shapes.Acknowledge, request)
        return self._state(actions.acknowledge_card(by=self.member, consult=row.id, **given))

    @extend_schema(request=None, responses={200: dict})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        return self._state(actions.close(by=self.member, consult=self._visible(pk).id))

    @extend_schema(request=None, responses={200: dict})
    @action(detail=True, methods=["post"])
    def takeover(self, request: Request, pk: str) -> Response:
        return self._state(actions.take_over(by=self.member, consult=self._visible(pk).id))

    @extend_schema(request=None, responses={200: dict})
    @action(detail=True, methods=["post"])
    def handback(self, request: Request, pk: str) -> Response:
        return self._state(actions.hand_back(by=self.member, consult=self._visible(pk).id))

    @extend_schema(responses={200: dict})
    @action(detail=True, methods=["get"])
    def draft(self, request: Request, pk: str) -> Response:
        row = log.locked(self._visible(pk, "draft.read").id)
        draft = drafts.current(row)
        return Response({"text": draft.text, "proposed": draft.proposed, "version": draft.version})

    @extend_schema(request=shapes.SaveDraft, responses={200: dict})
    @draft.mapping.put
    def save_draft(self, request: Request, pk: str) -> Response:
        row = self._visible(pk)
        draft = actions.save_draft(by=self.member, consult=row.id, **shapes.parsed(shapes.SaveDraft, request))
        return Response({"text": draft.text, "proposed": draft.proposed, "version": draft.version})

    @extend_schema(request=shapes.Sign, responses={200: dict})
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        row = self._visible(pk)
        review = actions.sign(by=self.member, consult=row.id, **shapes.parsed(shapes.Sign, request))
        row.refresh_from_db()
        told = {
            "review": str(review.id), "urgency": row.urgency, "disposition": row.disposition,
            "signed_at": review.signed_at.isoformat(), "release_at": review.release_at.isoformat(),
            "difference": review.difference,
        }  # fmt: skip
        return self._state(row, **told)

    @extend_schema(request=None, responses={200: dict})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        return self._state(actions.undo(by=self.member, consult=self._visible(pk).id))
