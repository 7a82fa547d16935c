"""Heads of sessions: the small row that says which strand's messages count (formats/meerkat.md §1.5, rules 1, 2, 10).

`head_json` is what Meerkat loads; the columns beside it repeat some of it for its list. Where the two differ, the JSON
counts and the difference is a fault. The last committed head, which an unfinished run leaves behind, stands in
`runtime_session_authority`.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

import orjson

from store.cancel import CancelToken
from store.errors import SessionChanged
from store.meerkat.codec.byte_source import BlobSource
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.codec.walker import Broken, Undecodable, Walker
from store.meerkat.generation import Layout
from store.meerkat.listing import RUNTIME_PREFIX
from store.meerkat.messages.times import system_time_ms
from store.meerkat.messages.titles import one_line
from store.meerkat.messages.usage import usage_of
from store.values.amounts import counted
from store.values.fault import Fault

MAX_HEAD_BYTES = 128 * 1024
"""A longer head is one with much inline metadata, and is walked: its other members are read one by one."""

MAX_MEMBER_BYTES = 128 * 1024
MAX_BOUNDARY_BYTES = 1024 * 1024
"""A longer committed head is not decoded; where there is one, metadata stands in cells."""

MAX_COUNT = (1 << 63) - 1
NEWEST_VERSION = 4
"""Newest version of an envelope or head that is known (formats/meerkat.md §1.3)."""

_COLUMNS = (
    "CAST(h.session_id AS BLOB), h.version, CAST(h.strand AS BLOB), CAST(h.head_revision AS BLOB), h.message_count,"
    " h.rewrite_count, h.total_tokens, h.created_at_ms, h.updated_at_ms, CAST(h.cas_token AS BLOB)"
)


@dataclass(frozen=True, slots=True)
class HeadColumns:
    """The columns beside `head_json`, as stored; texts as bytes."""

    session_id: bytes
    version: object
    strand: bytes
    head_revision: bytes
    message_count: object
    rewrite_count: object
    total_tokens: object
    created_at_ms: object
    updated_at_ms: object
    cas_token: bytes


@dataclass(frozen=True, slots=True)
class HeadFields:
    """A decoded head document; the same shape in `head_json` and `boundary_head_json`.

    Attributes:
        fields: its members in stored order, `metadata` left out where the document is large.
        raw: its bytes; b"" where it is too large to be held.
        faults: why it, or a member, cannot be read.
    """

    fields: dict[str, Json]
    raw: bytes = b""
    faults: tuple[Fault, ...] = ()

    @property
    def session_id(self) -> str | None:
        """The session that it names."""
        value = self.fields.get("id")
        return value if isinstance(value, str) else None

    @property
    def version(self) -> int | None:
        """Of the head's format, None if absent."""
        return _count(self.fields.get("version"))

    @property
    def strand(self) -> bytes | None:
        """The strand whose messages count, as bytes."""
        value = self.fields.get("strand")
        return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else None

    @property
    def head_revision(self) -> str | None:
        """Digest of the transcript."""
        value = self.fields.get("head_revision")
        return value if isinstance(value, str) else None

    @property
    def message_count(self) -> int | None:
        """Messages of the strand that count."""
        return _count(self.fields.get("message_count"))

    @property
    def rewrite_count(self) -> int | None:
        """Rewrites that were adopted."""
        return _count(self.fields.get("rewrite_count"))

    @property
    def usage(self) -> Json:
        """Token usage as stored."""
        return self.fields.get("usage")

    @property
    def has_cells(self) -> bool:
        """Whether its metadata stands in cells (rule 9)."""
        return self.fields.get("metadata_identity") is not None

    def object(self, name: str) -> dict[str, Json]:
        """A member that is an object, such as `row_lineage_anchor`; an empty one if it is missing or none."""
        value = self.fields.get(name)
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one session.

    Attributes:
        rowid: of its row in `session_heads`.
        json: the decoded `head_json`.
        columns: what stands beside it.
        faults: what cannot be read, and where column and JSON differ.
    """

    rowid: int
    json: HeadFields
    columns: HeadColumns
    faults: tuple[Fault, ...] = field(default=())

    @property
    def session_id(self) -> bytes:
        """Id of its row, as stored."""
        return self.columns.session_id

    @property
    def strand(self) -> bytes:
        """The strand that counts: the one of the JSON; where that has none, the column's."""
        return self.json.strand if self.json.strand is not None else self.columns.strand

    @property
    def message_count(self) -> int | None:
        """Messages that count; None if neither JSON nor column say a number."""
        if self.json.message_count is not None:
            return self.json.message_count
        return _count(self.columns.message_count)

    @property
    def rewrite_count(self) -> int | None:
        """Adopted rewrites; None if neither JSON nor column say a number."""
        if self.json.rewrite_count is not None:
            return self.json.rewrite_count
        return _count(self.columns.rewrite_count)


