"""Real realms that were left alone for long, changed behind the program's back, and what is found in them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from store import Library, OwnPaths
from store.cancel import CancelToken
from store.values.checks import Finding

LONG_AGO_S = 1_790_000_000


def age(folder: Path) -> None:
    """Let every file seem to have been written long ago: what moved just now seems to be worked on."""
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (LONG_AGO_S, LONG_AGO_S), follow_symlinks=False)


@dataclass(frozen=True)
class Realm:
    """A copy of a real realm."""

    folder: Path

    @property
    def main(self) -> Path:
        return self.folder / "sessions.sqlite3"

    @property
    def events(self) -> Path:
        return self.folder / ".rkat" / "events"

    def change(self, *statements: str, **values: object) -> None:
        """Change the database as another program would; guards of its own schema are taken away first."""
        with closing(sqlite3.connect(self.main)) as database, database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            for statement in statements:
                database.execute(statement, values)

    def one(self, statement: str) -> str:
        """One text out of the database."""
        with closing(sqlite3.connect(self.main)) as database:
            return str(database.execute(statement).fetchone()[0])

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file of the realm, with the folders that it lies in."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path


@pytest.fixture
def realm(copy_sample: Callable[[str], Path]) -> Callable[[str], Realm]:
    """Copy a realm: `realm("realm-0.6.24-rkat/realm")`."""
    return lambda name: Realm(copy_sample(f"meerkat/{name}"))


@pytest.fixture
def library(own_paths: OwnPaths) -> Iterator[Library]:
    library = Library(own_paths)
    yield library
    library.close_all()


@pytest.fixture
def find(library: Library) -> Callable[..., list[Finding]]:
    """What is found in a realm that was left alone; with `code`, of this kind only."""

    def find(realm: Realm, code: str | None = None, is_old: bool = True) -> list[Finding]:
        if is_old:
            age(realm.folder)
        (facts,) = library.open(realm.folder, CancelToken())
        backend = library.backend(facts.key)
        backend.refresh(CancelToken())
        found = backend.store_findings(CancelToken())
        return [finding for finding in found if code in (None, finding.code)]

    return find
