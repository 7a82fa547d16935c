"""What lies beside a database: a log that is not in the file yet, a journal, further names of the file.

Sources: formats/meerkat.md §0 fact 12, §1.1, §1.6; https://www.sqlite.org/fileformat2.html, section 4.1.
"""

from __future__ import annotations

import struct
from pathlib import Path

from store.cancel import CancelToken
from store.meerkat.findings.collecting import Collector
from store.meerkat.findings.files import look_at, pieces
from store.opening.stamp import journal_path, wal_path
from store.values.amounts import counted, sized
from store.values.checks import Finding, Severity

WAL_MAGIC = (0x377F0682, 0x377F0683)
WAL_HEADER = struct.Struct(">IIIIII")
FRAME_HEADER = struct.Struct(">IIII")
FRAME_HEADER_BYTES = 24
WAL_HEADER_BYTES = 32
MAX_PAGE_BYTES = 65_536


def find_leftovers(main: Path, is_running: bool, found: Collector, token: CancelToken) -> None:
    """Find what lies beside a database.

    Args:
        is_running: a program works on it now, so that log and journal are its own.
    """
    _find_log(main, is_running, found, token)
    _find_journal(main, is_running, found)
    shm = look_at(main.with_name(main.name + "-shm"))
    if shm is not None and not is_running and look_at(wal_path(main)) is None:
        found.add(
            Finding(
                Severity.INFO,
                None,
                "shm-left",
                "A “-shm” file is left beside the database, and no log; it holds nothing, and the next program that"
                " opens the database makes it anew.",
            )
        )
    file = look_at(main)
    if file is not None and file.link_count > 1:
        found.add(
            Finding(
                Severity.WARNING,
                None,
                "hard-links",
                f"The database has {counted(file.link_count, 'name')} on its disk (hard links). Meerkat 0.8.52 and"
                " later refuse to open it so; a change under one name is one under all.",
            )
        )


def _find_log(main: Path, is_running: bool, found: Collector, token: CancelToken) -> None:
    log = look_at(wal_path(main))
    if log is None or not log.size_bytes:
        return
    frames, commits = count_frames(log.path, token)
    if is_running:
        severity, meaning = Severity.INFO, "A program works on the store and will take them over."
    elif commits:
        severity = Severity.WARNING
        meaning = (
            "They may not be in the database itself yet: copy the two files together, or these changes are lost. The"
            " next program that opens the store takes them over."
        )
    else:
        severity, meaning = Severity.INFO, "Nothing in it counts; the next program that opens the store clears it."
    found.add(
        Finding(
            severity,
            None,
            "wal-left",
            f"A log lies beside the database ({sized(log.size_bytes)}) with {counted(frames, 'page')} of"
            f" {counted(commits, 'commit')}. {meaning}",
        )
    )


def count_frames(path: Path, token: CancelToken) -> tuple[int, int]:
    """Count the pages of a write-ahead log that belong to it, and the commits among them.

    Pages of an older round stand behind them under another salt. Checksums are not proved.
    """
    frames = commits = pending = 0
    page_bytes = 0
    salts = (0, 0)
    at = 0  # offset of the first byte of `held`
    held = b""
    next_at = 0
    for piece in pieces(path):
        token.take_turn()
        held = held + piece
        while True:
            offset = next_at - at
            if offset > len(held):
                at, held = at + len(held), b""
                break
            if len(held) - offset < (WAL_HEADER_BYTES if not page_bytes else FRAME_HEADER_BYTES):
                at, held = next_at, held[offset:]
                break
            if not page_bytes:
                magic, _, page_bytes, _, *own = WAL_HEADER.unpack_from(held, offset)
                salts = (own[0], own[1])
                if magic not in WAL_MAGIC or not 512 <= page_bytes <= MAX_PAGE_BYTES:
                    return 0, 0
                next_at = WAL_HEADER_BYTES
                continue
            _, size_after, *own = FRAME_HEADER.unpack_from(held, offset)
            if (own[0], own[1]) != salts:
                return frames, commits
            pending += 1
            if size_after:  # the last page of a commit says how large the database is after it
                frames, commits, pending = frames + pending, commits + 1, 0
            next_at += FRAME_HEADER_BYTES + page_bytes
    return frames, commits


def _find_journal(main: Path, is_running: bool, found: Collector) -> None:
    journal = look_at(journal_path(main))
    if journal is None or not journal.size_bytes or is_running:
        return
    first = next(pieces(journal.path, 8), b"")
    if not any(first):
        return  # emptied by its writer
    found.add(
        Finding(
            Severity.WARNING,
            None,
            "journal-left",
            f"A rollback journal lies beside the database ({sized(journal.size_bytes)}): a write was cut short. The"
            " next program that opens the store takes that write back.",
        )
    )
