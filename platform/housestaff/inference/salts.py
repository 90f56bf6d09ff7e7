"""The salt of the engine's prefix cache: prompts of two patients never share a cached block."""

import hmac


def cache_salt(secret: bytes, tenant: str, subject: str) -> str:
    """64 hex digits for one patient of one tenant. Keyed, so that the engine cannot tell who it is."""
    return hmac.new(secret, f"{tenant}\x00{subject}".encode(), "sha256").hexdigest()
