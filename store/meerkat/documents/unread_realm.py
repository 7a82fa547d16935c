"""Where the sessions of a realm lie when it has no session database, and what cannot be read of such realms.

Meerkat knows two more backends than SQLite: a folder of JSON documents, and until 0.5.2 redb, a database of its own
kind (formats/meerkat.md §1.2, §1.6).
"""

from __future__ import annotations

import os
from pathlib import Path

from store.errors import NoStoreInFolder, OpenError, UnreadableGeneration
from store.meerkat.realm import read_small_json, realm_id

MANIFEST = "realm_manifest.json"
DOCUMENTS_FOLDER = "sessions_jsonl"
DATABASE = "sessions.sqlite3"
RUNTIMES = ("runtime.sqlite3", "runtime.sqlite")
"""A runtime beside a realm's documents, and that of a program with a runtime of its own (formats/meerkat.md §1.4)."""

REDB_FILE = "sessions.redb"
REDB_MAGIC = b"redb\x1a\n\xa9\r\n"


def main_files_of(folder: Path) -> tuple[Path, ...]:
    """What is opened for the sessions of a realm; by names alone.

    A session database goes before all else, then a runtime's own, then the documents. The folder of documents leads to
    what its realm leads to, so that a realm is one store however it is reached. A realm without any of them stands for
    itself, and opening it says so.
    """
    if folder.name == DOCUMENTS_FOLDER:
        if os.path.lexists(folder.parent / DATABASE):
            return ()
        return _runtimes(folder.parent) or (folder,)
    if os.path.lexists(folder / DATABASE):
        return (folder / DATABASE,)
    found = _runtimes(folder)
    if not found and os.path.isdir(folder / DOCUMENTS_FOLDER):  # noqa: PTH112 - Path.is_dir raises without permission
        found = (folder / DOCUMENTS_FOLDER,)
    if os.path.lexists(folder / REDB_FILE):
        return (*found, folder / REDB_FILE)
    return found or ((folder,) if os.path.lexists(folder / MANIFEST) else ())


def _runtimes(folder: Path) -> tuple[Path, ...]:
    return tuple(folder / name for name in RUNTIMES if os.path.lexists(folder / name))[:1]


def documents_beside(main: Path) -> Path | None:
    """The folder of documents that a runtime's database stands beside; None if it is no such database."""
    folder = main.parent / DOCUMENTS_FOLDER
    if main.name not in RUNTIMES or not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises without permission
        return None
    return folder


def refusal_of_realm(folder: Path) -> OpenError:
    """The error that says how a realm without a session database keeps its sessions."""
    name = realm_id(folder) or folder.name
    backend = read_small_json(folder / MANIFEST).get("backend")
    if backend == "redb":
        return UnreadableGeneration(
            f"The realm “{name}” keeps its sessions in a redb database, as Meerkat before 0.5.2 could: the redb backend"
            " is not readable.",
            "Nothing was changed. A Meerkat from before 0.5.2 can read it.",
        )
    if backend == "jsonl":
        return NoStoreInFolder(
            f"The realm “{name}” keeps its sessions as JSON documents and has none yet.",
            "It may never have been used; nothing was changed.",
        )
    return NoStoreInFolder(
        f"The realm “{name}” has no session database.", "It may never have been used; nothing was changed."
    )


def refusal_of_redb(name: str) -> UnreadableGeneration:
    """The error for a redb database."""
    return UnreadableGeneration(
        f"“{name}” is a redb database, as Meerkat before 0.5.2 could use: the redb backend is not readable.",
        "Nothing was changed. A Meerkat from before 0.5.2 can read it.",
    )
