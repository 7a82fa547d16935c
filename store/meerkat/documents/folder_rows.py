"""From one session's files to a row of the list, and to what the catalogue keeps of it."""

from __future__ import annotations

from collections.abc import Sequence

from store.cancel import CancelToken
from store.errors import NotAStore, OpenError
from store.meerkat.codec.peek import PEEKED_BYTES, peek_messages
from store.meerkat.codec.strict_json import Json
from store.meerkat.documents.document_content import BAD_ID, WRONG_ID, newer_version, read_content
from store.meerkat.documents.folder_scan import Entry
from store.meerkat.documents.sidecar import About
from store.meerkat.documents.small_files import read_beginning
from store.meerkat.messages.content import as_count
from store.meerkat.row_facts import RowFacts, check_id
from store.meerkat.session_rows import SMALL_BYTES, DocumentRow, decode_document, take_document, take_envelope
from store.meerkat.whole_facts import WHOLE_BYTES, answer_of, times_of
from store.values.listing import CatalogueFacts, CensusRow

NO_DOCUMENT = "This is no session document that Meerkat reads."
NO_FILE = "A link, or something else that is no file, stands in this session's place; it is not followed."


def row_facts(entry: Entry, about: About, token: CancelToken, small_bytes: int = SMALL_BYTES) -> RowFacts:
    """Everything that a row of the list says of a session.

    Args:
        about: what its sidecar tells, or what stands for it.
        small_bytes: a document up to here is decoded whole, so that its faults show; of a longer one the beginning is
            read.
    """
    facts = RowFacts(entry.session_id, entry.handle, size_bytes=entry.size_bytes, metadata=dict(about.metadata))
    facts.message_count, facts.total_tokens = about.message_count, about.total_tokens
    facts.created_at_ms, facts.updated_at_ms = about.created_at_ms, about.updated_at_ms
    check_id(facts, BAD_ID)
    if about.fault:
        facts.note("bad-sidecar", about.fault)
    if not entry.is_file:
        facts.damage("no-document", NO_FILE)
        return facts
    try:
        piece = read_beginning(entry.path, max(small_bytes, PEEKED_BYTES))
    except OSError as error:
        facts.damage("no-document", _reason(error))
        return facts
    if piece.is_whole:
        document = decode_document(facts, DocumentRow("", "", 0, piece.size_bytes, piece.data), "its file")
        if document is not None:
            _take(facts, about, document)
    else:
        facts.messages, facts.prompt = peek_messages(piece.data, token)
    return facts


def _take(facts: RowFacts, about: About, document: dict[str, Json]) -> None:
    """Take what a decoded document tells, and say where the sidecar is behind it."""
    stored = document.get("id")
    if isinstance(stored, str) and stored.lower() != facts.session_id.lower():
        facts.damage("wrong-id", WRONG_ID)
    take_document(facts, document)
    newer = newer_version(as_count(document.get("version")))
    if newer is not None:
        facts.note(newer.code, newer.sentence)
    if not about.is_sidecar:
        take_envelope(facts, document)
        return
    count = len(facts.messages)
    if about.message_count is not None and about.message_count != count:
        facts.note("stale-sidecar", stale(about.message_count, count))


def stale(said: int, found: int) -> str:
    """The sentence about a sidecar that does not agree with its document."""
    return (
        f"The entry of this session for the list, its .meta file, says {said:,} messages; the document, which counts,"
        f" holds {found:,}."
    )


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "The system does not let us read this session's file."
    if isinstance(error, FileNotFoundError):
        return "This session's file is not there any more."
    return "This session's file cannot be read."


def census_row(entry: Entry, about: About) -> CensusRow:
    """The columns of a session, and the time of its file, which tells every change."""
    columns = (about.updated_at_ms, about.created_at_ms, about.message_count, about.total_tokens, entry.size_bytes)
    mark = entry.mtime_ns & ((1 << 63) - 1)
    return CensusRow(entry.handle, entry.session_id, *columns, mark, int(about.is_archived))


def gone(handle: int) -> RowFacts:
    """A row without a file any more."""
    facts = RowFacts("", handle)
    facts.damage("vanished", "This session is not in the store any more.")
    return facts


def catalogue_facts(found: Sequence[tuple[Entry, About] | None], token: CancelToken) -> tuple[CatalogueFacts, ...]:
    """What the whole documents of sessions say, one answer each.

    Args:
        found: files of each row and what is known of them; None for one that is gone.
    """
    answers = []
    for known in found:
        token.take_turn()
        answers.append(answer_of(gone(0), (), False) if known is None else _answer(*known, token))
    return tuple(answers)


def _answer(entry: Entry, about: About, token: CancelToken) -> CatalogueFacts:
    facts = row_facts(entry, about, token, WHOLE_BYTES)
    if facts.are_all_messages or facts.is_damaged:
        return answer_of(facts, *times_of(facts))
    try:
        content = read_content(entry.path, token, session_id=entry.session_id)
    except NotAStore:
        facts.damage("bad-document", NO_DOCUMENT)
    except OpenError as error:
        facts.damage(error.code, error.sentence)
    else:
        return content.catalogue_facts(content.row_facts(entry.handle, token), token)
    return answer_of(facts, (), False)
