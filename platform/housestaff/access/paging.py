"""Pages of a list by offset: `next` is the address of the following page, or null."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from .errors import Problem

PAGE = 100
HIGHEST = 2**53
LONGEST = 16  # digits; Python refuses to read a number of thousands


def whole_number(request: Request, name: str, default: int = 0, most: int = HIGHEST) -> int:
    """A whole number ≥ 0 from the query string; raises Problem naming the field."""
    given = request.query_params.get(name, "")
    if given == "":
        return default
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST) or int(given) > most:
        raise Problem(_("This must be a whole number."), code="invalid", field=name)
    return int(given)


def page_of(rows: Any, request: Request) -> tuple[list[Any], str | None]:
    """One page of a queryset and the address of the next."""
    offset = whole_number(request, "offset")
    page = list(rows[offset : offset + PAGE + 1])
    if len(page) <= PAGE:
        return page, None
    query = request._request.GET.copy()
    query["offset"] = str(offset + PAGE)
    return page[:PAGE], request._request.build_absolute_uri(f"{request._request.path}?{query.urlencode()}")
