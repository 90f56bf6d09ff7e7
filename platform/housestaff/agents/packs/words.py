"""A text in every language the house speaks. Two today: English and simplified Chinese."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("en", "zh-hans")


def language_of(tag: str) -> str:
    """The house's name for a language tag: `zh`, `zh-CN` and `ZH_hans` are all `zh-hans`. Raises ValueError."""
    lowered = tag.strip().lower().replace("_", "-")
    if lowered.split("-")[0] == "zh":
        return "zh-hans"
    if lowered.split("-")[0] == "en":
        return "en"
    raise ValueError(f"Housestaff speaks {', '.join(LANGUAGES)}; it does not speak {tag!r}.")


@dataclass(frozen=True, slots=True)
class Words:
    """One text, signed in both languages."""

    en: str
    zh_hans: str

    def say(self, language: str) -> str:
        return self.en if language_of(language) == "en" else self.zh_hans


@dataclass(frozen=True, slots=True)
class Phrases:
    """Ways of putting one thing, in both languages. A language may have more ways than the other."""

    en: tuple[str, ...] = ()
    zh_hans: tuple[str, ...] = ()

    def of(self, language: str) -> tuple[str, ...]:
        return self.en if language_of(language) == "en" else self.zh_hans

    def all(self) -> tuple[str, ...]:
        return self.en + self.zh_hans

    def __add__(self, other: Phrases) -> Phrases:
        return Phrases(self.en + other.en, self.zh_hans + other.zh_hans)


def join_sentences(texts: list[str], language: str) -> str:
    """Sentences one after the other, as each language sets them."""
    return (" " if language_of(language) == "en" else "").join(texts)
