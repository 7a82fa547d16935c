"""The checks of a session that is one whole document, wherever it is stored (formats/meerkat.md §1.1, §2, §3.4).

Knows no database: a document is bytes that can be read in pieces, with what is stored beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store.cancel import CancelToken
from store.meerkat.agreement import equal_bytes, graphs_agree, messages_agree
from store.meerkat.checks.checked import Checked, unreadable
from store.meerkat.checks.columns import Columns, judge_columns
from store.meerkat.checks.envelope_facts import EnvelopeFacts, MetadataFacts, read_envelope_facts
from store.meerkat.checks.graph_words import graph_result
from store.meerkat.checks.message_pass import TOO_LONG, UNTIMED, Passed, Wanted, pass_over
from store.meerkat.checks.receipts import Receipt, judge_receipts, read_receipts
from store.meerkat.checks.releases import Releases, format_words, name_of, unsure_words
from store.meerkat.checks.results import failed, not_applicable, passed, short
from store.meerkat.checks.tokens import row_token
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import Json
from store.meerkat.codec.walker import Broken
from store.meerkat.heads.heads import NEWEST_VERSION, newer_version
from store.meerkat.messages.document_walk import DocumentWalk, read_from, walk_document
from store.meerkat.messages.transcript_index import MAX_COUNTED, TranscriptIndex
from store.meerkat.origin import LONE, Origin
from store.meerkat.revisions.graph_values import GraphVerdict
from store.meerkat.shapes.digests import ALL_FORMATS
from store.values.amounts import counted
from store.values.checks import CheckName, CheckResult

PAGE_MESSAGES = 200
_VERSION = re.compile(rb'\s*\{\s*"version"\s*:\s*(\d{1,9})[,\s}]')
NO_HEAD = "The session is one document: it has no head."


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A whole document and what is stored beside it.

    Attributes:
        session_id: that its row or file names; "" where only the document itself names one.
        source: the document that is shown.
        origin: what is known of where it comes from.
        columns: what is stored about it; None where nothing is, then `no_columns` says so in a sentence.
        other: the second copy; None where there is none, then `no_other` says so.
        are_columns_of_other: the columns speak of the second copy.
        receipts: stored receipts of run boundaries; None where there cannot be any, then `no_receipts` says so.
        token: the name under which the runtime keeps the document; None where it has none (§1.5 rule 11).
        obstacle: why the session could not take a change; "" if nothing is known.
    """

    session_id: str
    source: ByteSource
    origin: Origin = LONE
    columns: Columns | None = None
    no_columns: str = ""
    other: ByteSource | None = None
    no_other: str = ""
    are_columns_of_other: bool = False
    receipts: Sequence[bytes] | None = None
    no_receipts: str = ""
    token: str | None = None
    obstacle: str = ""


def check_document(stored: StoredDocument, token: CancelToken) -> Checked:
    """Prove what can be proved of a whole document, but for its blobs."""
    likely = stored.origin.releases(_version_of(stored.source))
    metadata = MetadataFacts(stored.source, token, likely.formats)
    try:
        walk = walk_document(stored.source, token, whole=True, index=Places(), metadata=metadata.step_over)
    except Broken:
        return unreadable(stored.session_id, "The stored document of this session is no JSON object.")
    checked = Checked(stored.session_id, obstacle=stored.obstacle)
    envelope = read_envelope_facts(stored.source, walk)
    envelope.refuse(metadata.problem)
    releases = stored.origin.releases(envelope.version, metadata.keys)
    checked.session_id = stored.session_id or envelope.session_id or ""
    verdict = metadata.verdict
    receipts, unreadable_count = read_receipts(stored.receipts or ())
    found = _pass(stored.source, walk, releases, verdict, receipts, token)
    checked.blob_ids, checked.inline_count = found.blob_ids, found.inline_count
    checked.take(_judge_reading(stored, releases, envelope, found))
    checked.take(_judge_revision(checked, releases, found, verdict))
    checked.take(graph_result(verdict))
    checked.leave_out(NO_HEAD, CheckName.HEAD_TOKEN, CheckName.ROW_LINEAGE, CheckName.METADATA_CELLS)
    checked.take(_judge_token(stored, token))
    _compare(checked, stored, walk, envelope, found, token)
    if stored.receipts is None:
        checked.leave_out(stored.no_receipts, CheckName.BOUNDARY_RECEIPTS)
    elif receipts and not found.is_named:
        checked.leave_out(found.why_unnamed, CheckName.BOUNDARY_RECEIPTS)
    else:
        times = [commit.committed_at_ms for commit in (*verdict.retired, *verdict.commits)] if verdict else []
        latest = max((time for time in times if time is not None), default=None)
        checked.take(judge_receipts(receipts, unreadable_count, found, latest, bool(times)))
    if envelope.version is not None and envelope.version > NEWEST_VERSION:
        checked.obstacle = newer_version(envelope.version).sentence
    if found.unread_count and not checked.obstacle:
        checked.obstacle = TOO_LONG
    if found.untimed_count and not checked.obstacle:
        checked.obstacle = f"Meerkat itself refuses to save this session: {UNTIMED}."
    return checked


