"""What the session page asks of a worker thread: plain functions from frozen values to frozen values, without Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.values.session import SessionDetail
from store.values.store import SessionKey, StoreFacts

if TYPE_CHECKING:
    from store import Library
    from store.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class DetailAnswer:
    """What the page and Info show of one session, and of its store as it is read now."""

    detail: SessionDetail
    facts: StoreFacts


def detail_work(library: Library, key: SessionKey) -> Callable[[CancelToken], DetailAnswer]:
    """Work that reads everything Info shows of a session."""

    def work(token: CancelToken) -> DetailAnswer:
        backend = library.backend(key.store)
        return DetailAnswer(backend.detail(key.session_id, token), backend.facts(token))

    return work


def unmasked_work(
    library: Library, key: SessionKey, path: tuple[str | int, ...]
) -> Callable[[CancelToken], tuple[tuple[str | int, ...], str]]:
    """Work that reads one masked metadata value, as (path, stored JSON text)."""

    def work(token: CancelToken) -> tuple[tuple[str | int, ...], str]:
        return path, library.backend(key.store).unmasked(key.session_id, path, token)

    return work
