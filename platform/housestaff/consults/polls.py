"""`GET consults/{id}/events/?after=N&wait=S`, asynchronous: a waiting poll holds no thread and no connection.

A raw ASGI door: it looks, waits for a hint (or two seconds, should hints be lost), looks again, answers.
"""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.layers import get_channel_layer
from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.translation import get_supported_language_variant
from rest_framework import exceptions

from housestaff.access import roles
from housestaff.access.consumers import header, identify
from housestaff.access.errors import NotFound, as_problem
from housestaff.access.headers import CSP
from housestaff.access.identity import BadToken, membership
from housestaff.access.threads import in_database_thread
from housestaff.people.models import Membership
from housestaff.privacy import audit
from housestaff.tenancy.context import acting_for
from housestaff.tenancy.groups import group_of

from . import queries

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
PATH = re.compile(r"/api/v1/consults/([^/]{1,64})/events/\Z")
LONGEST_WAIT = 25
LOOK_AGAIN_SECONDS = 2.0


def wants_to_wait(scope: dict[str, Any]) -> bool:
    """Whether this request is a long poll, and so for this door."""
    return (
        scope["method"] == "GET"
        and PATH.match(scope["path"]) is not None
        and _query(scope, "wait") not in ("", "0")
        and _is_number(_query(scope, "wait"), LONGEST_WAIT)
        and _is_number(_query(scope, "after") or "0", 2**53)
    )


def _query(scope: dict[str, Any], name: str) -> str:
    return str(parse_qs(scope["query_string"].decode("latin-1")).get(name, [""])[0])


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 17 and int(text) <= most


class Poll:
    """One waiting request."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self.scope = scope
        self.after = int(_query(scope, "after") or "0")
        self.until = time.monotonic() + int(_query(scope, "wait"))
        self.consult = PATH.match(scope["path"]).group(1)  # type: ignore[union-attr]
        self.group = ""

    def enter(self) -> dict[str, Any]:
        """Who asks, may they, the first look."""
        with self._let_in() as member:
            try:
                consult_id = UUID(self.consult)
            except ValueError:
                raise NotFound from None
            row = queries.visible(member, consult_id)
            self.group = group_of("consult", row.id)
            audit.record(
                "consult.read_events",
                by=member,
                kind="consult",
                object_id=row.id,
                subject=row.subject_id,
            )
            return self._found(row)

    def look(self) -> dict[str, Any]:
        """Look again, with every check anew: an account may have been closed, a token revoked meanwhile."""
        with self._let_in() as member:
            return self._found(queries.visible(member, UUID(self.consult)))

    @contextlib.contextmanager
    def _let_in(self) -> Iterator[Membership]:
        """Act for the tenant of whoever asks, if they may read consults."""
        identity = identify(self.scope)
        if identity is None:
            raise exceptions.NotAuthenticated
        with acting_for(identity.tenant):
            member = membership(identity)
            if member is None:
                raise exceptions.NotAuthenticated
            allowed = roles.allows("consult.read", member.role)
            if not allowed or (identity.scopes and "consult.read" not in identity.scopes):
                raise PermissionDenied
            yield member

    def _found(self, row: Any) -> dict[str, Any]:
        events = [queries.as_json(event, row) for event in queries.events_after(row, self.after)]
        return {"events": events, "last_seq": row.last_seq}

    async def answer(self) -> dict[str, Any]:
        """Wait until there is something, or the time is over."""
        found = await in_database_thread(self.enter)
        if found["events"]:
            return found
        layer: Any = get_channel_layer()
        channel = ""
        try:
            with contextlib.suppress(Exception):  # without Redis the clock does it
                channel = await layer.new_channel()
                await layer.group_add(self.group, channel)
            while not found["events"] and (left := self.until - time.monotonic()) > 0:
                await self._hint(layer, channel, min(left, LOOK_AGAIN_SECONDS))
                found = await in_database_thread(self.look)
            return found
        finally:
            if channel:
                with contextlib.suppress(Exception):
                    await layer.group_discard(self.group, channel)

    async def _hint(self, layer: Any, channel: str, patience: float) -> None:
        started = time.monotonic()
        with contextlib.suppress(Exception):
            if channel:
                await asyncio.wait_for(layer.receive(channel), patience)
                return
        # Redis refused at once: wait out the time instead of asking PostgreSQL in a tight loop.
        await asyncio.sleep(max(0.0, patience - (time.monotonic() - started)))


async def events_poll(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI door. A client that leaves ends the wait."""
    with translation.override(_language(scope)):
        answering = asyncio.create_task(Poll(scope).answer())
        leaving = asyncio.create_task(_left(receive))
        done, _ = await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if answering not in done:
            answering.cancel()
            return
        try:
            status, told, extra = _found(answering.result())
        except BadToken:
            status, told, extra = _problem(exceptions.AuthenticationFailed())
        except Exception as error:
            status, told, extra = _problem(error)
    headers = {
        "Content-Type": "application/json" if status == 200 else "application/problem+json",
        "Cache-Control": "no-store",
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
        **extra,
    }
    raw = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": json.dumps(told, ensure_ascii=False).encode()})


def _found(told: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
    return 200, told, {}


def _problem(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]]:
    answer = as_problem(error)
    if answer is None:
        raise error
    return answer[0]["status"], answer[0], answer[1]


def _language(scope: dict[str, Any]) -> str:
    first = header(scope, b"accept-language").split(",")[0].split(";")[0].strip()
    try:
        return get_supported_language_variant(first)
    except LookupError:
        return "en"


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
