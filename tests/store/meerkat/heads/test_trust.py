"""The schema of a file is trusted with functions of JSON alone, and only where it cannot be read otherwise (S3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import OpenError
from store.meerkat.heads.trust import needs_trust

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]

NAMES_MATCH = "CREATE TABLE hostile (x CHECK (match(x, 1)))"


def guarded(main: Path) -> sqlite3.Connection:
    """A connection as stores are looked at."""
    connection = sqlite3.connect(main)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def is_trusted(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA trusted_schema").fetchone()[0])


def test_s3_a_schema_that_needs_no_trust_gets_none(copy_sample: Copy) -> None:
    with closing(guarded(copy_sample("meerkat/realm-0.7.28-rkat") / "realm" / "sessions.sqlite3")) as connection:
        assert not needs_trust(connection)
        assert not is_trusted(connection)


def test_s3_an_index_over_functions_of_json_is_read(copy_sample: Copy) -> None:
    with closing(guarded(copy_sample("meerkat/realm-0.9.8-rkat") / "realm" / "sessions.sqlite3")) as connection:
        assert needs_trust(connection) == is_trusted(connection)
        assert connection.execute("SELECT count(*) FROM session_heads").fetchone() == (11,)


def test_s3_a_schema_that_names_another_unsafe_function_is_not_trusted(
    copy_sample: Copy, open_store: Open, token: CancelToken
) -> None:
    main = copy_sample("meerkat/realm-0.9.8-rkat") / "realm" / "sessions.sqlite3"
    with closing(sqlite3.connect(main)) as connection, connection:
        connection.execute(NAMES_MATCH)
    with closing(guarded(main)) as connection:
        try:
            needs_trust(connection)
        except sqlite3.DatabaseError:
            with pytest.raises(OpenError):
                open_store(main).facts(token)
        assert not is_trusted(connection)
