"""A catalogue that takes in stores of made-up sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from store.cancel import CancelToken
from store.catalogue import Catalogue
from store.values.listing import FillState
from tests.store.catalogue.made import MadeStore


@pytest.fixture
def catalogue(own_paths: Any) -> Iterator[Catalogue]:
    made = Catalogue(own_paths)
    yield made
    made.close()


@pytest.fixture
def take(catalogue: Catalogue) -> Callable[[MadeStore], bool]:
    """Take the census of a made-up store."""

    def take_census(store: MadeStore) -> bool:
        return catalogue.take_census(store.key, store.file_mark, store.page, CancelToken())

    return take_census


@pytest.fixture
def fill(catalogue: Catalogue, take: Callable[[MadeStore], bool]) -> Callable[[MadeStore], FillState]:
    """Take the census of a made-up store, and read all its documents."""

    def fill_store(store: MadeStore) -> FillState:
        take(store)
        while not (state := catalogue.fill_batch(store.key, store.documents, CancelToken())).is_complete:
            pass
        return state

    return fill_store
