"""Chance that is always the same: everything in the demo library that looks random comes from here."""

from __future__ import annotations

import base64
import random
import uuid
import zlib
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Chance:
    """A stream of choices that depends on its name only.

    It draws from `Random.random` and `getrandbits`, whose sequences Python keeps the same from version to version.
    """

    def __init__(self, name: str) -> None:
        self._random = random.Random(zlib.crc32(name.encode()))

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number in [low, high], both included."""
        return low + int((high - low + 1) * self._random.random())

    def one_of(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(len(items) * self._random.random())]

    def happens(self, likelihood: float) -> bool:
        """Whether something of this likelihood happens now."""
        return self._random.random() < likelihood

    def letters(self, count: int) -> str:
        """Letters and digits, as identifiers of providers are made of."""
        bits = self._random.getrandbits(count * 6)
        return "".join(_LETTERS[(bits >> (6 * place) & 63) % 62] for place in range(count))

    def sealed(self, count: int) -> str:
        """Bytes in base64, as providers seal what only they can read."""
        return base64.b64encode(self._random.getrandbits(count * 8).to_bytes(count, "big")).decode()

    def uuid7(self, time_ms: int) -> str:
        """A UUID of version 7 for a point in time."""
        bits = self._random.getrandbits(74)
        number = (time_ms & (1 << 48) - 1) << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & (1 << 62) - 1
        return str(uuid.UUID(int=number))
