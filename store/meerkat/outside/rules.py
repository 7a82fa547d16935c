"""The rules of formats/meerkat.md §3.10 that one session's rows decide, and how a session is called in a plan."""

from __future__ import annotations

import re
from typing import Final

import orjson

from store.cancel import CancelToken
from store.errors import ChangeRefused
from store.meerkat.agreement import documents_agree
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.peek import PEEKED_BYTES, peek_messages
from store.meerkat.codec.strict_json import Json
from store.meerkat.messages.document_walk import walk_document
from store.meerkat.messages.titles import first_prompt, title_of
from store.meerkat.naming import shown
from store.meerkat.outside.documents import SMALL_METADATA_BYTES, opened
from store.meerkat.outside.refusals import HIDE_HERE, MISSING, refuse
from store.meerkat.outside.rows import Row, StoredSession
from store.meerkat.row_facts import runtime_state_of
from store.values.changes import RefusalCode

_WRITTEN_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VERSION: Final = re.compile(rb'\s*\{\s*"version"\s*:\s*(\d+)\s*,')


def refuse_session(session_id: str, stored: StoredSession | None) -> StoredSession:
    """Ask the rules that hold for every action. Raises ChangeRefused.

    Returns:
        The session, which is there.
    """
    if stored is None:
        raise ChangeRefused(MISSING)
    if _WRITTEN_ID.fullmatch(session_id) is None or not all(row.is_sound for row in stored.rows):
        raise refuse(
            RefusalCode.DAMAGED,
            "The rows of this session are not such as Meerkat writes them, so that nothing is written over them.",
            HIDE_HERE,
        )
    if stored.is_waiting:
        raise refuse(
            RefusalCode.TURN_IN_PROGRESS,
            "A turn of this session is running, or a failed prompt waits for the next resume: one of its inputs has no"
            " outcome yet.",
            "Let the agent finish its turn, or resume the session there, then plan again.",
        )
    for document in documents_of(stored):
        _refuse_version(document)
    session, snapshot = document_of(stored.session), document_of(stored.snapshot)
    if session is not None and snapshot is not None and session != snapshot:
        token = CancelToken()
        if not documents_agree(MemorySource(session), MemorySource(snapshot), token):
            raise refuse(
                RefusalCode.ROWS_DIFFER,
                "The two stored copies of this session differ in their messages or revisions, so that one of them would"
                " be lost.",
                "Its agent decides which one is true: resume it there, then plan again.",
            )
    return stored


def document_of(row: Row | None) -> bytes | None:
    """The document in a row of `sessions` or of the snapshots; None where there is no row.

    Raises:
        ChangeRefused: it is no BLOB, which the releases that are written for cannot load.
    """
    if row is None:
        return None
    document = row.values[-1]
    if not isinstance(document, bytes):
        raise refuse(
            RefusalCode.DAMAGED,
            f"The document of this session in “{row.table.name}” is not stored as bytes; Meerkat cannot load it.",
            HIDE_HERE,
        )
    return document


def documents_of(stored: StoredSession) -> tuple[bytes, ...]:
    """The stored documents of a session, that of `sessions` first. Raises ChangeRefused."""
    found = (document_of(stored.session), document_of(stored.snapshot))
    return tuple(document for document in found if document is not None)


def metadata_of(stored: StoredSession) -> tuple[bytes, ...]:
    """The metadata of a session's documents, as they stand in them; decoded only where they are spelt otherwise."""
    hint = stored.session.values[5] if stored.session is not None else None
    metadata = hint.encode() if isinstance(hint, str) else None
    found: list[bytes] = []
    documents = documents_of(stored)
    for number, document in enumerate(documents):
        if number and document == documents[0]:
            found.append(found[0])
            continue
        cut = opened(document, stored.session_id, metadata)
        found.append(_walked_metadata(document) if cut is None else cut.metadata)
    return tuple(found)


def _walked_metadata(document: bytes) -> bytes:
    span = walk_document(MemorySource(document), CancelToken(), whole=True).spans.get("metadata")
    return b"{}" if span is None else document[span[0] : span[1]]


def runtime_state_of_session(stored: StoredSession) -> str | None:
    """The word of the runtime's state; None where there is no row of it, "unreadable" where it has none."""
    if stored.state is None:
        return None
    value = stored.state.values[1]
    return runtime_state_of(value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else b"")


def title_of_session(stored: StoredSession, token: CancelToken) -> str:
    """What the session is called in a plan; as the list derives it from the document."""
    row = stored.snapshot or stored.session
    document = row.values[-1] if row is not None else None
    if not isinstance(document, bytes):
        return shown(stored.session_id)
    if len(document) <= PEEKED_BYTES:
        try:
            decoded = orjson.loads(document)
        except ValueError:
            return shown(stored.session_id)
        if not isinstance(decoded, dict):
            return shown(stored.session_id)
        metadata, messages = decoded.get("metadata"), decoded.get("messages")
        return title_of(stored.session_id, _as_object(metadata), first_prompt(_as_list(messages)))[0]
    found, prompt = peek_messages(document[:PEEKED_BYTES], token)
    return title_of(stored.session_id, _stored_metadata(stored), first_prompt(found) or prompt)[0]


def _stored_metadata(stored: StoredSession) -> dict[str, Json]:
    metadata = stored.session.values[5] if stored.session is not None else None
    if not isinstance(metadata, str) or len(metadata) > SMALL_METADATA_BYTES:
        return {}
    try:
        return _as_object(orjson.loads(metadata))
    except ValueError:
        return {}


def _as_object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _refuse_version(document: bytes) -> None:
    found = _VERSION.match(document[:64])
    if found is None or int(found.group(1)) == 2:
        return
    if int(found.group(1)) < 2:
        raise refuse(
            RefusalCode.TOO_OLD,
            "This session was last written by a Meerkat older than 0.6.0, whose messages have no times of their own:"
            " Meerkat itself cannot save it unchanged.",
            HIDE_HERE,
        )
    raise refuse(
        RefusalCode.GENERATION,
        "This session was written by a Meerkat newer than those that its store is written for.",
        HIDE_HERE,
    )
