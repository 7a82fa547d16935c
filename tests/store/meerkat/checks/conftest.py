"""Stores that are damaged on purpose, and what the checks say of each session."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.values.checks import CheckName, CheckResult, SessionCheck

MAIN_FILES = ("sessions.sqlite3", "runtime.sqlite")


def session_ids(backend: Backend) -> list[str]:
    """Every session of a store, in the order of its rows."""
    found: list[str] = []
    handle = None
    while rows := backend.census(handle, 500, CancelToken()):
        found += [row.session_id for row in rows]
        handle = rows[-1].handle
    return found


@pytest.fixture
def check_all(open_store: Callable[[Path], Backend]) -> Callable[[Path], dict[str, SessionCheck]]:
    """Check every session of a main file."""

    def check(main: Path) -> dict[str, SessionCheck]:
        backend = open_store(main)
        checks = backend.checks(session_ids(backend), CancelToken())
        return {one.session_id: one for one in checks}

    return check


@pytest.fixture
def result(check_all: Callable[[Path], dict[str, SessionCheck]]) -> Callable[[Path, str, CheckName], CheckResult]:
    """One result of the session whose id begins so."""

    def find(main: Path, beginning: str, name: CheckName) -> CheckResult:
        (one,) = [check for session_id, check in check_all(main).items() if session_id.startswith(beginning)]
        return next(found for found in one.results if found.name is name)

    return find


@pytest.fixture
def change() -> Callable[..., None]:
    """Run statements on a copy of a store; guards that its own tables have are taken away first."""

    def run(main: Path, *statements: str, parameters: tuple[object, ...] = ()) -> None:
        with closing(sqlite3.connect(main)) as database, database:
            database.execute("PRAGMA trusted_schema=ON")
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            for statement in statements:
                database.execute(statement, parameters)

    return run
