"""A store that a test changes through the guarded door, and looks at behind its back."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from store import Guarded, Library, OwnPaths
from store.cancel import CancelToken
from store.guarded.checkpoints import Checkpoints, pass_by
from store.own import Annotations
from store.values.changes import Action, LabelEdit, Plan, Receipt, Request, Scope
from store.values.store import SessionKey, StoreKey

TOKEN = CancelToken()
ROOT = Path(__file__).resolve().parents[3]
CHANGER = [sys.executable, "-m", "tests.store.guarded.changer"]
TABLES = (
    "sessions", "runtime_session_snapshots", "runtime_states", "runtime_input_states", "runtime_boundary_receipts",
    "runtime_ops_lifecycle",
)  # fmt: skip

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Scene:
    """One opened store and its guarded door; `days` moves the door's clock."""

    library: Library
    paths: OwnPaths
    key: StoreKey
    ids: tuple[str, ...]
    days: float = 0
    annotations: Annotations = field(init=False)

    def __post_init__(self) -> None:
        self.annotations = Annotations(self.paths)

    @property
    def main(self) -> Path:
        return Path(self.key.path)

    @property
    def journal(self) -> Path:
        return self.paths.changes_file

    def guarded(self, checkpoints: Checkpoints = pass_by) -> Guarded:
        """The door, as a program that was just started has it."""
        return Guarded(self.library, self.annotations, self.paths, self.now_s, checkpoints)

    def now_s(self) -> float:
        return time.time() + self.days * 24 * 3600

    def plan(
        self, action: Action, ids: Sequence[str], edit: LabelEdit | None = None, scope: Scope = Scope.STORE
    ) -> Plan:
        keys = [SessionKey(self.key, one) for one in ids]
        (plan,) = self.guarded().plan(Request(action, edit, scope), keys, TOKEN)
        return plan

    def do(self, action: Action, ids: Sequence[str], edit: LabelEdit | None = None) -> Receipt:
        """Plan and apply, and expect that everything is done."""
        receipt = self.guarded().apply(self.plan(action, ids, edit), TOKEN)
        assert [entry.refusal for entry in receipt.entries] == [None] * len(ids)
        return receipt

    def rows(self) -> Rows:
        """Every row of every table of sessions, as it stands in the file."""
        with self._looked_at() as connection:
            connection.text_factory = bytes
            return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in TABLES}

    def archived(self) -> set[str]:
        """Ids of the sessions that the store calls retired."""
        select = "SELECT runtime_id FROM runtime_states WHERE CAST(runtime_state_json AS TEXT) = '\"retired\"'"
        with self._looked_at() as connection:
            return {row[0].removeprefix("rt:session:") for row in connection.execute(select).fetchall()}

    @contextmanager
    def _looked_at(self) -> Iterator[sqlite3.Connection]:
        """A connection that leaves a cleanly closed file as it is, and reads it fastest."""
        if self.main.with_name(f"{self.main.name}-wal").exists():
            with self.written() as connection:
                yield connection
            return
        uri = f"{self.main.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            yield connection

    @contextmanager
    def written(self) -> Iterator[sqlite3.Connection]:
        """A connection of another program."""
        with closing(sqlite3.connect(self.main, isolation_level=None, timeout=10)) as connection:
            yield connection

    def touch(self, session_id: str) -> None:
        """Save a session as its agent would: both rows are other ones afterwards."""
        with self.written() as connection:
            connection.execute("BEGIN IMMEDIATE")
            for table, column, name in (
                ("sessions", "session_json", session_id),
                ("runtime_session_snapshots", "session_snapshot", f"rt:session:{session_id}"),
            ):
                owner = "session_id" if table == "sessions" else "runtime_id"
                connection.execute(
                    f"UPDATE {table} SET {column} = CAST({column} || ' ' AS BLOB) WHERE {owner} = ?", (name,)
                )
            connection.execute("COMMIT")


def counting(limit: int, wanted: str, then: Callable[[], None]) -> Checkpoints:
    """Call a function when a checkpoint is reached for the n-th time."""
    seen = {"count": 0}

    def pass_one(checkpoint: str) -> None:
        seen["count"] += checkpoint == wanted
        if checkpoint == wanted and seen["count"] == limit:
            then()

    return pass_one


def start(scene: Scene, **told: Any) -> subprocess.Popen[str]:
    """Start another Burrow on the same store and the same folder of ours; see `changer.py`."""
    command = [*CHANGER, str(scene.paths.data), str(scene.main.parent)]
    child = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    child.stdin.write(json.dumps(told) + "\n")
    child.stdin.flush()
    return child


def skip_where_modes_mean_nothing(folder: Path) -> None:
    """Skip a test whose point is that something must not be written, for those who may write everywhere."""
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    try:
        (closed / "file").touch()
    except PermissionError:
        return
    else:
        (closed / "file").unlink()
        pytest.skip("this user may write everywhere")
    finally:
        closed.rmdir()
