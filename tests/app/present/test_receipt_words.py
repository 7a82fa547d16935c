"""A receipt says what was done, to what, and whether it can be taken back (4.4)."""

from __future__ import annotations

from datetime import UTC

import pytest

from app.present.receipt_lines import proof_lines, session_lines
from app.present.receipt_words import (
    change_text,
    heading_note,
    is_redo,
    receipt_note,
    receipt_row,
    receipt_title,
    when_text,
)
from app.present.undo_question import (
    backups_text,
    clean_up_question,
    clean_up_result,
    joined_question,
    settled_sentence,
    undo_question,
    undo_result,
)
from app.present.undo_words import undo_text
from store.values.changes import (
    Action,
    BackupFacts,
    EntryState,
    LabelEdit,
    Receipt,
    Refusal,
    RefusalCode,
    Scope,
    UndoState,
)
from tests.app.present.receipts import HOUR_MS, LEASE, MOVED_ON, NOW_MS, entry, receipt

DONE, NOT_DONE, UNDONE, UNKNOWN = EntryState.DONE, EntryState.NOT_DONE, EntryState.UNDONE, EntryState.UNKNOWN
CANCELLED = receipt([entry(n, DONE if n < 400 else NOT_DONE) for n in range(1000)], is_cancelled=True)
UNDECIDED = receipt([entry(1, UNKNOWN)], undo=UndoState.NOTHING)


@pytest.mark.parametrize(
    ("made", "title", "note"),
    [
        (receipt([entry(n) for n in range(14)]), "Archived 14 sessions", "Session 0 and 13 more"),
        (CANCELLED, "Archived 400 of 1,000 sessions", "cancelled at 400 of 1,000 · Session 0 and 999 more"),
        (receipt(action=Action.DELETE), "Deleted 1 session", "Session 1"),
        (receipt(undoes="0199"), "Undid: archived 1 session", "Session 1"),
        (
            receipt([entry(1, NOT_DONE, refusal=LEASE)]),
            "Refused: archive 1 session",
            f"{LEASE.sentence} · Session 1",
        ),
        (
            receipt([entry(1), entry(2, NOT_DONE, refusal=LEASE)], Action.RESTORE),
            "Restored 1 of 2 sessions",
            "1 refused · Session 1 and 1 more",
        ),
        (
            receipt(action=Action.LABEL, edit=LabelEdit((("team", "storage"),), ("draft",))),
            "Labelled 1 session",
            "team=storage, −draft",
        ),
        (receipt([entry(is_settled=True)]), "Archived 1 session", "settled after a crash · Session 1"),
        (
            receipt([entry(1, NOT_DONE, is_settled=True)]),
            "Did not happen: archive 1 session",
            "settled after a crash · Session 1",
        ),
        (
            receipt([entry(1, NOT_DONE), entry(2, NOT_DONE)]),
            "Did not happen: archive 2 sessions",
            "Session 1 and 1 more",
        ),
        (
            receipt([entry(1), entry(2, NOT_DONE)]),
            "Archived 1 of 2 sessions",
            "cut off at 1 of 2 · Session 1 and 1 more",
        ),
        (receipt([entry(1), entry(2, UNDONE)]), "Archived 2 sessions", "1 taken back since · Session 1 and 1 more"),
        (receipt([entry(1, UNDONE)]), "Archived 1 session", "Session 1"),
        (UNDECIDED, "Not finished: archive 1 session", "1 session not decided yet · Session 1"),
        (
            receipt([entry(1, UNKNOWN, is_settled=True)]),
            "Cut off: archive 1 session",
            "1 session neither as before nor as planned · settled after a crash · Session 1",
        ),
    ],
)
def test_4_4_a_receipt_names_what_was_done_and_what_is_special_about_it(made: Receipt, title: str, note: str) -> None:
    assert (receipt_title(made), receipt_note(made)) == (title, note)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (receipt(), "active → archived"),
        (receipt(undoes="0199"), "archived → active"),
        (receipt(action=Action.DELETE), "archived → deleted"),
        (receipt(action=Action.LABEL, edit=LabelEdit()), "1,000 → 1,024 bytes"),
        (receipt(action=Action.LABEL, edit=LabelEdit(), undoes="0199"), "2 rows as before"),
        (receipt(action=Action.LABEL, edit=LabelEdit(), scope=Scope.OWN), "own notes only"),
        (
            receipt([entry(revision_before="sha256:77d0b1fe00", revision_after="sha256:c41d90be00")], Action.REWRITE),
            "77d0b1fe → c41d90be",
        ),
        (receipt([entry(1, NOT_DONE, refusal=LEASE)]), "nothing written"),
        (UNDECIDED, "not known"),
    ],
)
def test_4_4_a_receipt_says_what_was_before_and_what_is_after(made: Receipt, words: str) -> None:
    assert change_text(made) == words


