"""Changing metadata of a session in both of its rows, and nothing else of it (formats/meerkat.md §3.10, rule 4).

Where the documents are spelt as the products spell them, and they all do, their messages are not touched: the new bytes
are the old ones with other metadata and another time of change, and equal to what Meerkat itself would have saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from store.cancel import CancelToken
from store.meerkat.agreement import graphs_agree, messages_agree, same_value
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.strict_json import Json
from store.meerkat.codec.walker import Broken, Undecodable
from store.meerkat.details import member_span_at
from store.meerkat.messages.document_walk import walk_document
from store.meerkat.messages.metadata import GRAPH_KEY
from store.meerkat.outside.documents import OpenedDocument, changed_metadata, opened, steady_time
from store.meerkat.outside.refusals import HIDE_HERE, refuse
from store.meerkat.outside.rows import SESSION_TABLE, SNAPSHOT_TABLE, Row, StoredSession
from store.meerkat.outside.rules import document_of
from store.meerkat.outside.session_change import Circumstances, Made, RowChange
from store.values.changes import RefusalCode

if TYPE_CHECKING:
    from store.meerkat.outside.loading import SessionColumns

# What loads whole documents is imported where one is loaded: a plan of very many sessions needs none of it.

SPELT_ANEW: Final = (
    "The document is not spelt as Meerkat spells it; it is written anew in Meerkat's own spelling, with the same"
    " content."
)
ONLY_SNAPSHOT: Final = (
    "The session has no row in “sessions”, only the runtime's snapshot; the row is written anew beside it, as Meerkat"
    " does when it saves."
)
_BESIDE_MESSAGES: Final = ("version", "id", "created_at", "updated_at", "metadata", "usage")


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document with other metadata.

    Attributes:
        metadata: of it.
        columns: the row of `sessions` that repeats it; None where the document was not decoded.
        revision: its transcript where it is spelt anew: the name that Meerkat gives it, not the one of what was stored.
    """

    data: bytes
    metadata: bytes
    columns: SessionColumns | None
    is_spelt_anew: bool = False
    revision: str = ""


def change_metadata(
    stored: StoredSession, changes: Mapping[str, Json], circumstances: Circumstances, made: Made
) -> None:
    """Add the changes of both rows to what is made.

    Args:
        changes: values by key; None takes a key away.
    """
    moment_ns = steady_time(circumstances.now_ns)
    session, snapshot = document_of(stored.session), document_of(stored.snapshot)
    hint = stored.session.values[5] if stored.session is not None else None
    metadata = hint.encode() if isinstance(hint, str) else None
    new_session = (
        None if session is None else _new(stored.session_id, session, metadata, changes, moment_ns, circumstances)
    )
    if snapshot is None:
        new_snapshot = None
    elif snapshot == session:
        new_snapshot = new_session
    else:
        new_snapshot = _new(stored.session_id, snapshot, metadata, changes, moment_ns, circumstances)
    if any(one is not None and one.is_spelt_anew for one in (new_session, new_snapshot)):
        made.remarks.append(SPELT_ANEW)
        known = new_snapshot or new_session
        if known is not None and known.revision:
            made.revision_before = made.revision_after = known.revision
    _add_session_row(stored, new_session or new_snapshot, moment_ns, circumstances, made)
    if stored.snapshot is not None and new_snapshot is not None:
        after = Row(SNAPSHOT_TABLE, (stored.snapshot.values[0], new_snapshot.data))
        made.rows.append(RowChange(SNAPSHOT_TABLE, stored.snapshot.key, stored.snapshot, after))


def note_revision(stored: StoredSession, made: Made) -> None:
    """Note the name of the transcript, which a change of metadata leaves as it is; "" where it is not known."""
    document = document_of(stored.snapshot) or document_of(stored.session)
    hint = stored.session.values[5] if stored.session is not None else None
    cut = None if document is None else opened(document, stored.session_id, _bytes_of(hint))
    if cut is None or GRAPH_KEY.encode() in cut.metadata:
        # The head of a graph names the same messages, in a digest format that only its head's own body tells.
        made.revision_before = made.revision_after = "" if cut is None else _head_of(cut) or cut.revision()
        return
    made.revision_before = made.revision_after = cut.revision()


