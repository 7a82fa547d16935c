"""Older documents are read as 0.6.24 reads them, with the recorded outcome, and what changed is said (3.2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.backend import Backend
from store.cancel import CancelToken
from store.meerkat.codec.codec import decode, encode
from store.meerkat.codec.strict_json import NotStrict
from store.meerkat.shapes.migration import migrate, migrate_session_metadata
from store.meerkat.shapes.structs import NotTyped, uuid
from store.meerkat.shapes.typed_document import typed_document
from tests.conftest import STORES
from tests.store.meerkat.stored import vectors

INPUTS = STORES / "meerkat" / "migration-inputs"
ID = "019b0000-0000-7000-8000-0000000000aa"
MINIMAL: dict[str, Any] = {
    "version": 1,
    "id": ID,
    "messages": [],
    "created_at": {"secs_since_epoch": 1, "nanos_since_epoch": 2},
    "updated_at": {"secs_since_epoch": 3, "nanos_since_epoch": 4},
}


def load_document(document: Any) -> Any:
    """Read a document of any version, as the migrating decode does."""
    return typed_document(migrate(document).document)


INLINE = {
    "inline:array": "[]",
    "inline:empty_object": "{}",
    "inline:future_version_extra_fields": json.dumps(MINIMAL | {"version": 99, "later": {"a": 1}}),
    "inline:messages_missing": json.dumps({key: value for key, value in MINIMAL.items() if key != "messages"}),
    "inline:minimal": json.dumps(MINIMAL),
    "inline:not_json": "not json",
    "inline:unknown_block_type": json.dumps(
        MINIMAL | {"messages": [{"role": "block_assistant", "blocks": [{"block_type": "zzz", "data": {}}]}]}
    ),
    "inline:unknown_role": json.dumps(MINIMAL | {"messages": [{"role": "developer", "content": "a"}]}),
}
"""The inputs that the vectors name only: as their outcomes show them."""


@pytest.mark.parametrize("name", sorted(vectors()["migrations"]))
def test_3_2_each_document_migrates_to_the_recorded_bytes_or_is_refused(name: str) -> None:
    """(3-case-2) The vectors `migrations`."""
    data = INLINE[name].encode() if name in INLINE else (INPUTS / name).read_bytes()
    recorded = vectors()["migrations"][name]
    if "ok" in recorded:
        assert encode(load_document(decode(data))).decode() == recorded["ok"]
        return
    with pytest.raises((NotTyped, NotStrict)):
        load_document(decode(data))


@pytest.mark.parametrize("name", sorted(vectors()["migrations_spliced"]))
def test_3_2_each_spliced_document_migrates_to_the_recorded_bytes_and_legacy_bag(name: str) -> None:
    """(3-case-2) The vectors `migrations_spliced`."""
    recorded = vectors()["migrations_spliced"][name]
    if recorded["result"] == "error":
        with pytest.raises(NotTyped):
            load_document(recorded["input"])
        return
    migration = migrate(recorded["input"])
    assert encode(typed_document(migration.document)).decode() == recorded["session"]
    assert migration.legacy == recorded.get("legacy", {})
    assert bool(migration.legacy) == (recorded["result"] == "partial")


@pytest.mark.parametrize("name", sorted(vectors()["migrations_spliced"]))
def test_migrating_twice_changes_nothing_more(name: str) -> None:
    migrated = migrate(vectors()["migrations_spliced"][name]["input"])
    again = migrate(migrated.document)
    assert (again.document, again.changes) == (migrated.document, ())


def test_a_document_is_not_changed_by_reading_it() -> None:
    document = vectors()["migrations_spliced"]["x:empty_slug"]["input"]
    before = json.dumps(document)
    migrate(document)
    assert json.dumps(document) == before


def test_what_was_changed_is_said_in_sentences() -> None:
    binding = {"realm_id": "dev mode", "binding_id": "b", "profile": None}
    document = MINIMAL | {"metadata": {"session_metadata": {"connection_ref": binding}}}
    assert migrate(document).changes == (
        "The document is of version 1 and is read as version 2.",
        "“connection_ref” is read as “auth_binding”.",
        "The realm “dev mode” is read as “dev_mode”.",
        "The session's metadata is without a schema version and is read as schema 2.",
    )


keys = st.sampled_from(
    ["auth_binding", "connection_ref", "realm", "realm_id", "binding", "binding_id", "schema_version", "x"]
)
leaves = st.none() | st.integers() | st.text()


@given(st.recursive(leaves, lambda inner: st.dictionaries(keys, inner, max_size=4), max_leaves=10))
def test_whatever_the_metadata_is_it_is_read_and_settled_after_once(value: Any) -> None:
    once = migrate_session_metadata(value)
    again = migrate_session_metadata(once.document if isinstance(value, dict) else value)
    assert again.changes == ()


@pytest.mark.parametrize(
    "text", [ID.upper(), ID.replace("-", ""), f"urn:uuid:{ID}", f"{{{ID}}}"], ids=["upper", "simple", "urn", "braced"]
)
def test_any_text_form_of_an_id_is_read(text: str) -> None:
    assert uuid(text) == ID


@pytest.mark.parametrize("text", ["", "x", ID[:-1], f"{{{ID}", ID.replace("-", "_"), 5, f"{{{'-' * 36}}}"])
def test_what_is_no_id_is_refused(text: Any) -> None:
    with pytest.raises(NotTyped):
        uuid(text)


# ------------------------------------------------------------------------------------------------------- the Info tab


def metadata_of(detail: Any, *path: str) -> dict[str, str]:
    nodes = detail.metadata
    for name in path:
        (node,) = [node for node in nodes if node.name == name]
        nodes = node.children
    return {node.name: node.text for node in nodes}


def test_3_2_a_document_of_version_1_is_shown_in_its_newer_form_with_what_was_migrated(
    made: Any, make: Any, open_store: Callable[[Path], Backend], token: CancelToken
) -> None:
    metadata = {"session_metadata": {"connection_ref": {"realm_id": "dev mode", "binding_id": "b"}, "model": "m-1"}}
    messages = [make.user("hi"), make.assistant(make.said("yo"))]
    name = made.add(1, make.document(make.session_id(1), messages, metadata, version=1))
    backend = open_store(made.done())
    detail = backend.detail(name, token)
    assert detail.document_version == 1
    assert detail.written_by == "Meerkat 0.4.7 to 0.5.x"
    assert detail.migrated == migrate(json.loads(make.document(name, [], metadata, version=1))).changes
    assert metadata_of(detail, "session_metadata", "auth_binding") == {"realm": "dev_mode", "binding": "b"}
    assert backend.outline(name, token).count == 2


def test_3_2_a_document_of_version_2_says_that_nothing_was_migrated(
    made: Any, make: Any, open_store: Callable[[Path], Backend], token: CancelToken
) -> None:
    metadata = {"session_metadata": {"schema_version": 2, "auth_binding": {"realm": "r", "binding": "b"}}}
    name = made.add(1, make.document(make.session_id(1), [make.user("hi")], metadata))
    detail = open_store(made.done()).detail(name, token)
    assert (detail.document_version, detail.migrated) == (2, ())
    assert detail.written_by == "Meerkat 0.6.0 to 0.6.34"


def test_3_2_the_legacy_document_of_the_vectors_reads_like_a_newer_one(
    made: Any, open_store: Callable[[Path], Backend], token: CancelToken
) -> None:
    """(3-case-2) Its migrated metadata is what the real code loads; its messages are all there, in order."""
    case = vectors()["legacy_v1_without_created_at"]
    name = made.add(1, case["input"].encode(), session_id=json.loads(case["input"])["id"])
    backend = open_store(made.done())
    loaded = json.loads(case["load1"])
    shown = metadata_of(backend.detail(name, token), "session_metadata")
    assert shown["schema_version"] == "2"
    assert list(shown) == list(loaded["metadata"]["session_metadata"])
    messages = backend.messages(name, 0, backend.outline(name, token).count, token)
    assert [message.stored_role for message in messages] == [each["role"] for each in loaded["messages"]]
    assert {message.created_at for message in messages} == {None}


def test_a_document_of_a_later_version_is_never_migrated(
    made: Any, make: Any, open_store: Callable[[Path], Backend], token: CancelToken
) -> None:
    metadata = {"session_metadata": {"connection_ref": {"realm_id": "r"}}}
    name = made.add(1, make.document(make.session_id(1), [], metadata, version=4))
    detail = open_store(made.done()).detail(name, token)
    assert detail.migrated == ()
    assert metadata_of(detail, "session_metadata", "connection_ref") == {"realm_id": "r"}
