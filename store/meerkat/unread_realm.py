"""Realms that keep their sessions outside a SQLite database: recognised and named, not read yet.

Meerkat knows two more backends than SQLite: a folder of JSON documents, and until 0.5.2 redb, a database of its own
kind (formats/meerkat.md §1.2, §1.6).
"""

from __future__ import annotations

import os
from pathlib import Path

from store.errors import NoStoreInFolder, OpenError, UnreadableGeneration
from store.meerkat.realm import realm_id

MANIFEST = "realm_manifest.json"
DOCUMENTS_FOLDER = "sessions_jsonl"
REDB_FILE = "sessions.redb"
REDB_MAGIC = b"redb\x1a\n\xa9\r\n"


def unread_realm(folder: Path, database: str) -> Path | None:
    """What stands for the sessions of a realm without a session database; None where there is no such realm.

    By names alone. A realm stands for itself, also where only its folder of documents was asked for.

    Args:
        database: name of the session database, which the folder does not hold.
    """
    if folder.name == DOCUMENTS_FOLDER and os.path.lexists(folder.parent / MANIFEST):
        return None if os.path.lexists(folder.parent / database) else folder.parent
    if os.path.lexists(folder / REDB_FILE):
        return folder / REDB_FILE
    return folder if os.path.lexists(folder / MANIFEST) else None


def refusal_of_realm(folder: Path) -> OpenError:
    """The error that says how a realm without a session database keeps its sessions."""
    name = realm_id(folder) or folder.name
    if (folder / DOCUMENTS_FOLDER).is_dir():
        return UnreadableGeneration(
            f"The realm “{name}” keeps its sessions as JSON documents: the JSONL backend is not readable yet.",
            f"Single sessions can be opened: choose a .jsonl file in its folder {DOCUMENTS_FOLDER}.",
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
