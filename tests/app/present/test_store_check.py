"""The check of a store in words: its verdict, its rows, and what is taken along of it (3.5)."""

from __future__ import annotations

import json
from datetime import UTC

from app.present.store_check import finding_row, kept_note, report_json, report_text, store_line, tally_rows, verdict
from store.cli.check_shapes import check_shape
from store.values.checks import (
    CheckName,
    Finding,
    PartSize,
    Severity,
    SizeBreakdown,
    SizePart,
    StoreCheck,
    Tally,
)
from store.values.store import Access, StoreFacts, StoreKey, StoreKind

FACTS = StoreFacts(
    StoreKey("/realms/orchard/sessions.sqlite3"),
    "orchard",
    "sessions.sqlite3",
    StoreKind.MEERKAT,
    "S-0.6",
    Access.UNCHANGED_FILE,
    "The file itself is read.",
)
FINDINGS = (
    Finding(Severity.ERROR, "0199a3f2", "head-token-failed", "The token differs \ud800\n."),
    Finding(Severity.INFO, None, "leftover-wal", "A log is left over."),
)
TALLIES = (Tally(CheckName.DOCUMENT, 2), Tally(CheckName.HEAD_TOKEN, 1, 1), Tally(CheckName.BLOBS))
SIZES = SizeBreakdown((PartSize(SizePart.MESSAGES, 10, 2),))
CHECK = StoreCheck(FACTS, 2, 2, TALLIES, FINDINGS, {Severity.ERROR: 1, Severity.INFO: 1}, SIZES)
WELL = StoreCheck(FACTS, 1, 1, (Tally(CheckName.DOCUMENT, 1),))


def turn() -> None:
    """Nobody else is there."""


def test_3_5_the_verdict_names_what_is_gravest_with_its_own_shape() -> None:
    assert verdict(CHECK)[1] == "1 error, 1 note in 2 sessions"
    assert verdict(CHECK)[0].icon == "circle-x"
    sign, words = verdict(WELL)
    assert (sign.icon, words) == ("circle-check", "Nothing is wrong in 1 session")


def test_3_5_notes_alone_are_nothing_wrong() -> None:
    check = StoreCheck(FACTS, 3, 3, (), FINDINGS[1:], {Severity.INFO: 1})
    assert verdict(check)[1] == "Nothing is wrong in 3 sessions; 1 note"


def test_3_5_checks_that_nobody_was_asked_for_have_no_row() -> None:
    assert [row.name for row in tally_rows(TALLIES)] == ["Document", "Head and token"]
    assert tally_rows(TALLIES)[1].spoken == "Head and token: 1 passed, 1 failed, – not applicable"


def test_3_5_a_finding_names_its_session_by_title_by_id_or_the_whole_store() -> None:
    assert finding_row(FINDINGS[0], {"0199a3f2": "Lost messages"}).who == "Lost messages"
    by_id = finding_row(FINDINGS[0], {})
    assert (by_id.who, by_id.is_id) == ("0199a3f2", True)
    assert finding_row(FINDINGS[0], {"0199a3f2": "0199a3f2"}).is_id
    assert finding_row(FINDINGS[1], {}).who == "the whole store"


def test_3_5_what_is_typed_finds_a_finding_by_all_that_is_known_of_it() -> None:
    folded = finding_row(FINDINGS[0], {"0199a3f2": "Lost Messages"}).folded
    assert all(word in folded for word in ("error", "lost messages", "0199a3f2", "head-token-failed", "differs"))


def test_3_5_more_findings_than_are_kept_are_said_to_be_more() -> None:
    assert kept_note(CHECK) == ""
    check = StoreCheck(FACTS, 2, 2, (), FINDINGS, {Severity.ERROR: 24_311})
    assert kept_note(check) == "2 of 24,311 are listed"


def test_3_5_the_report_as_text_has_store_verdict_tallies_findings_and_sizes() -> None:
    rows = tuple(finding_row(finding, {}) for finding in FINDINGS)
    text = report_text(CHECK, rows, 0, 84, UTC, turn)
    for part in (
        "Check of orchard",
        "/realms/orchard/sessions.sqlite3",
        "S-0.6 · opened as an unchanged file",
        "1 error, 1 note in 2 sessions, checked 00:00:00 in 84 ms",
        "Document: 2 passed, – failed, – not applicable",
        "Errors (1)",
        "0199a3f2  head-token-failed",
        "the whole store  leftover-wal  A log is left over.",
        "Current messages: 10 bytes · 100 % · 2 messages",
    ):
        assert part in text


def test_3_5_the_report_as_json_is_the_one_of_the_command_line() -> None:
    shape = check_shape(FACTS, CHECK)
    assert json.loads(report_json(shape, turn)) == {"stores": [json.loads(json.dumps(shape))]}


def test_3_5_a_store_says_its_generation_and_how_it_is_read() -> None:
    assert store_line(FACTS) == "S-0.6 · opened as an unchanged file"
