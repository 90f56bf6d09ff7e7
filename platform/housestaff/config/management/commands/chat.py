"""`manage.py chat --agent urology --as alex.riverside`: a patient at the terminal, over the running service's API."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from housestaff.config import env
from housestaff.config.local.paths import Paths
from housestaff.pages.terminal.conversation import Conversation
from housestaff.pages.terminal.service import Refused, Service, Unreachable
from housestaff.pages.terminal.telling import Teller

INTERRUPTED = 130


class Command(BaseCommand):
    help = "Talk to an agent as a patient: reads lines from the input, prints the answers as they come."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agent", required=True, help="an agent's slug, or its specialty's")
        parser.add_argument("--as", dest="patient", default="", help="who speaks: a name of accounts.json")
        parser.add_argument("--language", default="", help="en or zh-hans; en unless given")
        parser.add_argument("--json", action="store_true", help="print every event as a line of JSON")
        parser.add_argument(
            "--yes", action="store_true", help="agree to the consent text without being asked"
        )
        parser.add_argument("--base-url", default="", help="where the service is; else from accounts.json")
        parser.add_argument("--token", default="", help="else HOUSESTAFF_TOKEN, else from accounts.json")

    def handle(self, *args: Any, **options: Any) -> None:
        base_url, token = _where(options)
        language = options["language"] or "en"
        teller = Teller(sys.stdout, as_json=options["json"])
        try:
            with translation.override("zh-hans" if language.lower().startswith("zh") else "en"):
                talk = Conversation(Service(base_url, token, language), teller)
                if not talk.open(options["agent"], language, lambda text: _agree(text, sure=options["yes"])):
                    raise CommandError(_("You said no. No consult was opened."))
                if talk.run(sys.stdin):
                    raise CommandError(_("Not every line could be sent."))
        except (Refused, Unreachable) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except BrokenPipeError:  # who read our output has left
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _where(options: dict[str, Any]) -> tuple[str, str]:
    """The address and the token: as given, else those that `make demo` wrote."""
    token = options["token"] or env.text("HOUSESTAFF_TOKEN")
    if options["base_url"] and token:
        return options["base_url"], token
    path = Paths(env.var()).accounts
    told = _accounts(path)
    named = [user for user in told["users"] if user["username"] == options["patient"]]
    if not token and not named:
        known = ", ".join(user["username"] for user in told["users"] if user["role"] == "patient")
        raise CommandError(f"Say who speaks: --as one of {known}.")
    return options["base_url"] or told["base_url"], token or named[0]["token"]


def _accounts(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise CommandError(f"{path} is not there. Start the demo first: make demo") from None
    return found


def _agree(text: str, *, sure: bool) -> bool:
    """Show the consent text and read one answer; with a pipe the first line is the answer."""
    print(text, file=sys.stderr)
    if sure:
        return True
    print(_("Do you agree? yes or no:"), end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "是", "同意", "好")
