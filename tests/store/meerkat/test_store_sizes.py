"""Invariant: the parts of a store's size are what its files and rows hold, and together they are all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import Library
from store.cancel import CancelToken
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.documents.document_ends import tell_by_ends
from store.meerkat.messages.metadata import GRAPH_KEY
from store.meerkat.store_sizes import document_sums
from store.values.checks import SizePart
from store.values.session import SortOrder

SHARED = (SizePart.MESSAGES, SizePart.REVISIONS, SizePart.METADATA)


def sizes_of(library: Library, folder: Path) -> tuple[dict[SizePart, int], list[dict[SizePart, int]]]:
    """The parts of a store, and of each of its sessions."""
    token = CancelToken()
    (facts,) = library.open(folder, token)
    backend = library.backend(facts.key)
    rows = backend.summaries(backend.ids(SortOrder(), token).handles, token)
    sessions = [backend.sizes(row.key.session_id, token) for row in rows]
    whole = backend.store_sizes(token)
    assert not whole.is_estimate
    return {part.part: part.size_bytes for part in whole.parts}, [
        {part.part: part.size_bytes for part in one.parts} for one in sessions
    ]


@pytest.mark.parametrize(
    "name",
    [
        "realm-0.6.24-rkat-rewritten/realm",
        "realm-0.7.24-rkat/realm",
        "realm-0.8.10",
        "realm-0.9.8-rkat/realm",
        "store-0.8.50-rotated",
        "store-0.9.3-whole-blob",
    ],
)
def test_3_4_a_store_is_as_large_as_its_sessions_together(
    name: str, library: Library, copy_sample: Callable[[str], Path]
) -> None:
    whole, sessions = sizes_of(library, copy_sample(f"meerkat/{name}"))
    for part in SHARED:
        assert whole.get(part, 0) == sum(one.get(part, 0) for one in sessions), part


def test_3_4_database_log_blobs_and_events_add_up(library: Library, copy_sample: Callable[[str], Path]) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-live-wal") / "tide"
    whole, _ = sizes_of(library, realm)
    files = [realm / "sessions.sqlite3", realm / "sessions.sqlite3-wal", *realm.glob("blobs/*/*.json")]
    assert sum(whole.values()) == sum(path.stat().st_size for path in files)


def test_3_4_a_folder_of_documents_adds_up(library: Library, copy_sample: Callable[[str], Path]) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-jsonl") / "ledgers"
    whole, _ = sizes_of(library, realm)
    files = [
        path
        for below in ("sessions_jsonl", "blobs", ".rkat")
        for path in (realm / below).rglob("*")
        if path.is_file() and path.name != "summary.txt"
    ]
    summaries = sum(path.stat().st_size for path in (realm / ".rkat").rglob("summary.txt"))
    assert sum(whole.values()) == sum(path.stat().st_size for path in files) + summaries


def written(messages: list[object], before: dict[str, object], graph: object, after: dict[str, object]) -> bytes:
    """A document as products write it, keys of metadata in their order."""
    metadata = {key: before[key] for key in sorted(before)}
    if graph is not None:
        metadata[GRAPH_KEY] = graph
    metadata |= {key: after[key] for key in sorted(after)}
    at = {"secs_since_epoch": 1, "nanos_since_epoch": 0}
    fields = {"version": 2, "id": "x", "messages": messages, "created_at": at, "updated_at": at}
    fields |= {"metadata": metadata, "usage": {"input_tokens": 1}}
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


hostile = st.sampled_from(
    ['"messages":[', '],"created_at":{"a":1},"updated_at":{},"metadata":{}', ',"usage":{}}', "}}", '},"z":{}', "é"]
)
leaves = st.none() | st.integers() | hostile
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(hostile, inner), max_leaves=5)
free = st.dictionaries(hostile, values, max_size=4)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(free, max_size=4),
    st.dictionaries(st.sampled_from(["a", "m", "session_archived"]), values),
    st.none() | free,
    st.dictionaries(st.sampled_from(["session_voice", "tool", "zz"]), values),
)
def test_3_4_what_the_ends_of_a_document_tell_is_what_a_walk_finds(
    messages: list[object], before: dict[str, object], graph: object, after: dict[str, object]
) -> None:
    data = written(messages, before, graph, after)
    metadata = json.dumps(json.loads(data)["metadata"], separators=(",", ":"), ensure_ascii=False).encode()
    graph_at = metadata.find(f'"{GRAPH_KEY}":'.encode()) if graph is not None else -1
    told = tell_by_ends(MemorySource(data), len(metadata), graph_at)
    walked = document_sums(MemorySource(data), CancelToken()).sizes
    if told is not None:
        assert told.messages_bytes == walked[SizePart.MESSAGES]
        assert told.graph_bytes == walked[SizePart.REVISIONS]
        assert told.metadata_bytes - told.graph_bytes == walked[SizePart.METADATA]
    if not before and not after and not graph and not messages:
        assert told is not None


@given(st.binary(max_size=300), st.integers(-1, 400))
def test_3_4_of_any_other_bytes_the_ends_tell_nothing(data: bytes, graph_at: int) -> None:
    assert tell_by_ends(MemorySource(data), len(data) // 2, graph_at) is None
