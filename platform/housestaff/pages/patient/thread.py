"""The numbered log as a patient reads it: which entries show, and how each looks (pure)."""

from datetime import datetime
from typing import Any

Event = dict[str, Any]
# State entries that show as a line of their own; the others only move the page.
LINES = ("with_doctor", "open", "closed", "withdrawn", "card_called", "card_safe")


def thread_of(events: list[Event]) -> list[Event]:
    """The entries to draw: `look` names the template, the rest is the event as the API tells it."""
    return [drawn for event in events if (drawn := _drawn(event)) is not None]


def _drawn(event: Event) -> Event | None:
    look = look_of(event)
    if look is None:
        return None
    at = datetime.fromisoformat(event["at"])
    return {**event, "look": look, "when": at, "stopped": event.get("code", "").startswith("stopped")}


def look_of(event: Event) -> str | None:
    """patient, agent, doctor, house, card or line; None for what has no look of its own."""
    match event["kind"], event["author"]:
        case "message", "patient":
            return "patient"
        case "message", "clinician":
            return "doctor"
        case "end", author if event["text"]:
            return "agent" if author == "agent" else "house"
        case "card", _:
            return "card"
        case "state", _ if event.get("code") in LINES:
            return "line"
    return None


def standing_card(events: list[Event]) -> Event | None:
    """The newest emergency card that nobody has answered yet."""
    for event in reversed(events):
        if event["kind"] == "state" and event.get("code", "").startswith("card_"):
            return None
        if event["kind"] == "card" and event.get("level") == "emergency":
            return event
    return None


def is_answering(events: list[Event]) -> bool:
    """Whether a turn has begun and not ended."""
    turns = [event["kind"] for event in events if event["kind"] in ("start", "end")]
    return bool(turns) and turns[-1] == "start"
