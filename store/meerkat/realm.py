"""The realm around a store: its name, and whether a program works on it now (formats/meerkat.md §1.6).

Reads small files of the realm's folder and nothing else; creates nothing.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import orjson

from store.opening.gate import moved_by_others

RUNNING_S = 30
"""A lease or a change of the file younger than this means that a program works on the store (README, "Words")."""

MAX_SMALL_FILE_BYTES = 64 * 1024
MAX_LEASES = 200


def realm_id(folder: Path) -> str | None:
    """The id in the realm's manifest; None where there is no manifest that says it."""
    manifest = read_small_json(folder / "realm_manifest.json")
    name = manifest.get("realm_id")
    return name if isinstance(name, str) and name else None


def store_name(main: Path, realm: str | None) -> str:
    """What people call a store: its realm, else its folder where the file has the name that all have."""
    if realm:
        return realm
    if main.name in ("sessions.sqlite3", "runtime.sqlite3", "runtime.sqlite") and main.parent.name:
        return main.parent.name
    return main.name


def is_store_running(main: Path) -> bool:
    """Whether a lease is fresh, or somebody else moved the store's files within the last 30 seconds."""
    now = time.time()
    if any(moved is not None and is_recent_s(moved / 1e9, now) for moved in moved_by_others(main)):
        return True
    return has_fresh_lease(main.parent, now)


def has_fresh_lease(folder: Path, now: float) -> bool:
    """Whether a server holds a lease on the realm with a heartbeat of the last 30 seconds."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder / "leases") if entry.name.endswith(".json"))
    except OSError:
        return False
    if not names:
        return False
    from store.meerkat.lease import parse_lease

    leases = (parse_lease(_read_small(folder / "leases" / name)) for name in names[:MAX_LEASES])
    return any(lease is not None and is_recent_s(lease.heartbeat_at, now) for lease in leases)


def is_recent_s(moment: float, now: float) -> bool:
    """Whether a time in seconds lies within the last 30; clocks may differ by two."""
    return -2 <= now - moment <= RUNNING_S


def read_small_json(path: Path) -> dict[str, object]:
    """Read a small JSON object; empty if it is missing, too long or anything else."""
    try:
        value = orjson.loads(_read_small(path))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _read_small(path: Path) -> bytes:
    """The beginning of a file; nothing if it cannot be read. A pipe is not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return os.read(descriptor, MAX_SMALL_FILE_BYTES)
        finally:
            os.close(descriptor)
    except OSError:
        return b""
