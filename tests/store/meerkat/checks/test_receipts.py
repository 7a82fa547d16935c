"""Receipts of run boundaries: what agrees, what was replaced by a rewrite, and what does not agree."""

from __future__ import annotations

import json
from uuid import UUID

from store.meerkat.checks.message_pass import Passed
from store.meerkat.checks.receipts import judge_receipts, read_receipts
from store.meerkat.shapes.digests import DigestFormat
from store.values.checks import Outcome

F1, F3 = DigestFormat.F1, DigestFormat.F3
A, B, C = "sha256:" + "a" * 64, "sha256:" + "b" * 64, "sha256:" + "c" * 64
FOUND = Passed(count=3, revisions={1: {F1: A, F3: B}, 3: {F1: B, F3: C}})


def stored(digest: object, count: object, begun_ms: int = 1_000) -> bytes:
    run_id = str(UUID(int=begun_ms << 80 | 7 << 76 | 2 << 62))
    return json.dumps({"run_id": run_id, "conversation_digest": digest, "message_count": count}).encode()


def test_3_3_digits_alone_are_compared_in_format_1_only() -> None:
    receipts, _ = read_receipts([stored("a" * 64, 1), stored("b" * 64, 1)])
    found = judge_receipts(receipts, 0, FOUND, None, False)
    assert found.outcome is Outcome.FAILED
    assert (found.agreeing, found.total, found.expected, found.found) == (1, 2, B, A)


def test_3_3_a_digest_with_its_prefix_may_be_of_any_format() -> None:
    receipts, _ = read_receipts([stored(A, 1), stored(B, 1), stored(C, 3)])
    found = judge_receipts(receipts, 0, FOUND, None, False)
    assert (found.outcome, found.sentence) == (Outcome.PASSED, "3 of 3 agree")


def test_3_3_a_receipt_of_before_the_last_rewrite_is_counted_apart() -> None:
    receipts, _ = read_receipts([stored(C, 1, begun_ms=1_000), stored(B, 1, begun_ms=9_000)])
    found = judge_receipts(receipts, 0, FOUND, 5_000, True)
    assert found.outcome is Outcome.PASSED
    assert (found.agreeing, found.total) == (1, 1)
    assert "1 older one names a transcript that was replaced" in found.sentence


def test_3_3_a_receipt_of_after_the_last_rewrite_must_agree() -> None:
    receipts, _ = read_receipts([stored(C, 1, begun_ms=9_000)])
    assert judge_receipts(receipts, 0, FOUND, 5_000, True).outcome is Outcome.FAILED


def test_3_3_only_replaced_receipts_leave_nothing_to_compare() -> None:
    receipts, _ = read_receipts([stored(C, 9, begun_ms=1_000)])
    assert judge_receipts(receipts, 0, FOUND, 5_000, True).outcome is Outcome.NOT_APPLICABLE


def test_a_receipt_of_more_messages_than_there_are_fails_with_both_counts() -> None:
    receipts, _ = read_receipts([stored(A, 7)])
    found = judge_receipts(receipts, 0, FOUND, None, False)
    assert (found.outcome, found.expected, found.found) == (Outcome.FAILED, "7", "3")


def test_receipts_that_are_none_are_counted() -> None:
    receipts, unreadable = read_receipts([b"", b"[]", stored("xyz", 1), stored(A, -1), stored(A, "1"), stored(A, 1)])
    assert (len(receipts), unreadable) == (1, 5)
    found = judge_receipts(receipts, unreadable, FOUND, None, False)
    assert (found.outcome, found.agreeing, found.total) == (Outcome.FAILED, 1, 6)


def test_a_session_without_receipts_has_nothing_to_compare() -> None:
    assert judge_receipts([], 0, FOUND, None, False).outcome is Outcome.NOT_APPLICABLE
