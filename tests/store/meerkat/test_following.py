"""A session that goes on is followed: only what is new is indexed, and it is never mistaken for the old one (2.10)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionMissing
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.messages.document_walk import walk_document
from store.meerkat.messages.prefix import prefix_of
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.meerkat.schema import STRAND_STATEMENTS
from store.values.message import MessageKind, TextBlock, ToolCallBlock

Open = Callable[[Path], Backend]
FORMS = ("document", "strand")


class Counted:
    """How many messages were taken into an index, and how many bytes of JSON they had."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        add = TranscriptIndex.add

        def counting(index: TranscriptIndex, value: Any, size: int) -> None:
            self.sizes.append(size)
            add(index, value, size)

        monkeypatch.setattr(TranscriptIndex, "add", counting)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


class Growing:
    """One session in a store on the disk that is saved again and again, as its agent does it."""

    def __init__(self, made: Any, make: Any, form: str, messages: list[Any]) -> None:
        self._make, self._form = make, form
        self.name: str = made.add(1, messages) if form == "document" else made.add_head(1, messages)
        self.path: Path = made.done()

    def save(self, messages: list[Any], **more: Any) -> None:
        """Store the session with these messages; a strand keeps the rows that it has."""
        connection = sqlite3.connect(self.path)
        if self._form == "document":
            stored = self._make.document(self.name, messages, **more)
            connection.execute("UPDATE runtime_session_snapshots SET session_snapshot = ?", (stored,))
            connection.execute("UPDATE sessions SET session_json = ?, message_count = ?", (stored, len(messages)))
        else:
            rows = [(self.name, "root", seq, self._make.dump(message), 0) for seq, message in enumerate(messages)]
            connection.executemany("INSERT OR IGNORE INTO session_strand_messages VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute("UPDATE session_heads SET message_count = ?, updated_at_ms = 9", (len(messages),))
        connection.commit()
        connection.close()


@pytest.fixture
def growing(request: pytest.FixtureRequest, make: Any) -> Callable[..., Growing]:
    def begin(form: str, messages: list[Any]) -> Growing:
        made = request.getfixturevalue("made" if form == "document" else "made_strands")
        return Growing(made, make, form, messages)

    return begin


def texts(backend: Backend, name: str, begin: int, end: int, token: CancelToken) -> list[str]:
    blocks = [block for message in backend.messages(name, begin, end, token) for block in message.blocks]
    return [block.text for block in blocks if isinstance(block, TextBlock)]


# -------------------------------------------------------------------------------------------------- one session


@pytest.mark.parametrize("form", FORMS)
def test_2_case_4_only_the_new_tail_is_indexed(
    form: str, growing: Callable[..., Growing], make: Any, open_store: Open, token: CancelToken, counted: Counted
) -> None:
    messages = [make.user(f"question {number}") for number in range(500)]
    session = growing(form, messages)
    backend = open_store(session.path)
    outline = backend.outline(session.name, token)
    session.save([*messages, make.user("one more")])
    assert backend.refresh(token)
    counted.sizes.clear()
    followed = backend.follow(session.name, outline, token)
    assert (followed.kept, followed.outline.count, followed.redrawn) == (500, 501, ())
    assert len(counted.sizes) == 1
    assert texts(backend, session.name, 499, 501, token) == ["question 499", "one more"]
    assert followed.outline.faults == ()


@pytest.mark.slow
def test_2_case_4_of_fifty_megabytes_one_message_is_decoded(
    made: Any, make: Any, open_store: Open, token: CancelToken, counted: Counted
) -> None:
    """(2-case-4) s50 saved again by its agent with one more message, and metadata behind it."""
    messages = [make.user(f"{number} " + "x" * 4_000) for number in range(12_500)]
    session = Growing(made, make, "document", messages)
    backend = open_store(session.path)
    outline = backend.outline(session.name, token)
    session.save([*messages, make.user("one more")], metadata={"longer": "than before", "z": list(range(100))})
    backend.refresh(token)
    counted.sizes.clear()
    followed = backend.follow(session.name, outline, token)
    assert (followed.kept, followed.outline.count, len(counted.sizes)) == (12_500, 12_501, 1)
    assert texts(backend, session.name, 12_500, 12_501, token) == ["one more"]


@pytest.mark.parametrize("form", FORMS)
def test_2_10_an_index_that_was_extended_is_extended_again(
    form: str, growing: Callable[..., Growing], make: Any, open_store: Open, token: CancelToken, counted: Counted
) -> None:
    messages = [make.user("begins")]
    session = growing(form, messages)
    backend = open_store(session.path)
    outline = backend.outline(session.name, token)
    for number in range(4):
        messages.append(make.assistant(make.said(f"goes on {number}")))
        session.save(messages)
        backend.refresh(token)
        counted.sizes.clear()
        followed = backend.follow(session.name, outline, token)
        assert (followed.kept, len(counted.sizes)) == (number + 1, 1)
        outline = followed.outline
    assert texts(backend, session.name, 0, 5, token) == ["begins", *(f"goes on {number}" for number in range(4))]


@pytest.mark.parametrize("form", FORMS)
def test_2_10_a_result_that_comes_later_joins_its_call_and_names_its_message(
    form: str, growing: Callable[..., Growing], make: Any, open_store: Open, token: CancelToken
) -> None:
    messages = [make.user("look"), make.assistant(make.call("a"), make.call("b")), make.user("meanwhile")]
    session = growing(form, messages)
    backend = open_store(session.path)
    outline = backend.outline(session.name, token)
    session.save([*messages, make.results(("b", "answer of b"))])
    backend.refresh(token)
    followed = backend.follow(session.name, outline, token)
    assert (followed.kept, followed.redrawn) == (3, (1,))
    assert followed.outline.kinds[3] == MessageKind.TOOL_RESULTS_JOINED
    assert outline.count == 3
    (message,) = backend.messages(session.name, 1, 2, token)
    found = [block.result is not None for block in message.blocks if isinstance(block, ToolCallBlock)]
    assert found == [False, True]


@pytest.mark.parametrize("form", FORMS)
def test_2_10_an_unchanged_session_gives_back_the_same_outline_and_decodes_nothing(
    form: str, growing: Callable[..., Growing], make: Any, open_store: Open, token: CancelToken, counted: Counted
) -> None:
    session = growing(form, [make.user("stays")])
    backend = open_store(session.path)
    outline = backend.outline(session.name, token)
    connection = sqlite3.connect(session.path)
    connection.execute("CREATE TABLE another (thing)")
    connection.commit()
    connection.close()
    assert backend.refresh(token)
    counted.sizes.clear()
    followed = backend.follow(session.name, outline, token)
    assert followed.outline is outline
    assert (followed.kept, counted.sizes) == (1, [])


@pytest.mark.parametrize("changed", ["other words", "longer words than before"])
def test_2_10_a_rewritten_message_is_never_taken_for_the_old_one(
    made: Any, make: Any, open_store: Open, token: CancelToken, changed: str
) -> None:
    messages = [make.user("first words"), make.user("last")]
    session = Growing(made, make, "document", messages)
    backend = open_store(session.path)
    outline = backend.outline(session.name, token)
    session.save([make.user(changed), make.user("last"), make.user("new")])
    backend.refresh(token)
    followed = backend.follow(session.name, outline, token)
    assert (followed.kept, followed.outline.count) == (0, 3)
    assert texts(backend, session.name, 0, 3, token) == [changed, "last", "new"]


def test_2_10_a_transcript_that_became_shorter_is_indexed_whole(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    messages = [make.user(f"question {number}") for number in range(120)]
    session = Growing(made, make, "document", messages)
    backend = open_store(session.path)
    outline = backend.outline(session.name, token)
    session.save(messages[90:])
    backend.refresh(token)
    followed = backend.follow(session.name, outline, token)
    assert (followed.kept, followed.outline.count) == (0, 30)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE session_heads SET rewrite_count = 1",
        "UPDATE session_heads SET strand = 'rebase:1', head_json = replace(head_json, '\"root\"', '\"rebase:1\"')",
        "UPDATE session_heads SET message_count = 2",
        "UPDATE session_strand_messages SET message_json = '{}' WHERE seq = 2",
    ],
)
def test_2_10_a_strand_that_is_another_one_is_indexed_whole(
    made_strands: Any, make: Any, open_store: Open, token: CancelToken, change: str
) -> None:
    session = Growing(made_strands, make, "strand", [make.user(str(number)) for number in range(3)])
    backend = open_store(session.path)
    outline = backend.outline(session.name, token)
    connection = sqlite3.connect(session.path)
    connection.execute(change)
    connection.execute("UPDATE session_heads SET updated_at_ms = 7")
    connection.commit()
    connection.close()
    backend.refresh(token)
    assert backend.follow(session.name, outline, token).kept == 0


