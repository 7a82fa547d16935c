"""Which sessions lie in a folder of documents, by the names, sizes and times of its files; nothing is opened here.

A session is a file `<id>.jsonl`. The `.meta` file of the same name is its entry for the list; `.lock` files, files that
are being written, the index and everything else are none of ours (formats/meerkat.md §1.6).
"""

from __future__ import annotations

import hashlib
import heapq
import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from store.cancel import CancelToken
from store.meerkat.documents.small_files import Moves, look_at, moves_of
from store.opening.classify import classify_os
from store.opening.stamp import YOUNG_NS

DOCUMENT_SUFFIX = ".jsonl"
SIDECAR_SUFFIX = ".meta"
CHECKED_EVERY = 50
"""Names looked at between two questions whether to go on, or to let others."""


AHEAD_NS = 60 * 1_000_000_000
"""A file may be written while the folder is looked at; of one from further ahead the clock is another one."""

NEWEST = 40
"""So many of the documents written last are looked at each time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One session's files, as they were seen.

    Attributes:
        folder, stem: where the document lies, and its name without its suffix.
        session_id: the name; bytes that are no UTF-8 are spelled out.
        handle: of its row; the same whenever the folder is looked at.
        size_bytes, mtime_ns: of the document.
        moves: what tells its state; empty where it was written so recently that it may be written again unseen.
        is_file: whether it is a file that can be read; a link, a pipe or a folder is none.
        has_sidecar: whether its `.meta` file is there.
        sidecar_moves: what tells the sidecar's state; empty as `moves` is, and where there is none.
    """

    folder: str
    stem: str
    session_id: str
    handle: int
    size_bytes: int
    mtime_ns: int
    moves: Moves
    is_file: bool
    has_sidecar: bool
    sidecar_moves: Moves

    @property
    def path(self) -> Path:
        """Of the document."""
        return Path(f"{self.folder}/{self.stem}{DOCUMENT_SUFFIX}")

    @property
    def sidecar(self) -> Path | None:
        """Of its `.meta` file; None where there is none."""
        return Path(f"{self.folder}/{self.stem}{SIDECAR_SUFFIX}") if self.has_sidecar else None

    def has_moved(self) -> bool:
        """Whether its files are others by now; also where that cannot be told."""
        beginning = f"{self.folder}/{self.stem}"
        if not self.moves or look_at(beginning + DOCUMENT_SUFFIX) != self.moves:
            return True
        return self.has_sidecar and look_at(beginning + SIDECAR_SUFFIX) != self.sidecar_moves


@dataclass(frozen=True, slots=True)
class Scan:
    """What was seen in a folder at one time.

    Attributes:
        moves: of the folder itself; empty where it was changed so recently that it may change again unseen.
        entries: by handle, rising.
        handles: of each session.
        newest: handles of the documents that were written last, the newest first.
        size_bytes: of all documents and sidecars.
    """

    moves: Moves
    entries: Mapping[int, Entry]
    handles: Mapping[str, int]
    newest: tuple[int, ...]
    size_bytes: int


def scan_folder(folder: Path, token: CancelToken) -> Scan:
    """Look at the names, sizes and times of the files in a folder.

    Raises:
        OpenError: it cannot be read.
    """
    now_ns = time.time_ns()
    documents: dict[str, os.stat_result] = {}
    sidecars: dict[str, os.stat_result] = {}
    size_bytes = 0
    try:
        moves = _settled(folder.stat(), now_ns)
        with os.scandir(folder) as found:
            for number, entry in enumerate(found):
                if number % CHECKED_EVERY == 0:
                    token.take_turn()
                    token.report(number, 0, "Looking at session files", "files")
                name = entry.name
                if name.endswith((DOCUMENT_SUFFIX, SIDECAR_SUFFIX)) and not name.startswith("."):
                    status = _status(entry)
                    if status is not None and not stat.S_ISDIR(status.st_mode):
                        size_bytes += status.st_size
                        of_kind = documents if name.endswith(DOCUMENT_SUFFIX) else sidecars
                        of_kind[name[: name.rindex(".")]] = status
    except OSError as error:
        raise classify_os(error, folder) from error
    rising = _entries(str(folder), documents, sidecars, now_ns, token)
    newest = heapq.nlargest(NEWEST, rising, key=lambda handle: rising[handle].mtime_ns)
    return Scan(moves, rising, {entry.session_id: entry.handle for entry in rising.values()}, tuple(newest), size_bytes)


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None  # it went while we looked


def _entries(
    folder: str,
    documents: Mapping[str, os.stat_result],
    sidecars: Mapping[str, os.stat_result],
    now_ns: int,
    token: CancelToken,
) -> dict[int, Entry]:
    """The sessions of a folder by their handles, rising."""
    entries: dict[int, Entry] = {}
    for number, stem in enumerate(sorted(documents)):
        if number % CHECKED_EVERY == 0:
            token.take_turn()
        document, sidecar = documents[stem], sidecars.get(stem)
        handle = _handle_of(stem, entries)
        entries[handle] = Entry(
            folder=folder,
            stem=stem,
            session_id=stem if stem.isascii() else os.fsencode(stem).decode("utf-8", "backslashreplace"),
            handle=handle,
            size_bytes=document.st_size,
            mtime_ns=document.st_mtime_ns,
            moves=_settled(document, now_ns),
            is_file=stat.S_ISREG(document.st_mode),
            has_sidecar=sidecar is not None and stat.S_ISREG(sidecar.st_mode),
            sidecar_moves=_settled(sidecar, now_ns) if sidecar is not None else (),
        )
    return {handle: entries[handle] for handle in sorted(entries)}


def _settled(status: os.stat_result, now_ns: int) -> Moves:
    """What tells a state; nothing tells that of a file that may be written again within the same tick of a clock."""
    return () if -AHEAD_NS < now_ns - status.st_mtime_ns < YOUNG_NS else moves_of(status)


def _handle_of(stem: str, taken: Mapping[int, Entry]) -> int:
    """A number for a name that no other name has, the same in every run: the catalogue keeps it."""
    handle = int.from_bytes(hashlib.sha256(os.fsencode(stem)).digest()[:8], "big") >> 1
    while handle in taken:
        handle += 1
    return handle
