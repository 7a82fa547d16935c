"""Each retained revision is named, and its messages are read as those of the current transcript are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import RevisionMissing, SessionError, SessionMissing
from store.meerkat.shapes.digests import ALL_FORMATS, DigestFormat
from store.values.checks import CheckName
from store.values.message import ImageBlock, TextBlock, ToolCallBlock
from store.values.revisions import Revision
from store.values.session import SortOrder
from tests.store.meerkat.digesting import digest_of
from tests.store.meerkat.graph_maker import GraphMaker, copied, document_of, told

OpenStore = Callable[[Path], Backend]
RICH = "meerkat/realm-0.6.24-rich"
HEADS = (
    "realm-0.7.28-rkat/realm/sessions.sqlite3",
    "realm-0.8.26-rkat/realm/sessions.sqlite3",
    "realm-0.9.8-rkat/realm/sessions.sqlite3",
    "store-0.8.50-rotated/sessions.sqlite3",
)


def ids_of(backend: Backend, token: CancelToken) -> list[str]:
    handles = backend.ids(SortOrder(), token).handles
    return [row.key.session_id for row in backend.summaries(handles, token)]


def raw_messages(backend: Backend, session_id: str, revision: Revision, token: CancelToken) -> list[Any]:
    """The stored messages of a revision; each is decoded too."""
    assert revision.revision is not None
    count = revision.message_count or 0
    messages = backend.revision_messages(session_id, revision.revision, 0, count, token)
    assert [message.index for message in messages] == list(range(count))
    return [json.loads(backend.revision_raw(session_id, revision.revision, n, token)) for n in range(count)]


@pytest.fixture(scope="module")
def histories() -> dict[str, Any]:
    """What the real code says of the graphs of a realm, by session."""
    path = Path(__file__).parents[3] / "data/stores" / RICH / "expected.json"
    sessions = json.loads(path.read_text("utf-8"))["sessions"]
    return {session["id"]: session for session in sessions}


def test_s4_revisions_are_those_that_the_real_code_retains(
    copy_sample: Callable[[str], Path], open_store: OpenStore, token: CancelToken, histories: dict[str, Any]
) -> None:
    """(3-case-1)"""
    backend = open_store(copy_sample(RICH) / "atlas/sessions.sqlite3")
    seen = 0
    for session_id, expected in histories.items():
        if not (history := expected.get("history")):
            continue
        seen += 1
        revisions = backend.revisions(session_id, token)
        assert sorted(
            (each.revision, each.parent, each.message_count, each.created_at_ms) for each in revisions
        ) == sorted(
            (body["revision"], body["parent_revision"], body["message_count"], body["created_at_ms"])
            for body in history["revisions"]
        )
        assert [each.is_head for each in revisions] == [False] * (len(revisions) - 1) + [True]
        assert (revisions[-1].revision, revisions[-1].digest_format) == (history["head"], 1)
        reasons = {commit["revision"]: commit["reason"]["kind"] for commit in reversed(history["commits"])}
        assert {each.revision: each.reason for each in revisions if each.reason} == reasons
    assert seen == 10


def test_s4_the_messages_of_each_revision_have_its_digest(
    copy_sample: Callable[[str], Path], open_store: OpenStore, token: CancelToken, histories: dict[str, Any]
) -> None:
    """(3-case-1)"""
    backend = open_store(copy_sample(RICH) / "atlas/sessions.sqlite3")
    for session_id, expected in histories.items():
        for revision in backend.revisions(session_id, token) if expected.get("history") else ():
            messages = raw_messages(backend, session_id, revision, token)
            assert digest_of(messages, DigestFormat.F1) == revision.revision


@pytest.mark.parametrize("store", HEADS)
def test_s4_the_messages_of_strands_have_the_digest_of_their_revision(
    store: str, copy_sample: Callable[[str], Path], open_store: OpenStore, token: CancelToken
) -> None:
    """(3-case-1)"""
    folder, rest = store.split("/", 1)
    backend = open_store(copy_sample(f"meerkat/{folder}") / rest)
    form = DigestFormat.F3 if "0.7" in store else DigestFormat.F5
    counts = []
    for session_id in ids_of(backend, token):
        revisions = backend.revisions(session_id, token)
        counts.append(len(revisions))
        for revision in revisions:
            messages = raw_messages(backend, session_id, revision, token)
            assert digest_of(messages, form) == revision.revision
    assert sorted(counts)[-1] == (67 if "rotated" in store else 3)


def test_s4_a_whole_document_of_edges_gives_all_its_revisions(
    copy_sample: Callable[[str], Path], open_store: OpenStore, token: CancelToken
) -> None:
    """(3-case-1)"""
    backend = open_store(copy_sample("meerkat/store-0.9.3-whole-blob") / "runtime.sqlite")
    counts = []
    for session_id in ids_of(backend, token):
        revisions = backend.revisions(session_id, token)
        counts.append([revision.message_count for revision in revisions])
        for revision in revisions:
            assert digest_of(raw_messages(backend, session_id, revision, token), DigestFormat.F5) == revision.revision
    assert sorted(counts) == [[6, 3, 10], [7], [7]]


def test_s4_a_session_that_was_never_rewritten_has_its_current_revision_alone(
    copy_sample: Callable[[str], Path], open_store: OpenStore, token: CancelToken, histories: dict[str, Any]
) -> None:
    backend = open_store(copy_sample(RICH) / "atlas/sessions.sqlite3")
    for session_id, expected in histories.items():
        if not expected.get("history"):
            (only,) = backend.revisions(session_id, token)
            assert (only.revision, only.message_count) == (expected["digest"], expected["message_count"])
            assert only.is_head


def test_s4_what_is_not_a_revision_of_the_session_is_missing(
    copy_sample: Callable[[str], Path], open_store: OpenStore, token: CancelToken
) -> None:
    backend = open_store(copy_sample(RICH) / "atlas/sessions.sqlite3")
    session_id = ids_of(backend, token)[0]
    with pytest.raises(RevisionMissing):
        backend.revision_messages(session_id, "sha256:" + "0" * 64, 0, 1, token)
    with pytest.raises(SessionMissing):
        backend.revisions("019e0000-0000-7000-8000-000000000000", token)


def test_s4_reading_revisions_touches_nothing(
    copy_sample: Callable[[str], Path], open_store: OpenStore, token: CancelToken, untouched: Any
) -> None:
    path = copy_sample("meerkat/store-0.8.50-rotated") / "sessions.sqlite3"
    with untouched(path.parent):
        backend = open_store(path)
        (session_id,) = ids_of(backend, token)
        for revision in backend.revisions(session_id, token)[:5]:
            backend.revision_messages(session_id, revision.revision or "", 0, 9, token)


# ---------------------------------------------------------------------------------------------------- made ones


@pytest.fixture
def open_document(tmp_path: Path, open_store: OpenStore) -> Callable[[bytes], tuple[Backend, str]]:
    """Open a document as a file; the backend and its session."""

    def open_one(document: bytes) -> tuple[Backend, str]:
        path = tmp_path / "session.json"
        path.write_bytes(document)
        return open_store(path), json.loads(document)["id"]

    return open_one


def texts_of(backend: Backend, session_id: str, revision: str, token: CancelToken) -> list[str]:
    found = []
    for message in backend.revision_messages(session_id, revision, 0, 99, token):
        (block,) = message.blocks
        assert isinstance(block, TextBlock)
        found.append(block.text)
    return found


@pytest.fixture
def maker() -> GraphMaker:
    """A session with one rewrite and an append after it."""
    made = GraphMaker([told("secret", 1), told("b", 2)])
    made.rewrite(0, 1, [told("[redacted]", 3)])
    made.append(told("c", 4))
    return made


def test_s4_a_document_that_is_a_file_has_revisions_too(
    maker: GraphMaker, open_document: Callable[[bytes], tuple[Backend, str]], token: CancelToken
) -> None:
    backend, session_id = open_document(maker.document())
    revisions = backend.revisions(session_id, token)
    assert [revision.message_count for revision in revisions] == [2, 2, 3]
    named = [texts_of(backend, session_id, revision.revision or "", token) for revision in revisions]
    assert named == [["secret", "b"], ["[redacted]", "b"], ["[redacted]", "b", "c"]]


def test_s4_pages_of_a_revision_end_where_it_ends(
    maker: GraphMaker, open_document: Callable[[bytes], tuple[Backend, str]], token: CancelToken
) -> None:
    backend, session_id = open_document(maker.document())
    name = maker.bodies[0]["revision"]
    assert [message.index for message in backend.revision_messages(session_id, name, 1, 9, token)] == [1]
    assert backend.revision_messages(session_id, name, 5, 9, token) == ()
    with pytest.raises(SessionError):
        backend.revision_messages(session_id, name, 2, 1, token)


def test_s4_calls_of_an_old_revision_are_joined_with_its_own_results(
    made: Any, make: Any, open_store: OpenStore, token: CancelToken
) -> None:
    image = {"type": "image", "media_type": "image/png", "source": "inline", "data": "iVBORw0KGgo="}
    old = [make.user("go"), make.assistant(make.call("c1")), make.results(("c1", "old result")),
           make.user([{"type": "text", "text": "look"}, image])]  # fmt: skip
    maker = GraphMaker(old)
    maker.rewrite(2, 3, [make.results(("c1", "new result"))])
    session_id = made.add(1, document_of(maker.messages, maker.graph(), id=make.session_id(1)))
    backend = open_store(made.done())
    first, last = backend.revisions(session_id, token)
    for revision, expected in ((first, "old result"), (last, "new result")):
        messages = backend.revision_messages(session_id, revision.revision or "", 0, 4, token)
        call = messages[1].blocks[0]
        assert isinstance(call, ToolCallBlock)
        assert call.result is not None
        (told_back,) = call.result.blocks
        assert isinstance(told_back, TextBlock)
        assert told_back.text == expected
        assert any(isinstance(block, ImageBlock) for block in messages[3].blocks)


def test_s4_what_is_cut_in_an_old_revision_is_fetched_whole(
    made: Any, make: Any, open_store: OpenStore, token: CancelToken
) -> None:
    long = "long " * 20_000
    maker = GraphMaker([told(long, 1)])
    maker.rewrite(0, 1, [told("short", 2)])
    session_id = made.add(1, document_of(maker.messages, maker.graph(), id=make.session_id(1)))
    backend = open_store(made.done())
    name = maker.bodies[0]["revision"]
    (message,) = backend.revision_messages(session_id, name, 0, 1, token)
    (block,) = message.blocks
    assert isinstance(block, TextBlock)
    assert block.whole is not None
    assert backend.revision_whole(session_id, name, block.whole, token) == long


def test_s4_a_store_that_changed_is_read_anew(made: Any, make: Any, open_store: OpenStore, token: CancelToken) -> None:
    maker = GraphMaker([told("a", 1)])
    maker.rewrite(0, 1, [told("b", 2)])
    session_id = made.add(1, document_of(maker.messages, maker.graph(), id=make.session_id(1)))
    made.connection.commit()
    backend = open_store(made.path)
    name = maker.bodies[0]["revision"]
    assert texts_of(backend, session_id, name, token) == ["a"]
    maker.rewrite(0, 1, [told("longer than before", 3)])
    document = document_of(maker.messages, maker.graph(), id=make.session_id(1))
    made.connection.execute("UPDATE sessions SET session_json = ?", (document,))
    made.connection.execute("UPDATE runtime_session_snapshots SET session_snapshot = ?", (document,))
    made.done()
    backend.refresh(token)
    assert len(backend.revisions(session_id, token)) == 3
    assert texts_of(backend, session_id, name, token) == ["a"]
    assert texts_of(backend, session_id, maker.head, token) == ["longer than before"]


def test_s4_a_transcript_that_its_graph_does_not_name_is_a_revision_of_its_own(
    maker: GraphMaker, made: Any, make: Any, open_store: OpenStore, token: CancelToken
) -> None:
    messages = [*maker.messages, told("never named", 5)]
    session_id = made.add(1, document_of(messages, maker.graph(), id=make.session_id(1)))
    revisions = open_store(made.done()).revisions(session_id, token)
    assert [revision.is_head for revision in revisions] == [False, False, False, True]
    assert revisions[-1].revision == digest_of(messages, DigestFormat.F1)
    assert revisions[2].revision == maker.head


def test_s4_messages_without_times_have_no_name(
    made: Any, make: Any, open_store: OpenStore, token: CancelToken
) -> None:
    """(3-case-5)"""
    session_id = made.add(1, [{"role": "user", "content": "old"}])
    (only,) = open_store(made.done()).revisions(session_id, token)
    assert (only.revision, only.digest_format, only.message_count) == (None, None, 1)


def test_s4_a_name_that_could_be_of_several_formats_is_none(
    open_document: Callable[[bytes], tuple[Backend, str]], token: CancelToken
) -> None:
    document = json.loads(document_of([told("a", 1)], {}))
    del document["metadata"]["session_transcript_history_state_v1"]
    backend, session_id = open_document(json.dumps(document).encode())
    assert backend.revisions(session_id, token)[-1].revision is None
    document["metadata"]["session_runtime_checkpoint_provenance_v1"] = {}
    backend, session_id = open_document(json.dumps(document).encode())
    (only,) = backend.revisions(session_id, token)
    assert (only.revision, only.digest_format) == (digest_of([told("a", 1)], DigestFormat.F3), 3)


@pytest.mark.parametrize("form", sorted(ALL_FORMATS))
def test_s4_the_stored_name_tells_the_format_where_only_one_fits(
    form: DigestFormat, open_document: Callable[[bytes], tuple[Backend, str]], token: CancelToken
) -> None:
    message = {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image", "media_type": "image/png",
               "source": "inline", "data": "AAAA"}], "created_at": "2026-05-28T20:26:40Z"}  # fmt: skip
    maker = GraphMaker([message], form)
    maker.rewrite(0, 0, [told("b", 2)])
    backend, session_id = open_document(maker.document())
    current = backend.revisions(session_id, token)[-1]
    assert current.revision == maker.head
    assert current.digest_format == (int(form) if form <= 3 else 3)


def test_s4_a_damaged_graph_leaves_the_current_revision(
    maker: GraphMaker, open_document: Callable[[bytes], tuple[Backend, str]], token: CancelToken
) -> None:
    graph = copied(maker.graph())
    graph["revisions"][1]["messages"] = "lost"
    backend, session_id = open_document(document_of(maker.messages, graph))
    revisions = backend.revisions(session_id, token)
    assert revisions[-1].is_head
    assert revisions[-1].revision == maker.head


def test_s4_a_hundred_revisions_are_listed_without_holding_them(
    made: Any, make: Any, open_store: OpenStore, token: CancelToken
) -> None:
    maker = GraphMaker([told("x" * 2000, n) for n in range(60)])
    maker.rewrite(0, 1, [told("y", 1)])
    for number in range(98):
        maker.append(told(str(number), number))
    session_id = made.add(1, document_of(maker.messages, maker.graph(), id=make.session_id(1)))
    backend = open_store(made.done())
    assert len(backend.revisions(session_id, token)) == 100
    assert len(backend.revision_messages(session_id, maker.bodies[50]["revision"], 0, 999, token)) == 109


def test_s4_the_other_row_of_a_session_tells_of_its_release_too(
    copy_sample: Callable[[str], Path], open_store: OpenStore, token: CancelToken
) -> None:
    """(3-case-1)"""
    backend = open_store(copy_sample("meerkat/realm-0.7.24-rkat") / "realm/sessions.sqlite3")
    current = [backend.revisions(session_id, token)[-1] for session_id in ids_of(backend, token)]
    assert [revision.digest_format for revision in current].count(3) == 9
    assert all((revision.revision is None) == (revision.digest_format is None) for revision in current)


@pytest.mark.parametrize("is_two_formats", [False, True])
def test_3_case_6_a_session_whose_graph_fits_no_format_or_two_is_never_writable(
    is_two_formats: bool, made: Any, make: Any, open_store: OpenStore, token: CancelToken
) -> None:
    maker = GraphMaker([told("a", 1)])
    maker.rewrite(0, 1, [told("x", 2)])
    graph = copied(maker.graph())
    name = digest_of(maker.messages, DigestFormat.F3) if is_two_formats else "sha256:" + "a" * 64
    graph["head"] = graph["revisions"][1]["revision"] = graph["commits"][0]["revision"] = name
    session_id = made.add(1, document_of(maker.messages, graph, id=make.session_id(1)))
    (check,) = open_store(made.done()).checks((session_id,), token)
    (found,) = [result for result in check.failed if result.name is CheckName.REVISION_GRAPH]
    assert (
        "different digest formats: 1 and 3" if is_two_formats else "none of the five digest formats"
    ) in found.sentence
    assert (check.is_writable, bool(check.write_reason)) == (False, True)
