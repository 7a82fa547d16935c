"""Whether a program works on a store, and what a store is called (README, "Words": running)."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store.backend import Backend
from store.cancel import CancelToken
from store.meerkat.realm import is_store_running, realm_id, store_name
from store.values.session import SessionSummary

Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]


def age(path: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


def lease(folder: Path, seconds: float) -> None:
    (folder / "leases").mkdir(exist_ok=True)
    content = {"realm_id": "r", "pid": 1, "heartbeat_at": int(time.time() - seconds)}
    (folder / "leases" / "one.json").write_text(json.dumps(content))


def test_a_store_runs_while_its_file_or_log_moves_or_a_lease_is_fresh(tmp_path: Path) -> None:
    main, wal = tmp_path / "sessions.sqlite3", tmp_path / "sessions.sqlite3-wal"
    main.write_bytes(b"x")
    assert is_store_running(main)
    age(main, 60)
    assert not is_store_running(main)
    wal.write_bytes(b"")
    assert not is_store_running(main)
    wal.write_bytes(b"x")
    assert is_store_running(main)
    wal.unlink()
    lease(tmp_path, 31)
    assert not is_store_running(main)
    lease(tmp_path, 3)
    assert is_store_running(main)
    (tmp_path / "leases" / "one.json").write_text("{")
    assert not is_store_running(main)


def test_a_session_runs_while_its_store_does_and_an_input_waits(
    made: Any, make: Any, open_store: Open, list_rows: Rows
) -> None:
    waiting = made.add(1, [make.user("a")])
    done = made.add(2, [make.user("b")])
    nulled = made.add(3, [make.user("c")])
    fresh = made.add(4, [make.user("d")], updated_at_ms=int(time.time() * 1000))
    made.add(5, [make.user("e")])
    states = [
        (waiting, b'{"current_state":"queued"}'),
        (done, b'{"current_state":"consumed","terminal_outcome":{"outcome_type":"consumed"}}'),
        (nulled, b'{"current_state":"staged","terminal_outcome":null}'),
    ]
    for name, state in states:
        made.connection.execute("INSERT INTO runtime_input_states VALUES (?, 'i', ?)", (f"rt:session:{name}", state))
    path = made.done()
    backend = open_store(path)
    assert {row.key.session_id for row in list_rows(backend) if row.is_running} == {waiting, nulled, fresh}
    age(path, 60)
    assert not any(row.is_running for row in list_rows(backend))


def test_the_real_store_of_a_running_turn_shows_its_two_sessions(
    copy_sample: Any, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-running")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    running = {name for name, session in expected["sessions"].items() if session["key"] in expected["running"]}
    main = folder / "realm" / "sessions.sqlite3"
    age(main, 5)
    backend = open_store(main)
    assert backend.facts(token).is_running
    assert running <= {row.key.session_id for row in list_rows(backend) if row.is_running}


def test_a_store_is_called_by_its_realm_or_its_folder(tmp_path: Path) -> None:
    main = tmp_path / "sessions.sqlite3"
    assert realm_id(tmp_path) is None
    assert store_name(main, None) == tmp_path.name
    assert store_name(tmp_path / "copy.sqlite3", None) == "copy.sqlite3"
    (tmp_path / "realm_manifest.json").write_text('{"realm_id": "atlas"}')
    assert store_name(main, realm_id(tmp_path)) == "atlas"
    (tmp_path / "realm_manifest.json").write_text("[]")
    assert realm_id(tmp_path) is None
