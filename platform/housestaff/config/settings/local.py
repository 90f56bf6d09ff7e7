"""One machine: everything lies under `var/demo`, reached over loopback and unix sockets."""

from housestaff.config import env
from housestaff.config.local.environment import adopt
from housestaff.config.local.paths import Paths

adopt(Paths(env.var()))

from housestaff.config.settings.base import *  # noqa: E402, F403 the base reads what was set above

SESSION_COOKIE_NAME = "housestaff"