@dataclass(frozen=True, slots=True)
class Boundary:
    """The last committed state of a head-canonical session (rule 10).

    Attributes:
        head: the decoded `boundary_head_json`.
        committed_token: `committed_head_token`.
        tail: whether a row marks a run that has not finished.
    """

    head: HeadFields
    committed_token: bytes
    tail: bool


def read_head(connection: sqlite3.Connection, rowid: int, token: CancelToken) -> Head | None:
    """Read a head; None where there is none any more."""
    row = connection.execute(
        f"SELECT {_COLUMNS}, CASE WHEN octet <= {MAX_HEAD_BYTES} THEN CAST(h.head_json AS BLOB) END, octet"
        " FROM (SELECT *, length(CAST(head_json AS BLOB)) AS octet FROM session_heads WHERE rowid = ?) h",
        (rowid,),
    ).fetchone()
    if row is None:
        return None
    columns = columns_of(row[:10])
    raw, size = row[10], row[11]
    fields = _walked(connection, rowid, token) if raw is None and size else decode_head(raw or b"")
    return Head(rowid, fields, columns, (*fields.faults, *differences(fields, columns)))


def head_of(connection: sqlite3.Connection, rowid: int, token: CancelToken) -> Head:
    """The head in a row that was there a moment ago. Raises SessionChanged if it is gone."""
    head = read_head(connection, rowid, token)
    if head is None:
        raise SessionChanged
    return head


def columns_of(row: tuple[Any, ...]) -> HeadColumns:
    """The columns in the order of `session_heads`, without its two JSON columns."""
    session_id, version, strand, revision, count, rewrites, tokens, created, updated, cas = row
    texts = [value or b"" for value in (session_id, strand, revision, cas)]
    return HeadColumns(texts[0], version, texts[1], texts[2], count, rewrites, tokens, created, updated, texts[3])


def decode_head(raw: bytes, is_quick: bool = False) -> HeadFields:
    """Decode a head document of moderate size.

    Args:
        is_quick: use the fast parser, which does not see doubled keys.
    """
    try:
        value: Json = orjson.loads(raw) if is_quick else parse(raw)[1]
    except NotStrict as reason:
        return HeadFields({}, raw, (Fault("bad-head", f"The head of this session cannot be read: {reason}."),))
    except ValueError:
        return HeadFields({}, raw, (Fault("bad-head", "The head of this session is no JSON object."),))
    if not isinstance(value, dict):
        return HeadFields({}, raw, (Fault("bad-head", "The head of this session is no JSON object."),))
    return HeadFields(value, raw, _version_faults(value))


def _walked(connection: sqlite3.Connection, rowid: int, token: CancelToken) -> HeadFields:
    """Decode a large head member by member; large members, its metadata among them, are left out."""
    source = BlobSource(connection, "session_heads", "head_json", rowid)
    fields: dict[str, Json] = {}
    faults: list[Fault] = []
    try:
        walker = Walker(source, token)
        for member in walker.members(0):
            key = member.name
            member.end = end = walker.skip(member.begin)
            if end - member.begin <= MAX_MEMBER_BYTES:
                fields[key] = parse(source.read(member.begin, end - member.begin))[1]
    except (Broken, Undecodable):
        faults.append(Fault("bad-head", "The head of this session is no JSON object."))
    except NotStrict as reason:
        faults.append(Fault("bad-head", f"The head of this session cannot be read: {reason}."))
    finally:
        source.close()
    return HeadFields(fields, b"", (*faults, *_version_faults(fields)))


def _version_faults(fields: dict[str, Json]) -> tuple[Fault, ...]:
    version = _count(fields.get("version"))
    if version is not None and version > NEWEST_VERSION:
        return (newer_version(version),)
    return ()


