"""A store of our own making has exactly the catalogue that the real programs leave."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.meerkat.schema import S06_STATEMENTS, STRAND_STATEMENTS


def _catalogue(database: Path) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def _made(statements: tuple[str, ...]) -> dict[str, str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in statements:
            connection.execute(statement)
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


@pytest.mark.parametrize("sample", ["realm-0.6.24-rich", "realm-0.6.24-rkat"])
def test_the_tables_are_letter_for_letter_those_of_0_6_24(copy_sample: Callable[[str], Path], sample: str) -> None:
    (database,) = copy_sample(f"meerkat/{sample}").rglob("sessions.sqlite3")
    assert _made(S06_STATEMENTS) == _catalogue(database)


def test_the_strand_tables_are_letter_for_letter_those_of_0_7_28(copy_sample: Callable[[str], Path]) -> None:
    databases = sorted(copy_sample("meerkat/realm-0.7.28").rglob("sessions.sqlite3"))
    assert databases
    for database in databases:
        assert _made(STRAND_STATEMENTS) == _catalogue(database)
