"""`WS /ws/consults/{id}/?after=N`: durable events, then the partial text of a running turn, then live ones."""

import asyncio
from typing import Any
from uuid import UUID

from housestaff.access.consumers import HouseConsumer
from housestaff.access.errors import NotFound
from housestaff.privacy import audit
from housestaff.tenancy.groups import group_of

from . import queries
from .models import Turn

SEND_PATIENCE = 2.0


class ConsultConsumer(HouseConsumer):
    """The numbered log over a socket. Every byte of a running turn is sent under a lock on that turn."""

    permission = "consult.read"

    def enter(self) -> None:
        try:
            consult_id = UUID(self.scope["url_route"]["kwargs"]["consult"])
        except ValueError:
            raise NotFound from None
        self.row = queries.visible(self.member, consult_id)
        self.after = self.whole_number("after")
        self.turn: UUID | None = None
        self.offset = 0
        self.speaking = True  # whether a turn may be running; not known before its start or end was read
        audit.record(
            "consult.watch",
            by=self.member,
            kind="consult",
            object_id=self.row.id,
            subject=self.row.subject_id,
        )

    def group(self) -> str:
        return group_of("consult", self.row.id)

    async def look(self) -> None:
        """Events first, so that a turn's end is never followed by its own delta."""
        loop = asyncio.get_running_loop()
        while events := await self.reading(lambda: self._next(loop)):
            for event in events:
                await self.send_json(event)
                self.after = event["seq"]
                self.speaking = event["kind"] == "start" or (self.speaking and event["kind"] != "end")
            if self.after >= self.row.last_seq and not self.speaking:
                return

    def _next(self, loop: asyncio.AbstractEventLoop) -> list[dict[str, Any]]:
        """New events for the socket; when there are none, the partial text is sent, and nothing is left to do.

        A subject one no longer acts for, or an account that was closed, ends the socket.
        """
        self.row = queries.visible(self.member, self.row.id)
        events = queries.events_after(self.row, self.after) if self.row.last_seq > self.after else []
        if not events and self.speaking:
            self._send_partial(loop)
        return [queries.as_json(event, self.row) for event in events]

    def _send_partial(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send the new part of the running turn's text while its row is locked for reading.

        A take-over, a stop or an emergency ends the turn with an UPDATE of that row, which waits for this lock:
        after its commit no byte of the turn can be sent.
        """
        turn = Turn.objects.find(
            """consult_id = %s AND state = 'running' AND "offset" > 0 AND (id, "offset") <> (%s, %s)""",
            self.row.id,
            self.turn or self.row.id,
            self.offset,
            share=True,
        )
        if turn is None:
            return
        if turn.id != self.turn:
            self.turn, self.offset = turn.id, 0
        text = turn.partial or ""
        if len(text) < self.offset:  # the turn began anew after its worker died
            self.offset = 0
        if len(text) > self.offset:
            delta = {
                "kind": "delta", "turn": str(turn.id), "offset": self.offset, "text": text[self.offset :]
            }  # fmt: skip
            asyncio.run_coroutine_threadsafe(self.send_json(delta), loop).result(SEND_PATIENCE)
            self.offset = len(text)

    async def log_grew(self, message: dict[str, Any]) -> None:
        self.look_again.set()

    async def partial_grew(self, message: dict[str, Any]) -> None:
        self.look_again.set()
