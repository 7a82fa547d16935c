"""Invariant: a document, a snapshot or a head that stands alone is named, and what Meerkat makes of it is said."""

from __future__ import annotations

from collections.abc import Callable

from store.values.checks import Finding, Severity

IDLE = "01a1fd3e-87e4-78b0-971e-22b2ee913548"
OF_0_8_10 = "019fb032-f7ec-7291-afaa-aa0b1188e9b0"

Find = Callable[..., list[Finding]]


def test_3_5_a_snapshot_without_its_session_is_named(realm, find: Find) -> None:
    copy = realm("realm-0.6.24-rkat/realm")
    copy.change("DELETE FROM sessions WHERE session_id = :id", id=IDLE)
    (found,) = find(copy, "snapshot-without-session")
    assert (found.severity, found.session_id) == (Severity.WARNING, IDLE)
    assert "does not list it" in found.sentence


def test_3_5_a_session_without_its_snapshot_is_named(realm, find: Find) -> None:
    copy = realm("realm-0.6.24-rkat/realm")
    copy.change("DELETE FROM runtime_session_snapshots WHERE runtime_id = 'rt:session:' || :id", id=IDLE)
    (found,) = find(copy, "session-without-snapshot")
    assert (found.severity, found.session_id) == (Severity.WARNING, IDLE)


def test_3_5_where_no_program_keeps_snapshots_none_is_missing(realm, find: Find) -> None:
    copy = realm("realm-0.6.24-rkat/realm")
    copy.change("DELETE FROM runtime_session_snapshots")
    assert find(copy, "session-without-snapshot") == []


def test_3_5_a_document_behind_a_head_is_told_with_what_differs(realm, find: Find) -> None:
    copy = realm("realm-0.8.10")
    copy.change(
        "INSERT INTO sessions SELECT session_id, created_at_ms, updated_at_ms - 1, 4, 0, '{}', head_json FROM"
        " session_heads"
    )
    (found,) = find(copy, "document-behind-head")
    assert (found.severity, found.session_id) == (Severity.INFO, OF_0_8_10)
    assert "4 messages, the head counts 5" in found.sentence


def test_3_5_snapshots_that_a_head_replaced_are_counted(realm, find: Find) -> None:
    copy = realm("realm-0.9.8-crashed/realm")
    copy.change(
        "INSERT INTO runtime_session_snapshots SELECT runtime_id, 'twelve bytes' FROM runtime_session_authority"
    )
    (found,) = find(copy, "frozen-snapshot")
    assert (found.severity, found.session_id) == (Severity.INFO, None)
    assert found.sentence.startswith("2 runtime snapshots of sessions that have a head since (24 bytes) are kept")


def test_3_5_an_id_that_is_no_text_is_spelled_out(realm, find: Find) -> None:
    copy = realm("realm-0.6.24-rkat/realm")
    copy.change("INSERT INTO runtime_session_snapshots VALUES (CAST('rt:session:' || x'ff00' AS TEXT), 'x')")
    (found,) = find(copy, "snapshot-without-session")
    assert found.session_id == "\\xff\0"
