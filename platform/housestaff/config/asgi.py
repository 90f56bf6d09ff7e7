"""One port, two ways in: ordinary requests in threads that keep their connection, what waits in asyncio.

Django's own ASGI handler would open a database connection a request, since psycopg2 has no pool; threads of
the WSGI handler keep theirs (docs/decisions/0003). Sockets and long polls hold neither while they wait.
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "housestaff.config.settings.local")
wsgi = get_wsgi_application()

# Only now: these import models, which need the application that was made above.
from housestaff.config import chunked, env, routing, static_files  # noqa: E402
from housestaff.consults.polls import events_poll, wants_to_wait  # noqa: E402
from housestaff.consults.warming import warm  # noqa: E402

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
_threads = WSGIMiddleware(static_files.served(wsgi), workers=env.number("HOUSESTAFF_WEB_THREADS", 12))
_sockets = URLRouter(routing.websockets)


async def _http(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if chunked.names_no_length(scope):
        scope, receive = await chunked.gathered(scope, receive)
    door: Any = events_poll if wants_to_wait(scope) else _threads
    await door(scope, receive, send)


async def _websocket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    known = any(route.pattern.match(scope["path"].lstrip("/")) for route in routing.websockets)
    door: Any = _sockets if known else WebsocketDenier()
    await door(scope, receive, send)


warm()
application = ProtocolTypeRouter({"http": _http, "websocket": _websocket})
