"""Info: identity, usage, the metadata tree with secrets masked, and the way to unmask one (1.7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionError, SessionMissing
from store.meerkat.messages.secrets import hide_secrets, is_secret_name, looks_secret
from store.meerkat.schema import S06_STATEMENTS
from store.values.session import MetadataNode

Open = Callable[[Path], Backend]

SECRETS = {
    "session_build_state": {
        "shell_env": {"PATH": "/bin", "ANTHROPIC_API_KEY": "k"},
        "system_prompt": "You are.",
        "app_context": {"tenant": 7},
        "budget_limits": {"max_tokens": 1000},
        "output_schema": {"title": "T"},
    },
    "session_metadata": {
        "model": "m",
        "max_tokens": 4096,
        "provider_params": {"x": 1},
        "auth_binding": {"realm": "dev", "binding": "main"},
    },
    "host_private_key": {"anything": ["an", "embedding"]},
    "note": "Bearer abcdefghijklmnopqrstuvwxyz012345",
    "plain": "hello",
    "session_labels": {"team": "blue"},
}


def walk(nodes: Iterable[MetadataNode]) -> Iterable[MetadataNode]:
    for node in nodes:
        yield node
        yield from walk(node.children)


def tree(
    made: Any, make: Any, open_store: Open, token: CancelToken, metadata: Any
) -> tuple[Backend, str, dict[Any, MetadataNode]]:
    name = make.session_id(1)
    made.add(1, make.document(name, [make.user("x")], metadata))
    backend = open_store(made.done())
    detail = backend.detail(name, token)
    return backend, name, {node.path: node for node in walk(detail.metadata)}


def test_1_7_secrets_are_masked_and_all_else_is_shown(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    _, _, nodes = tree(made, make, open_store, token, SECRETS)
    masked = {path for path, node in nodes.items() if node.is_masked}
    assert masked == {
        ("session_build_state", "shell_env"),
        ("session_build_state", "system_prompt"),
        ("session_build_state", "app_context"),
        ("session_metadata", "provider_params"),
        ("host_private_key",),
        ("note",),
    }
    for path in masked:
        assert nodes[path].value is None
        assert nodes[path].children == ()
        assert "withheld" in nodes[path].text
    assert nodes[("session_metadata", "max_tokens")].value == 4096
    assert nodes[("session_metadata", "auth_binding", "binding")].value == "main"
    assert nodes[("session_build_state", "budget_limits", "max_tokens")].text == "1000"
    shown = json.dumps([[node.text, node.value] for node in nodes.values()])
    for secret in ("ANTHROPIC", "You are", "tenant", "embedding", "Bearer"):
        assert secret not in shown


def test_1_7_a_masked_value_is_told_when_a_person_asks(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    backend, name, _ = tree(made, make, open_store, token, SECRETS)
    path = ("session_build_state", "shell_env")
    assert json.loads(backend.unmasked(name, path, token)) == SECRETS["session_build_state"]["shell_env"]  # type: ignore[index]
    assert backend.unmasked(name, ("host_private_key", "anything", 1), token) == '"embedding"'
    for missing in ((), ("no",), ("plain", "x"), ("host_private_key", "anything", 9)):
        with pytest.raises(SessionError):
            backend.unmasked(name, missing, token)


def test_1_7_a_revision_graph_is_told_by_its_size_never_unfolded(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    bodies = [{"revision": f"sha256:{n}", "messages": [make.user("old " * 5_000)]} for n in range(300)]
    graph = {"head": "sha256:2", "commits": [{"revision": "sha256:2"}], "revisions": bodies[:2]}
    metadata = {"a": 1, "session_transcript_history_state_v1": graph}
    _, _, nodes = tree(made, make, open_store, token, metadata)
    node = nodes[("session_transcript_history_state_v1",)]
    assert (node.text, node.is_cut, node.children) == ("1 rewrite, 2 retained revisions", True, ())
    graph["revisions"] = bodies
    name = make.session_id(2)
    folder = made.path.parent / "large"
    folder.mkdir()
    large = type(made)(folder / "sessions.sqlite3", S06_STATEMENTS)
    large.add(2, make.document(name, [make.user("x")], {"zz": 2, **metadata}))
    backend = open_store(large.done())
    (row,) = backend.summaries(backend.ids(_order(), token).handles, token)
    assert row.is_rewritten
    assert row.faults == ()
    detail = backend.detail(name, token)
    shown = {node.path: node for node in walk(detail.metadata)}
    assert "bytes, not shown" in shown[("session_transcript_history_state_v1",)].text
    assert shown[("a",)].value == 1
    assert detail.summary.is_rewritten
    assert (detail.usage.input_tokens, detail.usage.output_tokens, detail.document_version) == (7, 3, 2)


def _order() -> Any:
    from store.values.session import SortOrder

    return SortOrder()


def test_1_7_the_detail_tells_usage_version_and_authority(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    name = made.add(1, [make.user("x"), make.assistant(make.said("y"))])
    made.connection.execute("INSERT INTO runtime_states VALUES (?, ?)", (f"rt:session:{name}", b'"stopped"'))
    backend = open_store(made.done())
    detail = backend.detail(name, token)
    assert (detail.usage.input_tokens, detail.usage.cache_read_tokens) == (7, None)
    assert detail.document_version == 2
    assert detail.summary.input_tokens == 7
    assert ("Runtime state", "stopped") in detail.facts
    with pytest.raises(SessionMissing):
        backend.detail(make.session_id(9), token)


def test_1_7_the_metadata_of_a_head_is_a_tree_too(
    made_strands: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    name = made_strands.add_head(1, [make.user("x")])
    detail = open_store(made_strands.done()).detail(name, token)
    nodes = {node.path: node.text for node in walk(detail.metadata)}
    assert nodes[("session_metadata", "model")] == "m-1"
    assert detail.summary.provider == "openai"
    assert "head" in detail.authority
    assert (detail.document_version, detail.usage.input_tokens) == (2, 4)


def test_1_7_metadata_nested_without_end_is_cut(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    deep: Any = 1
    for _ in range(200):
        deep = {"a": deep}
    _, _, nodes = tree(made, make, open_store, token, {"deep": deep, "wide": list(range(5_000))})
    assert len(nodes[("wide",)].children) == 500
    assert nodes[("wide",)].is_cut
    assert max(len(path) for path in nodes) == 40


@pytest.mark.parametrize(
    "name", ["password", "API_KEY", "apiKey", "client_secret", "access_token", "Authorization", "ssh_private_key"]
)
def test_names_that_tell_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["model", "author", "auth_binding", "realm", "keep_alive", "session_labels", "key", "monkey"]
)
def test_names_that_do_not(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-api03-abcdefghijklmnop0123",
        "ghp_abcdefghijklmnopqrstuvwx",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
        "postgres://me:hunter2@",
        "-----BEGIN RSA PRIVATE KEY----- MIIE -----END RSA PRIVATE KEY-----",
    ],
)
def test_texts_that_look_like_secrets_are_hidden_in_titles(text: str) -> None:
    assert looks_secret(text)
    assert hide_secrets(f"use {text} now") == "use ••• now"


@pytest.mark.parametrize(
    "text", ["sk-learn-is-a-library-for-things", "https://example.org/a:b@c", "task_0123", "a@b.c"]
)
def test_texts_that_do_not_look_like_secrets(text: str) -> None:
    assert not looks_secret(text)
