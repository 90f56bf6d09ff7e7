"""Reads an adapter's folder without trusting it: no links, no devices, only the files that belong there."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from .problems import BadAdapter, Limits

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
CARD = "card.yaml"
NEEDED = (CONFIG, WEIGHTS, CARD)
ALLOWED = frozenset({*NEEDED, "README.md"})
PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz"}
NO_LINK = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class AdapterFiles:
    """The bytes of one folder, read once."""

    config: bytes
    weights: bytes
    card: bytes

    @property
    def digest(self) -> str:
        """sha256 over both files that the engine reads, each with its name and length before it."""
        return digest_of({CONFIG: self.config, WEIGHTS: self.weights})


def adapter_digest(folder: Path) -> str:
    """The digest that a card states, computed from the folder's two files."""
    return digest_of({name: (folder / name).read_bytes() for name in (CONFIG, WEIGHTS)})


def digest_of(files: dict[str, bytes]) -> str:
    sha = hashlib.sha256()
    for name in sorted(files):
        sha.update(f"{name}\x00{len(files[name])}\x00".encode())
        sha.update(files[name])
    return sha.hexdigest()


def read_folder(folder: Path, limits: Limits) -> AdapterFiles:
    """The folder's files, or BadAdapter with everything that is wrong about it."""
    try:
        handle = os.open(folder, NO_LINK | os.O_DIRECTORY)
    except FileNotFoundError:
        raise BadAdapter([f"There is no folder {folder}: train the adapter, or correct the path."]) from None
    except OSError:
        raise BadAdapter(
            [f"{folder} is a link or not a folder: put the adapter's own folder there."]
        ) from None
    try:
        problems = [sentence for name in _names(handle) if (sentence := _stranger(handle, name))]
        if problems:
            raise BadAdapter(problems)
        sizes = {CONFIG: limits.text_bytes, WEIGHTS: limits.weights_bytes, CARD: limits.text_bytes}
        files: dict[str, bytes] = {}
        for name in NEEDED:
            try:
                files[name] = _read(handle, name, sizes[name])
            except BadAdapter as problem:
                problems += problem.problems
        if problems:
            raise BadAdapter(problems)
        return AdapterFiles(files[CONFIG], files[WEIGHTS], files[CARD])
    finally:
        os.close(handle)


def _names(handle: int) -> list[str]:
    with os.scandir(handle) as entries:
        return sorted(entry.name for entry in entries)


def _stranger(handle: int, name: str) -> str | None:
    """The sentence against a file that must not lie in the folder."""
    if Path(name).suffix.lower() in PICKLES:
        return (
            f"{name} is a pickle file, which can run any program when it is opened: save the adapter as "
            f"safetensors (PEFT's save_pretrained does) and remove {name}."
        )
    if name not in ALLOWED:
        return f"{name} does not belong in an adapter's folder: only {', '.join(sorted(ALLOWED))} do."
    if not stat.S_ISREG(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode):
        return f"{name} is a link or no ordinary file: put the file itself there."
    return None


def _read(handle: int, name: str, most: int) -> bytes:
    try:
        descriptor = os.open(name, NO_LINK | os.O_NONBLOCK, dir_fd=handle)
    except OSError:
        raise BadAdapter([f"{name} is missing or cannot be read."]) from None
    with os.fdopen(descriptor, "rb") as file:
        size = os.fstat(descriptor).st_size
        content = file.read() if size <= most else b""
    if max(size, len(content)) > most:
        raise BadAdapter([f"{name} is larger than the {most} bytes that are allowed."])
    return content
