"""Heads and strands in which one thing is wrong: the check that says so, with what was promised and what is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.values.checks import CheckName, CheckResult, Outcome, SessionCheck

Change = Callable[..., None]
Check = Callable[[Path], dict[str, SessionCheck]]
REALM = "meerkat/realm-0.9.8-rkat/realm"


@pytest.fixture
def sealed(copy_sample: Callable[[str], Path]) -> Path:
    """A real realm of 0.9.8; a session of it was rewritten once."""
    return copy_sample(REALM) / "sessions.sqlite3"


def ids(main: Path, where: str) -> str:
    with closing(sqlite3.connect(main)) as database:
        statement = f"SELECT session_id FROM session_heads WHERE {where} ORDER BY session_id"
        return str(database.execute(statement).fetchone()[0])


def one(check: SessionCheck, name: CheckName) -> CheckResult:
    return next(found for found in check.results if found.name is name)


@pytest.fixture
def failed_after(sealed: Path, change: Change, check_all: Check) -> Callable[..., CheckResult]:
    """Change one session of the realm; the result of one of its checks. It failed, and no other session did."""

    def run(name: CheckName, statement: str, where: str = "rewrite_count = 0") -> CheckResult:
        session_id = ids(sealed, where)
        change(sealed, statement, parameters=(session_id,))
        checks = check_all(sealed)
        assert {other for other, check in checks.items() if check.failed} == {session_id}
        found = one(checks[session_id], name)
        assert found.outcome is Outcome.FAILED
        return found

    return run


def test_3_3_a_changed_head_fails_its_token(failed_after: Callable[..., CheckResult]) -> None:
    found = failed_after(
        CheckName.HEAD_TOKEN,
        "UPDATE session_heads SET cas_token = 'head-v5-sha256:' || hex(zeroblob(32)) WHERE session_id = ?",
    )
    assert found.expected == "head-v5-sha256:" + "00" * 32
    assert found.found.startswith("head-v5-sha256:")


def test_3_3_a_changed_message_fails_digest_and_lineage(sealed: Path, change: Change, check_all: Check) -> None:
    session_id = ids(sealed, "rewrite_count = 0")
    change(
        sealed,
        'UPDATE session_strand_messages SET message_json = replace(CAST(message_json AS TEXT), \'"role":"user",\', '
        '\'"role":"user","transcript_role":"injected_context",\') WHERE session_id = ? AND'
        ' instr(message_json, CAST(\'"role":"user","content\' AS BLOB)) > 0',
        parameters=(session_id,),
    )
    check = check_all(sealed)[session_id]
    assert {CheckName.REVISION_DIGEST, CheckName.ROW_LINEAGE} <= {found.name for found in check.failed}
    digest = one(check, CheckName.REVISION_DIGEST)
    assert digest.expected.startswith("sha256:")
    assert digest.found not in ("", digest.expected)
    lineage = one(check, CheckName.ROW_LINEAGE)
    assert (lineage.agreeing, lineage.total) in ((0, 2), (1, 2))


@pytest.mark.parametrize(
    ("statement", "expected", "actual"),
    [
        ("DELETE FROM session_strand_messages WHERE session_id = ? AND seq = 2", None, None),
        ("UPDATE session_heads SET message_count = message_count + 1 WHERE session_id = ?", None, None),
        ("UPDATE session_heads SET total_tokens = total_tokens + 1 WHERE session_id = ?", "", ""),
    ],
)
def test_3_3_rows_and_columns_that_the_head_does_not_bear_out_fail_the_counts(
    failed_after: Callable[..., CheckResult], statement: str, expected: str | None, actual: str | None
) -> None:
    found = failed_after(CheckName.ROW_COUNTS, statement)
    assert found.sentence
    if expected is None:
        assert abs(int(found.expected) - int(found.found)) == 1
    else:
        assert (found.expected, found.found) == (expected, actual)


@pytest.mark.parametrize("metadata", ["'{\"session_labels\":{}}'", "7", "'{'"])
def test_3_3_metadata_beside_a_head_that_is_not_the_heads_fails_the_counts(
    copy_sample: Callable[[str], Path], change: Change, check_all: Check, metadata: str
) -> None:
    main = copy_sample("meerkat/realm-0.7.28-rkat/realm") / "sessions.sqlite3"
    session_id = ids(main, "rewrite_count = 0")
    change(main, f"UPDATE session_heads SET metadata_json = {metadata} WHERE session_id = ?", parameters=(session_id,))
    assert one(check_all(main)[session_id], CheckName.ROW_COUNTS).outcome is Outcome.FAILED


def test_3_3_a_missing_rewrite_fails_the_counts(failed_after: Callable[..., CheckResult]) -> None:
    found = failed_after(CheckName.ROW_COUNTS, "DELETE FROM session_rewrites WHERE session_id = ?", "rewrite_count = 1")
    assert (found.expected, found.found) == ("1", "0")


def test_3_3_a_changed_commit_fails_the_graph_and_the_chain_of_rewrites(
    sealed: Path, change: Change, check_all: Check
) -> None:
    session_id = ids(sealed, "rewrite_count = 1")
    change(
        sealed,
        "UPDATE session_rewrites SET commit_json = replace(CAST(commit_json AS TEXT), 'messages_after', 'messages_aft')"
        " WHERE session_id = ?",
        parameters=(session_id,),
    )
    failed = {found.name for found in check_all(sealed)[session_id].failed}
    assert CheckName.REVISION_GRAPH in failed


def test_3_3_a_lost_row_of_a_retained_body_fails_the_graph_alone(
    sealed: Path, change: Change, check_all: Check
) -> None:
    session_id = ids(sealed, "rewrite_count = 1")
    with closing(sqlite3.connect(sealed)) as database:
        parent, length, strand = database.execute(
            "SELECT parent_strand, parent_len, strand FROM session_rewrites WHERE session_id = ?", (session_id,)
        ).fetchone()
    change(
        sealed,
        "DELETE FROM session_strand_messages WHERE session_id = ? AND strand = ? AND seq = ?",
        parameters=(session_id, parent, length - 1),
    )
    check = check_all(sealed)[session_id]
    failed = {found.name for found in check.failed}
    assert CheckName.REVISION_GRAPH in failed
    assert strand != parent


def test_3_3_a_changed_boundary_fails_the_authority(failed_after: Callable[..., CheckResult]) -> None:
    found = failed_after(
        CheckName.AUTHORITY,
        "UPDATE runtime_session_authority SET boundary_head_json ="
        " replace(CAST(boundary_head_json AS TEXT), '\"version\":4', '\"version\":3') WHERE session_id = ?",
    )
    assert found.expected.startswith("head-v5-sha256:")
    assert found.found.startswith("head-v5-sha256:")


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        (
            "UPDATE session_head_metadata_cells SET metadata_json = CAST(metadata_json AS TEXT) || ' '"
            " WHERE session_id = ?",
            "not what its name says",
        ),
        ("UPDATE session_head_metadata_current SET key_route = zeroblob(32) WHERE session_id = ?", "wrong place"),
        (
            "DELETE FROM session_head_metadata_current WHERE session_id = ? AND metadata_key = 'session_build_state'",
            "counts 5 metadata values",
        ),
    ],
)
def test_3_3_cells_that_the_root_does_not_bear_out_fail(
    failed_after: Callable[..., CheckResult], statement: str, word: str
) -> None:
    assert word in failed_after(CheckName.METADATA_CELLS, statement).sentence


def test_3_3_a_wrong_root_fails_with_both_roots(sealed: Path, change: Change, check_all: Check) -> None:
    session_id = ids(sealed, "rewrite_count = 0")
    change(
        sealed,
        "UPDATE session_heads SET head_json = replace(CAST(head_json AS TEXT), 'metadata-smt-sha256:', "
        "'metadata-smt-sha256:0') WHERE session_id = ?",
        parameters=(session_id,),
    )
    found = one(check_all(sealed)[session_id], CheckName.METADATA_CELLS)
    assert found.outcome is Outcome.FAILED
    assert found.expected.startswith("head-metadata-smt-sha256:0")
    assert found.found.startswith("head-metadata-smt-sha256:")


def test_3_3_a_receipt_of_other_messages_fails_with_how_many_agree(failed_after: Callable[..., CheckResult]) -> None:
    found = failed_after(
        CheckName.BOUNDARY_RECEIPTS,
        "UPDATE runtime_boundary_receipts SET receipt_json = json_set(CAST(receipt_json AS TEXT), "
        "'$.conversation_digest', 'sha256:' || lower(hex(zeroblob(32)))) WHERE rowid ="
        " (SELECT min(rowid) FROM runtime_boundary_receipts WHERE runtime_id = 'rt:session:' || ?)",
    )
    assert found.expected == "sha256:" + "00" * 32
    assert found.found.startswith("sha256:")
    assert found.agreeing == (found.total or 0) - 1


def test_3_3_a_head_of_another_session_fails(failed_after: Callable[..., CheckResult]) -> None:
    found = failed_after(
        CheckName.DOCUMENT,
        'UPDATE session_heads SET head_json = replace(CAST(head_json AS TEXT), \'"id":"01\', \'"id":"02\')'
        " WHERE session_id = ?",
    )
    assert (found.expected[:2], found.found[:2]) == ("01", "02")


def test_3_3_a_session_without_any_message_row_fails_and_the_others_do_not(
    failed_after: Callable[..., CheckResult],
) -> None:
    found = failed_after(CheckName.DOCUMENT, "DELETE FROM session_strand_messages WHERE session_id = ?")
    assert "Meerkat refuses this session" in found.sentence


def test_a_sealed_session_is_never_writable_and_says_why(sealed: Path, check_all: Check) -> None:
    checks = check_all(sealed).values()
    assert not any(check.is_writable for check in checks)
    assert all("seals" in check.write_reason for check in checks)


SNAPSHOTS = "UPDATE runtime_session_snapshots SET session_snapshot = {} WHERE runtime_id = 'rt:session:' || ?"


@pytest.mark.parametrize(
    ("snapshot", "outcome", "word"),
    [
        ("json_remove(CAST(session_snapshot AS TEXT), '$.messages[#-1]')", Outcome.NOT_APPLICABLE, "lacks the last"),
        (
            "json_set(CAST(session_snapshot AS TEXT), '$.messages[#]',"
            " json_extract(CAST(session_snapshot AS TEXT), '$.messages[0]'))",
            Outcome.FAILED,
            "more than",
        ),
        (
            "json_set(CAST(session_snapshot AS TEXT), '$.messages[1].created_at', '2026-01-01T00:00:00Z')",
            Outcome.FAILED,
            "in message 2",
        ),
        ("'[]'", Outcome.FAILED, "no document"),
        ("json_set(CAST(session_snapshot AS TEXT), '$.version', 2)", Outcome.PASSED, "same messages"),
    ],
)
def test_3_3_the_snapshot_beside_an_early_head_is_equal_older_or_failed(
    copy_sample: Callable[[str], Path], change: Change, check_all: Check, snapshot: str, outcome: Outcome, word: str
) -> None:
    main = copy_sample("meerkat/realm-0.7.28-rkat/realm") / "sessions.sqlite3"
    session_id = ids(main, "rewrite_count = 0 AND message_count > 3")
    change(main, SNAPSHOTS.format(snapshot), parameters=(session_id,))
    found = one(check_all(main)[session_id], CheckName.COPIES)
    assert found.outcome is outcome
    assert word in found.sentence


def test_3_case_3_a_strand_with_fewer_rows_than_the_head_counts_fails_and_one_with_more_does_not(
    sealed: Path, change: Change, check_all: Check
) -> None:
    """(3-case-3)"""
    fewer = ids(sealed, "rewrite_count = 0")
    more = ids(sealed, f"rewrite_count = 0 AND session_id > '{fewer}'")
    change(sealed, "DELETE FROM session_strand_messages WHERE session_id = ? AND seq = 1", parameters=(fewer,))
    for added in (1, 2):
        change(
            sealed,
            f"INSERT INTO session_strand_messages SELECT session_id, strand, seq + {added}, message_json, created_at_ms"
            " FROM session_strand_messages WHERE session_id = ? AND seq + 1 ="
            " (SELECT message_count FROM session_heads h WHERE h.session_id = session_strand_messages.session_id)",
            parameters=(more,),
        )
    checks = check_all(sealed)
    counts = one(checks[fewer], CheckName.ROW_COUNTS)
    assert int(counts.expected) == int(counts.found) + 1
    assert "1 of the" in counts.sentence
    assert checks[more].failed == ()


def test_s5_a_message_of_a_strand_that_lost_its_time_fails_the_digest(
    sealed: Path, change: Change, check_all: Check
) -> None:
    session_id = ids(sealed, "rewrite_count = 0")
    lost = "CAST(replace(CAST(message_json AS TEXT), '\"created_at\"', '\"cveated_at\"') AS BLOB)"
    change(
        sealed,
        f"UPDATE session_strand_messages SET message_json = {lost} WHERE session_id = ? AND seq = 0",
        parameters=(session_id,),
    )
    digest = one(check_all(sealed)[session_id], CheckName.REVISION_DIGEST)
    assert digest.outcome is Outcome.FAILED
    assert "no time" in digest.sentence
