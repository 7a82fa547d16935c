"""What a plan of copies says: of one session as of one, of many as of many (4.6)."""

from __future__ import annotations

import pytest

from app.present.copy_words import copy_text
from store.values.copied import CopyPlan, SessionCopyPlan


@pytest.mark.parametrize(
    ("ids", "words", "place"),
    [
        (("a",), "gets a copy of the session. Where it is now is only read", "where it is now"),
        (("a", "b"), "gets copies of the sessions. Where they are now is only read", "where they are now"),
    ],
)
def test_4_6_a_plan_of_copies_speaks_of_one_session_or_of_several(ids: tuple[str, ...], words: str, place: str) -> None:
    said = copy_text(CopyPlan(tuple(SessionCopyPlan(name, 12) for name in ids)), {})
    assert words in said.sentence
    assert place in said.backup[0]
