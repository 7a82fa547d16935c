"""Meerkat: how its stores are read (formats/meerkat.md). The door of this room is `MEERKAT`."""

from store.backend import System
from store.meerkat.system import Meerkat

MEERKAT: System = Meerkat()
"""The system Meerkat."""

__all__ = ["MEERKAT"]
