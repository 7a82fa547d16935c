"""A row says what its session is, in words that screen readers have too; a damaged one says why (1.4, B5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import pytest

from app.present.columns import Column
from app.present.row_text import LABELS_AT_MOST, cell_tip, row_text
from app.present.summary import NOT_KNOWN, STATE_SIGNS, ShownState, shown_state
from store.values.fault import Fault
from store.values.listing import CatalogueFacts
from store.values.session import SessionState, SessionSummary, TitleSource

NOON_MS = 1_787_054_400_000
BAD_JSON = Fault("bad-json", "The session's document is not JSON.")
Make = Callable[..., SessionSummary]
Known = Callable[..., CatalogueFacts]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "Active"),
        ({"state": SessionState.DAMAGED, "is_running": True, "has_no_answer": True}, "Damaged"),
        ({"state": SessionState.ARCHIVED, "is_running": True}, "Running"),
        ({"state": SessionState.ARCHIVED, "has_no_answer": True}, "Archived"),
        ({"state": SessionState.ENDED, "has_no_answer": True}, "Never run"),
        ({"state": SessionState.ENDED, "has_no_answer": None}, "Ended"),
    ],
)
def test_1_4_the_shown_state_is_the_first_that_fits(summary: Make, changes: dict[str, object], word: str) -> None:
    assert shown_state(summary(**changes)).value == word


def test_1_4_each_state_has_a_shape_of_its_own_and_its_word() -> None:
    assert len({sign.icon for sign in STATE_SIGNS.values()}) == len(ShownState)
    assert {state.value for state in ShownState} == {sign.word for sign in STATE_SIGNS.values()}


def test_1_4_a_row_has_one_text_for_each_column(summary: Make) -> None:
    row = row_text(summary(), "orchard", NOON_MS, UTC)
    assert row.cells == (
        "Find the lost messages",
        "orchard",
        "Active",
        "gpt-5.2",
        "232",
        "94.2k",
        "1.41 MB",
        "today 08:19",
        "today 12:00",
        NOT_KNOWN,
        NOT_KNOWN,
    )
    assert len(row.cells) == len(Column)


def test_1_4_what_is_not_recorded_reads_as_a_dash_and_never_as_zero(summary: Make) -> None:
    absent = summary(
        model=None, message_count=None, total_tokens=None, size_bytes=None, created_at_ms=None, updated_at_ms=None
    )
    row = row_text(absent, "orchard", NOON_MS, UTC)
    assert row.cells[Column.MODEL : Column.DURATION] == ("–",) * 6
    assert row.facts == ()
    assert (
        cell_tip(row, Column.TOKENS) == cell_tip(row, Column.UPDATED) == cell_tip(row, Column.MODEL) == "Not recorded"
    )


def test_1_4_the_second_line_has_store_and_duration_once_all_else_has_a_column(summary: Make, known: Known) -> None:
    row = row_text(summary(), "orchard", NOON_MS, UTC, known(duration_ms=13_260_000))
    assert [fact.text for fact in row.facts] == ["today 12:00", "gpt-5.2", "232 msg"]
    assert [fact.text for fact in row.late_facts] == ["orchard", "3 h 41 m"]


def test_b5_a_damaged_row_says_its_fault_in_its_second_line(summary: Make) -> None:
    """(1-case-5, B5) the fault is read in the list itself, whatever columns are seen."""
    damaged = summary(title="0199a3f2", title_from=TitleSource.ID, state=SessionState.DAMAGED, faults=(BAD_JSON,))
    row = row_text(damaged, "orchard", NOON_MS, UTC)
    assert [fact.text for fact in row.facts] == ["The session's document is not JSON"]
    assert row.facts[0].column is None
    assert row.is_mono
    assert "The session's document is not JSON." in row.spoken


def test_b5_a_readable_session_with_a_fault_carries_a_badge(summary: Make) -> None:
    """(1-case-4, B5) rows that differ: shown, and marked."""
    row = row_text(summary(faults=(BAD_JSON,), is_rewritten=True), "orchard", NOON_MS, UTC)
    assert [sign.word for sign in row.badges] == ["Rewritten", "Faults"]
    assert cell_tip(row, Column.TITLE).splitlines() == [
        "Find the lost messages",
        "Rewritten",
        "Faults",
        "The session's document is not JSON.",
    ]


def test_1_4_screen_readers_hear_the_row_as_it_is_seen(summary: Make) -> None:
    row = row_text(summary(), "orchard", NOON_MS, UTC)
    assert row.spoken == "Find the lost messages, Active, gpt-5.2, 232 messages, 94,200 tokens, updated today 12:00"


def test_1_4_a_tip_gives_exact_numbers_and_times_in_utc(summary: Make) -> None:
    row = row_text(summary(), "orchard", NOON_MS, UTC)
    assert cell_tip(row, Column.TOKENS) == "94,200 tokens\n90,111 in\n4,089 out"
    assert cell_tip(row, Column.SIZE) == "1,410,233 bytes"
    assert cell_tip(row, Column.UPDATED, UTC).endswith("2026-08-18 12:00:00.000 UTC")


def test_hostile_counters_and_texts_make_a_row_like_any_other(summary: Make) -> None:
    """(1-case-5, 1-case-8) negative counters, times before all calendars, NUL and bidi marks in a title."""
    odd = summary(
        title="a\x00b\u202ec", message_count=-5, total_tokens=-(2**63), updated_at_ms=2**63 - 1, created_at_ms=-(2**63)
    )
    row = row_text(odd, "\x1b[2J", NOON_MS, UTC)
    assert row.title == "a␀b[RLO]c"
    assert row.cells[Column.UPDATED] == row.cells[Column.CREATED] == "no date"
    assert row.cells[Column.MESSAGES] == "-5"


def test_2_3_what_only_the_catalogue_knows_reads_as_dots_until_it_does(summary: Make, known: Known) -> None:
    before = row_text(summary(), "orchard", NOON_MS, UTC)
    assert before.cells[Column.DURATION] == before.cells[Column.LABELS] == NOT_KNOWN
    assert cell_tip(before, Column.DURATION) == cell_tip(before, Column.LABELS) == "Not catalogued yet"
    after = row_text(summary(), "orchard", NOON_MS, UTC, known(duration_ms=38_000, labels=(("area", "storage"),)))
    assert (after.cells[Column.DURATION], after.cells[Column.LABELS]) == ("38 s", "area=storage")
    none = row_text(summary(), "orchard", NOON_MS, UTC, known())
    assert none.cells[Column.DURATION] == none.cells[Column.LABELS] == "–"


def test_2_3_a_record_that_cannot_be_read_waits_for_nothing(summary: Make) -> None:
    row = row_text(summary(state=SessionState.DAMAGED, faults=(BAD_JSON,)), "orchard", NOON_MS, UTC)
    assert row.cells[Column.DURATION] == row.cells[Column.LABELS] == "–"


def test_2_3_what_the_whole_document_says_improves_the_row(summary: Make, known: Known) -> None:
    more = known(title="The whole title", has_no_answer=True, is_forked=True, faults=(("bad-json", "Bad."),))
    row = row_text(summary(), "orchard", NOON_MS, UTC, more)
    assert (row.title, row.state) == ("The whole title", ShownState.NEVER_RUN)
    assert [sign.word for sign in row.badges] == ["Forked", "Faults"]


def test_2_2_a_pinned_row_says_so_to_eyes_and_ears(summary: Make) -> None:
    row = row_text(summary(), "orchard", NOON_MS, UTC, is_pinned=True)
    assert [sign.icon for sign in row.badges] == ["pin"]
    assert row.spoken.endswith(", pinned")


def test_2_3_rows_of_several_stores_say_of_which(summary: Make) -> None:
    row = row_text(summary(), "orchard", NOON_MS, UTC, has_many_stores=True)
    assert [fact.text for fact in row.facts][1] == "orchard"
    assert ", in orchard, " in row.spoken
    assert row.late_facts == ()


def test_500_labels_are_a_short_cell_and_a_tip_that_counts_the_rest(summary: Make) -> None:
    """(2-case-5) a labels map with 500 entries."""
    row = row_text(summary(labels=tuple((f"key{n}", "value") for n in range(500))), "orchard", NOON_MS, UTC)
    assert row.cells[Column.LABELS].endswith(f"and {500 - LABELS_AT_MOST} more")
    assert len(row.cells[Column.LABELS]) < 500
    assert cell_tip(row, Column.LABELS).splitlines()[-1] == "460 more"


def test_2_8_a_compact_row_says_its_state_in_its_tip(summary: Make) -> None:
    row = row_text(summary(), "orchard", NOON_MS, UTC)
    assert cell_tip(row, Column.TITLE, has_state=True).splitlines() == ["Find the lost messages", "Active"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"is_hidden": True}, "Hidden"),
        ({"is_hidden": True, "has_no_answer": True}, "Hidden"),
        ({"is_hidden": True, "state": SessionState.ARCHIVED}, "Archived"),
        ({"is_hidden": True, "is_running": True}, "Running"),
    ],
)
def test_4_1_a_hidden_session_says_so_in_its_state_or_in_a_badge(
    summary: Make, changes: dict[str, object], word: str
) -> None:
    row = row_text(summary(**changes), "orchard", NOON_MS, UTC)
    assert row.state.value == word
    assert ("Hidden" in [sign.word for sign in row.badges]) is (word != "Hidden")
    assert "hidden" in row.spoken.lower()


def test_4_3_an_own_title_stays_when_the_catalogue_knows_another(summary: Make, known: Known) -> None:
    row = row_text(summary(title="Mine", title_from=TitleSource.OWN), "orchard", NOON_MS, UTC, known())
    assert (row.title, row.summary.title_from) == ("Mine", TitleSource.OWN)


def test_4_3_a_row_says_that_there_is_a_note(summary: Make) -> None:
    row = row_text(summary(has_note=True), "orchard", NOON_MS, UTC)
    assert [sign.word for sign in row.badges] == ["Note"]
    assert row.spoken.endswith("note")
    assert "Note" in cell_tip(row, Column.TITLE)
