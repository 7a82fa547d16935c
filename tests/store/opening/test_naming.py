"""Whatever a file is called, a sentence with its name stays one line of valid Unicode."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from store.opening.naming import SHOWN_CHARS, shown


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"sessions.sqlite3", "sessions.sqlite3"),
        ("Sitzungen – größer 漢字.db".encode(), "Sitzungen – größer 漢字.db"),
        (b"two\nlines\x1b[31m", "two\ufffdlines\ufffd[31m"),
        ("turned \u202egnp.db".encode(), "turned \ufffdgnp.db"),
        (b"not\xffunicode", "not\ufffdunicode"),
        (b"n" * 300, "n" * (SHOWN_CHARS - 1) + "…"),
    ],
)
def test_B1_a_name_is_shown_on_one_line_of_valid_unicode(name: bytes, expected: str) -> None:
    assert shown(Path("/somewhere") / os.fsdecode(name)) == expected


def test_B1_what_has_no_name_is_shown_by_its_path() -> None:
    assert shown(Path("/")) == "/"
