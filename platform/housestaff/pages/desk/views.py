"""The desk: queue, transcript, summary and draft. Reads only; the scripts write through the API's doors."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from housestaff.consults import drafts, log
from housestaff.consults import queries as consults
from housestaff.consults.actions.reviewing import DISPOSITIONS
from housestaff.consults.models import URGENCIES, Consult
from housestaff.privacy import audit
from housestaff.worklists import queries
from housestaff.worklists.models import Item

from ..doors import member_of
from .case import case_of, lines_of
from .keys import KEYS
from .rows import counts, reason_words, rows_of

PAGE = 100
MOST_CHANGED = 200
OVER = ("closed", "withdrawn")


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The desk with nothing open."""
    return render(request, "pages/desk/desk.html", _queue_words(request) | {"keys": KEYS})


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The list of one filter, as a fragment."""
    return render(request, "pages/desk/_queue.html", _queue_words(request))


@require_GET
def changed(request: HttpRequest) -> HttpResponse:
    """Rows with these ids, as far as they stand in this filter, and the counts: what the live list asks for."""
    member, which = member_of(request), _filter(request)
    ids = [id_ for given in request.GET.get("ids", "").split(",")[:MOST_CHANGED] if (id_ := _uuid(given))]
    items = queries.items(member, which).select_related("worklist").filter(id__in=ids)
    words = {
        "rows": rows_of(items, member),
        "counts": counts(member),
        "which": which,
        "last_n": queries.last_n(),
    }
    return render(request, "pages/desk/_changed.html", words)


@require_GET
def consult(request: HttpRequest, consult: UUID) -> HttpResponse:
    """Open a consult: in the panes of the desk, or as a whole page."""
    words = _case_words(request, consult)
    if getattr(request, "htmx", False):
        return render(request, "pages/desk/_case.html", words)
    return render(request, "pages/desk/desk.html", _queue_words(request) | words | {"keys": KEYS})


@require_GET
def case(request: HttpRequest, consult: UUID) -> HttpResponse:
    """What may have changed while the doctor writes: everything of the consult but the draft."""
    return render(request, "pages/desk/_case_news.html", _case_words(request, consult, draft=False))


def _filter(request: HttpRequest) -> str:
    which = request.GET.get("filter", "review")
    return which if which in queries.FILTERS else "review"


def _queue_words(request: HttpRequest) -> dict[str, Any]:
    member, which = member_of(request), _filter(request)
    number = request.GET.get("show", "")
    show = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else PAGE
    items = queries.items(member, which).select_related("worklist")
    how_many = counts(member)
    last_n = queries.last_n()
    rows = rows_of(items[:show], member)
    audit.record("worklist.read", by=member, kind="worklist", filter=which, rows=len(rows))
    return {
        "which": which,
        "filters": [(name, how_many[name]) for name in queries.FILTERS],
        "rows": rows,
        "left": max(0, how_many[which] - len(rows)),
        "show_more": show + PAGE,
        "last_n": last_n,
    }


def _case_words(request: HttpRequest, consult_id: UUID, *, draft: bool = True) -> dict[str, Any]:
    member = member_of(request)
    row = consults.visible(member, consult_id)
    audit.record("consult.read", by=member, kind="consult", object_id=row.id, subject=row.subject_id)
    whole = consults.whole(row, member)
    pending = consults.pending_review(row)
    item = Item.objects.filter(consult=row.id).select_related("held_by", "held_by__clinician").first()
    return {
        "consult": row,
        "whole": whole,
        "over": row.state in OVER,
        "lines": lines_of(whole["messages"]),
        "case": case_of(row, whole["facts"], whole["messages"]),
        "reasons": _reasons(whole["reasons"], row.agent.specialty),
        "item": item,
        "mine": item is not None and item.held_by_id == member.id,
        "held_by": item.held_by.clinician if item and item.held_by and item.held_by_id != member.id else None,
        "pending": pending,
        "draft": _draft(row) if draft and pending is None and row.state not in OVER else None,
        "urgencies": URGENCIES,
        "dispositions": DISPOSITIONS,
        "which": _filter(request),
    }


def _reasons(reasons: list[dict[str, Any]], specialty: str) -> list[dict[str, Any]]:
    language = get_language() or "en"
    return [{"words": reason_words(one, specialty, language), "seqs": one.get("seqs", [])} for one in reasons]


def _draft(row: Consult) -> Any:
    """The draft of now; under the consult's lock, since an unedited one is proposed anew."""
    return drafts.current(log.locked(row.id))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
