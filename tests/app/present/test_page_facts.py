"""The head of a page says what the session is on three lines (1.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

from app.present.columns import Column
from app.present.page_facts import head_text, short_id
from app.present.row_text import row_text
from store.values.fault import Fault
from store.values.listing import CatalogueFacts
from store.values.session import SessionState, SessionSummary

Make = Callable[..., SessionSummary]
Known = Callable[..., CatalogueFacts]


def test_1_5_a_head_has_title_state_times_id_and_counts(summary: Make, known: Known) -> None:
    head = head_text(summary(), (), UTC, known(duration_ms=13_260_000))
    assert (head.title, head.state.word) == ("Find the lost messages", "Active")
    assert " · ".join(fact.text for fact in head.first) == "gpt-5.2 · Tue 18 Aug 2026, 08:19 – 12:00 · 3 h 41 m"
    assert " · ".join(fact.text for fact in head.second) == "232 messages · 94.2k tokens · 1.41 MB"
    assert head.short_id == "0199a3f2…7c41"


def test_1_5_what_is_not_recorded_is_left_out_of_the_head(summary: Make, known: Known) -> None:
    bare = summary(
        model=None, message_count=None, total_tokens=None, size_bytes=None, created_at_ms=None, updated_at_ms=None
    )
    head = head_text(bare, (), UTC, known())
    assert (head.first, head.second) == ((), ())


def test_2_3_the_head_and_the_list_mean_the_same_by_a_duration(summary: Make, known: Known) -> None:
    """Last minus first message time, not creation to last change; "…" until the catalogue knows it."""
    for facts in (None, known(duration_ms=95_000), known(duration_ms=0)):
        cell = row_text(summary(), "orchard", 0, UTC, facts).cells[Column.DURATION]
        assert head_text(summary(), (), UTC, facts).first[-1].text == cell
    assert head_text(summary(), (), UTC, None).first[-1].tip == "Not catalogued yet"
    damaged = head_text(summary(state=SessionState.DAMAGED), (), UTC, None)
    assert "…" not in [fact.text for fact in damaged.first]


def test_b5_the_head_counts_each_fault_once_and_names_it(summary: Make) -> None:
    """(B5) the list, the transcript and the document may report the same."""
    fault = Fault("count-differs", "The count differs.")
    head = head_text(summary(), (fault, fault, Fault("other", "Another.")), UTC)
    assert (head.fault_count, head.fault_tip) == (2, "The count differs.\nAnother.")


def test_1_5_a_short_id_is_shown_whole() -> None:
    assert short_id("abc") == "abc"
