"""Making the demo library once, so that it is there whole or not at all. Runs on threads that may wait."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from store.blocking import may_wait
from store.cancel import CancelToken
from store.demo.realm_id import REALM_ID
from store.meerkat.writer import DATABASE_NAME, MANIFEST_NAME, NewRealm
from store.syncing import sync_folder

LOCK_WAIT_S: Final = 60.0
NEWEST_S: Final = 1_787_054_400
"""18 August 2026, 12:00 UTC, just after the last message of the library."""

_LOCK_NAME: Final = ".making.lock"
_UNFINISHED_NAME: Final = ".making"

CONFIG_TOML: Final = b"""max_tokens = 8192

[agent]
model = "claude-opus-4-8"
max_tokens_per_turn = 8192

[shell]
program = "bash"
timeout_secs = 120

[compaction]
auto_compact_threshold = 100000
recent_turn_budget = 4
max_summary_tokens = 4096
min_turns_between_compactions = 3
"""


def make_demo(folder: Path, token: CancelToken) -> Path:
    """Make the demo realm in the folder, unless it is there already.

    It is written under another name beside its place and renamed when it is whole, so that a killed run leaves nothing
    that looks like a store. Two programs that make it at once wait for each other.

    Args:
        folder: a folder of ours; made if it is missing.
        token: checked between sessions; a cancelled run leaves nothing.

    Returns:
        The main file of the realm.
    """
    may_wait("make the demo library")
    realm = folder / REALM_ID
    database = realm / DATABASE_NAME
    if _is_whole(realm):
        return database
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _only_one(folder / _LOCK_NAME):
        if _is_whole(realm):
            return database
        if realm.exists():
            _set_aside(realm)
        unfinished = folder / _UNFINISHED_NAME
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            _write(unfinished, token)
            _set_times(unfinished)
            unfinished.rename(realm)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        sync_folder(folder)
    return database


def _is_whole(realm: Path) -> bool:
    return (realm / DATABASE_NAME).is_file() and (realm / MANIFEST_NAME).is_file()


def _write(folder: Path, token: CancelToken) -> None:
    # Needed once in the life of an installation; loading the stories would cost every start a little.
    from store.demo.casting import REALM_CREATED_S, tell_all
    from store.demo.pictures import PICTURES

    with NewRealm(folder, REALM_ID, REALM_CREATED_S) as realm:
        realm.add_file("config.toml", CONFIG_TOML)
        blobs = {name: realm.add_blob(picture.media_type, picture.content()) for name, picture in PICTURES.items()}
        realm.add_sessions(tell_all(blobs, token), token)


def _set_times(folder: Path) -> None:
    """Date the files like their newest session: nobody is working here, and fresh files would say that somebody is."""
    time_s = min(NEWEST_S, time.time() - 3600)
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (time_s, time_s))


def _set_aside(realm: Path) -> None:
    """Rename what is at the realm's place and is not the demo; somebody may have put it there."""
    number = 1
    while (target := realm.with_name(f"{realm.name}.old-{number}")).exists():
        number += 1
    realm.rename(target)


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Hold a lock that the system gives back when its holder dies: an exclusive one on an empty database."""
    with closing(sqlite3.connect(lock, timeout=LOCK_WAIT_S, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")
