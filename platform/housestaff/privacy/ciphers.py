"""AES-256-GCM over a patient's words; the associated data ties a ciphertext to its one cell (pure).

Stored form: version (1 byte) · key version (2 bytes) · nonce (12 bytes) · ciphertext and tag. The associated
data is table, column, row and tenant, so that a ciphertext moved to another row fails to open.
Source of the scheme: NIST SP 800-38D (GCM), with random 96-bit nonces and one key a subject.
"""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = 1
NONCE = 12
HEADER = 3


class Unreadable(ValueError):
    """A ciphertext that does not open: altered, moved from its cell, or under a key that was destroyed."""


@dataclass(frozen=True)
class Cell:
    """The one place in the database where a ciphertext may stand."""

    table: str
    column: str
    row: str
    tenant: str

    def aad(self) -> bytes:
        return "\x1f".join((self.table, self.column, self.row, self.tenant)).encode()


def new_key() -> bytes:
    """Thirty-two random bytes."""
    return os.urandom(32)


def seal(key: bytes, words: bytes, cell: Cell, key_version: int = 1) -> bytes:
    """Encrypt words for one cell."""
    nonce = os.urandom(NONCE)
    head = bytes([FORMAT]) + key_version.to_bytes(2, "big")
    return head + nonce + AESGCM(key).encrypt(nonce, words, head + cell.aad())


def key_version_of(sealed: bytes) -> int:
    """Which version of the subject's key sealed this."""
    if len(sealed) < HEADER + NONCE + 16 or sealed[0] != FORMAT:
        raise Unreadable("Not a sealed text of a known format.")
    return int.from_bytes(sealed[1:HEADER], "big")


def unseal(key: bytes, sealed: bytes, cell: Cell) -> bytes:
    """Decrypt the words of one cell; raises Unreadable."""
    key_version_of(sealed)
    nonce, body = sealed[HEADER : HEADER + NONCE], sealed[HEADER + NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, body, sealed[:HEADER] + cell.aad())
    except InvalidTag as error:
        raise Unreadable(f"{cell.table}.{cell.column} does not open with this key in this row.") from error


def derive(root: bytes, purpose: str) -> bytes:
    """A key for one purpose from the root key (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(root)
