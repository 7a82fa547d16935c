"""The token of a head, and the boundary that the runtime committed last (formats/meerkat.md §1.5 rules 5 and 10)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from store.cancel import CancelToken
from store.meerkat.checks.message_pass import Passed
from store.meerkat.checks.releases import FIRST_SEALED_LEDGER
from store.meerkat.checks.results import failed, not_applicable, passed, short
from store.meerkat.checks.tokens import head_token, plain_head_token
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.generation import Layout
from store.meerkat.heads.heads import Boundary, Head
from store.values.amounts import counted
from store.values.checks import CheckName, CheckResult


def judge_head_token(connection: sqlite3.Connection, head: Head, token: CancelToken) -> CheckResult:
    """Compare the stored token of a head with its JSON."""
    name = CheckName.HEAD_TOKEN
    stored = _text(head.columns.cas_token)
    try:
        actual = head_token(head.json.raw) if head.json.raw else _large_token(connection, head, token)
    except ValueError as reason:
        return failed(name, f"The head has no token: {reason}.", stored, "")
    if actual != stored:
        return failed(name, "The stored token is not that of the head.", stored, actual)
    return passed(name, f"the head's token {short(actual)} is that of its content")


def _large_token(connection: sqlite3.Connection, head: Head, token: CancelToken) -> str:
    """The token of a head that is too large to be held."""
    if head.json.has_cells:
        raise ValueError("it is too large for one whose metadata stands in cells")
    with closing(BlobSource(connection, "session_heads", "head_json", head.rowid)) as source:
        return plain_head_token(source, token)


def judge_authority(layout: Layout, head: Head, boundary: Boundary | None, found: Passed) -> CheckResult:
    """Compare the last committed head with its token, with the physical head, and with the messages.

    Args:
        found: of a pass that named the transcript after the boundary's messages too.
    """
    name = CheckName.AUTHORITY
    if not layout.has("runtime_session_authority"):
        if (layout.ledger or 0) < FIRST_SEALED_LEDGER:
            return not_applicable(name, "Releases before 0.8.11 record no committed head beside the stored one.")
        return not_applicable(name, "The store has no table of committed heads: no runtime has worked on it.")
    if boundary is None:
        return not_applicable(name, "The runtime has recorded no committed head of this session.")
    if boundary.head.faults:
        return failed(name, f"The committed head cannot be read: {boundary.head.faults[0].sentence}")
    committed = _text(boundary.committed_token)
    try:
        actual = head_token(boundary.head.raw)
    except ValueError as reason:
        return failed(name, f"The committed head has no token: {reason}.", committed, "")
    if actual != committed:
        return failed(name, "The committed head is not the one that its token names.", committed, actual)
    count, revision = boundary.head.message_count, boundary.head.head_revision or ""
    names = found.revisions.get(count if count is not None else -1, {})
    if found.is_named and revision not in names.values():
        stated = "no number of messages" if count is None else counted(count, "message")
        sentence = f"The committed head {short(revision)} is not the digest of the first {stated}."
        return failed(name, sentence, revision, next(iter(names.values()), ""))
    if boundary.head.raw == head.json.raw:
        return passed(name, "the committed head is the stored one")
    return passed(
        name,
        f"the committed head covers {count or 0:,} of {counted(found.count, 'message')}; the rest belongs to a run that"
        " did not finish",
    )


def _text(value: bytes) -> str:
    return value[:200].decode("utf-8", "backslashreplace")
