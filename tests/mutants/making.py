"""Makes mutants: one of each number, the same one at any time and in any process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from random import Random
from typing import TypeVar

from tests.mutants.base import Form, Sample, bytes_of, read_only_copy
from tests.mutants.files import FILE_MUTATIONS, JSONL_MUTATIONS, LOG_MUTATIONS, damaged_document
from tests.mutants.json_bytes import JSON_MUTATIONS
from tests.mutants.mutant import Changes, Mutant, chance_of, with_changes
from tests.mutants.pages import PAGE_MUTATIONS
from tests.mutants.rows import COLUMN_MUTATIONS, ROW_MUTATIONS, json_mutation, lawless

T = TypeVar("T")

MAX_TRIES = 20
"""Some mutations change nothing of what they happen upon; then another is tried."""


def make_mutant(sample: Sample, seed: int) -> Mutant:
    """Make one mutant of a sample.

    Args:
        seed: any number; the same one makes the same mutant.
    """
    chance = chance_of(sample, seed)
    for _ in range(MAX_TRIES):
        kind, changes, note = _changes(sample, chance)
        base = sample.closed
        changes = {name: data for name, data in changes.items() if base.get(name) != data}
        if changes:
            return Mutant(sample, seed, kind, note, with_changes(base, changes), frozenset(changes))
    raise LookupError(f"Nothing of {sample.name} could be changed by {seed}.")


def _changes(sample: Sample, chance: Random) -> tuple[str, Changes, str]:
    families = {
        Form.DATABASE: (("page", 30), ("row", 15), ("column", 15), ("JSON", 30), ("file", 8), ("log", 8)),
        Form.JSONL: (("document", 60), ("realm", 30), ("file", 10)),
        Form.DOCUMENT: (("document", 1),),
    }[sample.form]
    names = [name for name, _ in families if name != "log" or sample.has_log]
    family = chance.choices(names, [weight for name, weight in families if name in names])[0]
    if family == "page":
        name, mutate_pages = _picked(PAGE_MUTATIONS, chance)
        data = bytearray(sample.closed[sample.opened])
        note = mutate_pages(data, chance)
        return f"page: {name}", {sample.opened: bytes(data)}, note
    if family in ("row", "column", "JSON"):
        return _in_database(sample, family, chance)
    if family == "document":
        name, _ = _picked(JSON_MUTATIONS, chance)
        changes, note = damaged_document(name)(sample, chance)
        return f"document: {name}", changes, note
    table = {"file": FILE_MUTATIONS, "log": LOG_MUTATIONS, "realm": JSONL_MUTATIONS}[family]
    if sample.form is Form.JSONL and family == "file":
        table = {name: entry for name, entry in table.items() if "companion" in name or "folder" in name}
    name, mutate_files = _picked(table, chance)
    try:
        changes, note = mutate_files(sample, chance)
    except IndexError:
        return f"{family}: {name}", {}, "there is none"
    return f"{family}: {name}", changes, note


def _in_database(sample: Sample, family: str, chance: Random) -> tuple[str, Changes, str]:
    if family == "JSON":
        name, _ = _picked(JSON_MUTATIONS, chance)
        mutate = json_mutation(name)
    else:
        name, mutate = _picked(ROW_MUTATIONS if family == "row" else COLUMN_MUTATIONS, chance)
    with closing(read_only_copy(sample.closed[sample.opened])) as connection:
        try:
            with lawless(connection):
                note = mutate(connection, chance)
        except (LookupError, sqlite3.IntegrityError, OverflowError) as reason:
            return f"{family}: {name}", {}, str(reason)
        return f"{family}: {name}", {sample.opened: bytes_of(connection)}, note


def _picked(table: dict[str, tuple[int, Callable[..., T]]], chance: Random) -> tuple[str, Callable[..., T]]:
    name = chance.choices(list(table), [weight for weight, _ in table.values()])[0]
    return name, table[name][1]
