"""Receipts of run boundaries against the transcript (formats/meerkat.md §1.2, `runtime_boundary_receipts`).

Each names the digest of the first messages as they stood when a run reached its boundary. What a later rewrite replaced
cannot be compared any more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from store.meerkat.checks.message_pass import Passed
from store.meerkat.checks.results import failed, not_applicable, passed, short
from store.meerkat.shapes.digests import DigestFormat
from store.values.amounts import counted
from store.values.checks import CheckName, CheckResult

_DIGITS = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
_PREFIX = "sha256:"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt.

    Attributes:
        count: of the first messages that it speaks of.
        digits: of their digest.
        form: the only format that it can be in; None if that is not told by its spelling.
        begun_ms: when its run began, milliseconds since 1970; None where its id does not say.
    """

    count: int
    digits: str
    form: DigestFormat | None
    begun_ms: int | None

    @property
    def name(self) -> str:
        """The revision that it names."""
        return _PREFIX + self.digits


def read_receipts(stored: Sequence[bytes]) -> tuple[list[Receipt], int]:
    """Decode receipts.

    Returns:
        Those that can be read, and how many cannot.
    """
    found = [receipt for data in stored if (receipt := _receipt(data)) is not None]
    return found, len(stored) - len(found)


def _receipt(data: bytes) -> Receipt | None:
    try:
        value = orjson.loads(data)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    digest, count = value.get("conversation_digest"), value.get("message_count")
    if not isinstance(digest, str) or type(count) is not int or count < 0:
        return None
    match = _DIGITS.fullmatch(digest)
    if match is None:
        return None
    # 0.6.24 to 0.7.28 write the digits alone, always over the messages as they are stored.
    form = None if digest.startswith(_PREFIX) else DigestFormat.F1
    return Receipt(count, match.group(1), form, _begun_ms(value.get("run_id")))


def _begun_ms(run_id: object) -> int | None:
    """The time in an id of version 7; others hold none."""
    try:
        found = UUID(run_id) if isinstance(run_id, str) else None
    except ValueError:
        return None
    return found.int >> 80 if found is not None and found.version == 7 else None


def judge_receipts(
    receipts: Sequence[Receipt], unreadable: int, found: Passed, rewritten_at_ms: int | None, is_rewritten: bool
) -> CheckResult:
    """Compare receipts with what a pass found.

    Args:
        found: of a pass that named the transcript after each receipt's count.
        rewritten_at_ms: when the transcript was last rewritten; None if it never was, or that is not recorded.
        is_rewritten: it was rewritten at some time.
    """
    name = CheckName.BOUNDARY_RECEIPTS
    if not receipts and not unreadable:
        return not_applicable(name, "There are no receipts of run boundaries.")
    agreeing = 0
    replaced = 0
    bad: list[Receipt] = []
    for receipt in receipts:
        if _agrees(receipt, found):
            agreeing += 1
        elif is_rewritten and _is_older(receipt, rewritten_at_ms):
            replaced += 1
        else:
            bad.append(receipt)
    total = len(receipts) + unreadable - replaced
    beside = (
        f" {counted(replaced, 'older one')} {'names' if replaced == 1 else 'name'} a transcript that was replaced."
        if replaced
        else ""
    )
    if unreadable:
        what = "receipt cannot be read" if unreadable == 1 else "receipts cannot be read"
        return failed(name, f"{unreadable:,} {what}.{beside}", "a receipt", "something else", agreeing, total)
    if bad:
        return _disagreeing(bad, found, agreeing, total, beside)
    if not total:
        return not_applicable(name, "All receipts name a transcript that a rewrite has replaced since.")
    verb = "agrees" if total == 1 else "agree"
    sentence = f"{agreeing:,} of {total:,} {verb}"
    return passed(name, sentence + (f";{beside.rstrip('.')}" if beside else ""), total)


def _disagreeing(bad: list[Receipt], found: Passed, agreeing: int, total: int, beside: str) -> CheckResult:
    receipt = bad[0]
    name = CheckName.BOUNDARY_RECEIPTS
    expected = receipt.name
    said = f"A receipt names {short(expected)} for"
    messages = counted(receipt.count, "message")
    if receipt.count > found.count:
        there = f"there are only {found.count:,}" if found.count else "there are none"
        sentence = f"{said} {messages}; {there}.{beside}"
        return failed(name, sentence, receipt.count, found.count, agreeing, total)
    names = found.revisions.get(receipt.count, {})
    if not names:
        return failed(name, f"{said} {messages}, which cannot be read.{beside}", expected, "", agreeing, total)
    actual = names.get(receipt.form or max(names), next(iter(names.values())))
    sentence = f"{said} {messages}; these hash to {short(actual)}.{beside}"
    return failed(name, sentence, expected, actual, agreeing, total)


def _agrees(receipt: Receipt, found: Passed) -> bool:
    names = found.revisions.get(receipt.count, {})
    if receipt.form is not None:
        return names.get(receipt.form) == receipt.name
    return receipt.name in names.values()


def _is_older(receipt: Receipt, rewritten_at_ms: int | None) -> bool:
    """Whether the run may have reached its boundary before the rewrite: it began before that."""
    if receipt.begun_ms is None or rewritten_at_ms is None:
        return True
    return receipt.begun_ms <= rewritten_at_ms
