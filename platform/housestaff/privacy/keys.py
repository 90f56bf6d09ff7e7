"""Keys in three layers: root wraps tenant, tenant wraps subject, subject seals words.

Unwrapped keys are kept a minute in this process, so that destroying a subject's key takes effect within one.
"""

import threading
import time
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from housestaff.tenancy.context import current_tenant

from . import ciphers
from .models import SubjectKey, TenantKey

KEPT_SECONDS = 60.0
MOST_KEPT = 20_000


class RootKeyMissing(RuntimeError):
    """No root key is configured: nothing can be read or written."""


def root_key() -> bytes:
    """The root key: 32 bytes, given as hex by HOUSESTAFF_ROOT_KEY_FILE."""
    try:
        key = bytes.fromhex(settings.HOUSESTAFF["ROOT_KEY"])
    except ValueError:
        key = b""
    if len(key) != 32:
        raise RootKeyMissing("HOUSESTAFF_ROOT_KEY_FILE must name a file of 64 hexadecimal digits.")
    return key


class _Kept:
    """A small cache of unwrapped keys that forgets by age and by number."""

    def __init__(self) -> None:
        self._keys: dict[tuple[UUID, ...], tuple[float, bytes, int]] = {}
        self._lock = threading.Lock()

    def get(self, name: tuple[UUID, ...]) -> tuple[bytes, int] | None:
        found = self._keys.get(name)
        if found is None or found[0] < time.monotonic():
            return None
        return found[1], found[2]

    def put(self, name: tuple[UUID, ...], key: bytes, version: int) -> None:
        with self._lock:
            if len(self._keys) >= MOST_KEPT:
                self._keys.clear()
            self._keys[name] = (time.monotonic() + KEPT_SECONDS, key, version)

    def forget(self) -> None:
        with self._lock:
            self._keys.clear()


kept = _Kept()


def _root_for_tenants() -> bytes:
    return ciphers.derive(root_key(), "housestaff tenant keys")


def _wrapping_cell(row: UUID, table: str) -> ciphers.Cell:
    return ciphers.Cell(table, "wrapped", str(row), str(current_tenant()))


def _tenant_key() -> tuple[TenantKey, bytes]:
    row = TenantKey.objects.order_by("-version").first()
    if row is None:
        row = _make_once(TenantKey(id=uuid4()), _root_for_tenants(), "tenant_key")
    return row, _opened(row)


def _opened(row: TenantKey) -> bytes:
    """A tenant's key, unwrapped; kept under its row's id, so that a rotated or rolled-back row is never mistaken."""
    found = kept.get((row.tenant_id, row.id))
    if found is not None:
        return found[0]
    key = ciphers.unseal(_root_for_tenants(), bytes(row.wrapped), _wrapping_cell(row.id, "tenant_key"))
    kept.put((row.tenant_id, row.id), key, row.version)
    return key


def _make_once(row: TenantKey, wrapping: bytes, table: str) -> TenantKey:
    """Create the row; where another process was first, use its."""
    row.wrapped = ciphers.seal(wrapping, ciphers.new_key(), _wrapping_cell(row.id, table))
    try:
        with transaction.atomic():
            row.save()
        return row
    except IntegrityError:
        return TenantKey.objects.order_by("-version")[0]


def create_subject_key(*, subject: UUID) -> None:
    """Give a new subject its key, in the transaction that creates the subject."""
    tenant_row, tenant_key = _tenant_key()
    row = SubjectKey(id=uuid4(), subject=subject, wrapped_by=tenant_row)
    row.wrapped = ciphers.seal(tenant_key, ciphers.new_key(), _wrapping_cell(row.id, "subject_key"))
    row.save()


def subject_key(subject: UUID) -> tuple[bytes, int]:
    """A subject's key and its version; raises Unreadable when it was destroyed."""
    name = (current_tenant(), subject)
    found = kept.get(name)
    if found is not None:
        return found
    row = SubjectKey.objects.filter(subject=subject).select_related("wrapped_by").order_by("-version").first()
    if row is None:
        raise ciphers.Unreadable("This subject has no key: the words were shredded.")
    tenant_key = _opened(row.wrapped_by)
    key = ciphers.unseal(tenant_key, bytes(row.wrapped), _wrapping_cell(row.id, "subject_key"))
    kept.put(name, key, row.version)
    return key, row.version
