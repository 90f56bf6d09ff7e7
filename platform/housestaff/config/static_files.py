"""Static files from this process: named by a hash of their content, kept by browsers for ever."""

from typing import Any

from django.conf import settings
from servestatic import ServeStatic
from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Collected files carry their hash, also where a stylesheet or a module names another one.

    Before `collectstatic` has run (in unit tests) a file is named without a hash.
    """

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manifest_strict = False

    def hashed_name(self, *args: Any, **kwargs: Any) -> str:
        """The name with its hash; a file that is not there (a comment of vendored code names one) keeps its name."""
        try:
            return str(super().hashed_name(*args, **kwargs))
        except ValueError:
            return str(args[0])


def served(application: Any) -> Any:
    """The WSGI application with our static files in front; nothing else is served from a folder."""
    wrapped = ServeStatic(application, max_age=60, autorefresh=False, immutable_file_test=_is_hashed)
    if settings.STATIC_ROOT.is_dir():
        wrapped.add_files(str(settings.STATIC_ROOT), prefix=settings.STATIC_URL.strip("/"))
    return wrapped


def _is_hashed(path: str, url: str) -> bool:
    """Whether a file's name holds twelve hexadecimal digits before its ending."""
    parts = url.rsplit("/", 1)[-1].split(".")
    return (
        len(parts) > 2 and len(parts[-2]) == 12 and all(letter in "0123456789abcdef" for letter in parts[-2])
    )