@pytest.mark.parametrize(
    ("made", "found", "is_possible", "words"),
    [
        (receipt(), None, True, "Undo"),
        (receipt(undoes="0199"), None, True, "Redo"),
        (receipt(), MOVED_ON, False, "Session moved on"),
        (receipt(), LEASE, False, "An agent uses it"),
        (receipt(undo=UndoState.UNDONE), None, False, "Undone"),
        (receipt(undo=UndoState.NOTHING), None, False, "Nothing to undo"),
        (
            receipt(undo=UndoState.REFUSED, undo_refusal=Refusal(RefusalCode.NO_BACKUP, "Gone.")),
            None,
            False,
            "Backup is gone",
        ),
    ],
)
def test_4_4_whether_a_change_can_be_undone_is_said_in_few_words(
    made: Receipt, found: Refusal | None, is_possible: bool, words: str
) -> None:
    text = undo_text(made, found, NOW_MS, UTC)
    assert (text.is_possible, text.words) == (is_possible, words)
    assert found is None or found.sentence in text.tip


def test_4_4_an_undo_that_was_undone_is_a_change_that_holds_again() -> None:
    change = receipt(receipt_id="a")
    undo = receipt(receipt_id="b", undoes="a")
    redo = receipt(receipt_id="c", undoes="b")
    all_of_them = {one.receipt_id: one for one in (change, undo, redo)}
    assert [is_redo(one, all_of_them.get) for one in (change, undo, redo)] == [False, False, True]
    row = receipt_row(redo, NOW_MS, is_redo=True)
    assert (row.title, row.change, row.undo.words) == ("Redid: archived 1 session", "active → archived", "Undo")
    assert "goes back into the list" in undo_question(redo, is_redo=True).sentence
    assert "is archived again" in undo_question(undo).sentence


def test_4_4_every_reason_has_words_for_the_column() -> None:
    for code in RefusalCode:
        assert undo_text(receipt(), Refusal(code, "Why."), NOW_MS).words


def test_4_4_until_when_a_change_can_be_undone_stands_in_its_receipt() -> None:
    assert undo_text(receipt(), None, NOW_MS, UTC).tip == "Take it back. Kept at least until 16 Sep."
    proof = {line.name: line.value for line in proof_lines(receipt(), None, NOW_MS, UTC)}
    assert proof["Undo possible"] == "until an agent writes to the session, kept at least until 16 Sep"
    assert proof["Backup"] == "what was there before, 1.80 MB · until 16 Sep"
    assert proof["Read back"] == "equal to the plan in 1 of 1 session"
    assert proof["Took"] == "184 ms"


def test_4_4_a_refused_session_says_why_in_the_receipt() -> None:
    kept = entry(1, revision_before="sha256:aa", revision_after="sha256:bb")
    lines = session_lines(receipt([kept, entry(2, NOT_DONE, refusal=LEASE)]))
    assert [(line.name, line.value) for line in lines] == [
        ("Session 1", "Session 1"),
        ("Revision", "aa → bb"),
        ("Written", "2 rows: 1,000 → 1,024 bytes"),
        ("Session 2", "Session 2"),
        ("Refused", f"{LEASE.sentence} {LEASE.advice}"),
    ]


def test_4_case_1_what_was_settled_or_is_undecided_stands_in_the_receipt() -> None:
    settled = proof_lines(receipt([entry(is_settled=True)]), None, NOW_MS)
    undecided = proof_lines(UNDECIDED, None, NOW_MS)
    assert "decided at a later start, by comparing the store with before and after" in [one.value for one in settled]
    assert "Took" not in [one.name for one in proof_lines(receipt([entry()], took_ms=0), None, NOW_MS)]
    assert "1 session to be compared at a start that can read the store" in [one.value for one in undecided]


def test_4_case_1_what_the_start_settled_is_one_sentence() -> None:
    settled = receipt([entry(1, is_settled=True), entry(2, NOT_DONE, is_settled=True)])
    assert settled_sentence(()) == ""
    assert settled_sentence((settled,)) == "1 change was cut off: of 2 sessions 1 was written, 1 is as before."
    assert settled_sentence((UNDECIDED, receipt([entry(1, UNKNOWN, is_settled=True)]))) == (
        "2 changes were cut off: of 2 sessions 0 were written, 1 moved on since, "
        "of 1 it is not known yet, because the store cannot be read."
    )


