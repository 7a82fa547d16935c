"""What lies about a head: rows beyond it, rewrites that it did not adopt, strands and links that lead nowhere.

Sources: formats/meerkat.md §1.5 rules 3, 6, 7 and 8, §3.10 ("S-0.7H plan").
"""

from __future__ import annotations

import sqlite3

from store.meerkat.findings.collecting import Collector, some_rows
from store.meerkat.findings.tables import Tables
from store.meerkat.listing import octets
from store.meerkat.naming import shown
from store.meerkat.session_rows import stored_id
from store.values.amounts import counted, sized
from store.values.checks import Finding, Severity

STRANDS = "session_strand_messages"
REWRITES = "session_rewrites"
LINKS = "session_strand_links"
PARTS = (
    STRANDS,
    REWRITES,
    LINKS,
    "session_head_metadata_cells",
    "session_head_metadata_current",
    "session_component_events",
    "session_transcript_retirements",
)
"""Tables that hold parts of a session that has a head."""


def find_strand_rows(connection: sqlite3.Connection, tables: Tables, found: Collector) -> None:
    """Find everything of this kind; nothing where there are no heads."""
    if not tables.has("session_heads", "session_id", "strand", "message_count", "rewrite_count", "head_json"):
        return
    if tables.has(STRANDS, "session_id", "strand", "seq", "message_json"):
        _beyond_head(connection, found)
        _unreferenced(connection, tables, found)
    if tables.has(REWRITES, "session_id", "rewrite_idx"):
        _not_adopted(connection, found)
    if tables.has(LINKS, "session_id", "strand", "successor") and tables.has(STRANDS, "session_id", "strand"):
        _links_to_nothing(connection, found)
    _parts_without_head(connection, tables, found)


def _beyond_head(connection: sqlite3.Connection, found: Collector) -> None:
    rows, more = some_rows(
        connection,
        "SELECT * FROM (SELECT CAST(h.session_id AS BLOB), h.message_count,"
        f" (SELECT count(*) FROM {STRANDS} m WHERE m.session_id = h.session_id AND m.strand = h.strand"
        " AND typeof(m.seq) = 'integer' AND m.seq >= h.message_count) AS n"
        " FROM session_heads h WHERE typeof(h.message_count) = 'integer') WHERE n > 0",
    )
    found.take((_beyond(*row) for row in rows), more)


def _beyond(raw_id: bytes | None, count: int, extra: int) -> Finding:
    them, verb = ("it", "was") if extra == 1 else ("them", "were")
    return Finding(
        Severity.WARNING,
        stored_id(raw_id),
        "rows-beyond-head",
        f"The head of this session counts {counted(count, 'message')}, its strand holds {counted(extra, 'row')} more:"
        f" {'a message' if extra == 1 else 'messages'} that {verb} written and never adopted. Meerkat does not show"
        f" {them}, and a next turn that would write others in their place may be refused.",
    )


def _not_adopted(connection: sqlite3.Connection, found: Collector) -> None:
    rows, more = some_rows(
        connection,
        f"SELECT CAST(h.session_id AS BLOB), h.rewrite_count, count(*) FROM session_heads h JOIN {REWRITES} r"
        " ON r.session_id = h.session_id AND typeof(r.rewrite_idx) = 'integer' AND r.rewrite_idx >= h.rewrite_count"
        " GROUP BY h.session_id",
    )
    found.take(
        (
            Finding(
                Severity.WARNING,
                stored_id(raw_id),
                "rewrite-not-adopted",
                f"{counted(extra, 'rewrite')} of this session {'is' if extra == 1 else 'are'} recorded beyond the"
                f" {adopted if isinstance(adopted, int) else '?'} that its head counts: begun and never adopted."
                " Meerkat ignores them and overwrites them with the next rewrite.",
            )
            for raw_id, adopted, extra in rows
        ),
        more,
    )