class Places(TranscriptIndex):
    """Where the messages of a document stand, and no more."""

    def add(self, value: Json, size: int) -> None:  # noqa: ARG002 - that is the point
        """Take in the next message; what it says is not looked at."""
        self.kinds.append(0)
        self.sizes.append(min(size, MAX_COUNTED))


def _version_of(source: ByteSource) -> int | None:
    """The version of a document's format, where it comes first as all releases write it."""
    match = _VERSION.match(source.read(0, 100))
    return int(match.group(1)) if match else None


def _pass(
    source: ByteSource,
    walk: DocumentWalk,
    releases: Releases,
    verdict: GraphVerdict | None,
    receipts: Sequence[Receipt],
    token: CancelToken,
) -> Passed:
    """Pass over the messages, in the formats that are likely; a second time in all where none of those fits."""
    counts = {receipt.count for receipt in receipts}
    if verdict is not None and verdict.head_count is not None:
        counts.add(verdict.head_count)
    likely = releases.formats | (verdict.formats if verdict is not None else frozenset())
    formats = likely | {receipt.form for receipt in receipts if receipt.form is not None}
    wanted = Wanted(formats, counts, are_legacy_refused=releases.is_legacy_refused)
    count = walk.index.count
    found = pass_over(_messages(source, walk, token), wanted, token, count)
    head = [verdict.head] if verdict is not None and verdict.head is not None else []
    promised = [receipt.name for receipt in receipts]
    if found.is_named and not (found.names().issuperset(promised) and found.names(releases.formats).issuperset(head)):
        wanted.formats = ALL_FORMATS
        found = pass_over(_messages(source, walk, token), wanted, token, count)
    return found


def _messages(source: ByteSource, walk: DocumentWalk, token: CancelToken) -> Iterator[bytes]:
    """The stored bytes of each message, a page at a time."""
    count = walk.index.count
    for begin in range(0, count, PAGE_MESSAGES):
        page = read_from(source, walk.index, list(range(begin, min(count, begin + PAGE_MESSAGES))), token)
        yield from (page[number] for number in range(begin, min(count, begin + PAGE_MESSAGES)))


def _judge_reading(stored: StoredDocument, releases: Releases, envelope: EnvelopeFacts, found: Passed) -> CheckResult:
    """Whether the releases that it may come from read the document."""
    name = CheckName.DOCUMENT
    problem, version = envelope.problem or found.problem, envelope.version
    if version is not None and version > NEWEST_VERSION:
        return not_applicable(name, newer_version(version).sentence)
    if problem:
        return failed(name, f"Meerkat refuses this session. {problem}")
    if stored.session_id and envelope.session_id != stored.session_id.lower():
        return failed(
            name, "The document names another session than its row.", stored.session_id, envelope.session_id or ""
        )
    versions = releases.versions
    if versions is not None and version is not None and version not in versions:
        sentence = f"The document has version {version:,}, which the Meerkat that used this store last refuses."
        return failed(name, sentence, " or ".join(map(str, sorted(versions))), version)
    if found.unread_count:
        return not_applicable(name, TOO_LONG)
    return passed(name, f"read as Meerkat reads it: {counted(found.count, 'message')}")