def _head_of(cut: OpenedDocument) -> str:
    """The head of the graph in a document's metadata; "" where there is none."""
    source, token = MemorySource(cut.metadata), CancelToken()
    graph = member_span_at(source, 0, GRAPH_KEY, token)
    head = None if graph is None else member_span_at(source, graph[0], "head", token)
    return "" if head is None else cut.metadata[head[0] + 1 : head[1] - 1].decode("utf-8", "replace")


def _bytes_of(value: object) -> bytes | None:
    return value.encode() if isinstance(value, str) else None


def _add_session_row(
    stored: StoredSession, new: NewDocument | None, moment_ns: int, circumstances: Circumstances, made: Made
) -> None:
    if new is None:
        return
    columns = new.columns
    if stored.session is None:
        if columns is None:
            from store.meerkat.outside.loading import columns_of, load_session

            columns = columns_of(load_session(new.data, circumstances))
        made.remarks.append(ONLY_SNAPSHOT)
        after = Row(SESSION_TABLE, columns)
        made.rows.append(RowChange(SESSION_TABLE, after.key, None, after))
        return
    if columns is None:
        before = stored.session.values
        columns_of_now = (*before[:2], moment_ns // 1_000_000, *before[3:5], new.metadata.decode(), new.data)
        after = Row(SESSION_TABLE, columns_of_now)
    else:
        after = Row(SESSION_TABLE, columns)
    made.rows.append(RowChange(SESSION_TABLE, stored.session.key, stored.session, after))


def _new(
    session_id: str,
    document: bytes,
    metadata: bytes | None,
    changes: Mapping[str, Json],
    moment_ns: int,
    circumstances: Circumstances,
) -> NewDocument:
    """A document with other metadata. Raises ChangeRefused where Meerkat could not load it, or would lose something."""
    cut = opened(document, session_id, metadata)
    changed = None if cut is None else changed_metadata(cut.metadata, changes)
    if cut is not None and changed is not None:
        data = cut.with_metadata(changed, moment_ns)
        if not circumstances.is_decoded:
            return NewDocument(data, changed, None)
        found = _proved(data, circumstances)
        if found is not None:
            return NewDocument(data, changed, found)
    return _spelt_anew(session_id, document, changes, moment_ns, circumstances)


def _proved(data: bytes, circumstances: Circumstances) -> SessionColumns | None:
    """The row of a document if Meerkat loads it, finds its history valid and would save the same bytes; else None."""
    from store.meerkat.outside.loading import columns_of, load_session

    session = load_session(data, circumstances)
    columns = columns_of(session)
    return columns if columns[6] == data else None


def _spelt_anew(
    session_id: str, document: bytes, changes: Mapping[str, Json], moment_ns: int, circumstances: Circumstances
) -> NewDocument:
    """The document as Meerkat would save it after a load; refused where it would keep less than is stored."""
    from store.meerkat.outside.loading import columns_of, load_session

    session = load_session(document, circumstances)
    if session.id != session_id:
        raise refuse(RefusalCode.DAMAGED, "The document of this session names another session than its row.", HIDE_HERE)
    if not keeps(document, session.encode(), circumstances):
        raise refuse(
            RefusalCode.DAMAGED,
            "The document of this session holds what Meerkat 0.6.24 does not know and would drop; it is not rewritten.",
            HIDE_HERE,
        )
    for key, value in changes.items():
        if value is None:
            session.remove_metadata(key)
        else:
            session.set_metadata(key, value)
    session.updated_at_ns = moment_ns
    columns = columns_of(session)
    return NewDocument(columns[6], columns[5].encode(), columns, True, session.transcript_revision())


def keeps(stored: bytes, encoded: bytes, circumstances: Circumstances) -> bool:
    """Whether what Meerkat makes of a document holds everything that is stored."""
    if stored == encoded:
        return True
    one, other = MemorySource(stored), MemorySource(encoded)
    try:
        ours, theirs = (walk_document(source, circumstances.token, whole=True) for source in (one, other))
        if not messages_agree(one, other, ours, theirs, circumstances.token):
            return False
        if not graphs_agree(one, other, ours, theirs, circumstances.token):
            return False
        values = [
            {key: _decoded(data, walk.spans.get(key)) for key in _BESIDE_MESSAGES}
            for data, walk in ((stored, ours), (encoded, theirs))
        ]
    except (Broken, Undecodable, ValueError):
        return False
    return set(ours.spans) <= {*_BESIDE_MESSAGES, "messages"} and same_value(values[0], values[1])


def _decoded(data: bytes, span: tuple[int, int] | None) -> Json:
    return None if span is None else orjson.loads(data[span[0] : span[1]])
