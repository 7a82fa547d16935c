"""What is told of a session's releases is told once: its name, its checks and Info agree (3.2, 3.3, S2)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.library import Library
from store.meerkat.checks.releases import name_of, releases_of_document
from store.meerkat.shapes.digests import DigestFormat
from store.meerkat.written_by import OF_PLAIN_STATE, OF_STATE_RECORD
from store.values.checks import CheckName
from store.values.session import SortOrder
from tests.store.meerkat.graph_maker import GraphMaker, told

F1, F2, F3, F4, F5 = DigestFormat
PROVENANCE = "session_runtime_checkpoint_provenance_v1"
PLAIN, RECORD = b'"idle"', b'{"record_version":1,"runtime_state":"idle"}'
NO_SESSIONS = ("LICENSE", "vectors", "migration-inputs", ".gitattributes")

OpenStore = Callable[[Path], Backend]


@pytest.mark.slow
def test_3_3_checks_and_revisions_name_each_session_of_the_samples_alike(
    copy_sample: Callable[[str], Path], library: Library, token: CancelToken
) -> None:
    """(3-case-1)"""
    samples = Path(__file__).parents[2] / "data" / "stores" / "meerkat"
    names = sorted(path.name for path in samples.iterdir() if not path.name.startswith(NO_SESSIONS))
    count = 0
    for name in names:
        for facts in library.open(copy_sample(f"meerkat/{name}"), token):
            backend = library.backend(facts.key)
            for row in backend.summaries(backend.ids(SortOrder(), token).handles, token):
                session_id = row.key.session_id
                current = backend.revisions(session_id, token)[-1]
                (check,) = backend.checks((session_id,), token)
                assert (check.revision, check.digest_format) == (current.revision, current.digest_format), session_id
                count += 1
    assert count > 250


@pytest.mark.parametrize(
    ("sample", "formats"),
    [
        ("realm-0.6.24-rkat", {1: 11}),
        ("realm-0.6.24-rkat-server", {1: 12}),
        ("realm-0.6.34-rkat", {1: 11}),
        ("realm-0.6.24-bridged-by-0.9.8", {1: 11}),
        ("realm-0.7.24-rkat", {3: 9, None: 2}),
        ("realm-0.8.26-rkat", {None: 11}),
        ("realm-0.9.8-rkat", {5: 11}),
    ],
)
def test_s2_the_format_of_each_session_of_a_real_realm(
    copy_sample: Callable[[str], Path], open_store: OpenStore, token: CancelToken, sample: str, formats: dict[Any, int]
) -> None:
    backend = open_store(copy_sample(f"meerkat/{sample}") / "realm" / "sessions.sqlite3")
    ids = [row.key.session_id for row in backend.summaries(backend.ids(SortOrder(), token).handles, token)]
    assert Counter(check.digest_format for check in backend.checks(ids, token)) == formats


@pytest.mark.parametrize(
    ("version", "keys", "beside", "formats"),
    [
        (None, (), (), {F1, F2, F3}),
        (1, (), (), {F1}),
        (2, (), (), {F1, F2, F3}),
        (2, (), (OF_PLAIN_STATE,), {F1}),
        (2, (), (OF_STATE_RECORD,), {F2, F3}),
        (2, ("session_lifecycle_terminal",), (), {F2, F3}),
        (2, (PROVENANCE,), (OF_STATE_RECORD,), {F3}),
        (2, ("session_checkpoint_stamp_v1",), (), {F3}),
        (2, (PROVENANCE,), (OF_PLAIN_STATE,), {F1, F2, F3}),
        (3, (), (), {F4, F5}),
        (3, ("session_run_cursor_v1",), (), {F4, F5}),
        (4, (), (), {F5}),
        (9, (), (), {F5}),
    ],
)
def test_s2_version_keys_and_rows_beside_narrow_the_formats(
    version: int | None, keys: tuple[str, ...], beside: tuple[Any, ...], formats: set[DigestFormat]
) -> None:
    assert releases_of_document(None, version, keys, beside).formats == formats


def test_s2_a_name_that_fits_in_several_formats_is_told_without_a_format() -> None:
    releases = releases_of_document(None, 2)
    names = {F1: "one", F2: "one", F3: "other"}
    assert name_of(names, frozenset({F1, F2}), releases) == ("one", None)
    assert name_of(names, frozenset({F1, F2, F3}), releases) == (None, None)
    assert name_of(names, frozenset({F1, F2}), releases, lambda: frozenset({F2, F3})) == ("one", F2)
    assert name_of(names, frozenset({F3}), releases) == ("other", F3)


@pytest.mark.parametrize(
    ("state", "digest_format", "writer"),
    [(PLAIN, 1, "Meerkat 0.6.0 to 0.6.34"), (RECORD, None, "Meerkat 0.7.0 to 0.7.24")],
)
def test_s2_the_runtime_row_tells_where_nothing_else_does(
    made: Any,
    make: Any,
    open_store: OpenStore,
    token: CancelToken,
    state: bytes,
    digest_format: int | None,
    writer: str,
) -> None:
    message = {"role": "user", "content": "a", "created_at": "2026-05-28T20:26:40Z"}
    session_id = made.add(1, [message])
    made.connection.execute(
        "INSERT OR REPLACE INTO runtime_states (runtime_id, runtime_state_json) VALUES (?, ?)",
        (f"rt:session:{session_id}", state),
    )
    backend = open_store(made.done())
    (check,) = backend.checks((session_id,), token)
    current = backend.revisions(session_id, token)[-1]
    sentence = next(one.sentence for one in check.results if one.name is CheckName.REVISION_DIGEST)
    assert check.digest_format == current.digest_format == digest_format
    assert check.revision == current.revision
    assert (current.revision is None) == (digest_format is None)
    assert ("Nothing tells whether it would be named in format 2 or 3." in sentence) == (digest_format is None)
    assert backend.detail(session_id, token).written_by == writer


@pytest.mark.parametrize("is_head_right", [True, False])
def test_s2_a_graph_whose_head_is_another_one_names_nothing(
    tmp_path: Path, open_store: OpenStore, token: CancelToken, is_head_right: bool
) -> None:
    """(3-case-6)"""
    maker = GraphMaker([told("a", 1), told("b", 2)])
    maker.rewrite(0, 1, [told("c", 3)])
    document = json.loads(maker.document())
    if not is_head_right:
        document["messages"][-1]["content"] = "changed"
    path = tmp_path / "session.json"
    path.write_text(json.dumps(document), "utf-8")
    backend, session_id = open_store(path), document["id"]
    (check,) = backend.checks((session_id,), token)
    current = backend.revisions(session_id, token)[-1]
    assert (check.revision, check.digest_format) == (current.revision, current.digest_format)
    assert (check.revision is not None) == is_head_right