def _judge_revision(checked: Checked, releases: Releases, found: Passed, verdict: GraphVerdict | None) -> CheckResult:
    """The stored name of the transcript against its messages, in the right one of the five formats."""
    name = CheckName.REVISION_DIGEST
    names = found.revision
    if found.lost_times and verdict is not None and verdict.head is not None:
        return failed(name, found.lost_times, verdict.head)
    if not found.is_named:
        return not_applicable(name, found.why_unnamed)
    if verdict is None or verdict.head is None:
        checked.name(*name_of(names, releases.formats, releases))
        open_words = "" if checked.digest_format is not None else f" {unsure_words(releases.formats)}"
        if verdict is None:
            return not_applicable(name, f"No revision is stored with this session: it was never rewritten.{open_words}")
        return not_applicable(name, f"The revision graph does not name the revision that it ends in.{open_words}")
    covered = verdict.head_count if verdict.is_open and verdict.head_count is not None else found.count
    at = found.revisions.get(min(covered, found.count), names)
    fitting = frozenset(form for form, digest in at.items() if digest == verdict.head)
    if not fitting:
        likely = releases.one_of(verdict.formats) or min(verdict.formats or releases.formats)
        messages = counted(found.count, "message")
        sentence = f"Head {short(verdict.head)} is the digest of its {messages} in none of the five formats."
        checked.name(name_of(names, releases.formats, releases)[0], None)
        return failed(name, sentence, verdict.head, names[likely])
    revision, form = name_of(names, fitting, releases, lambda: verdict.formats)
    checked.name(revision, form)
    words = format_words(fitting if form is None else (form,), releases)
    if covered < found.count:
        first = counted(covered, "message")
        return passed(name, f"revision {short(verdict.head)} equals the first {first} of {found.count:,} ({words})")
    return passed(name, f"head {short(verdict.head)} equals its {counted(found.count, 'message')} ({words})")


def _judge_token(stored: StoredDocument, token: CancelToken) -> CheckResult:
    """The name under which a runtime keeps the document: the digest of its bytes."""
    name = CheckName.AUTHORITY
    if stored.token is None:
        return not_applicable(name, "No row seals this document.")
    found = row_token(stored.source, token)
    if found != stored.token:
        return failed(name, "The document is not the one that the runtime names.", stored.token, found)
    return passed(name, f"the runtime names this document: {short(found)}")


def _compare(
    checked: Checked,
    stored: StoredDocument,
    walk: DocumentWalk,
    envelope: EnvelopeFacts,
    found: Passed,
    token: CancelToken,
) -> None:
    """The second copy against the first, and the columns against the one that they speak of."""
    described = (stored.source, walk, envelope, found.count)
    if stored.other is None:
        checked.leave_out(stored.no_other, CheckName.COPIES)
    else:
        other_walk = _walk_other(stored.source, stored.other, walk, token)
        if other_walk is None:
            checked.take(
                failed(CheckName.COPIES, "The second copy of this session is no JSON object.", "a document", "")
            )
        else:
            checked.take(_judge_copies(stored.source, stored.other, walk, other_walk, found.count, token))
        if stored.are_columns_of_other and other_walk is not walk:
            if other_walk is None:
                checked.leave_out("The row's own document cannot be read.", CheckName.ROW_COUNTS)
                return
            other_envelope = read_envelope_facts(stored.other, other_walk)
            described = (stored.other, other_walk, other_envelope, other_walk.index.count)
    if stored.columns is None:
        checked.leave_out(stored.no_columns, CheckName.ROW_COUNTS)
        return
    if stored.columns.is_derived:
        checked.codes_of_warnings[CheckName.ROW_COUNTS] = "stale-sidecar"
    source, its_walk, its_envelope, count = described
    checked.take(judge_columns(stored.columns, its_envelope, count, source, its_walk.spans.get("metadata"), token))


def _walk_other(one: ByteSource, other: ByteSource, walk: DocumentWalk, token: CancelToken) -> DocumentWalk | None:
    """Walk the second copy; the walk of the first where both are the same bytes, None where it is no document."""
    if equal_bytes(one, other, (0, one.size_bytes), (0, other.size_bytes), token):
        return walk
    try:
        return walk_document(other, token, whole=True, index=Places())
    except Broken:
        return None


def _judge_copies(
    one: ByteSource, other: ByteSource, walk: DocumentWalk, other_walk: DocumentWalk, count: int, token: CancelToken
) -> CheckResult:
    name = CheckName.COPIES
    if other_walk is walk:
        return passed(name, "runtime row and session row are the same bytes")
    if not messages_agree(one, other, walk, other_walk, token):
        other_count = other_walk.index.count
        if other_count != count:
            sentence = f"The runtime row holds {counted(count, 'message')}, the session row {other_count:,}."
            return failed(name, sentence, count, other_count)
        return failed(name, "Runtime row and session row differ in their messages.", "equal messages", "other ones")
    if not graphs_agree(one, other, walk, other_walk, token):
        return failed(name, "Runtime row and session row differ in their revisions.", "equal revisions", "other ones")
    return passed(name, "runtime row and session row tell the same messages and revisions")
