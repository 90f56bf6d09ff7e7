"""The suite: real PostgreSQL and Redis in a temporary folder, started by `tests/services.py`."""

import os
import tempfile
from pathlib import Path

from housestaff.config.local.environment import adopt
from housestaff.config.local.paths import Paths

os.environ.setdefault("HOUSESTAFF_SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("HOUSESTAFF_ROOT_KEY", "00" * 32)
os.environ.setdefault("HOUSESTAFF_DB_PASSWORD", "only-for-tests")
os.environ.setdefault(
    "HOUSESTAFF_VAR", f"{tempfile.gettempdir()}/housestaff-test-{os.geteuid()}-{os.getpid()}"
)
adopt(Paths(Path(os.environ["HOUSESTAFF_VAR"])))

from housestaff.config.settings.base import *  # noqa: E402, F403 the base reads what was set above

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
