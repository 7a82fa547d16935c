"""The sparse Merkle tree over metadata, against a plain tree of all depths and against real heads."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.checks.smt import root_of, route_of, value_digest

CELLS = st.dictionaries(st.text(min_size=1, max_size=8).map(str.encode), st.binary(max_size=20), max_size=6)
DOMAIN = b"rkat:session-head-metadata:"


def hashed(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def plain_root(cells: dict[bytes, bytes]) -> str:
    """The same root by folding all leaves upwards level by level, as the format document describes it."""
    empty = hashed(DOMAIN, b"empty-leaf-exact:v1\0")
    level = {}
    for key, value in cells.items():
        route = hashed(DOMAIN, b"key-route:v1\0", key)
        leaf = (len(key).to_bytes(8, "big"), key, route, hashed(DOMAIN, b"value-exact:v1\0", value))
        level[int.from_bytes(route, "big")] = hashed(DOMAIN, b"leaf-exact:v1\0", *leaf)
    for depth in range(255, -1, -1):
        mark = (DOMAIN, b"node-exact:v1\0", depth.to_bytes(2, "big"))
        level = {
            at: hashed(*mark, level.get(at * 2, empty), level.get(at * 2 + 1, empty)) for at in {n >> 1 for n in level}
        }
        empty = hashed(*mark, empty, empty)
    return "head-metadata-smt-sha256:" + level.get(0, empty).hex()


@given(CELLS)
def test_the_root_along_the_routes_is_that_of_the_whole_tree(cells: dict[bytes, bytes]) -> None:
    assert root_of(cells) == plain_root(cells)


@given(CELLS, st.randoms(use_true_random=False))
def test_the_order_in_which_cells_come_does_not_matter(cells: dict[bytes, bytes], random: object) -> None:
    keys = list(cells)
    random.shuffle(keys)  # type: ignore[attr-defined]
    assert root_of({key: cells[key] for key in keys}) == root_of(cells)


@given(CELLS.filter(bool), st.integers(0, 1 << 20))
def test_one_flipped_bit_of_one_value_changes_the_root(cells: dict[bytes, bytes], number: int) -> None:
    key = sorted(cells)[number % len(cells)]
    value = bytearray(cells[key] or b"\0")
    value[number % len(value)] ^= 1 << number % 8
    assert root_of(cells | {key: bytes(value)}) != root_of(cells)


@given(CELLS.filter(bool))
def test_a_tree_without_one_of_its_cells_has_another_root(cells: dict[bytes, bytes]) -> None:
    rest = dict(list(cells.items())[1:])
    assert root_of(rest) != root_of(cells)


@pytest.mark.parametrize("sample", ["realm-0.8.26-rkat/realm", "realm-0.9.8-rkat/realm", "store-0.8.50-rotated"])
def test_3_3_names_routes_and_roots_of_real_cells_come_out_as_they_are_stored(
    copy_sample: Callable[[str], Path], sample: str
) -> None:
    with closing(sqlite3.connect(copy_sample(f"meerkat/{sample}") / "sessions.sqlite3")) as database:
        heads = database.execute("SELECT session_id, CAST(head_json AS BLOB) FROM session_heads").fetchall()
        for session_id, head in heads:
            rows = database.execute(
                "SELECT CAST(metadata_key AS BLOB), u.key_route, u.exact_value_digest, CAST(metadata_json AS BLOB)"
                " FROM session_head_metadata_current u JOIN session_head_metadata_cells"
                " USING (session_id, metadata_key, exact_value_digest) WHERE session_id = ?",
                (session_id,),
            ).fetchall()
            assert all(route_of(key) == route and value_digest(value) == name for key, route, name, value in rows)
            identity = json.loads(head)["metadata_identity"]
            assert len(rows) == identity["entry_count"]
            assert root_of({key: value for key, _, _, value in rows}) == identity["exact_root_digest"]
