"""Reading packs and making their rules ready takes most of a second: done before the first message, not in it."""

import logging

from django.conf import settings

from housestaff.agents.catalogue import UnknownSpecialty, pack_for
from housestaff.agents.packs import PackProblems, pack_folders

from . import red_flags, second_reader

log = logging.getLogger(__name__)


def warm(*, turns: bool = False) -> None:
    """Read every pack, compile its red-flag rules, load the second reader. What is broken is logged and shows elsewhere.

    `turns`: this process answers turns, so what only they ask is loaded too.
    """
    for folder in pack_folders(settings.HOUSESTAFF["SPECIALTIES"]):
        try:
            red_flags.scan("warm", pack_for(folder.name).flags)
        except (PackProblems, UnknownSpecialty) as error:
            log.error("pack %s is broken: %s", folder.name, error)
    try:
        second_reader.reader(settings.HOUSESTAFF["SECOND_READER"])
        if turns:
            second_reader.wanting(settings.HOUSESTAFF["SECOND_READER"])
            second_reader.answering(settings.HOUSESTAFF["SECOND_READER"])
            second_reader.complaining(settings.HOUSESTAFF["SECOND_READER"])
            for folder in pack_folders(settings.HOUSESTAFF["SPECIALTIES"]):
                second_reader.telling(settings.HOUSESTAFF["SECOND_READER"], folder.name)
    except second_reader.NoSecondReader as missing:
        log.error("%s", missing)
