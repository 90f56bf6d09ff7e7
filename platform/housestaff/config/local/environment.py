"""What a process of the one-machine run finds in its environment: places and files, never a secret."""

import os
from pathlib import Path

from housestaff.config import env
from housestaff.config.local import postgres
from housestaff.config.local.paths import Paths
from housestaff.config.local.secret_files import mint

DATABASE = "housestaff"


def environment(paths: Paths, *, role: str = postgres.APP, database: str = DATABASE) -> dict[str, str]:
    """The variables that `config/env.py` reads, for a process that signs in to PostgreSQL as this role."""
    files = {
        "HOUSESTAFF_DB_PASSWORD_FILE": paths.secrets / f"postgres_{role.removeprefix('housestaff_')}",
        "HOUSESTAFF_ROOT_KEY_FILE": paths.secrets / "root_key",
        "HOUSESTAFF_SECRET_KEY_FILE": paths.secrets / "secret_key",
    }
    return {
        "HOUSESTAFF_VAR": str(paths.var),
        "HOUSESTAFF_DB_HOST": str(paths.run),
        "HOUSESTAFF_DB_NAME": database,
        "HOUSESTAFF_DB_USER": role,
        "HOUSESTAFF_REDIS_URL": f"unix://{paths.redis_socket}",
        "HOUSESTAFF_ENGINES": f"unix:{paths.engine_socket}",
        # One machine is a demonstration: declared levels are served unless the person says 0.
        "HOUSESTAFF_DECLARED_LEVELS": env.text("HOUSESTAFF_DECLARED_LEVELS", "1"),
        **{name: str(file) for name, file in files.items()},
    }


def mint_secrets(paths: Paths) -> None:
    """Every secret of the run that isn't there yet: Django's, the root key, the roles' passwords."""
    for name in ("root_key", "secret_key"):
        mint(paths.secrets / name)
    for role in (postgres.ADMIN, *postgres.SIGN_IN_ROLES):
        mint(paths.secrets / f"postgres_{role.removeprefix('housestaff_')}")


def adopt(paths: Paths) -> None:
    """Point this process at the run, so that `manage.py` works by hand too; what is already set stays.

    A secret's file that isn't there yet is left out: many commands (`help`, `makemigrations`) need none.
    """
    for name, value in environment(paths).items():
        if not name.endswith("_FILE") or Path(value).exists():
            os.environ.setdefault(name, value)
