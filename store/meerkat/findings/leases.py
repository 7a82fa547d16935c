"""The leases of a realm: the files by which servers say that they work on it (formats/meerkat.md §1.6)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from store.cancel import CancelToken
from store.meerkat.findings.collecting import Collector
from store.meerkat.findings.files import plain_files, read_small
from store.meerkat.naming import shown
from store.meerkat.realm import is_recent_s
from store.values.amounts import counted
from store.values.checks import Finding, Severity

if TYPE_CHECKING:
    from store.meerkat.lease import Lease


def find_leases(folder: Path, found: Collector, token: CancelToken) -> None:
    """Find the leases of a realm, alive and stale."""
    now_s = time.time()
    for entry in plain_files(folder / "leases", ".json", token):
        # Loaded where there is a lease: what validates it takes long to load.
        from store.meerkat.lease import parse_lease

        lease = parse_lease(read_small(entry.path) or b"")
        if lease is None:
            found.add(
                Finding(
                    Severity.INFO,
                    None,
                    "bad-lease",
                    f"The lease “{shown(entry.name)}” cannot be read; no server is taken for running because of it.",
                )
            )
        elif is_recent_s(lease.heartbeat_at, now_s):
            found.add(
                Finding(
                    Severity.INFO,
                    None,
                    "lease-alive",
                    f"A server works on this realm: {_server(lease)}; it said so"
                    f" {counted(max(0, int(now_s - lease.heartbeat_at)), 'second')} ago.",
                )
            )
        else:
            found.add(
                Finding(
                    Severity.INFO,
                    None,
                    "lease-stale",
                    f"A lease is left of a server that ended without taking it back: {_server(lease)}, last heard of"
                    f" {_age(now_s - lease.heartbeat_at)}. Meerkat does not count it.",
                )
            )


def _server(lease: Lease) -> str:
    name = shown(lease.surface) if lease.surface else "of an unknown kind"
    return f"{name}, process {lease.pid}" if lease.pid is not None else name


def _age(seconds: float) -> str:
    """How long ago, in the largest unit of which there are at least two."""
    if seconds < 0:
        return "at a time to come"
    for unit, length_s in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length_s:
            return f"{counted(int(min(seconds // length_s, 1e9)), unit)} ago"
    return f"{counted(int(seconds), 'second')} ago"
