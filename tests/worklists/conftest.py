"""The databases of the privacy tests serve here, too."""

from tests.privacy.conftest import as_superuser, scratch

__all__ = ["as_superuser", "scratch"]
