"""The stores for measuring checks are sound realms: what is measured on them is the real work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from store.cancel import CancelToken
from store.library import Library
from store.paths import OwnPaths
from store.values.session import SortOrder
from tests.store.opened import opened


@pytest.fixture
def realms(load_packaging: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    load_packaging("benchdata")
    module = load_packaging("benchdata_realms")
    monkeypatch.setattr(module, "GRAPH_MESSAGES", 200)
    monkeypatch.setattr(module, "D10K", (3, 12))
    return module


@pytest.mark.parametrize(("kind", "count"), [("d10k", 3), ("s50-graph", 1)])
def test_3_N1_a_made_store_passes_every_check(
    realms: ModuleType, tmp_path: Path, own_paths: OwnPaths, kind: str, count: int
) -> None:
    library, token = Library(own_paths), CancelToken()
    facts = opened(library, realms.MAKERS[kind](tmp_path / kind))
    assert (facts.session_count, facts.faults) == (count, ())
    backend = library.backend(facts.key)
    ids = [row.session_id for row in backend.census(None, 100, token)]
    assert all(check.failed == () for check in backend.checks(ids, token))
    library.close_all()


def test_3_N3_made_heads_are_listed_with_their_metadata(
    realms: ModuleType, tmp_path: Path, own_paths: OwnPaths
) -> None:
    library, token = Library(own_paths), CancelToken()
    facts = opened(library, realms.make_h100k(tmp_path / "h100k", 20))
    backend = library.backend(facts.key)
    rows = backend.summaries(backend.ids(SortOrder(), token).handles, token)
    assert (len(rows), facts.generation) == (20, "S-0.9")
    assert all(row.model and row.message_count == 2 and not row.faults for row in rows)
    library.close_all()
