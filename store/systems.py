"""The systems whose stores can be read, in the order in which they are asked about a file."""

from __future__ import annotations

from store.backend import System
from store.meerkat import MEERKAT

SYSTEMS: tuple[System, ...] = (MEERKAT,)
"""Every known system; a new one is a folder in `store` and one name here."""
