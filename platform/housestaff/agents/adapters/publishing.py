"""Where checked adapters lie for the engine: one read-only folder per digest, never changed, never reused.

vLLM keeps what it computed with an adapter under its name and path. Both are made from the digest here, so
new weights can meet no stale cache, and the same weights published twice are the same folder.
"""

import contextlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .base_model import read_base
from .checking import CheckedAdapter, check_adapter
from .problems import BadAdapter, Limits
from .reading import CARD, CONFIG, WEIGHTS, read_folder

_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,60}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def served_name(slug: str, digest: str) -> str:
    """What the engine calls an adapter, e.g. `urology-0123456789abcdef`."""
    if not _SLUG.fullmatch(slug) or not _DIGEST.fullmatch(digest):
        raise ValueError(f"{slug!r} with digest {digest!r} makes no name for an adapter.")
    return f"{slug}-{digest[:16]}"


@dataclass(frozen=True)
class Published:
    """An adapter as the engine will know it."""

    digest: str
    base_digest: str
    served_name: str
    path: Path


def publish(folder: Path, base: Path, store: Path, slug: str, limits: Limits | None = None) -> Published:
    """Check `folder` against the base model in `base` and keep it in `store`; raises BadAdapter."""
    adapter = check_adapter(folder, read_base(base), limits)
    name = served_name(slug, adapter.digest)
    return Published(adapter.digest, adapter.base_digest, name, keep(adapter, store))


def keep(adapter: CheckedAdapter, store: Path) -> Path:
    """Put the checked bytes in `store/<digest>`; two processes may do it at once. Returns the folder."""
    final = store / adapter.digest
    if final.exists():
        verify_published(final, adapter.digest)
        return final
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=store))
    try:
        for name, content in (
            (CONFIG, adapter.files.config),
            (WEIGHTS, adapter.files.weights),
            (CARD, adapter.files.card),
        ):
            _write(draft / name, content)
        draft.chmod(0o500)
        with contextlib.suppress(OSError):  # another process was first: its folder is checked below
            draft.rename(final)
        _settle(store)
    finally:
        if draft.exists():
            draft.chmod(0o700)
            shutil.rmtree(draft)
    verify_published(final, adapter.digest)
    return final


def verify_published(folder: Path, digest: str) -> None:
    """Raise BadAdapter unless the folder still holds exactly the weights of this digest."""
    limits = Limits(weights_bytes=1 << 40)
    found = read_folder(folder, limits).digest
    if found != digest:
        raise BadAdapter(
            [f"{folder} was changed after it was published: remove it and sync the tenants again."]
        )


def is_published(folder: Path) -> bool:
    """Whether the files that the engine reads are there, without reading them."""
    return (folder / CONFIG).is_file() and (folder / WEIGHTS).is_file()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Make a rename last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
