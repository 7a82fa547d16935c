"""Why an action is refused, and what can be done: before the click and in the dialog (4.5)."""

from __future__ import annotations

import pytest

from app.commands import ActionId
from app.present.possible_words import NOT_ARCHIVED_VIEW, OF_ONE_STORE, WITHOUT_ARCHIVED, Standing, reasons
from app.present.refusal_words import refusal_text
from app.present.result_words import noted_words, result_text
from store.values.changes import EntryState, Refusal, RefusalCode, UndoState
from tests.app.present.plans import LEASE, SEALED, TURN, entry, plan, receipt, session


def test_4_5_one_reason_for_all_is_said_once_with_what_can_be_done() -> None:
    said = refusal_text([plan(session(0, LEASE), session(1, LEASE))])
    assert said is not None
    assert said.title == "Not archived: an agent is using orchard"
    assert [advice.words for advice in said.advices] == [
        "Stop the agent, then plan again.",
        "Copy the session to a working store and archive it there.",
    ]
    assert (said.can_plan_again, said.can_copy, said.can_hide) == (True, True, False)
    assert "Nothing was written." in said.report


def test_4_1_where_a_store_is_read_only_hiding_here_is_offered_with_what_it_is() -> None:
    said = refusal_text([plan(session(0, SEALED))])
    assert said is not None
    assert (said.can_plan_again, said.can_hide) == (False, True)
    assert any("the store stays as it is" in advice.words for advice in said.advices)


def test_4_5_several_reasons_or_some_that_are_possible_are_shown_session_by_session() -> None:
    assert refusal_text([plan(session(0, LEASE), session(1, TURN))]) is None
    assert refusal_text([plan(session(0, LEASE), session(1))]) is None


@pytest.mark.parametrize("code", list(RefusalCode))
def test_4_5_every_reason_has_words(code: RefusalCode) -> None:
    said = refusal_text([plan(session(0, Refusal(code, "Found this.")))])
    assert said is not None
    assert said.title.startswith("Not archived: ")


def test_4_5_what_a_menu_says_of_active_sessions_in_a_store_that_may_be_written() -> None:
    assert reasons(Standing(count=2, active=2)) == {
        ActionId.RESTORE: WITHOUT_ARCHIVED,
        ActionId.DELETE: NOT_ARCHIVED_VIEW,
        ActionId.HIDE: "The store can be written: archive does it there, for every program",
        ActionId.UNHIDE: "Only sessions that were hidden here can be shown again",
    }


def test_4_2_deleting_is_possible_in_the_archived_view_only() -> None:
    archived = Standing(count=2, archived=2, is_archived_view=True)
    assert ActionId.DELETE not in reasons(archived)
    assert ActionId.RESTORE not in reasons(archived)
    assert reasons(archived)[ActionId.ARCHIVE] == "All of them are archived already"


def test_4_5_a_lease_forbids_all_that_is_written_to_the_store_and_says_why() -> None:
    found = reasons(Standing(count=1, active=1, refusal=LEASE, label_refusal=LEASE))
    assert found[ActionId.ARCHIVE] == found[ActionId.LABELS] == f"{LEASE.sentence} {LEASE.advice}"
    assert ActionId.COPY_TO_WORKING_STORE not in found


def test_4_1_in_a_store_that_may_not_be_written_labels_and_hiding_stay_possible() -> None:
    found = reasons(Standing(count=1, active=1, can_write=False, only_writable=False, store_reason=SEALED.sentence))
    assert found[ActionId.ARCHIVE] == f"{SEALED.sentence} Hide here does it in Burrow only."
    assert not {ActionId.HIDE, ActionId.LABELS, ActionId.COPY_TO_WORKING_STORE} & found.keys()


def test_4_1_a_damaged_session_can_be_hidden_also_where_its_store_may_be_written() -> None:
    damaged = Refusal(RefusalCode.DAMAGED, "It is not stored as bytes.", "“Hide here” puts it out of sight.")
    assert ActionId.HIDE not in reasons(Standing(count=1, active=1, refusal=damaged, label_refusal=damaged))
    said = refusal_text([plan(session(0, damaged))])
    assert said is not None
    assert said.can_hide


def test_4_5_what_is_not_known_of_all_forbids_nothing() -> None:
    found = reasons(Standing(count=500, is_all_looked_at=False, active=20, only_writable=False, is_archived_view=True))
    assert found == {}
    assert reasons(Standing(store_count=2))[ActionId.COPY_TO_WORKING_STORE] == OF_ONE_STORE


def test_4_1_a_result_says_what_was_done_refused_and_not_reached() -> None:
    entries = [entry(0, EntryState.DONE), entry(1, EntryState.NOT_DONE, TURN), entry(2, EntryState.NOT_DONE)]
    said = result_text([receipt(*entries, is_cancelled=True)])
    assert said.title == "Archived 1 of 3 sessions"
    assert said.sentences == (
        "Stopped by you between two sessions. 1 session was not reached.",
        f"1 session was refused and is as before. {TURN.advice}",
        "1 session was read back and found as planned; it took 2 s.",
    )
    assert [row.second for row in said.rows] == [
        TURN.sentence,
        "Not reached: nothing was written to it.",
        "Written, and read back as planned.",
    ]
    assert (said.is_complete, said.undoable) == (False, ("0199c1",))


def test_4_1_a_result_of_which_nothing_was_done_says_so() -> None:
    said = result_text([receipt(entry(0, EntryState.NOT_DONE, TURN), undo=UndoState.NOTHING)])
    assert (said.title, said.undoable, said.sign.word) == ("Not archived: 1 session", (), "Not done")
    assert said.count == "1 session not done"
    assert noted_words([receipt(entry(0, EntryState.DONE), entry(1, EntryState.DONE))]) == "Archived 2 sessions"
