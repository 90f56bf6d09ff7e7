"""The shared base as files: its digest, and the shapes an adapter has to fit."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .problems import BadAdapter

# What changes an answer: the shape, the words and the weights. Its README does not.
PARTS = ("config.json", "tokenizer.json", "chat_template.jinja")
LONGEST_HEADER = 100_000_000


@dataclass(frozen=True)
class BaseModel:
    """`shapes` maps a tensor's name to its size, e.g. model.layers.0.mlp.up_proj.weight → (256, 128)."""

    digest: str
    shapes: dict[str, tuple[int, ...]]


def read_base(folder: Path) -> BaseModel:
    """Digest and shapes of a Hugging Face model in a folder; read once while its files stay as they are."""
    weights = sorted(folder.glob("*.safetensors"))
    if not (folder / "config.json").is_file() or not weights:
        raise BadAdapter(
            [
                f"{folder} holds no base model (config.json and *.safetensors): "
                "let HOUSESTAFF_BASE_MODEL name the folder of one, downloaded before."
            ]
        )
    files = [folder / part for part in PARTS if (folder / part).is_file()] + weights
    return _read(tuple((path, path.stat().st_size, path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int, int], ...]) -> BaseModel:
    sha = hashlib.sha256()
    shapes: dict[str, tuple[int, ...]] = {}
    for path, size, _ in files:
        sha.update(f"{path.name}\x00{size}\x00".encode())
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                sha.update(piece)
        if path.suffix == ".safetensors":
            shapes |= _shapes(path)
    return BaseModel(sha.hexdigest(), shapes)


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The header alone (eight bytes of length, then JSON); the safetensors package would read all."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > LONGEST_HEADER:
            raise BadAdapter([f"{path.name} is no safetensors file."])
        header = json.loads(file.read(length))
    return {name: tuple(about["shape"]) for name, about in header.items() if name != "__metadata__"}
