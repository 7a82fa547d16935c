"""A real realm with 66 sessions of Meerkat 0.6.24, opened, and the guarded door to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store import Library, OwnPaths
from tests.store.guarded.scene import TOKEN, Scene


@pytest.fixture
def open_scene(library: Library, own_paths: OwnPaths) -> Callable[[Path], Scene]:
    """Open a folder with one store."""

    def opened(folder: Path) -> Scene:
        (facts,) = library.open(folder, TOKEN)
        rows = library.backend(facts.key).census(None, 1_000, TOKEN)
        return Scene(library, own_paths, facts.key, tuple(row.session_id for row in rows))

    return opened


@pytest.fixture
def rich(copy_sample: Callable[[str], Path]) -> Path:
    """The database of the realm and what names it, without the logs beside it: quicker to copy."""
    for name in ("realm_manifest.json", "sessions.sqlite3"):
        main = copy_sample(f"meerkat/realm-0.6.24-rich/atlas/{name}")
    return main.parent


@pytest.fixture
def scene(rich: Path, open_scene: Callable[[Path], Scene]) -> Scene:
    """The realm with its first sessions not archived."""
    made = open_scene(rich)
    retired = made.archived()
    made.ids = tuple(one for one in made.ids if one not in retired)
    return made
