"""A library with nothing opened, and a real realm to open in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store import Library, OwnPaths


@pytest.fixture
def library(own_paths: OwnPaths) -> Iterator[Library]:
    """A library with nothing opened; closed after the test."""
    library = Library(own_paths)
    yield library
    library.close_all()


@pytest.fixture
def rich(copy_sample: Callable[[str], Path]) -> Path:
    """A copy of a real realm with 66 sessions, whose store is a cleanly closed file."""
    return copy_sample("meerkat/realm-0.6.24-rich") / "atlas"
