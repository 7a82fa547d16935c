"""What a plan says: verb and count, every number in full, what is refused first, what is kept to undo it (4.1, 4.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from app.present.plan_report import changed_words, plan_report, planned_words
from app.present.plan_session import session_text, sizes_words
from app.present.plan_words import backup_words, plan_text
from store.values.changes import Action, Scope
from tests.app.present.plans import LEASE, TURN, plan, session


def test_4_1_a_plan_says_verb_and_count_and_every_number_in_full() -> None:
    text = plan_text([plan(session(0), session(1))])
    assert (text.title, text.button, text.count) == ("Archive 2 sessions", "Archive 2 sessions", "2 sessions")
    assert [fact.spoken for fact in text.facts] == [
        "Sessions: 2, chosen",
        "Rows: 4, in 2 tables",
        "Size: 1,819,379 to 1,819,421, bytes, 4 rows",
        "Written for: Meerkat 0.6, in orchard",
    ]
    assert text.sentence == (
        "Written into orchard; everything else there stays byte for byte. Its agent lists them no more."
    )
    assert text.backup[0] == "Backup first: 4 rows, 1,819,402 bytes, kept 30 days."


def test_4_5_what_is_refused_stands_first_with_its_reason_and_does_not_count() -> None:
    text = plan_text([plan(session(0), session(1, TURN), session(2))])
    assert (text.title, text.button) == ("Archive 2 of 3 sessions", "Archive 2 sessions")
    assert [(row.title, row.second) for row in text.rows[:2]] == [
        ("Session 1", "A turn of this session is running."),
        ("Session 0", "2 rows, 909,689 → 909,710 bytes"),
    ]
    assert text.rows[0].sign is not None
    assert text.rows[0].sign.word == "Refused"


def test_4_1_a_selection_in_several_stores_is_one_plan_with_a_heading_for_each() -> None:
    text = plan_text([plan(session(0)), plan(session(1), session(2, LEASE), store="handover")])
    headings = [(row.title, row.second) for row in text.rows if row.sign is None]
    assert headings == [("orchard", "1 of 1"), ("handover", "1 of 2")]
    assert text.sentence.startswith("Written into orchard and handover;")
    assert text.title == "Archive 2 of 3 sessions"


def test_4_2_a_deletion_counts_rows_and_files_that_go_and_asks_for_the_number() -> None:
    text = plan_text([plan(session(0, goes=True), session(1, goes=True), action=Action.DELETE)])
    assert (text.title, text.must_type) == ("Delete 2 sessions for good", 2)
    assert text.rows[0].second == "1 row and 1 file go, 929,689 bytes"
    assert "Files: 2, 40,000 bytes" in [fact.spoken for fact in text.facts]


def test_4_1_what_is_only_noted_here_says_so_and_names_no_bytes() -> None:
    hidden = plan(session(0), action=Action.HIDE, store="handover", scope=Scope.OWN)
    text = plan_text([hidden])
    assert text.sentence.startswith("Noted here in Burrow only; handover stays as it is.")
    assert text.backup[0] == "No store is touched."
    assert text.rows[0].second == "noted in Burrow; its store stays as it is"
    assert session_text(hidden.sessions[0], Scope.OWN).lines == ()


def test_4_1_rows_that_come_and_go_say_their_only_size() -> None:
    assert sizes_words(None, 56) == "new, 56 bytes"
    assert sizes_words(4_519, None) == "goes, 4,519 bytes"
    assert sizes_words(1_819_402, 1_819_426) == "1,819,402 → 1,819,426 bytes"


def test_4_5_a_plan_is_outdated_when_a_session_that_it_would_change_is_not_as_it_was() -> None:
    before = plan(session(0), session(1), session(2, TURN))
    same = plan(session(0), session(1), session(2, replace(TURN, sentence="Still running."), state="moved"))
    assert changed_words([before], [same]) == ""
    moved = plan(session(0), session(1, state="moved"), session(2, TURN))
    assert changed_words([before], [moved]) == ("orchard changed since the plan. 1 of 3 sessions is not as planned on.")
    free = plan(session(0), session(1), session(2))
    assert "1 of 3 sessions" in changed_words([before], [free])


def test_4_1_a_plan_says_from_which_moment_it_is_and_can_be_copied_as_text() -> None:
    plans = [plan(session(0), session(1, LEASE))]
    words, tip = planned_words(plans, UTC)
    assert words == "Planned from 09:47:31, unchanged since"
    assert "2026-08-17 09:47:31.000 UTC" in tip
    report = plan_report(plans, UTC)
    assert "    ± sessions 0199a3ee-0000: 909,689 → 909,701 bytes" in report
    assert "    + runtime_states 0199a3ee-0000: new, 9 bytes" in report
    assert "An agent is using orchard" in report


def test_4_1_one_session_is_spoken_of_as_one() -> None:
    refused = session(1, LEASE)
    assert backup_words((plan(session(0), refused),))[1].endswith("changed the session.")
    assert backup_words((plan(session(0), session(2)),))[1].endswith("changed the sessions.")


def test_4_3_what_is_noted_here_and_what_is_written_are_told_apart_and_said_once() -> None:
    one = replace(plan(session(0), action=Action.LABEL), effects=("Both show the session so.",))
    many = replace(one, sessions=(session(1), session(2)), effects=("Both show the sessions so.",))
    own = replace(plan(session(3), action=Action.LABEL, store="b", scope=Scope.OWN), effects=("Burrow does.",))
    assert plan_text((own, one, many)).sentence == (
        "Written into orchard and orchard; everything else there stays byte for byte. Both show the sessions so."
        " Noted here in Burrow only; b stays as it is. Burrow does."
    )
