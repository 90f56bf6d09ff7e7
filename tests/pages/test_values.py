"""Values of facts in both languages."""

import pytest
from django.utils import translation
from housestaff.agents.packs import Item, Words
from housestaff.pages.desk.values import value_words


def _item(kind: str) -> Item:
    words = Words("?", "?")
    return Item("k", words, words, True, kind, ("all",), 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value", "english", "chinese"),
    [
        ("duration", "3 months", "3 months", "3个月"),
        ("duration", "1 week", "1 week", "1周"),
        ("duration", "2-3 days", "2-3 days", "2-3天"),
        ("duration", "since spring", "", ""),
        ("side", "left", "left", "左侧"),
        ("number", "7", "7", "7"),
        ("text", "I take tamsulosin", "", ""),
    ],
)
def test_value_words(kind: str, value: str, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert value_words(value, _item(kind), "en") == english
    with translation.override("zh-hans"):
        assert value_words(value, _item(kind), "zh-hans") == chinese
