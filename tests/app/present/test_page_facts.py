"""The head of a page says what the session is on three lines (1.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

from app.present.page_facts import head_text, short_id
from store.values.fault import Fault
from store.values.session import SessionSummary

Make = Callable[..., SessionSummary]


def test_1_5_a_head_has_title_state_times_id_and_counts(summary: Make) -> None:
    head = head_text(summary(), (), UTC)
    assert (head.title, head.state.word) == ("Find the lost messages", "Active")
    assert " · ".join(fact.text for fact in head.first) == "gpt-5.2 · Tue 18 Aug 2026, 08:19 – 12:00 · 3 h 41 m"
    assert " · ".join(fact.text for fact in head.second) == "232 messages · 94.2k tokens · 1.41 MB"
    assert head.short_id == "0199a3f2…7c41"


def test_1_5_what_is_not_recorded_is_left_out_of_the_head(summary: Make) -> None:
    bare = summary(
        model=None, message_count=None, total_tokens=None, size_bytes=None, created_at_ms=None, updated_at_ms=None
    )
    head = head_text(bare, (), UTC)
    assert (head.first, head.second) == ((), ())


def test_b5_the_head_counts_each_fault_once_and_names_it(summary: Make) -> None:
    """(B5) the list, the transcript and the document may report the same."""
    fault = Fault("count-differs", "The count differs.")
    head = head_text(summary(), (fault, fault, Fault("other", "Another.")), UTC)
    assert (head.fault_count, head.fault_tip) == (2, "The count differs.\nAnother.")


def test_1_5_a_short_id_is_shown_whole() -> None:
    assert short_id("abc") == "abc"