def newer_version(version: int) -> Fault:
    """The fault of a head or document of a format that is not known."""
    return Fault(
        "newer-version",
        f"This session has format {version:,}, which is newer than every Meerkat known to Burrow; what is understood"
        " of it is shown.",
    )


def differences(fields: HeadFields, columns: HeadColumns) -> tuple[Fault, ...]:
    """Where the columns beside a head say another thing than the head itself; one fault names all of them."""
    usage = usage_of(fields.usage)
    tokens = None
    if usage.input_tokens is not None and usage.output_tokens is not None:
        tokens = usage.input_tokens + usage.output_tokens
    own_id = fields.session_id
    if own_id is not None and own_id.lower().encode("utf-8", "surrogatepass") == columns.session_id.lower():
        own_id = None  # a UUID may be spelled with capitals
    pairs = (
        ("id", own_id, columns.session_id),
        ("version", fields.fields.get("version"), columns.version),
        ("strand", fields.fields.get("strand"), columns.strand),
        ("head_revision", fields.fields.get("head_revision"), columns.head_revision),
        ("message_count", fields.fields.get("message_count"), columns.message_count),
        ("rewrite_count", fields.fields.get("rewrite_count"), columns.rewrite_count),
        ("total_tokens", tokens, columns.total_tokens),
        ("created_at_ms", system_time_ms(fields.fields.get("created_at")), columns.created_at_ms),
        ("updated_at_ms", system_time_ms(fields.fields.get("updated_at")), columns.updated_at_ms),
    )
    found = [
        f"{name} expected {_shown(expected)}, found {_shown(column)}"
        for name, expected, column in pairs
        if expected is not None and _as_stored(expected) != column
    ]
    if not found:
        return ()
    return (Fault("head-differs", f"The columns of this session differ from its head: {'; '.join(found)}."),)


def _as_stored(value: object) -> object:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def _shown(value: object) -> str:
    if isinstance(value, (bytes, str)):
        text = value[:100].decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value[:100]
        return f"“{one_line(text)}”"
    # Numbers without separators: they stand beside the names of columns, to be looked for there.
    return one_line(str(value)[:100]) or "nothing"


def read_boundary(connection: sqlite3.Connection, layout: Layout, session_id: bytes) -> Boundary | None:
    """Read the last committed head of a session; None where no row tells one."""
    if not layout.has("runtime_session_authority"):
        return None
    runtime_id = RUNTIME_PREFIX.encode() + session_id
    row = connection.execute(
        f"SELECT CASE WHEN length(boundary_head_json) <= {MAX_BOUNDARY_BYTES} THEN CAST(boundary_head_json AS BLOB)"
        " END, CAST(committed_head_token AS BLOB)"
        " FROM runtime_session_authority WHERE runtime_id = CAST(? AS TEXT)",
        (runtime_id,),
    ).fetchone()
    if row is None:
        return None
    raw = row[0] or b""
    head = decode_head(raw, is_quick=len(raw) > MAX_HEAD_BYTES)
    return Boundary(head, row[1] or b"", has_tail(connection, layout, runtime_id))


def has_tail(connection: sqlite3.Connection, layout: Layout, runtime_id: bytes) -> bool:
    """Whether a row says that a run of the session has not finished."""
    if not layout.has("runtime_head_canonical_provisional_tails"):
        return False
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM runtime_head_canonical_provisional_tails WHERE runtime_id = CAST(? AS TEXT))",
        (runtime_id,),
    ).fetchone()
    return bool(found[0])


def unfinished(count: int | None, committed: int | None, is_same_head: bool, tail: bool) -> Fault | None:
    """The notice of a run that did not finish: messages after the last committed boundary; None if there is none.

    Args:
        count: messages of the physical head.
        committed: messages of the boundary's head.
        is_same_head: whether both are the same head.
        tail: whether a row marks the run.
    """
    if is_same_head and not tail:
        return None
    if count is not None and committed is not None and count > committed:
        more = count - committed
        what = counted(more, "message")
        return Fault(
            "unfinished-run",
            f"Unfinished run: {what} after the last committed boundary; Meerkat itself says {committed:,} until the"
            " session is resumed.",
        )
    return Fault("unfinished-run", "Unfinished run: the session has changed since its last committed boundary.")


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MAX_COUNT else None
