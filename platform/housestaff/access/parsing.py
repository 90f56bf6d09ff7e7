"""Bodies of requests: JSON in UTF-8, at most one megabyte, each key once, not nested without end."""

import json
from collections.abc import Callable, Mapping
from typing import IO, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from .errors import Problem

MOST_BYTES = 1_000_000


class SmallJSON(BaseParser):
    """Reads no more than it may, and never in a charset that the client names (`zlib` is one to Python)."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            sentence = _("This is too long: at most one megabyte. Please send it in parts.")
            raise Problem(sentence, code="too_large", status=413, most=MOST_BYTES)
        try:
            return json.loads(
                raw.decode("utf-8"), object_pairs_hook=_each_key_once, parse_constant=_no_constant
            )
        except (ValueError, RecursionError) as error:
            raise ParseError from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two texts under one key: keeping the last would lose the first without a word."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("A key stands twice.")
    return told


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON.")


class OnlyUTF8:
    """Query strings and forms are UTF-8, whatever charset the Content-Type names: some codecs are no text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding not in (None, "utf-8"):
            request.encoding = "utf-8"
        return self.get_response(request)
