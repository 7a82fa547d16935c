"""A copied realm that a test changes through `Backend.changing`, and everything in it to compare before and after."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.cancel import CancelToken
from store.changing import Changing, Image
from store.meerkat import MEERKAT
from store.values.changes import Action, Edit, Plan, RefusalCode, Request, SessionPlan
from store.values.session import SessionSummary, SortOrder

Rows = dict[str, list[tuple[str, ...]]]
"""All rows of all tables, each value with its storage class."""

Files = dict[str, tuple[int, int, str]]
"""Mode, mtime in ns and digest of each file beside the database; of folders the mode alone."""


@dataclass(frozen=True)
class Done:
    """One session that was changed."""

    session_id: str
    request: Request
    planned: SessionPlan
    image: Image
    made_id: str


class Realm:
    """One realm, opened to look, and changed."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder = folder
        self.main = folder / "sessions.sqlite3"
        self.backend = MEERKAT.open(self.main, scratch, CancelToken())

    @property
    def changing(self) -> Changing:
        return self.backend.changing()

    def close(self) -> None:
        self.backend.close()

    # ------------------------------------------------------------------------------------------------- what is there

    def ids(self) -> list[str]:
        with closing(self.connect()) as database:
            return [row[0] for row in database.execute("SELECT session_id FROM sessions ORDER BY session_id")]

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.main, isolation_level=None, timeout=0.2)

    def run(self, statement: str, *values: Any) -> None:
        """Write as a foreign program does."""
        with closing(self.connect()) as database:
            database.execute(statement, values)

    def value(self, statement: str, *values: Any) -> Any:
        with closing(self.connect()) as database:
            row = database.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def document(self, session_id: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.stored(session_id))
        return found

    def stored(self, session_id: str) -> bytes:
        data: bytes = self.value("SELECT session_json FROM sessions WHERE session_id = ?", session_id)
        return data

    def documents(self) -> dict[str, tuple[Any, ...]]:
        """The rows of `sessions` without their ids, the documents last."""
        with closing(self.connect()) as database:
            rows = database.execute(
                "SELECT session_id, created_at_ms, updated_at_ms, message_count, total_tokens, metadata_json,"
                " session_json FROM sessions"
            )
            return {row[0]: row[1:] for row in rows}

    def snapshot(self, session_id: str) -> bytes:
        data: bytes = self.value(
            "SELECT session_snapshot FROM runtime_session_snapshots WHERE runtime_id = ?", f"rt:session:{session_id}"
        )
        return data

    def state(self, session_id: str) -> bytes | None:
        data: bytes | None = self.value(
            "SELECT runtime_state_json FROM runtime_states WHERE runtime_id = ?", f"rt:session:{session_id}"
        )
        return data

    def rows(self) -> Rows:
        with closing(self.connect()) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                table: sorted(tuple(map(repr, row)) for row in database.execute(f"SELECT * FROM {table}"))
                for table in tables
            }

    def files(self) -> Files:
        found: Files = {}
        for path in sorted(self.folder.rglob("*")):
            status = path.lstat()
            if path.name.startswith("sessions.sqlite3"):
                continue
            name = path.relative_to(self.folder).as_posix()
            if stat.S_ISDIR(status.st_mode):
                found[f"{name}/"] = (status.st_mode, 0, "")
            else:
                found[name] = (status.st_mode, status.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        return found

    def summaries(self) -> dict[str, SessionSummary]:
        token = CancelToken()
        self.backend.refresh(token)
        handles = self.backend.ids(SortOrder(), token).handles
        return {one.key.session_id: one for one in self.backend.summaries(handles, token)}

    # ------------------------------------------------------------------------------------------------------ changes

    def plan(self, action: Action, session_ids: Sequence[str], edit: Edit | None = None) -> Plan:
        return self.changing.plan(Request(action, edit), session_ids, CancelToken())

    def refusal(self, action: Action, session_id: str, edit: Edit | None = None) -> RefusalCode | None:
        (planned,) = self.plan(action, [session_id], edit).sessions
        return None if planned.refusal is None else planned.refusal.code

    def apply(self, plan: Plan) -> list[Done]:
        """Apply what is possible of a plan, and prove it."""
        token, changing, done = CancelToken(), self.changing, []
        with changing.writing(token) as writing:
            for planned in plan.possible:
                step = writing.begin(plan.request, planned, token)
                done.append(Done(planned.session_id, plan.request, step.planned, step.image, step.made_id))
                step.commit()
            for one in done:
                writing.verify(one.image)
        return done

    def change(self, action: Action, session_ids: Sequence[str], edit: Edit | None = None) -> list[Done]:
        plan = self.plan(action, session_ids, edit)
        assert [one.refusal for one in plan.refused] == []
        return self.apply(plan)

    def undo(self, done: Sequence[Done]) -> list[Image]:
        token, changing, images = CancelToken(), self.changing, []
        with changing.writing(token) as writing:
            for one in reversed(done):
                step = writing.begin_undo(one.session_id, one.request, one.image, token)
                images.append(step.image)
                step.commit()
            for image in images:
                writing.verify(image)
        return images
