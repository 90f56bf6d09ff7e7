"""The audit log: explicit calls for writes and reads, and the chain that shows an edit.

A record stands in the transaction of what it tells. The chain is sealed by a background step each second, so
that no message waits for a tenant-wide lock; the hash is keyed (HMAC), so that who can write to the database
still cannot forge it.
"""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from housestaff.tenancy.context import current_tenant

from . import ciphers, keys, witness
from .models import AuditHead, AuditLink, AuditRecord

BATCH = 2_000
# Longer than a transaction may last (statement, lock and idle timeouts); what is later still is found all the same.
LATE = timedelta(minutes=2)
EVERYWHERE_SECONDS = 300.0
_looked_everywhere: dict[UUID, float] = {}


class Actor(Protocol):
    """Who acts: a membership of the tenant."""

    @property
    def id(self) -> UUID: ...
    @property
    def role(self) -> str: ...


def record(
    verb: str,
    *,
    by: Actor | None,
    kind: str,
    object_id: UUID | None = None,
    subject: UUID | None = None,
    purpose: str = "care",
    consent: UUID | None = None,
    **facts: Any,
) -> None:
    """Write one audit record in the current transaction. `facts` are ids, numbers and codes, never words."""
    AuditRecord(
        actor=by.id if by else None,
        actor_role=by.role if by else "house",
        verb=verb,
        kind=kind,
        object=object_id,
        subject=subject,
        purpose=purpose,
        consent=consent,
        facts=facts,
    ).save(force_insert=True)


def _hash_key() -> bytes:
    return ciphers.derive(keys.root_key(), f"housestaff audit chain {current_tenant()}")


def _digest(key: bytes, before: bytes, row: AuditRecord) -> bytes:
    told = [
        str(row.id), row.at.isoformat(), str(row.actor), row.actor_role, row.verb, row.kind, str(row.object),
        str(row.subject), row.purpose, str(row.consent), json.dumps(row.facts, sort_keys=True),
    ]  # fmt: skip
    return hmac.new(key, before + "\x1f".join(told).encode(), hashlib.sha256).digest()


def _mac(key: bytes, position: int, last: bytes) -> bytes:
    return hmac.new(key, b"head" + position.to_bytes(8, "big") + last, hashlib.sha256).digest()


def seal_chain() -> int:
    """Link every record that is not linked yet; returns how many. One sealer at a time per tenant."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7))", [str(current_tenant())])
        (mine,) = cursor.fetchone()
    if not mine:
        return 0
    head = AuditHead.objects.first() or AuditHead()
    rows = _not_linked(head)
    if not rows:
        return 0
    key = _hash_key()
    last, position = bytes(head.hash), head.position
    links = []
    for row in rows:
        position += 1
        last = _digest(key, last, row)
        links.append(AuditLink(position=position, record=row, hash=last))
    AuditLink.objects.bulk_create(links)
    head.position, head.hash, head.mac = position, last, _mac(key, position, last)
    head.save()
    seen, tenant = witness.Seen(position, last, head.mac), current_tenant()
    transaction.on_commit(lambda: witness.remember(tenant, seen), robust=True)
    return len(rows)


def _not_linked(head: AuditHead) -> list[AuditRecord]:
    """The oldest records without a link: looked for where they can be, and everywhere once in a while.

    A record carries the time of its call and is seen at its commit, so one may come LATE after the newest linked.
    """
    rows = AuditRecord.objects.filter(links__isnull=True).order_by("at", "id")
    newest = AuditLink.objects.filter(position=head.position).select_related("record").first()
    looked = _looked_everywhere.get(current_tenant(), 0.0)
    if newest is None or not looked or time.monotonic() - looked > EVERYWHERE_SECONDS:
        _looked_everywhere[current_tenant()] = time.monotonic()
        return list(rows[:BATCH])
    return list(rows.filter(at__gt=newest.record.at - LATE)[:BATCH])


@dataclass(frozen=True)
class Verdict:
    """What `audit verify` found: how many links hold, how many records await their seal, what is wrong."""

    links: int
    unsealed: int
    problems: tuple[str, ...]


def _witness(key: bytes, problems: list[str]) -> witness.Seen | None:
    try:
        seen = witness.last_seen(current_tenant())
    except (OSError, ValueError):
        seen = None
        problems.append("the witness outside the database cannot be read")
    if seen is not None and not hmac.compare_digest(_mac(key, seen.position, seen.hash), seen.mac):
        problems.append("the witness outside the database was changed")
    return seen


class _Walk:
    """A walk along the acting tenant's chain, link by link; it may go on where it stood."""

    def __init__(self, key: bytes, seen: witness.Seen | None, problems: list[str]) -> None:
        self.key, self.seen, self.problems = key, seen, problems
        self.position, self.last, self.at_witness = 0, b"", b""

    def on(self) -> bool:
        """Walk every link that stands after the last one; whether there was any."""
        before = self.position
        rows = AuditLink.objects.select_related("record").filter(position__gt=before).order_by("position")
        for link in rows.iterator(chunk_size=2000):
            self._step(link)
        return self.position > before

    def _step(self, link: AuditLink) -> None:
        if link.position != self.position + 1:
            self.problems.append(f"position {self.position + 1} is missing")
        self.position = link.position
        if not hmac.compare_digest(_digest(self.key, self.last, link.record), bytes(link.hash)):
            self.problems.append(f"record {link.record_id} at position {link.position} was changed or moved")
        self.last = bytes(link.hash)
        if self.seen is not None and link.position == self.seen.position:
            self.at_witness = self.last

    def to_the_head(self) -> AuditHead | None:
        """Walk to the head. The sealer goes on meanwhile: what it has linked since is walked in another round."""
        head: AuditHead | None = None
        while self.on() or head is None:
            head = AuditHead.objects.first()
            if head is None or head.position <= self.position:
                break
        return head


def verify() -> Verdict:
    """Walk the acting tenant's whole chain: an edit, a deletion, a reorder or a cut-off end shows."""
    key = _hash_key()
    problems: list[str] = []
    seen = _witness(key, problems)
    walk = _Walk(key, seen, problems)
    head = walk.to_the_head()
    if head is None:
        if walk.position:
            problems.append("the chain has links but no head")
    elif not hmac.compare_digest(_mac(key, head.position, bytes(head.hash)), bytes(head.mac)):
        problems.append("the head of the chain was changed")
    elif (head.position, bytes(head.hash)) != (walk.position, walk.last):
        problems.append(f"the chain was cut: {walk.position} links stand, {head.position} were sealed")
    if seen is not None and walk.at_witness != seen.hash:
        problems.append(f"position {seen.position} is not what the witness outside the database has seen")
    unsealed = AuditRecord.objects.filter(links__isnull=True).count()
    return Verdict(walk.position, unsealed, tuple(problems))
