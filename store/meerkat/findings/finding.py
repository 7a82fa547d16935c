"""All findings of a store, for each form in which one is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import DamagedDatabase
from store.meerkat.findings.blob_findings import (
    Blobs,
    drop_mentioned_in_files,
    mentioned_in_database,
    report_unreferenced,
)
from store.meerkat.findings.collecting import Collector
from store.meerkat.findings.leases import find_leases
from store.meerkat.findings.leftovers import find_leftovers
from store.meerkat.findings.log_findings import AskStored, Stored, find_in_logs
from store.meerkat.findings.runtime_rows import find_runtime_rows
from store.meerkat.findings.session_rows import find_lone_rows
from store.meerkat.findings.soundness import find_unsound
from store.meerkat.findings.stored import read_stored
from store.meerkat.findings.strand_rows import find_strand_rows
from store.meerkat.findings.tables import Read, read_tables
from store.meerkat.generation import Layout
from store.meerkat.realm import is_store_running
from store.values.checks import Finding, Severity


def database_findings(
    main: Path,
    layout: Layout,
    read: Read,
    session_count: int | None,
    token: CancelToken,
) -> tuple[Finding, ...]:
    """Everything of a database and the realm around it.

    Args:
        main: the database.
        read: runs a batch on it; texts come as bytes.
        session_count: sessions that it lists; None if not known.
    """
    may_wait("check a store")
    is_running = is_store_running(main)
    found = Collector()
    for fault in layout.faults:
        found.add(Finding(Severity.WARNING, None, fault.code, fault.sentence))
    token.report(0, 0, "Letting SQLite check the whole file", "")
    unsound = find_unsound(read)
    if unsound is not None:
        found.add(unsound)
    token.report(0, 0, "Looking for rows that belong to nothing", "")
    tables = read(read_tables)
    for step in (
        lambda connection, into: find_lone_rows(connection, tables, into),
        lambda connection, into: find_strand_rows(connection, tables, into),
        lambda connection, into: find_runtime_rows(connection, tables, is_running, into),
    ):
        token.check()
        try:
            found.merge(read(_gathering(step)))
        except DamagedDatabase:
            if unsound is None:
                raise
    find_leftovers(main, is_running, found, token)

    def ask(session_ids: Sequence[str]) -> dict[str, Stored]:
        return read(lambda connection: read_stored(connection, tables, session_ids))

    def drop_mentioned(blobs: Blobs) -> None:
        wanted = frozenset(blobs.sizes)
        for digest in read(lambda connection: mentioned_in_database(connection, tables, wanted, token)):
            blobs.sizes.pop(digest, None)

    _find_in_realm(main.parent, ask, drop_mentioned, session_count, is_running, found, token)
    return found.findings()


def realm_findings(
    folder: Path,
    ask: AskStored,
    documents: Path,
    session_count: int | None,
    is_running: bool,
    token: CancelToken,
) -> tuple[Finding, ...]:
    """Everything of a realm whose sessions are files.

    Args:
        folder: the realm's.
        ask: says what is stored of sessions.
        documents: the folder of its session documents, `*.jsonl`.
        session_count: of the store; None if not known.
        is_running: a program works on the realm now.
    """
    may_wait("check a store")
    found = Collector()

    def drop_mentioned(blobs: Blobs) -> None:
        drop_mentioned_in_files(blobs, documents, ".jsonl", token)

    _find_in_realm(folder, ask, drop_mentioned, session_count, is_running, found, token)
    return found.findings()


def _find_in_realm(
    folder: Path,
    ask: AskStored,
    drop_mentioned: Callable[[Blobs], None],
    session_count: int | None,
    is_running: bool,
    found: Collector,
    token: CancelToken,
) -> None:
    token.report(0, 0, "Looking at files of the realm", "")
    find_leases(folder, found, token)
    find_in_logs(folder, ask, session_count, is_running, found, token)
    blobs = Blobs(folder, token)
    if blobs.sizes and not blobs.is_cut:
        drop_mentioned(blobs)
        drop_mentioned_in_files(blobs, folder / ".rkat" / "events", ".jsonl", token)
        report_unreferenced(blobs, found)


def _gathering(
    step: Callable[[sqlite3.Connection, Collector], None],
) -> Callable[[sqlite3.Connection], Collector]:
    """A batch that gathers anew each time that it runs."""

    def batch(connection: sqlite3.Connection) -> Collector:
        into = Collector()
        step(connection, into)
        return into

    return batch
