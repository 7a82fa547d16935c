"""Which releases write such a session is said no more precisely than what is stored proves (3.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.meerkat.written_by import written_by
from store.values.session import SortOrder

GRAPH = "session_transcript_history_state_v1"


@pytest.mark.parametrize(
    ("version", "metadata", "expected"),
    [
        (None, {}, ""),
        (1, {}, "Meerkat 0.3.0 to 0.5.x"),
        (1, {"session_build_state": {}}, "Meerkat 0.5.1 to 0.5.x"),
        (2, {}, "Meerkat 0.6.0 to 0.8.10"),
        (2, {GRAPH: {}}, "Meerkat 0.6.24 to 0.8.10"),
        (2, {GRAPH: {"digest_format": 2}}, "Meerkat 0.8.6 to 0.8.10"),
        (2, {GRAPH: {"commits": [{"selection": {"type": "edit_message_range"}}]}}, "Meerkat 0.7.29 to 0.8.10"),
        (3, {}, "Meerkat 0.8.11 to 0.8.50"),
        (4, {}, "Meerkat 0.8.51 or later"),
        (4, {"session_run_cursor_v1": {}}, "Meerkat 0.9.5 or later"),
        (9, {}, ""),
        (1, {"session_lifecycle_terminal": "active"}, ""),
    ],
)
def test_3_2_versions_and_keys_narrow_the_releases(
    version: int | None, metadata: dict[str, Any], expected: str
) -> None:
    assert written_by(version, metadata) == expected


@pytest.mark.parametrize(
    ("sample", "release"),
    [
        ("realm-0.6.24-rkat/realm/sessions.sqlite3", (0, 6, 24)),
        ("realm-0.6.34-rkat/realm/sessions.sqlite3", (0, 6, 34)),
        ("realm-0.7.24-rkat/realm/sessions.sqlite3", (0, 7, 24)),
        ("realm-0.7.28-rkat/realm/sessions.sqlite3", (0, 7, 28)),
        ("realm-0.8.10/sessions.sqlite3", (0, 8, 10)),
        ("realm-0.8.26-rkat/realm/sessions.sqlite3", (0, 8, 26)),
        ("realm-0.9.8-rkat/realm/sessions.sqlite3", (0, 9, 8)),
        ("store-0.8.50-rotated/sessions.sqlite3", (0, 8, 50)),
        ("store-0.9.3-whole-blob/runtime.sqlite", (0, 9, 3)),
    ],
)
def test_3_2_the_release_that_wrote_a_sample_lies_in_the_range_of_each_of_its_sessions(
    copy_sample: Callable[[str], Path],
    open_store: Callable[[Path], Backend],
    token: CancelToken,
    sample: str,
    release: tuple[int, int, int],
) -> None:
    top, _, below = sample.partition("/")
    backend = open_store(copy_sample(f"meerkat/{top}") / below)
    rows = backend.summaries(backend.ids(SortOrder(), token).handles, token)
    seen = Counter(backend.detail(row.key.session_id, token).written_by for row in rows)
    assert seen
    for words in seen:
        first, _, last = words.removeprefix("Meerkat ").partition(" to ")
        low = tuple(int(part) for part in first.split()[0].split("."))
        high = tuple(int(part) for part in last.split(".")) if last else (9, 9, 9)
        assert low <= release <= high, words
