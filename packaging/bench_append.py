"""Another program's work on a store while it is watched: `bench_append.py STORE` adds one message to its one session.

Both rows change in one transaction, as Meerkat saves. Prints the monotonic time right after the commit, in ns.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from contextlib import closing


def append(store: str) -> int:
    """Add a prompt to the end of the session; when it was committed."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        session_id, stored = connection.execute("SELECT session_id, session_json FROM sessions").fetchone()
        document = json.loads(stored)
        document["messages"].append({"role": "user", "content": "One more step.", "created_at": "2026-08-18T12:00:00Z"})
        document["updated_at"]["secs_since_epoch"] += 1
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE sessions SET session_json = ?, message_count = message_count + 1,"
            " updated_at_ms = updated_at_ms + 1000 WHERE session_id = ?",
            (text, session_id),
        )
        connection.execute(
            "UPDATE runtime_session_snapshots SET session_snapshot = ? WHERE runtime_id = ?",
            (text, f"rt:session:{session_id}"),
        )
        connection.execute("COMMIT")
        done_ns = time.monotonic_ns()
        time.sleep(3)  # an agent goes on holding its database
        return done_ns


if __name__ == "__main__":
    print(append(sys.argv[1]))
