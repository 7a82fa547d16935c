"""Works on a session store in a process of its own, and is killed or hindered there; prints one JSON value.

`kill|tear FOLDER save|rewrite STRIDE` tries an action again and again, each time in a fork: killed before and after
each call to SQLite and to the system (`kill`), or by the system in the middle of a write, when a file grows beyond a
size that is a little larger each time (`tear`). `append FOLDER WRITERS` lets processes append to one session. `save
PATH USER` saves a session as another user.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from store.meerkat.reference.errors import SessionStoreError
from store.meerkat.reference.history import Reason
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from store.meerkat.reference.sqlite_failures import FolderFailed, StorageFailed
from store.meerkat.reference.sqlite_store import SqliteSessionStore
from tests.store.meerkat.reference.store_maker import integrity_of, loaded, said, session_of, user

Action = Callable[[SqliteSessionStore], None]
Arm = Callable[[int], None]

WATCHED = {"_sqlite3", "sqlite3", "posix", "_io"}
KILLED = (signal.SIGKILL, signal.SIGXFSZ)
LOG_HEADER_BYTES = 32
TORN_BYTES = 4_099
"""Less than a page of the log, so that the tear wanders through its pages."""

MAX_STEPS = 2_000


def arm_kill(step: int) -> None:
    """Kill this process at the n-th moment before or after it calls SQLite or the system."""
    seen = 0

    def watch(_frame: object, event: str, called: Any) -> None:
        nonlocal seen
        if event not in ("c_call", "c_return") or _module_of(called) not in WATCHED:
            return
        seen += 1
        if seen == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)


def _module_of(called: Any) -> str | None:
    owner = getattr(called, "__self__", None)
    if isinstance(owner, (sqlite3.Connection, sqlite3.Cursor, sqlite3.Blob)):
        return "sqlite3"
    return getattr(called, "__module__", None)


def arm_tear(step: int) -> None:
    """Let the system end this process when it writes beyond a size, which tears the write that reaches it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    size = LOG_HEADER_BYTES + step * TORN_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def prepared(folder: Path, name: str) -> tuple[Session, Session, Action]:
    """Make a store with a session, and the session as it is to become."""
    store = SqliteSessionStore.open(folder / "sessions.sqlite3")
    before = session_of("one", "two", "three")
    before.push(said("x" * 70_000))
    store.save(before)
    after = before.copy()
    if name == "save":
        after.push(user("marker " * 2_000))
        return before, after, lambda one: one.save(after)
    commit = commit_transcript_rewrite(after, 0, 3, after.canonical([user("shorter")]), Reason("test"))
    return before, after, lambda one: one.save_transcript_rewrite(after, commit)


def tried(folder: Path, name: str, arm: Arm, stride: int) -> dict[str, Any]:
    """Try an action with each step of a hindrance until it is not hindered any more."""
    template = folder / "template"
    before, after, action = prepared(template, name)
    states: Counter[str] = Counter()
    for step in range(1, MAX_STEPS, stride):
        work = folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(template, work)
        ending = _forked(partial(_armed, arm, step, action, work / "sessions.sqlite3"))
        if ending == 0:
            return {"states": states, "steps": step // stride}
        if ending not in [-number for number in KILLED]:
            raise RuntimeError(f"the process ended with {ending} at step {step}")
        states[_state_of(work / "sessions.sqlite3", before, after, action)] += 1
    raise RuntimeError("it was hindered for ever")


def _armed(arm: Arm, step: int, action: Action, path: Path) -> None:
    store = SqliteSessionStore(path)
    arm(step)
    action(store)


def _state_of(path: Path, before: Session, after: Session, action: Action) -> str:
    """What a store holds after a process was killed: "old", "new", or what is wrong with it."""
    if (sound := integrity_of(path)) != "ok":
        return sound
    store = SqliteSessionStore(path)
    found = loaded(store, before.id)
    if found.encode() == after.encode():
        return "new"
    if found.encode() != before.encode() or found.messages.digest() != before.messages.digest():
        return "neither"
    try:
        action(store)
    except SessionStoreError as error:
        return f"old, and not to be repeated: {error}"
    return "old" if loaded(store, before.id).encode() == after.encode() else "old, and repeated wrongly"


def _forked(work: Callable[[], None]) -> int:
    """Run a function in a fork; how it ended, negative for a signal."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def appended(folder: Path, writers: int) -> dict[str, Any]:
    """Let processes append one marker each to one session."""
    from tests.store.meerkat.reference.test_session_store import append_with_retries

    path = folder / "sessions.sqlite3"
    session = session_of("seed")
    SqliteSessionStore.open(path).save(session)
    children = []
    for number in range(writers):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                append_with_retries(SqliteSessionStore.open(path), session.id, f"marker {number}")
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    endings = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    found = loaded(SqliteSessionStore(path), session.id)
    texts = [found.messages.decoded(number)["content"] for number in range(len(found.messages))]
    return {"endings": endings, "texts": texts, "integrity": integrity_of(path)}


def saved_as(path: Path, user_id: int) -> dict[str, Any]:
    """Save a session as another user; what came of it."""
    session = session_of("one")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(user_id)
        os.setuid(user_id)
    try:
        SqliteSessionStore(path).save(session)
    except (StorageFailed, FolderFailed) as error:
        return {"variant": error.variant, "fault": error.fault.name, "display": str(error), "sentence": error.sentence}
    return {"variant": "ok"}


def main(arguments: list[str]) -> None:
    """Do what is asked and print it."""
    command, place = arguments[0], Path(arguments[1])
    if command in ("kill", "tear"):
        arm = arm_kill if command == "kill" else arm_tear
        answer = tried(place, arguments[2], arm, int(arguments[3]))
    elif command == "append":
        answer = appended(place, int(arguments[2]))
    else:
        answer = saved_as(place, int(arguments[2]))
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
