"""Values to make texts of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store.values.listing import CatalogueFacts
from store.values.session import SessionState, SessionSummary, TitleSource
from store.values.store import SessionKey, StoreKey

NOON_MS = 1_787_054_400_000
"""Tue 18 Aug 2026, 12:00 UTC."""


@pytest.fixture
def summary() -> Callable[..., SessionSummary]:
    """Make a summary of a finished session; fields given by name replace its own."""

    def make(**changes: Any) -> SessionSummary:
        fields: dict[str, Any] = {
            "key": SessionKey(StoreKey("/stores/orchard/sessions.sqlite3"), "0199a3f2-41bd-7a08-b1c4-6de04cc87c41"),
            "handle": 1,
            "title": "Find the lost messages",
            "title_from": TitleSource.LABEL,
            "state": SessionState.ACTIVE,
            "model": "gpt-5.2",
            "message_count": 232,
            "input_tokens": 90_111,
            "output_tokens": 4_089,
            "total_tokens": 94_200,
            "created_at_ms": NOON_MS - 13_260_000,
            "updated_at_ms": NOON_MS,
            "size_bytes": 1_410_233,
        }
        return SessionSummary(**fields | changes)

    return make


@pytest.fixture
def known() -> Callable[..., CatalogueFacts]:
    """Make what the catalogue knows of the same session; fields given by name replace its own."""

    def make(**changes: Any) -> CatalogueFacts:
        fields: dict[str, Any] = {
            "session_id": "0199a3f2-41bd-7a08-b1c4-6de04cc87c41",
            "title": "Find the lost messages",
            "title_from": "label",
            "model": "gpt-5.2",
            "provider": "openai",
            "labels": (),
            "first_prompt": "Find them",
            "duration_ms": None,
            "input_tokens": None,
            "output_tokens": None,
            "is_archived": False,
            "has_no_answer": False,
            "is_rewritten": False,
            "is_damaged": False,
            "is_forked": None,
        }
        return CatalogueFacts(**fields | changes)

    return make
