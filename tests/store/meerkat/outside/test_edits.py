"""Edits of one loaded session: what is refused, and in which words (L5, L6)."""

from __future__ import annotations

from typing import Any

import pytest

from store.errors import ChangeRefused
from store.meerkat.outside.edits import LAST_REWRITE, Edited, make_edit
from store.meerkat.outside.graph_form import form_of
from store.meerkat.reference.canonical import Shapes
from store.meerkat.reference.history import Reason
from store.meerkat.reference.restoring import restore_revision
from store.meerkat.reference.rewriting import commit_transcript_rewrite
from store.meerkat.reference.session import Session
from store.meerkat.shapes.digests import DigestFormat
from store.values.changes import AppendEdit, Refusal, RefusalCode, RevisionEdit, RewriteEdit
from tests.store.meerkat.conftest import assistant, call, document, dump, results, said, session_id, user

F1, F2, F3, _, _ = DigestFormat
USER = dump(user("[redacted]"))
ANSWER = dump(assistant(said("I see.")))
CALLING = dump(assistant(call("t1")))


def plain(shapes: Shapes = Shapes.REFERENCE) -> Session:
    """A question, a call, its result, an answer."""
    messages = [user("a"), assistant(call("x")), results(("x", "r")), assistant(said("b"))]
    return Session.load(document(session_id(1), messages), shapes=shapes)


def with_graph(form: DigestFormat = F1) -> Session:
    session = plain()
    session.form = form
    commit_transcript_rewrite(session, 0, 1, [dump(user("earlier"))], Reason("edit"))
    return session


def rewrite(begin: int, end: int, *messages: bytes, revision: str | None = None) -> RewriteEdit:
    return RewriteEdit(begin, end, messages, "edit", "test", revision)


def refused(session: Session, edit: Any) -> Refusal:
    with pytest.raises(ChangeRefused) as caught:
        make_edit(session, edit, (), is_07=False)
    return caught.value.refusal


REFUSED: dict[str, tuple[Any, RefusalCode]] = {
    "a range beyond the end": (rewrite(3, 9, USER), RefusalCode.GUARD),
    "a range backwards": (rewrite(3, 1, USER), RefusalCode.GUARD),
    "a call without its result": (rewrite(2, 3), RefusalCode.GUARD),
    "a result without its call": (rewrite(1, 2, USER), RefusalCode.GUARD),
    "no message": (rewrite(0, 1, b'{"role":"robot","content":"x"}'), RefusalCode.GUARD),
    "no json": (rewrite(0, 1, b"{"), RefusalCode.GUARD),
    "another revision": (rewrite(0, 1, USER, revision="sha256:other"), RefusalCode.CHANGED_SINCE_PLAN),
    "an append of a result alone": (AppendEdit((dump(results(("y", "r"))),)), RefusalCode.GUARD),
    "an append of a call alone": (AppendEdit((CALLING,)), RefusalCode.GUARD),
    "an append of nothing": (AppendEdit(()), RefusalCode.ALREADY_SO),
    "a revision that is not kept": (RevisionEdit("sha256:none", "test"), RefusalCode.GUARD),
}


@pytest.mark.parametrize("make", [plain, with_graph])
@pytest.mark.parametrize("name", REFUSED)
def test_l6_what_would_be_no_transcript_is_refused_and_nothing_is_changed(name: str, make: Any) -> None:
    edit, code = REFUSED[name]
    session = make()
    before = session.encode()

    assert refused(session, edit).code is code
    assert session.encode() == before


@pytest.mark.parametrize("make", [plain, with_graph])
def test_l6_a_rewrite_that_changes_nothing_is_refused(make: Any) -> None:
    session = make()

    assert refused(session, rewrite(3, 4, session.messages.bytes_at(3))).code is RefusalCode.ALREADY_SO


def test_l6_a_refusal_quotes_no_message() -> None:
    secret = dump({"role": "user", "content": [{"type": "hunter2", "text": "hunter2"}]})

    assert "hunter2" not in refused(plain(), rewrite(0, 1, secret)).sentence


def test_l6_the_result_of_a_call_that_waits_may_be_appended() -> None:
    session = plain()
    session.push(CALLING)

    edited = make_edit(session, AppendEdit((dump(results(("t1", "r"))), ANSWER)), (), is_07=False)

    assert len(edited.session.messages) == 7


def test_l6_a_session_that_ends_in_results_takes_an_answer() -> None:
    session = plain()
    session.replace_messages(session.messages.slice(0, 3))

    assert len(make_edit(session, AppendEdit((ANSWER,)), (), is_07=False).session.messages) == 4


@pytest.mark.parametrize("form", [F1, F2, F3])
def test_l6_a_rewrite_names_the_revision_that_it_is_of_in_any_format(form: DigestFormat) -> None:
    session = plain()

    edit = rewrite(0, 1, USER, revision=session.messages.digest(form))

    assert make_edit(session, edit, (), is_07=False).commit is None


@pytest.mark.parametrize("form", [F1, F3])
def test_l6_a_commit_is_in_the_format_that_the_head_is_named_in(form: DigestFormat) -> None:
    session = with_graph(form)

    edited = made(session, rewrite(0, 1, USER))

    assert edited.commit is not None
    assert edited.commit.revision == edited.session.messages.digest(form) == edited.revision_after


def made(session: Session, edit: Any) -> Edited:
    return make_edit(session, edit, (), is_07=session.form is F3)


@pytest.mark.parametrize("form", [F1, F3])
def test_l6_the_format_of_a_graph_is_told_by_the_body_of_its_head(form: DigestFormat) -> None:
    history = with_graph(form).history()
    assert history is not None

    assert form_of(history, is_07=False) is form
    assert form_of(history.with_head("sha256:none"), is_07=False) is None


def test_l6_where_formats_agree_the_one_of_the_store_is_taken() -> None:
    history = with_graph(F1).history()
    assert history is not None

    assert (form_of(history, is_07=False), form_of(history, is_07=True)) == (F1, F2)


def test_l6_a_graph_never_loses_a_commit() -> None:
    session = with_graph()
    restore_revision(session, session.history().commits[0].parent_revision)  # type: ignore[union-attr]
    before = session.history()
    assert before is not None

    after = made(session, rewrite(0, 1, USER)).session.history()

    assert after is not None
    assert after.commits[: len(before.commits)] == before.commits
    assert after.bodies[: len(before.bodies)] == before.bodies


def test_l5_a_restore_behind_which_no_rewrite_could_be_read_back_says_so() -> None:
    session = with_graph()
    session.push_batch([USER, ANSWER])
    appended = session.transcript_revision()

    rewritten = make_edit(session, rewrite(4, 5, ANSWER), (), is_07=False)
    undone = make_edit(rewritten.session, RevisionEdit(appended, "test"), (), is_07=False)

    assert LAST_REWRITE not in rewritten.remarks
    assert LAST_REWRITE in undone.remarks


def test_l5_what_is_probed_for_that_is_never_written() -> None:
    edited = make_edit(with_graph(), rewrite(0, 1, USER), (), is_07=False)

    assert b"probe" not in edited.session.encode()
