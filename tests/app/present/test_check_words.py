"""Checks in words: what passed, what failed with what was expected and found, what does not apply and why (3.3)."""

from __future__ import annotations

from datetime import UTC

from app.present.check_words import (
    CHECK_NAMES,
    OUTCOME_SIGNS,
    SEVERITY_SIGNS,
    both_text,
    check_lines,
    checked_note,
    failed_sentences,
    further_rows,
)
from store.values.checks import CheckName, CheckResult, Finding, Outcome, SessionCheck, Severity

PASSED = CheckResult(CheckName.REVISION_DIGEST, Outcome.PASSED, "head c41d90be equals its 232 messages")
FAILED = CheckResult(
    CheckName.BOUNDARY_RECEIPTS, Outcome.FAILED, "Receipt 14 names another revision.", "9f3c02e1", "b7702d5c", 21, 22
)
NEITHER = CheckResult(CheckName.BLOBS, Outcome.NOT_APPLICABLE, "No message names a blob.")


def test_3_3_every_check_outcome_and_severity_has_a_word_and_a_shape_of_its_own() -> None:
    assert set(CHECK_NAMES) == set(CheckName)
    assert len(set(CHECK_NAMES.values())) == len(CheckName)
    for signs, kind in ((OUTCOME_SIGNS, Outcome), (SEVERITY_SIGNS, Severity)):
        assert set(signs) == set(kind)
        assert len({sign.icon for sign in signs.values()}) == len({sign.word for sign in signs.values()}) == 3


def test_3_3_a_passed_check_says_what_agrees() -> None:
    (line,) = check_lines(SessionCheck("a", (PASSED,)))
    assert (line.name, line.short, line.outcome, line.is_failed) == (
        "Revision digest",
        "Head c41d90be equals its 232 messages",
        "passed",
        False,
    )


def test_3_3_a_failed_check_says_how_many_agree_and_what_was_expected_and_found() -> None:
    (line,) = check_lines(SessionCheck("a", (FAILED,)))
    assert (line.short, line.outcome, line.detail) == (
        "21 of 22 agree",
        "1 failed",
        "Receipt 14 names another revision.",
    )
    assert (line.expected, line.found, line.is_long) == ("9f3c02e1", "b7702d5c", False)
    assert line.spoken == (
        "Boundary receipts: 1 failed. Receipt 14 names another revision.; expected 9f3c02e1; found b7702d5c"
    )


def test_3_3_a_check_that_does_not_apply_says_why() -> None:
    (line,) = check_lines(SessionCheck("a", (NEITHER,)))
    assert (line.short, line.outcome) == ("No message names a blob", "not applicable")


def test_3_3_long_values_are_shown_whole_elsewhere() -> None:
    result = CheckResult(CheckName.DOCUMENT, Outcome.FAILED, "They differ.", "x" * 500, "y")
    (line,) = check_lines(SessionCheck("a", (result,)))
    assert line.is_long
    assert "x" * 500 in both_text(line)


def test_3_3_failed_checks_are_faults_of_the_session_one_sentence_each() -> None:
    check = SessionCheck("a", (PASSED, FAILED, NEITHER))
    sentence = "Receipt 14 names another revision."
    assert failed_sentences(check) == ((f"Boundary receipts: {sentence}", sentence),)


def test_3_3_below_the_checks_stand_revision_whether_it_could_be_changed_and_findings_once_each() -> None:
    findings = (
        Finding(Severity.ERROR, "a", "boundary-receipts-failed", FAILED.sentence),
        Finding(Severity.WARNING, "a", "strand-beyond-head", "2 rows lie beyond the head."),
    )
    check = SessionCheck("a", (FAILED,), findings, 2, "c4" * 32, False, "It is damaged.")
    assert [(row.name, row.value) for row in further_rows(check)] == [
        ("Revision", "c4" * 32),
        ("Digest format", "2 of the five in which Meerkat has named revisions"),
        ("Session can take changes", "No. It is damaged."),
        ("Warning", "2 rows lie beyond the head."),
    ]


def test_3_3_hostile_texts_stand_on_one_line() -> None:
    result = CheckResult(CheckName.DOCUMENT, Outcome.FAILED, "a\nb\u202ec", "e\nf", "")
    (line,) = check_lines(SessionCheck("a", (result,)))
    assert "\n" not in line.detail
    assert "\n" not in line.spoken
    assert "\u202e" not in line.detail


def test_3_3_the_note_says_when_it_was_checked_and_how_long_it_took() -> None:
    at_ms = ((11 * 60 + 53) * 60 + 22) * 1000
    assert checked_note(at_ms, 84, UTC) == "checked 11:53:22 in 84 ms"
    assert checked_note(at_ms, 4120, UTC) == "checked 11:53:22 in 4.1 s"
