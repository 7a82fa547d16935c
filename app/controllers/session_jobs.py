"""What the session page asks of a worker thread: plain functions from frozen values to frozen values, without Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from store.values.notes import NOTHING_NOTED, Noted, with_notes
from store.values.session import SessionDetail, SessionSummary
from store.values.store import SessionKey, StoreFacts

if TYPE_CHECKING:
    from store import Library, Lists
    from store.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class DetailAnswer:
    """What the page and Info show of one session, and of its store as it is read now.

    Attributes:
        detail: with what is noted of it.
        noted: what is noted of it.
        stored: its row as the store alone tells it.
    """

    detail: SessionDetail
    facts: StoreFacts
    noted: Noted
    stored: SessionSummary


def detail_work(library: Library, lists: Lists, key: SessionKey) -> Callable[[CancelToken], DetailAnswer]:
    """Work that reads everything Info shows of a session."""

    def work(token: CancelToken) -> DetailAnswer:
        backend = library.backend(key.store)
        detail = backend.detail(key.session_id, token)
        noted = lists.noted([key], token).get(key, NOTHING_NOTED)
        shown = replace(detail, summary=with_notes(detail.summary, noted))
        return DetailAnswer(shown, backend.facts(token), noted, detail.summary)

    return work


def unmasked_work(
    library: Library, key: SessionKey, path: tuple[str | int, ...]
) -> Callable[[CancelToken], tuple[tuple[str | int, ...], str]]:
    """Work that reads one masked metadata value, as (path, stored JSON text)."""

    def work(token: CancelToken) -> tuple[tuple[str | int, ...], str]:
        return path, library.backend(key.store).unmasked(key.session_id, path, token)

    return work