def test_2_10_an_outline_of_another_index_keeps_nothing(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    session = Growing(made, make, "document", [make.user("one")])
    backend = open_store(session.path)
    older = backend.outline(session.name, token)
    backend.outline(session.name, token)
    assert backend.follow(session.name, older, token).kept == 0


def test_2_10_a_session_that_was_deleted_is_missing(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    session = Growing(made, make, "document", [make.user("one")])
    backend = open_store(session.path)
    outline = backend.outline(session.name, token)
    connection = sqlite3.connect(session.path)
    connection.execute("DELETE FROM sessions")
    connection.execute("DELETE FROM runtime_session_snapshots")
    connection.commit()
    connection.close()
    backend.refresh(token)
    with pytest.raises(SessionMissing):
        backend.follow(session.name, outline, token)


# ------------------------------------------------------------------------------------------------------ the store


def test_2_10_a_live_log_is_followed_through_the_snapshot(
    made: Any, make: Any, open_store: Open, token: CancelToken, untouched: Any
) -> None:
    messages = [make.user("one")]
    session = Growing(made, make, "document", messages)
    writer = sqlite3.connect(session.path, isolation_level=None)
    try:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE live (thing)")
        backend = open_store(session.path)
        outline = backend.outline(session.name, token)
        stored = make.document(session.name, [*messages, make.user("two")])
        writer.execute("UPDATE runtime_session_snapshots SET session_snapshot = ?", (stored,))
        assert backend.has_changed()
        with untouched(session.path.parent):
            while not backend.refresh(token):
                pass  # a copy is not renewed before ten times its own copying time
            followed = backend.follow(session.name, outline, token)
        assert (followed.kept, followed.outline.count) == (1, 2)
        assert not backend.has_changed()
    finally:
        writer.close()


def test_2_10_a_migration_under_an_open_store_is_recognised(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    name = made.add(1, [make.user("old layout")])
    path = made.done()
    backend = open_store(path)
    assert backend.facts(token).generation == "S-0.6"
    connection = sqlite3.connect(path)
    for statement in STRAND_STATEMENTS:
        if "session_heads" in statement or "session_strand" in statement or "session_rewrites" in statement:
            connection.execute(statement)
    connection.commit()
    connection.close()
    backend.refresh(token)
    assert backend.facts(token).generation == "S-0.7H"
    assert backend.outline(name, token).count == 1


def test_2_10_a_document_file_is_read_again_when_it_moved(
    tmp_path: Path, make: Any, open_store: Open, token: CancelToken, counted: Counted
) -> None:
    path = tmp_path / "session.json"
    messages = [make.user("one"), make.assistant(make.call("a"))]
    path.write_bytes(make.document("a-session", messages))
    backend = open_store(path)
    outline = backend.outline("a-session", token)
    assert not backend.refresh(token)
    path.write_bytes(make.document("a-session", [*messages, make.results(("a", "answer"))]))
    counted.sizes.clear()
    assert backend.refresh(token)
    followed = backend.follow("a-session", outline, token)
    assert (followed.kept, followed.outline.count, followed.redrawn, len(counted.sizes)) == (2, 3, (1,), 1)
    assert backend.follow("a-session", followed.outline, token).outline is followed.outline


# ------------------------------------------------------------------------------------------------------ any document

MESSAGE = st.one_of(
    st.fixed_dictionaries({"role": st.just("user"), "content": st.text(max_size=30)}),
    st.fixed_dictionaries(
        {
            "role": st.just("block_assistant"),
            "blocks": st.lists(
                st.fixed_dictionaries(
                    {
                        "block_type": st.just("tool_use"),
                        "data": st.fixed_dictionaries({"id": st.sampled_from(["a", "b", ""])}),
                    }
                ),
                max_size=3,
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "role": st.just("tool_results"),
            "results": st.lists(st.fixed_dictionaries({"tool_use_id": st.sampled_from(["a", "b", "c"])}), max_size=3),
        }
    ),
    st.integers(min_value=0, max_value=999),
    st.none(),
)


def written(messages: list[Any], head: str, is_pretty: bool) -> bytes:
    spacing = {"indent": 1} if is_pretty else {"separators": (",", ":")}
    return json.dumps({"head": head, "messages": messages, "metadata": {}}, ensure_ascii=False, **spacing).encode(
        "utf-8", "surrogatepass"
    )


def same(left: TranscriptIndex, right: TranscriptIndex) -> bool:
    parts = ("begins", "sizes", "kinds", "flags", "text_chars")
    places = [(message, block) for message in range(left.count) for block in range(4)]
    return all(getattr(left, part) == getattr(right, part) for part in parts) and all(
        left.join.result_of(*place) == right.join.result_of(*place)
        and left.join.call_of(*place) == right.join.call_of(*place)
        for place in places
    )


@given(st.lists(MESSAGE, max_size=6), st.lists(MESSAGE, max_size=6), st.booleans(), st.text(max_size=3), st.booleans())
@settings(max_examples=200, deadline=None)
def test_2_10_an_extended_index_equals_one_made_at_once(
    old: list[Any], new: list[Any], appends: bool, head: str, is_pretty: bool
) -> None:
    token = CancelToken()
    before = MemorySource(written(old, "", is_pretty))
    known = prefix_of(before, walk_document(before, token).index, token)
    after = MemorySource(written([*old, *new] if appends else new, head, is_pretty))
    extended = walk_document(after, token, known=known)
    at_once = walk_document(after, token)
    assert same(extended.index, at_once.index)
    assert (extended.spans, extended.is_complete) == (at_once.spans, at_once.is_complete)
    assert extended.kept == len(old) or not appends
    if known is not None:
        assert same(known.index, walk_document(before, token).index)
