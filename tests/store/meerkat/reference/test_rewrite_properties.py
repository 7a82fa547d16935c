"""Random lives of a session against a plain list, and digests against a computation spelled out here (P3)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.meerkat.codec.codec import encode
from store.meerkat.reference.errors import NoOpRewrite
from store.meerkat.reference.forking import fork_at
from store.meerkat.reference.graph_rules import validate_history
from store.meerkat.reference.history import Reason
from store.meerkat.reference.memory_store import MemorySessionStore
from store.meerkat.reference.restoring import restore_revision
from store.meerkat.reference.rewrite_records import history_from_rewrite_records, record_of
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from tests.store.meerkat.conftest import document, dump, session_id, user

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TEXTS = st.lists(st.text(max_size=6), max_size=3)
FRACTION = st.floats(0, 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), TEXTS),
        st.tuples(st.just("rewrite"), FRACTION, FRACTION, TEXTS),
        st.tuples(st.just("restore"), FRACTION),
        st.tuples(st.just("reload")),
        st.tuples(st.just("fork"), FRACTION),
    ),
    max_size=12,
)


def independent_digest(texts: list[str]) -> str:
    """The name of a transcript, without any of the program's own code."""
    written = json.dumps([user(text) for text in texts], ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(written.encode()).hexdigest()


class Life:
    """A session that is kept in a store, beside a plain list of what it says."""

    def __init__(self) -> None:
        self.store = MemorySessionStore()
        self.session = Session.load(document(session_id(1), [user("first")]))
        self.texts = ["first"]
        self.seen: dict[str, list[str]] = {independent_digest(self.texts): list(self.texts)}
        self.store.save(self.session)

    def append(self, texts: list[str]) -> None:
        before = list(self.texts)
        self.session.push_batch(dump(user(text)) for text in texts)
        self.texts += texts
        self.store.save(self.session)
        stored = self.store.load(self.session.id)
        assert stored is not None
        assert list(stored.messages)[: len(before)] == [dump(user(text)) for text in before]

    def rewrite(self, one: float, other: float, texts: list[str]) -> None:
        count = len(self.texts)
        begin, end = sorted((round(one * count), round(other * count)))
        made = self.texts[:begin] + texts + self.texts[end:]
        replacement = [dump(user(text)) for text in texts]
        try:
            commit = commit_transcript_rewrite(self.session, begin, end, replacement, Reason("edit"))
        except NoOpRewrite:
            assert made == self.texts
            return
        assert (commit.messages_before, commit.messages_after) == (count, len(made))
        self.texts = made
        self.store.save_transcript_rewrite(self.session, commit)

    def restore(self, which: float) -> None:
        history = self.session.history()
        if history is None:
            return
        body = history.bodies[round(which * (len(history.bodies) - 1))]
        if body.revision == history.head:
            return
        commit = restore_revision(self.session, body.revision)
        self.texts = list(self.seen[body.revision])
        self.store.save_transcript_rewrite(self.session, commit)

    def reload(self) -> None:
        written = self.session.encode()
        self.session = Session.load(written)
        assert self.session.encode() == written

    def fork(self, part: float) -> None:
        count = round(part * len(self.texts))
        made = fork_at(self.session, count)
        assert made.message_digest() == independent_digest(self.texts[:count])
        assert not made.has_history

    def check(self) -> None:
        """The session says what the list says, and is named as the list would be."""
        assert [json.loads(data)["content"] for data in self.session.messages] == self.texts
        name = independent_digest(self.texts)
        self.seen[name] = list(self.texts)
        assert self.session.transcript_revision() == self.session.message_digest() == name
        history = self.session.history()
        if history is not None:
            validate_history(history)
            for body in history.bodies:
                assert body.revision == independent_digest([json.loads(data)["content"] for data in body.messages])


@QUICK
@given(STEPS)
def test_p3_a_session_says_after_any_edits_what_a_plain_list_says(steps: list[Any]) -> None:
    life = Life()

    for name, *arguments in steps:
        getattr(life, name)(*arguments)
        life.check()


@QUICK
@given(STEPS)
def test_p3_the_records_of_any_life_rebuild_its_graph(steps: list[Any]) -> None:
    life = Life()
    for name, *arguments in steps:
        getattr(life, name)(*arguments)
        life.check()
    history = life.session.history()
    if history is None:
        return
    records = [record_of(history, commit) for commit in history.commits]

    rebuilt = history_from_rewrite_records(record for record in records if record is not None)

    assert (rebuilt.commits if rebuilt is not None else ()) == history.commits


@QUICK
@given(st.lists(st.text(max_size=8), max_size=6), FRACTION, FRACTION)
def test_p3_span_digests_equal_an_independent_computation(texts: list[str], one: float, other: float) -> None:
    session = Session.load(document(session_id(1), [user(text) for text in texts]))
    begin, end = sorted((round(one * len(texts)), round(other * len(texts))))

    commit = commit_transcript_rewrite(session, begin, end, [encode(user("new")), encode(user("er"))], Reason("edit"))

    assert commit.original_span_digest == independent_digest(texts[begin:end])
    assert commit.replacement_digest == independent_digest(["new", "er"])
    assert commit.revision == independent_digest([*texts[:begin], "new", "er", *texts[end:]])
