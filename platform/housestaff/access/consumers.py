"""The base of every websocket: who is it, may they, and whose tenant acts. Close codes 4401, 4403, 4404."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs, urlparse

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.http import parse_cookie

from housestaff.people.models import Membership
from housestaff.tenancy.away import database_is_away
from housestaff.tenancy.context import acting_for

from . import roles
from .errors import NotFound
from .identity import BadToken, Identity, from_header, from_session, membership
from .sessions import SessionStore
from .threads import in_database_thread

log = logging.getLogger(__name__)
T = TypeVar("T")
NOT_SIGNED_IN, NOT_ALLOWED, NOT_THERE = 4401, 4403, 4404
LOOK_AGAIN_SECONDS = 2.0
ASK_AGAIN_SECONDS = 3.0  # a log-off, a revoked token or a closed account ends a socket within five


def header(scope: Any, name: bytes) -> str:
    """One header of an ASGI scope."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def identify(scope: Any) -> Identity | None:
    """Who opens this scope: the Authorization header, else the session cookie; raises BadToken."""
    found = from_header(header(scope, b"authorization"))
    if found is not None:
        return found
    cookies = parse_cookie(header(scope, b"cookie"))
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    return from_session(SessionStore(key)) if key else None


def same_origin(scope: Any) -> bool:
    """A browser's socket must come from our own page; what sends no Origin is no browser."""
    origin = header(scope, b"origin")
    if not origin or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        return urlparse(origin).netloc == header(scope, b"host")
    except ValueError:
        return False


class HouseConsumer(AsyncJsonWebsocketConsumer):
    """Sends rows that lie in PostgreSQL; a channel message or a clock only says: look again."""

    permission: ClassVar[str] = ""
    identity: Identity
    member: Membership

    async def connect(self) -> None:
        self.loops: list[asyncio.Task[None]] = []
        self.look_again = asyncio.Event()
        await self.accept()
        try:
            code = await in_database_thread(self._enter)
        except Exception as error:
            if not database_is_away(error):
                raise
            code = 1013  # try again later
        if code:
            await self.close(code)
            return
        self.named = await in_database_thread(self._named)
        await self._join()
        self.loops.append(asyncio.create_task(self._run()))

    async def _join(self) -> None:
        """Join the group, again and again: an emptied Redis has forgotten it, and without one the clock does."""
        self.ask_at = time.monotonic() + ASK_AGAIN_SECONDS
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.channel_layer.group_add(self.named, self.channel_name), 2)

    def _enter(self) -> int:
        """Who is it, may they, is it there: 0, or the code to close with."""
        return self._who() or self._where()

    def _where(self) -> int:
        with acting_for(self.identity.tenant):
            try:
                self.enter()
            except NotFound:
                return NOT_THERE
        return 0

    def _who(self) -> int:
        try:
            identity = identify(self.scope)
        except BadToken:
            return NOT_SIGNED_IN
        if identity is None:
            return NOT_SIGNED_IN
        if not same_origin(self.scope):
            return NOT_ALLOWED
        with acting_for(identity.tenant):
            found = membership(identity)
            if found is None:
                return NOT_SIGNED_IN
            if not roles.allows(self.permission, found.role):
                return NOT_ALLOWED
            if identity.scopes and self.permission not in identity.scopes:
                return NOT_ALLOWED
            self.identity, self.member = identity, found
        return 0

    def enter(self) -> None:
        """Look up what the socket is about, audit the read; raises NotFound. The tenant is acting."""
        raise NotImplementedError

    def group(self) -> str:
        """The channel group whose messages mean: look again. The tenant is acting."""
        raise NotImplementedError

    async def look(self) -> None:
        """Send what is new."""
        raise NotImplementedError

    def _named(self) -> str:
        with acting_for(self.identity.tenant):
            return self.group()

    async def reading(self, work: Callable[[], T]) -> T:
        """Run a read in a database thread, acting for the socket's tenant."""

        def run() -> T:
            with acting_for(self.identity.tenant):
                return work()

        return await in_database_thread(run)

    async def _run(self) -> None:
        """Look at once, then at every hint, and every two seconds should the hints be lost."""
        try:
            while True:
                self.look_again.clear()
                try:
                    if time.monotonic() >= self.ask_at:
                        if code := await in_database_thread(self._who):
                            await self.close(code)
                            return
                        await self._join()
                    await self.look()
                except NotFound:
                    await self.close(NOT_THERE)
                    return
                except Exception as error:
                    if not database_is_away(error):
                        raise
                    log.warning("a socket waits for the database")
                try:
                    await asyncio.wait_for(self.look_again.wait(), LOOK_AGAIN_SECONDS)
                except TimeoutError:
                    continue
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("a socket ended")
            await self.close(1011)

    def whole_number(self, name: str) -> int:
        """A number from the query string; what is none counts as 0."""
        given = parse_qs(self.scope["query_string"].decode("latin-1")).get(name, ["0"])[0]
        return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Nothing is written through a socket."""

    async def disconnect(self, code: int) -> None:
        for task in self.loops:
            task.cancel()
