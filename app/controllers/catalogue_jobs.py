"""What the catalogue asks of a worker thread: plain functions from frozen values to frozen values, without Qt."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from store.values.listing import Counts, FillState, ListWant
from store.values.store import StoreKey

if TYPE_CHECKING:
    from store import Lists
    from store.cancel import CancelToken

Copies = dict[StoreKey, tuple[StoreKey, ...]]


class Slice(NamedTuple):
    """What a short piece of cataloguing came to.

    Attributes:
        key: of the store.
        state: how many of its sessions are known now.
        is_changed: rows came, went or changed since its last census; always False without one.
        census_s: how long the census took; 0 without one.
    """

    key: StoreKey
    state: FillState
    is_changed: bool
    census_s: float


def slice_work(lists: Lists, key: StoreKey, is_census_due: bool, limit_s: float) -> Callable[[CancelToken], Slice]:
    """Work that catalogues the next sessions of a store for about `limit_s`, after a census where one is due."""

    def work(token: CancelToken) -> Slice:
        began_at_s = time.monotonic()
        is_changed = lists.take_census(key, token) if is_census_due else False
        census_s = time.monotonic() - began_at_s if is_census_due else 0.0
        return Slice(key, lists.fill(key, token, limit_s), is_changed, census_s)

    return work


def copies_work(lists: Lists) -> Callable[[CancelToken], Copies]:
    """Work that finds stores that hold the same sessions."""
    return lambda token: lists.copies(token)


def forget_work(lists: Lists) -> Callable[[CancelToken], bool]:
    """Work that drops some of what is known of stores nobody opens any more; whether there is more to drop."""
    return lambda token: lists.forget_some(token)


def counts_work(lists: Lists, want: ListWant, all_want: ListWant | None) -> Callable[[CancelToken], CountsAnswer]:
    """Work that counts facets, and for `all_want` the saved views over all stores."""

    def work(token: CancelToken) -> CountsAnswer:
        began_at_s = time.monotonic()
        of_all = lists.counts(all_want, token) if all_want is not None else None
        of_scope = of_all if of_all is not None and want == all_want else lists.counts(want, token)
        return CountsAnswer(of_scope, of_all, time.monotonic() - began_at_s)

    return work


class CountsAnswer(NamedTuple):
    """Numbers for the library.

    Attributes:
        of_scope: facets of what is shown.
        of_all: saved views over all stores; None if they were not asked for.
        took_s: how long counting took.
    """

    of_scope: Counts
    of_all: Counts | None
    took_s: float