def _unreferenced(connection: sqlite3.Connection, tables: Tables, found: Collector) -> None:
    """Strands of a session with a head that neither head, boundary, rewrite nor link names."""
    names = "CAST('\"' || d.strand || '\"' AS TEXT)"
    refers = [
        "EXISTS (SELECT 1 FROM session_heads h WHERE h.session_id = d.session_id"
        f" AND (h.strand = d.strand OR instr(CAST(h.head_json AS TEXT), {names}) > 0))"
    ]
    if tables.has(REWRITES, "session_id", "parent_strand", "strand"):
        refers.append(
            f"EXISTS (SELECT 1 FROM {REWRITES} r WHERE r.session_id = d.session_id"
            " AND (r.strand = d.strand OR r.parent_strand = d.strand))"
        )
    if tables.has(LINKS, "session_id", "successor"):
        refers.append(f"EXISTS (SELECT 1 FROM {LINKS} l WHERE l.session_id = d.session_id AND l.successor = d.strand)")
    if tables.has("runtime_session_authority", "runtime_id", "boundary_head_json"):
        refers.append(
            "EXISTS (SELECT 1 FROM runtime_session_authority a WHERE a.runtime_id = 'rt:session:' || d.session_id"
            f" AND instr(CAST(a.boundary_head_json AS TEXT), {names}) > 0)"
        )
    rows, more = some_rows(
        connection,
        f"SELECT CAST(m.session_id AS BLOB), CAST(m.strand AS BLOB), count(*), sum({octets('m.message_json')})"
        f" FROM (SELECT DISTINCT session_id, strand FROM {STRANDS}) d JOIN {STRANDS} m"
        " ON m.session_id = d.session_id AND m.strand = d.strand"
        " WHERE EXISTS (SELECT 1 FROM session_heads x WHERE x.session_id = d.session_id)"
        f" AND NOT ({' OR '.join(refers)}) GROUP BY m.session_id, m.strand",
    )
    found.take(
        (
            Finding(
                Severity.INFO,
                stored_id(raw_id),
                "strand-unreferenced",
                f"Nothing refers to the strand “{shown(strand)}” of this session any more: {counted(count, 'message')},"
                f" {sized(size or 0)}. Meerkat never reads them.",
            )
            for raw_id, strand, count, size in rows
        ),
        more,
    )


def _links_to_nothing(connection: sqlite3.Connection, found: Collector) -> None:
    rows, more = some_rows(
        connection,
        f"SELECT CAST(l.session_id AS BLOB), CAST(l.strand AS BLOB), CAST(l.successor AS BLOB) FROM {LINKS} l"
        f" WHERE NOT EXISTS (SELECT 1 FROM {STRANDS} m WHERE m.session_id = l.session_id AND m.strand = l.successor)"
        f" AND NOT EXISTS (SELECT 1 FROM {LINKS} k WHERE k.session_id = l.session_id AND k.strand = l.successor)",
    )
    found.take(
        (
            Finding(
                Severity.ERROR,
                stored_id(raw_id),
                "link-to-nothing",
                f"The strand “{shown(strand)}” of this session takes messages from the strand “{shown(successor)}”,"
                " which is not stored: these messages are lost.",
            )
            for raw_id, strand, successor in rows
        ),
        more,
    )


def _parts_without_head(connection: sqlite3.Connection, tables: Tables, found: Collector) -> None:
    """Rows of sessions that have no head, all tables of one session in one finding."""
    parts: dict[bytes | None, list[str]] = {}
    more = 0
    for table in PARTS:
        if not tables.has(table, "session_id"):
            continue
        rows, beyond = some_rows(
            connection,
            f"SELECT CAST(p.session_id AS BLOB), count(*) FROM {table} p"
            " WHERE NOT EXISTS (SELECT 1 FROM session_heads h WHERE h.session_id = p.session_id) GROUP BY p.session_id",
        )
        more = max(more, beyond)
        for raw_id, count in rows:
            parts.setdefault(raw_id, []).append(f"{counted(count, 'row')} in “{table}”")
    found.take(
        (
            Finding(
                Severity.WARNING,
                stored_id(raw_id),
                "parts-without-head",
                f"Parts are left of a session that has no head: {', '.join(named)}. Meerkat does not show them; their"
                " texts stay in the file.",
            )
            for raw_id, named in parts.items()
        ),
        more,
    )
