"""How the JSONL backend is listed and read (P2: A11, reading): documents, sidecars, index and locks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.values.session import SessionState, SessionSummary
from tests.store.meerkat.folder_maker import Folder

Copy = Callable[[str], Path]
Open = Callable[[Path], Backend]
Rows = Callable[..., tuple[SessionSummary, ...]]


@pytest.fixture
def real(copy_sample: Copy) -> Path:
    """The folder of documents of a realm that Meerkat 0.6.24 made, pretty and compact ones side by side."""
    return copy_sample("meerkat/realm-0.6.24-jsonl") / "ledgers" / "sessions_jsonl"


def test_p2_a11_documents_are_read_pretty_and_on_one_line(real: Path, open_store: Open, token: CancelToken) -> None:
    lines = {path.stem: path.read_bytes().strip().count(b"\n") for path in real.glob("*.jsonl")}
    backend = open_store(real)
    for is_pretty in (True, False):
        name = next(name for name, count in sorted(lines.items()) if (count > 0) is is_pretty)
        document = json.loads((real / f"{name}.jsonl").read_bytes())
        assert backend.outline(name, token).count == len(document["messages"])


def test_p2_a11_the_list_reads_sidecars_and_works_with_a_corrupt_body(
    pages: Folder, open_store: Open, list_rows: Rows
) -> None:
    name = pages.add(1, ["one", "two"])
    pages.put(f"{name}.jsonl", b"{ no JSON")
    (row,) = list_rows(open_store(pages.path))
    assert (row.key.session_id, row.message_count, row.state) == (name, 2, SessionState.DAMAGED)


def test_p2_a11_the_list_works_where_all_sidecars_are_missing(real: Path, open_store: Open, list_rows: Rows) -> None:
    before = [(row.key.session_id, row.message_count) for row in list_rows(open_store(real))]
    for sidecar in real.glob("*.meta"):
        sidecar.unlink()
    assert [(row.key.session_id, row.message_count) for row in list_rows(open_store(real))] == before


@pytest.mark.parametrize("name", ["session_index.sqlite3", "session_index.redb"])
def test_p2_a11_the_list_needs_no_index(real: Path, open_store: Open, list_rows: Rows, name: str) -> None:
    before = [row.key.session_id for row in list_rows(open_store(real))]
    for index in real.glob("session_index.*"):
        index.unlink()
    without = [row.key.session_id for row in list_rows(open_store(real))]
    (real / name).write_bytes(b"damaged")
    assert [row.key.session_id for row in list_rows(open_store(real))] == without == before


def test_p2_a11_a_stale_lock_blocks_nothing(
    pages: Folder, open_store: Open, list_rows: Rows, token: CancelToken
) -> None:
    name = pages.add(1, ["one"])
    (pages.path / f"{name}.lock").write_bytes(b"pid=999999")
    backend = open_store(pages.path)
    (row,) = list_rows(backend)
    assert (row.message_count, backend.outline(name, token).count) == (1, 1)
