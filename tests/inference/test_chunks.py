"""Events are read whole, however the network cut them."""

import itertools
import json

import pytest
from housestaff.inference.chunks import events
from housestaff.inference.errors import BadOutput
from hypothesis import given
from hypothesis import strategies as st

SENT = [{"text": "痛 \n or not"}, {"text": 'a "quote"'}, {}]
WIRE = (
    b": keep-alive\n\n"
    + b"".join(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\r\n\r\n" for event in SENT)
    + b"data: [DONE]\n\n"
)


@given(st.lists(st.integers(0, len(WIRE))))
def test_any_cut_gives_the_same_events(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WIRE)]
    pieces = [WIRE[start:end] for start, end in itertools.pairwise(edges)]
    assert list(events(pieces)) == SENT


@pytest.mark.parametrize("data", [b"data: nonsense\n", b"data: [1]\n"])
def test_what_is_no_object_is_bad_output(data: bytes) -> None:
    with pytest.raises(BadOutput):
        list(events([data]))
