"""What the terminal shows of an event: plain lines for a person, JSON lines for a program."""

import json
import threading
from typing import Any, TextIO

from django.utils.translation import gettext as _


class Teller:
    """Prints events; the agent's words as they come."""

    def __init__(self, out: TextIO, *, as_json: bool) -> None:
        self.out = out
        self.as_json = as_json
        self.shown = 0  # characters of the running turn that stand on the line
        self.lock = threading.Lock()

    def tell(self, event: dict[str, Any]) -> None:
        """One durable event or delta."""
        with self.lock:
            if self.as_json:
                self._write(json.dumps(event, ensure_ascii=False) + "\n")
            elif event["kind"] == "delta":
                self._grow(event)
            else:
                self._line(event)

    def say(self, words: str) -> None:
        """A line of the program's own; never among JSON lines."""
        if not self.as_json:
            with self.lock:
                self._write(words + "\n")

    def _write(self, text: str) -> None:
        self.out.write(text)
        self.out.flush()

    def _grow(self, delta: dict[str, Any]) -> None:
        new = delta["text"][max(0, self.shown - delta["offset"]) :]
        self._write(new)
        self.shown = max(self.shown, delta["offset"] + len(delta["text"]))

    def _line(self, event: dict[str, Any]) -> None:
        name, code = event["author_name"], event.get("code", "")
        match event["kind"], event["author"]:
            case "start", _who:
                self.shown = 0
                self._write(f"{name} [AI]: ")
            case "end", _who:
                self._write(event["text"][self.shown :])
                self._write(f" [{_('Stopped')}]\n" if code.startswith("stopped") else "\n")
                self.shown = 0
            case "message", "clinician":
                self._write("✔ " + _("Signed by %(name)s") % {"name": name} + f": {event['text']}\n")
            case "card", _who:
                lines = [f"!! {event['title']}", *(f"   - {line}" for line in event["lines"])]
                tel = [f"   {_('Call')} {event['tel']}"] if event.get("tel") else []
                self._write("\n".join([*lines, *tel]) + "\n")
            case "state", "clinician" if code == "with_doctor":
                joined = _("%(name)s has joined. The computer is silent now.") % {"name": name}
                self._write(f"-- {joined}\n")
            case "state", _who if code in ("closed", "withdrawn"):
                self._write(f"-- {_('This consult has ended.')}\n")
