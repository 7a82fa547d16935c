"""One run of each measure of actions on sessions; called by bench_child.py in a process of its own.

Measured stores are never written: each run changes a realm of its own, with the first 1,000 sessions of d10k in it.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store import CancelToken, Library
    from store.values.store import SessionKey, StoreKey

Answer = tuple[float, float | None]

SESSIONS = 1_000
MANIFEST, DATABASE = "realm_manifest.json", "sessions.sqlite3"


def plan(data: Path, _started_ns: int) -> Answer:
    """Planning to archive 1,000 sessions, each read and judged by every rule, in s."""
    return _archived_s(data)[0], None


def apply(data: Path, _started_ns: int) -> Answer:
    """Archiving them, with the copy of the store, a before-image, a verification and an entry for each, in s."""
    return _archived_s(data)[1], None


def _archived_s(data: Path) -> tuple[float, float]:
    from store import CancelToken, Guarded, Library, OwnPaths
    from store.own import Annotations
    from store.values.changes import Action, EntryState, Request

    with _realm(data) as realm:
        paths = OwnPaths.under(realm.parent / "own")
        library, token = Library(paths), CancelToken()
        (facts,) = library.open(realm, token)
        keys = _keys(library, facts.key, token)
        guarded = Guarded(library, Annotations(paths), paths)
        begin_s = time.perf_counter()
        (planned,) = guarded.plan(Request(Action.ARCHIVE), keys, token)
        planned_s = time.perf_counter()
        receipt = guarded.apply(planned, token)
        applied_s = time.perf_counter()
        library.close(facts.key)
    done = sum(entry.state is EntryState.DONE for entry in receipt.entries)
    if done != SESSIONS:
        raise RuntimeError(f"{done} of {SESSIONS} sessions were archived: {receipt.entries[0]}")
    return planned_s - begin_s, applied_s - planned_s


def _keys(library: Library, store: StoreKey, token: CancelToken) -> list[SessionKey]:
    """All sessions of the store, as its list has them."""
    from store.values.session import SortOrder

    backend = library.backend(store)
    handles = backend.ids(SortOrder(), token).handles
    return [row.key for row in backend.summaries(handles, token)]


def heartbeat(data: Path, _started_ns: int) -> Answer:
    """Intervals of a precise timer while the window plans and archives 1,000 sessions, p99 in ms; beside: idle."""
    from bench_window import Heartbeat, desk, p99

    from app.commands import ActionId
    from app.views.plan_dialog import Stage

    with _realm(data) as realm, desk(realm) as at:
        at.until(lambda: at.has_rows(SESSIONS), "the list")
        at.until_idle()
        heart = Heartbeat()
        with heart.beating() as idle:
            at.pump(2.0)
        at.rows.setFocus()
        at.rows.selectAll()
        at.until_idle()
        changing = at.controller.changing
        with heart.beating() as working:
            at.controller.window.actions_of.by_id[ActionId.ARCHIVE].trigger()
            opened = changing.open
            assert opened is not None
            at.until(lambda: opened.dialog.stage is Stage.PLAN, "the plan")
            opened.dialog.confirm_asked.emit()
            at.until(lambda: changing.open is None or opened.dialog.stage is Stage.RESULT, "the receipt")
            at.until_idle()
        if changing.open is not None:
            opened.dialog.close()
        return p99(working), p99(idle)


@contextmanager
def _realm(data: Path) -> Iterator[Path]:
    """A realm of 1,000 sessions of 30 KB in a passing folder."""
    from store.meerkat.schema import S06_STATEMENTS

    with tempfile.TemporaryDirectory(prefix="changed-", dir=data) as folder:
        realm = Path(folder) / "realm"
        realm.mkdir()
        shutil.copyfile(data / "d10k" / MANIFEST, realm / MANIFEST)
        path = realm / DATABASE
        with closing(sqlite3.connect(path.as_uri(), uri=True, isolation_level=None)) as made:
            made.execute("PRAGMA journal_mode = WAL")
            for statement in S06_STATEMENTS:
                made.execute(statement)
            made.execute("ATTACH ? AS source", (f"{(data / 'd10k' / DATABASE).as_uri()}?immutable=1",))
            made.execute("BEGIN")
            for table in ("sessions", "runtime_session_snapshots", "runtime_states"):
                made.execute(
                    f"INSERT INTO main.{table} SELECT * FROM source.{table} ORDER BY rowid LIMIT ?", (SESSIONS,)
                )
            made.execute("COMMIT")
        yield realm


MEASURED: Mapping[str, Callable[[Path, int], Answer]] = {
    "4-N2-plan": plan,
    "4-N2-apply": apply,
    "4-N3-heartbeat": heartbeat,
}
