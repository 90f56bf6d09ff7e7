"""A message's own clauses, the only quotes a model may choose."""

import pytest
from housestaff.consults.clauses import LONGEST, clauses
from hypothesis import given
from hypothesis import strategies as st


def texts(message: str) -> list[str]:
    return [clause.text for clause in clauses(message)]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("My fever is 38.6, and I am sick. But no pain.", ["My fever is 38.6", "I am sick", "no pain"]),
        ("my lips and tongue are swollen", ["my lips and tongue are swollen"]),
        ("three and a half hours but not today", ["three and a half hours", "not today"]),
        ("10,000 steps at 10:30", ["10,000 steps at 10:30"]),
        ("喘不过气，但是没有发烧 头痛。", ["喘不过气", "没有发烧", "头痛"]),
        ("体温38.6度、咳嗽；不但痛", ["体温38.6度", "咳嗽", "不但痛"]),
        ("“very” sore", ["very” sore"]),
        ("...", []),
        ("", []),
    ],
)
def test_cuts_fall_where_a_thought_ends(message: str, wanted: list[str]) -> None:
    assert texts(message) == wanted


@given(st.text(alphabet="ab 1.,，。但是不过and but 痛\n", max_size=400))
def test_a_clause_is_an_exact_piece_of_its_message_in_order(message: str) -> None:
    end = 0
    for clause in clauses(message):
        assert message[clause.start : clause.end] == clause.text
        assert end <= clause.start < clause.end
        assert len(clause.text) <= LONGEST
        end = clause.end


def test_a_message_of_the_longest_kind_is_cut_fast() -> None:
    assert all(len(text) <= LONGEST for text in texts("and then " * 1100))
    assert all(len(text) <= LONGEST for text in texts("痛" * 10_000))
