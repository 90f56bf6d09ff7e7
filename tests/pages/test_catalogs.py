"""Every sentence of the house is translated, and its blanks are the same in each language."""

import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext
from housestaff.pages import catalogs

_BLANKS = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.mark.parametrize("language", sorted(catalogs.LANGUAGES))
def test_nothing_is_untranslated(language: str) -> None:
    assert catalogs.untranslated(language) == []


@pytest.mark.parametrize("language", sorted(catalogs.LANGUAGES))
def test_blanks_are_kept(language: str) -> None:
    for message in catalogs.read(language):
        if not message.id:
            continue
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        asked = message.id[-1] if isinstance(message.id, tuple) else message.id
        for one in said:
            assert sorted(_BLANKS.findall(one)) == sorted(_BLANKS.findall(asked)), message.id


@pytest.mark.parametrize("language", sorted(catalogs.LANGUAGES))
def test_no_sentence_of_the_catalogue_is_gone_from_the_house(language: str) -> None:
    there = {one.words for one in catalogs.sentences()}
    kept = {m.id[0] if isinstance(m.id, tuple) else m.id for m in catalogs.read(language) if m.id}
    assert kept == there, "run manage.py make_catalogs"


def test_sentences_are_found_in_code_and_templates() -> None:
    files = {one.file for one in catalogs.sentences()}
    assert {"access/errors.py", "pages/templates/pages/patient/chat.html"} <= files


def test_compiled_words_are_spoken() -> None:
    written = catalogs.compile_all()
    assert all(isinstance(path, Path) and path.stat().st_size > 1000 for path in written)
    with translation.override("zh-hans"):
        assert gettext("Sign out") == "退出登录"
