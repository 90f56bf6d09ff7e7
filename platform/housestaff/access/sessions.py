"""Sessions in PostgreSQL (the engine of settings.SESSION_ENGINE), under keys of our own shape only."""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[a-z0-9]{32}\Z")


class SessionStore(db.SessionStore):
    """A cookie is whatever the client wrote: what is no key of ours (a NUL, a megabyte) is no session."""

    def _validate_session_key(self, key: object) -> bool:
        return isinstance(key, str) and _KEY.match(key) is not None
