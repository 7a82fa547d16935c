"""Invariant: a store that is lost while its rows are read ends its own rows, and no other store's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.cli.arguments import DerivedKey, ListOrder
from store.cli.ordering import Listing, OpenStore
from store.errors import Cancelled
from store.library import Library
from store.values.session import SortKey


def open_store(library: Library, path: Path) -> OpenStore:
    (facts,) = library.open(path, CancelToken())
    return OpenStore(facts, library.backend(facts.key))


@pytest.mark.parametrize("key", [SortKey.UPDATED, DerivedKey.TITLE])
def test_1_9_a_store_that_vanishes_meanwhile_is_named_and_the_others_go_on(
    library: Library, copy_sample: Callable[[str], Path], key: SortKey | DerivedKey
) -> None:
    lost = open_store(library, copy_sample("meerkat/realm-0.6.24-rich"))
    other = open_store(library, copy_sample("meerkat/realm-0.6.24-rkat"))
    shutil.rmtree(Path(lost.facts.key.path).parent)
    listing = Listing([lost, other], ListOrder(key), CancelToken())
    rows = list(listing.rows(0, None))
    assert {row.store.facts.key for row in rows} == {other.facts.key}
    assert len(rows) == 11
    assert [error.code for error in listing.lost.values()] == ["vanished"]


def test_1_9_a_cancelled_list_stops(library: Library, copy_sample: Callable[[str], Path]) -> None:
    store = open_store(library, copy_sample("meerkat/realm-0.6.24-rich"))
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        list(Listing([store], ListOrder(), token).rows(0, None))
