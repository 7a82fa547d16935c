"""Notes of sessions, made in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from store.cancel import CancelToken
from store.own import Annotations
from store.values.changes import LabelEdit
from store.values.store import SessionKey


def hide(notes: Annotations, keys: Sequence[SessionKey], is_hidden: bool = True) -> None:
    """Hide sessions, or show them again."""
    for key in keys:
        notes.exchange(key, lambda noted: replace(noted, is_hidden=is_hidden), CancelToken())


def relabel(notes: Annotations, keys: Sequence[SessionKey], edit: LabelEdit) -> None:
    """Edit own labels of sessions."""
    for key in keys:
        notes.exchange(key, lambda noted: noted.edited(edit), CancelToken())
