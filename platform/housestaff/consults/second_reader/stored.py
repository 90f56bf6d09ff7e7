"""How numbers stand in a reader's file: little-endian arrays in base64, which load much faster than lists."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any


def packed(kind: str, numbers: Iterable[Any]) -> str:
    """Numbers of a kind that `array` knows (f: 32-bit real, H, I: unsigned of 16 and 32 bits) as text."""
    held = array(kind, numbers)
    if sys.byteorder == "big":
        held.byteswap()
    return b64encode(held.tobytes()).decode("ascii")


def unpacked(kind: str, text: str) -> array[Any]:
    """The numbers again. Raises ValueError where the text holds no such numbers."""
    held = array(kind)
    held.frombytes(b64decode(text, validate=True))
    if sys.byteorder == "big":
        held.byteswap()
    return held
