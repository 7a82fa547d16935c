"""Every real realm is read as the code that wrote it says, field by field: what its `expected.json` records (3-case-1).

Two kinds of records exist: of the published 0.6.24 crates (a line for each session with counts, digests, history), and
of the products' own programs (what `session list` and `session show` print).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionError
from store.library import Library
from store.meerkat.codec.codec import decode
from store.meerkat.shapes.digests import DigestFormat
from store.values.checks import CheckName
from store.values.message import (
    ImageBlock,
    Message,
    NoticeBlock,
    ReasoningBlock,
    Role,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    UnknownBlock,
)
from store.values.session import SessionState, SessionSummary, SortOrder
from tests.store.meerkat.digesting import digest_of
from tests.store.opened import opened

Copy = Callable[[str], Path]
Untouched = Callable[[Path], AbstractContextManager[None]]

CRATES = (("realm-0.6.24-rich", "atlas"), ("realm-0.6.24-jsonl", "ledgers"), ("realm-0.6.24-live-wal", "tide"))
PRODUCTS = (
    "realm-0.6.24-rkat",
    "realm-0.6.24-rkat-jsonl",
    "realm-0.6.24-rkat-server",
    "realm-0.6.24-rkat-rewritten",
    "realm-0.6.24-running",
    "realm-0.6.24-crashed",
    "realm-0.6.34-rkat",
    "realm-0.7.24-rkat",
    "realm-0.7.28-rkat",
    "realm-0.8.26-rkat",
    "realm-0.9.8-rkat",
    "realm-0.9.8-crashed",
)
CUT_ANSWER, CUT_RESULT = 500, 200
"""Characters after which `session show` cuts an answer and a result (formats/meerkat.md §7.1)."""


def read_rows(backend: Backend, token: CancelToken) -> tuple[SessionSummary, ...]:
    return backend.summaries(backend.ids(SortOrder(), token).handles, token)


def record_of(folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return record


# --------------------------------------------------------------------------------------- the published 0.6.24 crates


@pytest.mark.parametrize(("sample", "realm"), CRATES)
def test_3_1_a_realm_of_the_published_crates_is_read_as_they_read_it(
    own_paths: Any, copy_sample: Copy, token: CancelToken, untouched: Untouched, sample: str, realm: str
) -> None:
    """Each field of each session, the order of the list; the folder is untouched (3-case-1)."""
    folder = copy_sample(f"meerkat/{sample}")
    record = record_of(folder)
    library = Library(own_paths)
    with untouched(folder):
        backend = library.backend(opened(library, folder / realm).key)
        rows = {row.key.session_id: row for row in read_rows(backend, token)}
        assert list(rows) == record["store_listing"]["all"]["ids"]
        for said in record["sessions"]:
            check_row(rows[said["id"]], said)
            check_messages(backend, said, token)
            check_metadata(backend, said, token)
            check_history(backend, said, token)
        library.close_all()


def check_row(row: SessionSummary, said: dict[str, Any]) -> None:
    assert not row.faults, said["scenario"]
    assert row.message_count == said["message_count"]
    assert row.total_tokens == said["total_tokens"]
    assert (row.created_at_ms, row.updated_at_ms) == (said["created_at_ms"], said["updated_at_ms"])
    assert row.model == said["model"]
    assert dict(row.labels) == (said["labels"] or {})
    is_retired = said["runtime_state"] == "retired"
    is_flagged = said["archived_flag"] is True and said["runtime_state"] is None
    assert (row.state is SessionState.ARCHIVED) == (is_retired or is_flagged), said["scenario"]
    assert row.is_rewritten == (said["history"] is not None)


def check_messages(backend: Backend, said: dict[str, Any], token: CancelToken) -> None:
    outline = backend.outline(said["id"], token)
    assert outline.count == said["message_count"]
    messages = backend.messages(said["id"], 0, outline.count, token)
    assert [message.stored_role for message in messages] == said["roles"]
    blocks = [block for message in messages for block in message.blocks]
    assert not any(isinstance(block, UnknownBlock) for block in blocks)
    assert sum(isinstance(block, ToolCallBlock) for block in blocks) == said["tool_call_count"]
    answers = [
        "".join(block.text for block in message.blocks if isinstance(block, TextBlock))
        for message in messages
        if message.role is Role.ASSISTANT
    ]
    assert next((text for text in reversed(answers) if text), "") == (said["last_assistant_text"] or "")
    for name, blob in said["blobs"].items():
        check_blob(backend, said["id"], messages, name, blob, token)


def check_blob(
    backend: Backend,
    session_id: str,
    messages: tuple[Message, ...],
    name: str,
    said: dict[str, Any],
    token: CancelToken,
) -> None:
    shown = [found.ref for message in messages for found in images_of(message) if found.ref.blob == name]
    if not shown:
        return  # only an older revision shows it
    if "error" in said:
        with pytest.raises(SessionError, match="missing"):
            backend.image(session_id, shown[0], token)
        return
    assert shown[0].media_type == said["media_type"]
    size = len(backend.image(session_id, shown[0], token))
    assert (size + 2) // 3 * 4 == said["base64_length"]


def images_of(message: Message) -> list[ImageBlock]:
    found = [block for block in message.blocks if isinstance(block, ImageBlock)]
    for block in message.blocks:
        result = block.result if isinstance(block, ToolCallBlock) else block
        if isinstance(result, ToolResultBlock):
            found += [inner for inner in result.blocks if isinstance(inner, ImageBlock)]
    return found


def check_metadata(backend: Backend, said: dict[str, Any], token: CancelToken) -> None:
    detail = backend.detail(said["id"], token)
    assert detail.document_version == said["version"]
    assert sorted(node.name for node in detail.metadata) == sorted(said["metadata_keys"])
    usage = detail.usage
    counted = (usage.input_tokens, usage.output_tokens, usage.cache_creation_tokens, usage.cache_read_tokens)
    names = ("input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens")
    assert counted == tuple(said["usage"][name] for name in names)


def check_history(backend: Backend, said: dict[str, Any], token: CancelToken) -> None:
    """The name of the transcript, and every revision with its parent, its reason and as many messages."""
    (check,) = backend.checks([said["id"]], token)
    raw = [backend.raw(said["id"], number, token) for number in range(said["message_count"])]
    shown = [name for name in said["blobs"] if any(name.encode() in data for data in raw)]
    lost = [name for name in shown if "error" in said["blobs"][name]]
    failed = [(result.name, result.agreeing) for result in check.failed]
    assert failed == ([(CheckName.BLOBS, len(shown) - len(lost))] if lost else []), said["scenario"]
    assert digest_of([decode(data) for data in raw], DigestFormat.F1) == said["digest"], said["scenario"]
    known = {revision.revision: revision for revision in backend.revisions(said["id"], token)}
    history = said["history"]
    if history is None:
        # Nothing in a file of the JSONL backend tells 0.6.24 from a release that names revisions otherwise.
        is_certain = backend.facts(token).generation != "jsonl" or not raw
        assert check.revision == (said["digest"] if is_certain else None), said["scenario"]
        assert len(known) == 1
        return
    assert check.revision == said["digest"]
    assert {name for name, revision in known.items() if revision.is_head} == {said["head_revision"]}
    for commit in history["commits"]:
        assert known[commit["revision"]].message_count == commit["messages_after"]
        assert known[commit["parent_revision"]].message_count == commit["messages_before"]
    for revision in history["revisions"]:
        name = revision["revision"] if isinstance(revision, dict) else revision
        assert known[name].is_stored
        messages = backend.revision_messages(said["id"], name, 0, 10_000, token)
        assert len(messages) == known[name].message_count


# --------------------------------------------------------------------------------------- the products' own programs


@pytest.mark.parametrize("sample", PRODUCTS)
def test_3_1_a_realm_of_the_product_is_shown_as_the_product_shows_it(
    own_paths: Any, copy_sample: Copy, token: CancelToken, untouched: Untouched, sample: str
) -> None:
    """What is listed, in which order, what is archived, and every message as it is printed (3-case-1)."""
    folder = copy_sample(f"meerkat/{sample}")
    record = record_of(folder)
    library = Library(own_paths)
    with untouched(folder):
        backend = library.backend(opened(library, folder / "realm").key)
        rows = read_rows(backend, token)
        listed = [row.key.session_id for row in rows if row.state is not SessionState.ARCHIVED]
        assert listed == record["list_order"]
        assert {row.key.session_id for row in rows} == set(record["sessions"])
        for session_id, said in record["sessions"].items():
            outline = backend.outline(session_id, token)
            messages = backend.messages(session_id, 0, outline.count, token)
            assert shown_by_product(messages)[: len(said["messages"])] == texts_of(said), said["key"]
            extra = outline.count - len(said["messages"])
            assert extra == unfinished(sample, said["key"]), said["key"]
        library.close_all()


def unfinished(sample: str, key: str) -> int:
    """Messages of a run that never ended: the 0.9.8 program does not print them, its next resume takes them in."""
    return 3 if (sample, key) == ("realm-0.9.8-crashed", "crashed-after-tool") else 0


def texts_of(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(message["heading"], unindented(message["text"])) for message in said["messages"]]


def unindented(text: str) -> str:
    """The program indents what it prints; the record took two spaces from each line that began with them."""
    return "\n".join(line.lstrip(" ") for line in text.split("\n"))


def shown_by_product(messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    """Messages as `session show` prints them: heading and text, long texts cut."""
    return [(heading_of(message), unindented(text_of(message))) for message in messages]


def heading_of(message: Message) -> str:
    headings = {
        "system": "SYSTEM",
        "user": "USER",
        "block_assistant": "ASSISTANT (blocks)",
        "tool_results": "TOOL RESULTS",
        "system_notice": "SYSTEM NOTICE (Generic)",
    }
    return headings[message.stored_role]


def text_of(message: Message) -> str:
    if message.stored_role == "tool_results":
        return "\n".join(result_line(block) for block in message.blocks if isinstance(block, ToolResultBlock))
    if message.stored_role == "system_notice":
        return next(block.text for block in message.blocks if isinstance(block, NoticeBlock))
    return "\n".join(line for block in message.blocks if (line := line_of(block, message.stored_role))).strip()


def line_of(block: object, role: str) -> str:
    match block:
        case TextBlock(text):
            return cut(text, CUT_ANSWER) if role == "block_assistant" else text
        case ReasoningBlock(text):
            return f"[thinking] {cut(text, CUT_ANSWER)}" if text else ""
        case ToolCallBlock(name=name):
            return f"Tool call: {name}"
        case NoticeBlock(text=text):
            return text
    return ""


def result_line(result: ToolResultBlock) -> str:
    text = "".join(result_text(block) for block in result.blocks)
    return f"[{'ERROR' if result.is_error else 'OK'}] {result.call_id}: {cut(text, CUT_RESULT)}"


def result_text(block: object) -> str:
    """Text as it is; structured output as compact JSON."""
    if isinstance(block, NoticeBlock):
        return json.dumps(json.loads(block.details), ensure_ascii=False, separators=(",", ":"))
    return block.text if isinstance(block, TextBlock) else ""


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}..."
