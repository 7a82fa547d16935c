"""The rewrites of an event log are read as Meerkat reads them, however long their lines are (L5, L6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.meerkat.codec.codec import decode, encode
from store.meerkat.findings.files import CHUNK_BYTES
from store.meerkat.outside.rewrite_log import read_rewrite_log
from store.meerkat.reference.canonical import Shapes
from store.meerkat.reference.errors import DecodeError
from store.meerkat.reference.history import Body, Reason
from store.meerkat.reference.rewrite_records import LoggedRecord, RewriteRecord, record_of
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from store.meerkat.reference.times import system_time
from tests.store.meerkat.conftest import document, dump, session_id, user

ID = session_id(1)


def record(text: str = "a") -> RewriteRecord:
    session = Session.load(document(ID, [user(text), user("b")]))
    commit = commit_transcript_rewrite(session, 0, 1, [dump(user("x"))], Reason("edit", "why"), "me")
    found = record_of(session.history(), commit)  # type: ignore[arg-type]
    assert found is not None
    return found


def event(seq: int, kept: RewriteRecord, owner: str = ID) -> bytes:
    """A line as the product writes it."""

    def body(one: Body) -> Any:
        parent = {"parent_revision": one.parent} if one.parent is not None else {}
        messages = [decode(data) for data in one.messages]
        return {"revision": one.revision, **parent, "messages": messages, "created_at": system_time(one.created_at_ns)}

    written = {
        "commit": kept.commit.fields(),
        "parent_body": body(kept.parent_body),
        "revision_body": body(kept.revision_body),
    }
    told = {"type": "transcript_rewrite_committed", "session_id": owner, "record": written}
    return encode({"seq": seq, "schema_version": 1, "timestamp": system_time(1), "event": told})


def read(path: Path, *lines: bytes) -> tuple[LoggedRecord, ...]:
    path.write_bytes(b"\n".join(lines) + b"\n")
    return read_rewrite_log(path, ID, Shapes.REFERENCE, CancelToken())


def test_l5_a_logged_rewrite_is_read_with_both_of_its_bodies(tmp_path: Path) -> None:
    kept = record()

    (found,) = read(tmp_path / "log.jsonl", b'{"seq":1,"event":{"type":"run_started"}}', event(2, kept))

    assert (found.seq, found.record.commit) == (2, kept.commit)
    for mine, theirs in (
        (found.record.parent_body, kept.parent_body),
        (found.record.revision_body, kept.revision_body),
    ):
        assert (mine.revision, mine.parent, mine.created_at_ns) == (
            theirs.revision,
            theirs.parent,
            theirs.created_at_ns,
        )
        assert mine.messages == theirs.messages


def test_l5_a_line_that_is_longer_than_what_is_read_at_once_is_one_line(tmp_path: Path) -> None:
    kept = record("long " * CHUNK_BYTES)

    found = read(tmp_path / "log.jsonl", event(1, kept), event(2, record()))

    assert len(found) == 2
    assert found[0].record.parent_body.messages == kept.parent_body.messages


def test_l5_the_last_line_may_lack_its_end(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(event(1, record()))

    assert len(read_rewrite_log(tmp_path / "log.jsonl", ID, Shapes.REFERENCE, CancelToken())) == 1


def test_l5_rewrites_of_other_sessions_and_texts_that_name_one_are_none_of_this_session(tmp_path: Path) -> None:
    spoken = encode({"seq": 2, "event": {"type": "text_complete", "content": "transcript_rewrite_committed"}})

    assert read(tmp_path / "log.jsonl", event(1, record(), session_id(2)), spoken) == ()


def test_l5_where_there_is_no_log_there_are_no_rewrites(tmp_path: Path) -> None:
    assert read_rewrite_log(tmp_path / "none.jsonl", ID, Shapes.REFERENCE, CancelToken()) == ()


@pytest.mark.parametrize(
    "broken",
    [
        b'"parent_body":',
        b'"revision":',
        b'"seq":',
        b'"messages":[',
        b'"role":"user"',
        b'"created_at":{',
    ],
)
def test_l5_a_rewrite_that_cannot_be_read_is_an_error(tmp_path: Path, broken: bytes) -> None:
    line = event(1, record()).replace(broken, broken.replace(b'":', b'_":', 1))

    with pytest.raises(DecodeError):
        read(tmp_path / "log.jsonl", line)


def test_l5_a_rewrite_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DecodeError):
        read(tmp_path / "log.jsonl", event(1, record())[:-40])
