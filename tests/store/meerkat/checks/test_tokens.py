"""Tokens of heads, computed as the products stored them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.meerkat.checks.tokens import head_token, row_token
from store.meerkat.codec.byte_source import MemorySource

HEADS = "SELECT CAST(head_json AS BLOB), cas_token FROM session_heads"
SEALED = ("realm-0.8.26-rkat/realm", "realm-0.9.8-rkat/realm", "store-0.8.50-rotated")
PLAIN = ("realm-0.7.28/attempted-turn", "realm-0.7.28-rkat/realm", "realm-0.8.10")


def rows_of(folder: Path, statement: str) -> list[tuple[bytes, str]]:
    with closing(sqlite3.connect(folder / "sessions.sqlite3")) as database:
        return database.execute(statement).fetchall()


@pytest.mark.parametrize("sample", PLAIN + SEALED)
def test_3_3_the_token_of_every_real_head_comes_out_as_it_is_stored(
    copy_sample: Callable[[str], Path], sample: str
) -> None:
    heads = rows_of(copy_sample(f"meerkat/{sample}"), HEADS)
    assert heads
    assert [head_token(head) for head, _ in heads] == [token for _, token in heads]
    prefix = "head-v5-sha256:" if sample in SEALED else "head-sha256:"
    assert all(token.startswith(prefix) for _, token in heads)


def test_a_head_with_one_other_byte_has_another_token(copy_sample: Callable[[str], Path]) -> None:
    (head, token), *_ = rows_of(copy_sample("meerkat/realm-0.9.8-rkat/realm"), HEADS)
    assert head_token(head.replace(b'"message_count":', b'"message_count":1', 1)) != token


def test_a_sealed_head_without_a_rewrite_prefix_is_hashed_with_the_prefix_of_none() -> None:
    fields = b'{"id":"a","version":4,"strand":"root","head_revision":"r","message_count":0,%b"rewrite_count":0,%b'
    rest = b'"created_at":{},"updated_at":{},"usage":{},"metadata_identity":{},"metadata":{}}'
    empty = b'"rewrite_prefix":{"occurrence_count":0,"digest":"sha256:%b"},'
    digest = b"ab" * 32
    assert head_token(fields % (b"", b"") + rest) != head_token(fields % (b"", empty % digest) + rest)


def test_a_sealed_head_that_lacks_a_field_has_no_token() -> None:
    with pytest.raises(ValueError, match="no “version”"):
        head_token(b'{"id":"a","metadata_identity":{}}')


def test_what_is_no_object_has_no_token() -> None:
    with pytest.raises(ValueError, match="no JSON object"):
        head_token(b"[1,2]")


def test_the_token_of_a_row_names_its_stored_bytes() -> None:
    assert (
        row_token(MemorySource(b"{}"), CancelToken())
        == "row-sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )
