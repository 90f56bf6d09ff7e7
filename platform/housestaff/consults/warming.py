"""Reading packs and making their rules ready takes most of a second: done before the first message, not in it."""

import logging

from django.conf import settings

from housestaff.agents.catalogue import pack_for
from housestaff.agents.packs import PackProblems, pack_folders

from . import red_flags

log = logging.getLogger(__name__)


def warm() -> None:
    """Read every pack and compile its red-flag rules. A broken pack is logged; its agent's consults say so."""
    for folder in pack_folders(settings.HOUSESTAFF["SPECIALTIES"]):
        try:
            red_flags.scan("warm", pack_for(folder.name).flags)
        except PackProblems as error:
            log.error("pack %s is broken: %s", folder.name, error)