def test_4_4_times_of_today_are_exact_and_older_ones_are_days() -> None:
    hour, day = HOUR_MS, 24 * HOUR_MS
    times = [when_text(NOW_MS - ago, NOW_MS, UTC) for ago in (hour, day, 9 * day, 300 * day)]
    assert times == ["08:53:04", "Sun 09:53", "8 Aug", "21 Oct 2025"]


def test_4_4_the_heading_counts_the_last_thirty_days() -> None:
    day = 24 * HOUR_MS
    assert heading_note((), NOW_MS) == ""
    assert heading_note((NOW_MS, NOW_MS - 29 * day), NOW_MS) == "2 in the last 30 days"
    assert heading_note((NOW_MS, NOW_MS - 31 * day), NOW_MS) == "1 in the last 30 days, 2 in all"


def test_4_4_hostile_titles_come_out_on_one_line() -> None:
    row = receipt_row(receipt([entry(title="one\ntwo\u202e<b>")], store_name="a\nb"), NOW_MS, UTC)
    assert (row.note, row.store) == ("one two[RLO]<b>", "a b")
    assert "one two" in row.spoken


def test_4_4_before_an_undo_it_is_said_what_comes_back_in_how_many_rows_and_files() -> None:
    deleted = receipt([entry(1, row_count=12, file_count=3, before_bytes=1_819_402, after_bytes=0)], Action.DELETE)
    question = undo_question(deleted)
    assert (question.title, question.verb) == ("Undo “Deleted 1 session”", "Undo 1 session")
    assert question.sentence == (
        "1 session of orchard comes back, with everything that was kept of it. "
        "Written to orchard: 12 rows and 3 files, 1,819,402 bytes afterwards. "
        "A session that moved on since is left as it is."
    )
    assert not question.is_final
    again = undo_question(receipt([entry()], Action.DELETE, undoes="0199"))
    assert again.is_final
    assert again.verb == "Redo 1 session"
    assert "is deleted again, for good" in again.sentence


def test_4_4_how_an_undo_ended_is_said_with_counts_and_reasons() -> None:
    assert undo_result([receipt(undoes="0199")]).word == "1 session as before, read back and equal."
    some = undo_result([receipt([entry(1), entry(2, NOT_DONE, refusal=MOVED_ON)], undoes="0199")])
    assert some.word == (
        "1 of 2 sessions as before, read back and equal. 1 refused: The session was changed after that. "
        "It stays as it is."
    )
    none = undo_result([receipt([entry(2, NOT_DONE, refusal=MOVED_ON)], undoes="0199")])
    assert none.word == "Nothing was written. The session was changed after that. It stays as it is."
    stopped = undo_result([receipt([entry(1), entry(2, NOT_DONE)], undoes="0199", is_cancelled=True)])
    assert stopped.word == "Cancelled: 1 of 2 sessions as before, read back and equal."
    both = undo_result([receipt(undoes="a"), receipt(undoes="b")])
    assert both.word == "2 sessions as before, read back and equal."
    failed = undo_result([receipt(undoes="a")], "The record of changes cannot be written.")
    assert failed.word.endswith("read back and equal. The record of changes cannot be written.")


def test_4_4_what_was_done_in_several_stores_at_once_is_undone_by_one_answer() -> None:
    questions = [undo_question(receipt([entry(1), entry(2)])), undo_question(receipt(store_name="ci"))]
    joined = joined_question(questions, 3)
    assert (joined.title, joined.verb) == ("Undo “Archived 2 sessions” and 1 more change", "Undo 3 sessions")
    assert "2 sessions of orchard go back" in joined.sentence
    assert "1 session of ci goes back" in joined.sentence


def test_4_4_a_clean_up_names_what_goes_and_what_stays() -> None:
    facts = BackupFacts(9, 61_400_123, NOW_MS - 8 * 24 * HOUR_MS, 3, 12_345_678)
    assert backups_text(facts, NOW_MS, UTC) == (
        "9 backups, 61.4 MB, oldest 9 Aug. The newest backup of a session is never cleaned up."
    )
    question = clean_up_question(facts)
    assert (question.title, question.verb, question.is_final) == ("Clean up 3 of 9 backups", "Remove 3 backups", True)
    assert "12,345,678 bytes, go" in question.sentence
    assert "6 backups, 49,054,445 bytes, stay" in question.sentence
    after = BackupFacts(6, 49_054_445, NOW_MS, 0, 0)
    assert clean_up_result(facts, after).word == "Removed 3 backups, 12,345,678 bytes. 6 stay."
    assert clean_up_result(after, after).word == "Nothing was removed."
