"""The conversation itself: consent first, then a line in, words out, until the input ends."""

import threading
import time
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from .service import Refused, Service
from .telling import Teller

ANSWER_PATIENCE = 60.0
CARD_PATIENCE = 1.0
SETTLE_SECONDS = 0.3


class Conversation:
    """One consult at a terminal."""

    def __init__(self, service: Service, teller: Teller) -> None:
        self.service = service
        self.teller = teller
        self.consult = ""
        self.unheard = False
        self.silent = False  # an agent without words, at level 0: only a card or the doctor answers
        self.answered = 0  # the newest line of the patient that an end or a card answers
        self.writing = False
        self.moved = threading.Condition()

    def open(self, agent: str, language: str, agree: Callable[[str], bool]) -> bool:
        """Open the consult, asking for consent where it is missing; False when the patient said no."""
        try:
            told = self.service.open(agent, language)
        except Refused as refusal:
            if refusal.problem.get("code") != "consent_required":
                raise
            if not agree(refusal.problem["text"]):
                return False
            self.service.consent_to(refusal.problem)
            told = self.service.open(agent, language)
        self.consult = told["id"]
        self.silent = told["level"] < 1
        self.teller.say(f"-- {told['agent_name']}")
        if told.get("will_read"):
            self.teller.say(f"-- {told['will_read']}")
        threading.Thread(target=self._listen, daemon=True).start()
        return True

    def _listen(self) -> None:
        for event in self.service.listen(self.consult, 0):
            try:
                self.teller.tell(event)
            except BrokenPipeError:  # who read our words has left
                with self.moved:
                    self.unheard = True
                    self.moved.notify_all()
                return
            with self.moved:
                if event["kind"] == "start":
                    self.writing = True
                if event["kind"] == "end" or event.get("level") == "emergency":
                    self.answered = max(self.answered, event.get("reply_to") or 0)
                if event["kind"] == "end":
                    self.writing = False
                self.moved.notify_all()

    def run(self, lines: Iterable[str]) -> int:
        """Send each line and wait for its answer; how many could not be sent."""
        refused = 0
        for line in lines:
            text = line.rstrip("\n")
            if not text.strip():
                continue
            try:
                posted = self.service.send(self.consult, text)
            except Refused as refusal:
                refused += 1
                self.teller.say(f"!! {refusal}")
                if refusal.problem.get("code") in ("closed", "withdrawn", "consent_required"):
                    break
                continue
            self._await_answer(posted["seq"])
            if self.unheard:
                break
        return refused

    def _await_answer(self, seq: int) -> None:
        """Until a turn or a card has answered this line; an agent that stays silent is not waited for for ever."""
        until = time.monotonic() + (CARD_PATIENCE if self.silent else ANSWER_PATIENCE)
        with self.moved:
            while time.monotonic() < until and not self.unheard:
                if self.answered >= seq and not self.writing:
                    self.moved.wait(SETTLE_SECONDS)
                    if self.answered >= seq and not self.writing:
                        return
                else:
                    self.moved.wait(1.0)
            if self.unheard:
                return
        words = _("The doctor will read it.") if self.silent else _("No answer yet. The doctor will read it.")
        self.teller.say(f"-- {words}")
