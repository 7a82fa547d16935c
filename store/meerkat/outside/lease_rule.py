"""Rule (1) of formats/meerkat.md §3.10, its first half: nobody writes to a realm on which a server works.

Only servers take leases; the command line of Meerkat does not, and shows itself by an input without outcome.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from store.meerkat.realm import RUNNING_S, realm_id, store_name
from store.values.amounts import counted
from store.values.changes import Refusal, RefusalCode

ADVICE = "Stop the agent, then plan again."
MAX_LEASES = 1_000
MAX_LEASE_BYTES = 64 * 1024


def lease_refusal(main: Path, now_s: float | None = None) -> Refusal | None:
    """Why a store may not be written because of a lease of its realm; None where there is no live one.

    A heartbeat of the future counts as alive, as Meerkat takes it. So does a file that is no lease and was written
    within the last 30 seconds: it may be one that is being written.

    Args:
        now_s: seconds since 1970; None for the clock of the system.
    """
    folder = main.parent / "leases"
    try:
        with os.scandir(folder) as entries:
            paths = sorted(Path(entry.path) for entry in entries if entry.name.endswith(".json"))
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return None
    except OSError as error:
        reason = error.strerror or "no reason given"
        sentence = f"The leases of the realm cannot be read, so that nobody knows whether an agent uses it: {reason}."
        return Refusal(RefusalCode.LEASE_ALIVE, sentence, "Check who may read the folder “leases”.")
    now_s = time.time() if now_s is None else now_s
    for path in paths[:MAX_LEASES]:
        found = _judge(path, main, now_s)
        if found is not None:
            return found
    return None


def _judge(path: Path, main: Path, now_s: float) -> Refusal | None:
    # What validates a lease takes long to load, and most realms have none.
    from store.meerkat.lease import parse_lease

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            written_s = os.fstat(descriptor).st_mtime
            lease = parse_lease(os.read(descriptor, MAX_LEASE_BYTES))
        finally:
            os.close(descriptor)
    except OSError:
        return None  # it was taken back just now, or is no file
    name = store_name(main, realm_id(main.parent))
    if lease is None:
        if now_s - written_s > RUNNING_S:
            return None
        sentence = f"An agent may be using {name}: a lease that cannot be read was written just now."
        return Refusal(RefusalCode.LEASE_ALIVE, sentence, ADVICE)
    age_s = now_s - lease.heartbeat_at
    if age_s > RUNNING_S:
        return None
    ago = counted(max(0, int(age_s)), "second")
    process = f" (process {lease.pid:,})" if lease.pid is not None else ""
    sentence = f"An agent is using {name}: its lease was renewed {ago} ago{process}."
    return Refusal(RefusalCode.LEASE_ALIVE, sentence, ADVICE)
