"""What is asked of a worker thread about notes of a session: plain functions from frozen values to frozen values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.errors import OpenError, SessionError
from store.values.notes import NOTHING_NOTED, Noted
from store.values.store import SessionKey

if TYPE_CHECKING:
    from store import Library, Lists
    from store.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class KnownNotes:
    """What is noted of a session.

    Attributes:
        stored: its title without an own one; empty if that cannot be read.
    """

    key: SessionKey
    noted: Noted
    stored: str


def notes_work(library: Library, lists: Lists, key: SessionKey) -> Callable[[CancelToken], KnownNotes]:
    """Work that reads what is noted of a session."""

    def work(token: CancelToken) -> KnownNotes:
        noted = lists.annotations.noted([key], token).get(key, NOTHING_NOTED)
        return KnownNotes(key, noted, _stored_title(library, lists, key, token))

    return work


def _stored_title(library: Library, lists: Lists, key: SessionKey, token: CancelToken) -> str:
    """The title without an own one: what the catalogue knows, else what the store says."""
    facts = lists.stored_facts(key.store, [key.session_id], token).get(key.session_id)
    if facts is not None:
        return facts.title
    try:
        return library.backend(key.store).detail(key.session_id, token).summary.title
    except (OpenError, SessionError):
        return ""


def title_work(lists: Lists, key: SessionKey, title: str) -> Callable[[CancelToken], tuple[SessionKey, str]]:
    """Work that keeps an own title, and gives back what was done in words."""

    def work(token: CancelToken) -> tuple[SessionKey, str]:
        lists.annotations.set_title(key, title, token)
        return key, "Renamed here" if title.strip() else "The store’s title is shown again"

    return work


def note_work(lists: Lists, key: SessionKey, note: str) -> Callable[[CancelToken], tuple[SessionKey, str]]:
    """Work that keeps a note, and gives back what was done in words."""

    def work(token: CancelToken) -> tuple[SessionKey, str]:
        lists.annotations.set_note(key, note, token)
        return key, "Note saved" if note.strip() else "Note removed"

    return work
