"""The tables in which a runtime keeps sessions as whole documents, told as SQL (formats/meerkat.md §1.2, §1.5 rule 11).

`runtime_whole_blob_authority` names for each session the digest of its document, `runtime_whole_blob_bodies` holds the
documents by their digests, `runtime_session_catalog` says of each what a list wants to know.
"""

from __future__ import annotations

from store.meerkat.generation import Layout

SESSION_ID = "CAST(substr(CAST({0}.runtime_id AS BLOB), 12) AS TEXT)"
"""The session of a runtime id. Cut from bytes: a text would end at the first NUL that a hostile id holds."""

_OF_SESSIONS = "{0}.runtime_id >= 'rt:session:' AND {0}.runtime_id < 'rt:session;'"
_IS_HEAD = (
    "EXISTS (SELECT 1 FROM runtime_session_authority a JOIN session_heads h ON h.session_id = {1}"
    " WHERE a.runtime_id = {0}.runtime_id)"
)
_NUMBER = (
    "CASE WHEN json_valid(CAST({0} AS TEXT)) THEN CASE WHEN json_type(CAST({0} AS TEXT), '$.{1}') = 'integer'"
    " THEN json_extract(CAST({0} AS TEXT), '$.{1}') END END"
)


def whole_blob_source(layout: Layout) -> str:
    """SQL that gives the sessions of whole documents as rows `s`, under the names that the table `sessions` has.

    They are session_id, runtime_id, created_at_ms, updated_at_ms, message_count, total_tokens, blob_sha256,
    store_revision, entry_json; what the catalogue does not say is NULL. A session whose head the runtime takes for the
    true one is none of them. It ends with a condition, so that further ones can be joined by "AND".
    """
    columns = (
        "c.created_at_ms AS created_at_ms, c.updated_at_ms AS updated_at_ms,"
        f" {_NUMBER.format('c.entry_json', 'message_count')} AS message_count,"
        f" {_NUMBER.format('c.entry_json', 'total_tokens')} AS total_tokens, c.entry_json AS entry_json"
    )
    catalogue = " LEFT JOIN runtime_session_catalog c ON c.runtime_id = b.runtime_id"
    if not layout.has("runtime_session_catalog"):
        names = ("created_at_ms", "updated_at_ms", "message_count", "total_tokens", "entry_json")
        columns, catalogue = ", ".join(f"NULL AS {name}" for name in names), ""
    return (
        f"(SELECT b.rowid AS rowid, b.runtime_id AS runtime_id, {SESSION_ID.format('b')} AS session_id,"
        f" b.blob_sha256 AS blob_sha256, b.store_revision AS store_revision, {columns}"
        f" FROM runtime_whole_blob_authority b{catalogue}) s WHERE {_are_shown(layout, 's', 's.session_id')}"
    )


def not_whole_blob(layout: Layout, session_id: str) -> str:
    """SQL for that a session is not stored as a whole document of the runtime.

    Args:
        session_id: SQL for its id.
    """
    return (
        "NOT EXISTS (SELECT 1 FROM runtime_whole_blob_authority w WHERE"
        f" w.runtime_id = 'rt:session:' || {session_id} AND {_are_shown(layout, 'w', session_id)})"
    )


def _are_shown(layout: Layout, table: str, session_id: str) -> str:
    """SQL for that a row is of a session, and that no head goes before it (formats/meerkat.md §1.5 rule 10)."""
    shown = _OF_SESSIONS.format(table)
    if layout.has_heads and layout.has("runtime_session_authority"):
        shown += f" AND NOT {_IS_HEAD.format(table, session_id)}"
    return shown


def body_bytes(octets: str) -> str:
    """SQL for the stored bytes of the document of row `s`; 0 where it is missing.

    Args:
        octets: SQL for the bytes of `d.session_snapshot`.
    """
    return f"coalesce((SELECT {octets} FROM runtime_whole_blob_bodies d WHERE d.blob_sha256 = s.blob_sha256), 0)"
