"""Documents of before 0.6.0, whose messages have no times (3-case-5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.meerkat.checks.lone_documents import check_lone_document
from store.meerkat.codec.byte_source import MemorySource
from store.values.checks import CheckName, Outcome, SessionCheck


@pytest.fixture
def legacy(repo_root: Path) -> bytes:
    """The legacy document of the vectors, as its version stored it."""
    path = repo_root / "tests" / "data" / "stores" / "meerkat" / "vectors-0.6.24.json"
    found = json.loads(path.read_text("utf-8"))["legacy_v1_without_created_at"]
    stored = next(
        value for value in found.values() if isinstance(value, str) and value.lstrip().startswith('{"version"')
    )
    return str(stored).encode()


@pytest.fixture
def legacy_store(made: Any, legacy: bytes) -> tuple[Path, str]:
    document = json.loads(legacy)
    created, updated = (document[key]["secs_since_epoch"] * 1000 for key in ("created_at", "updated_at"))
    tokens = sum(document["usage"][key] for key in ("input_tokens", "output_tokens"))
    made.add(1, legacy, session_id=document["id"], created_at_ms=created, updated_at_ms=updated, total_tokens=tokens)
    return made.done(), document["id"]


def test_3_case_5_the_digest_of_messages_without_times_is_not_applicable_with_the_reason(
    legacy_store: tuple[Path, str], check_all: Callable[[Path], dict[str, SessionCheck]]
) -> None:
    """(3-case-5)"""
    main, session_id = legacy_store
    check = check_all(main)[session_id]
    found = next(one for one in check.results if one.name is CheckName.REVISION_DIGEST)
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "before 0.6.0 stored no times" in found.sentence
    assert next(one for one in check.results if one.name is CheckName.DOCUMENT).outcome is Outcome.PASSED
    assert check.revision is None
    assert check.digest_format is None
    assert not check.is_writable
    assert "no times of messages" in check.write_reason


def test_3_case_5_its_messages_come_in_their_order_and_without_times(
    legacy_store: tuple[Path, str], open_store: Any, legacy: bytes, token: CancelToken
) -> None:
    """(3-case-5)"""
    main, session_id = legacy_store
    backend = open_store(main)
    outline = backend.outline(session_id, token)
    messages = backend.messages(session_id, 0, outline.count, token)
    assert [message.created_at_ms for message in messages] == [None] * len(messages)
    stored = json.loads(legacy)["messages"]
    assert [json.loads(backend.raw(session_id, number, token)) for number in range(outline.count)] == stored


def test_3_case_5_one_message_without_a_time_is_enough(make: Any, token: CancelToken) -> None:
    """(3-case-5)"""
    timed, untimed = make.user("one"), make.user("two")
    del untimed["created_at"]
    source = MemorySource(make.document(make.session_id(1), [timed, untimed, make.user("three")]))
    check = check_lone_document(source, "", "A document.", token)
    digest = next(one for one in check.results if one.name is CheckName.REVISION_DIGEST)
    assert digest.outcome is Outcome.NOT_APPLICABLE
    assert check.failed == ()


def test_a_message_without_a_time_does_not_hide_one_that_meerkat_refuses(make: Any, token: CancelToken) -> None:
    untimed = {"role": "user", "content": "one"}
    source = MemorySource(make.document(make.session_id(1), [untimed, {"role": "robot"}]))
    (failed,) = check_lone_document(source, "", "A document.", token).failed
    assert failed.name is CheckName.DOCUMENT
    assert "Message 2" in failed.sentence


def test_s5_a_time_that_is_missing_from_a_session_with_a_revision_graph_fails_its_digest(
    repo_root: Path,
) -> None:
    # A flipped bit in the name of a key is enough: whatever wrote the graph stored a time with every message.
    path = repo_root / "tests" / "data" / "stores" / "meerkat" / "vectors-0.6.24.json"
    stored = json.loads(path.read_text("utf-8"))["two_commit_chain"]["session"].encode()
    document = stored.replace(b'"created_at":"2026', b'"cveated_at":"2026', 1)
    check = check_lone_document(MemorySource(document), "", "It is a file.", CancelToken())
    digest = next(result for result in check.results if result.name is CheckName.REVISION_DIGEST)
    assert digest.outcome is Outcome.FAILED
    assert "no time" in digest.sentence
    assert digest.expected.startswith("sha256:")
