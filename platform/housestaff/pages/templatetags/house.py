"""Template tags of the house: icons, the reader's choices, words for codes."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from housestaff.agents.catalogue import UnknownSpecialty, pack_for

from .. import reader, wording

register = template.Library()


@register.simple_tag(takes_context=True)
def text_size(context: dict[str, Any]) -> str:
    """The reader's text size, as the class on <html> needs it."""
    return reader.text_size_of(context.get("request"))


@register.simple_tag(takes_context=True)
def next_text_size(context: dict[str, Any]) -> str:
    """The size that the text-size button leads to."""
    return reader.next_size(reader.text_size_of(context.get("request")))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing from the one sprite; decoration only, so never the name of a button."""
    address = f"{static('pages/icons.svg')}#{name}"
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', address
    )


@register.filter
def words_for(code: str, kind: str) -> str:
    """A code of the house (urgency, state, role …) in the reader's language."""
    return wording.say(kind, code)


@register.filter
def called(thing: Any) -> str:
    """The name of a tenant, an agent or a doctor in the reader's language."""
    return str(thing.called(get_language() or "en"))


@register.filter
def specialty_name(slug: str) -> str:
    """A specialty's name in the reader's language; its slug when its pack is gone."""
    try:
        return pack_for(slug).name.say(get_language() or "en")
    except UnknownSpecialty:
        return slug


@register.filter
def by_language(texts: dict[str, str] | None) -> str:
    """One of several texts, in the reader's language where there is one."""
    found = texts or {}
    return str(found.get(get_language() or "en") or next(iter(found.values()), ""))
