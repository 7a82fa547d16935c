"""A revision graph is judged as the real code judges it, and each single tampering is found."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.codec import encode
from store.meerkat.details import metadata_span
from store.meerkat.messages.document_walk import walk_document
from store.meerkat.revisions.graph import judge
from store.meerkat.revisions.graph_values import GraphVerdict
from store.meerkat.shapes.digests import DigestFormat
from tests.store.meerkat.digesting import digest_of
from tests.store.meerkat.graph_maker import KEY, GraphMaker, copied, stored, told
from tests.store.meerkat.stored import json_cells, vectors

F1, F2, F3, F4, F5 = DigestFormat
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REALMS = (
    "realm-0.6.24-rich",
    "realm-0.6.24-rkat-rewritten",
    "realm-0.6.24-rkat-server",
    "realm-0.6.34-rkat",
    "realm-0.7.24-rkat",
)

SENTENCES = {
    "bad_original_span_digest": "The messages that rewrite 1 replaced are other ones.",
    "bad_replacement_digest": "The messages that rewrite 1 put in are other ones.",
    "bad_messages_before": "Rewrite 1 does not have as many messages as its revisions.",
    "bad_messages_after": "Rewrite 1 does not have as many messages as its revisions.",
    "selection_widened_left": "The messages that rewrite 1 replaced are other ones.",
    "selection_shifted": "The messages that rewrite 1 replaced are other ones.",
    "selection_out_of_range": "Rewrite 1 replaces messages 2 to 9 of a revision that has 4.",
    "selection_inverted": "Rewrite 1 replaces messages 3 to 2 of a revision that has 4.",
    "parent_body_missing": "The revision that rewrite 1 came from is not kept.",
    "revision_body_missing": "The revision graph has no body for the revision that it ends in.",
    "parent_body_tampered": "Revision 1 of the graph matches its name in none of the five digest formats.",
    "head_wrong": "The revision graph has no body for the revision that it ends in.",
    "head_points_to_parent": "The revision that the graph ends in does not come from its last rewrite.",
    "commits_empty": "",
    "history_not_an_object": "The revision graph is no JSON object.",
    "duplicate_revision_body": "",
}


def judged(graph: Any) -> GraphVerdict:
    return judge(MemorySource(graph if isinstance(graph, bytes) else encode(graph)), 0, CancelToken())


def judged_document(document: bytes) -> GraphVerdict | None:
    source, token = MemorySource(document), CancelToken()
    walk = walk_document(source, token, whole=True)
    span = metadata_span(source, walk.spans, KEY, token)
    return judge(source, span[0], token) if span is not None else None


def documents(folder: Path) -> Iterator[bytes]:
    for cell in json_cells(folder):
        if cell.column in ("session_json", "session_snapshot") and KEY.encode() in cell.data:
            yield cell.data


@pytest.mark.parametrize("case", vectors()["tampered_rewrite_cases"], ids=lambda case: case["case"])
def test_s4_each_tampered_graph_has_the_outcome_that_was_recorded(case: dict[str, Any]) -> None:
    """(3-case-2)"""
    verdict = judged_document(case["incoming"].encode())
    assert verdict is not None
    assert verdict.problem == SENTENCES[case["case"]]
    assert verdict.is_sound == (case["append_only_over_self"] == "ok")


def test_s4_a_digest_that_differs_is_given_beside_the_one_that_was_promised() -> None:
    case = next(c for c in vectors()["tampered_rewrite_cases"] if c["case"] == "bad_original_span_digest")
    verdict = judged_document(case["incoming"].encode())
    assert verdict is not None
    assert f"{verdict.found} does not match" in case["append_only_over_self"]["display"]
    assert verdict.expected == "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("name", "bodies", "commits"),
    [("rewrite/rewritten_session", 2, 1), ("rewrite/after_append", 3, 1), ("restore/session", 3, 2),
     ("two_commit_chain/session", 4, 2)],
)  # fmt: skip
def test_s4_graphs_of_the_real_code_are_sound(name: str, bodies: int, commits: int) -> None:
    """(3-case-2)"""
    group, key = name.split("/")
    verdict = judged_document(vectors()[group][key].encode())
    assert verdict is not None
    assert (verdict.problem, verdict.agreeing, len(verdict.commits)) == ("", bodies, commits)
    assert F1 in verdict.formats


@pytest.mark.parametrize("realm", REALMS)
def test_s4_every_graph_of_a_real_realm_is_sound(realm: str, copy_sample: Callable[[str], Path]) -> None:
    """(3-case-1)"""
    count = 0
    for document in documents(copy_sample(f"meerkat/{realm}")):
        verdict = judged_document(document)
        assert verdict is not None
        assert (verdict.problem, verdict.agreeing) == ("", len(verdict.bodies))
        assert (F3 if "0.7" in realm else F1) in verdict.formats
        count += 1
    assert count >= 2


def test_s4_the_bodies_are_those_that_the_real_code_counts(copy_sample: Callable[[str], Path]) -> None:
    """(3-case-1)"""
    folder = copy_sample("meerkat/realm-0.6.24-rich")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["sessions"]
    histories = {session["id"]: session["history"] for session in expected if session.get("history")}
    for document in documents(folder):
        history = histories[json.loads(document)["id"]]
        verdict = judged_document(document)
        assert verdict is not None
        assert verdict.head == history["head"]
        assert [commit.revision for commit in verdict.commits] == [each["revision"] for each in history["commits"]]


# ------------------------------------------------------------------------------------------------- made graphs


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
STEPS = st.lists(
    st.tuples(st.sampled_from(("append", "rewrite", "restore")), st.integers(0, 9), st.integers(0, 9), TEXTS),
    max_size=8,
)


@st.composite
def makers(draw: st.DrawFn) -> GraphMaker:
    """A session that some rewrites and appends were done to; at least one rewrite."""
    maker = GraphMaker(
        [told(f"first {n}", n) for n in range(draw(st.integers(1, 4)))], draw(st.sampled_from(DigestFormat))
    )
    maker.rewrite(0, 1, [told("summary " + draw(TEXTS), 7)], "compaction")
    for number, (what, one, other, text) in enumerate(draw(STEPS)):
        if what == "append":
            # A transcript that stood there before would not come from the last rewrite, by the rules themselves.
            maker.append(told(f"{number} {text}", number))
        elif what == "restore":
            maker.restore(one)
        else:
            begin, end = sorted((one % (len(maker.messages) + 1), other % (len(maker.messages) + 1)))
            maker.rewrite(begin, end, [told(text, 30 + number)] * (one % 3))
    return maker


@QUICK
@given(makers())
def test_s4_graphs_made_by_the_rules_are_sound(maker: GraphMaker) -> None:
    verdict = judged(maker.graph())
    assert verdict.problem == ""
    assert maker.form in verdict.formats
    assert (verdict.head, verdict.head_count) == (maker.head, len(maker.messages))
    assert [body.count for body in verdict.bodies] == [len(body["messages"]) for body in maker.bodies]


@QUICK
@given(makers(), st.data())
def test_s4_each_single_tampering_of_a_sound_graph_is_found(maker: GraphMaker, data: st.DataObject) -> None:
    graph = copied(maker.graph())
    tamper = data.draw(st.sampled_from(TAMPERINGS))
    number = data.draw(st.integers(0, 50))
    assume(tamper(graph, number))
    assert judged(graph).problem


def _commit(graph: Any, number: int) -> Any:
    return graph["commits"][number % len(graph["commits"])]


def _body(graph: Any, number: int) -> Any:
    return graph["revisions"][number % len(graph["revisions"])]


def _other_text(graph: Any, number: int) -> bool:
    messages = _body(graph, number)["messages"]
    if messages:
        messages[number % len(messages)]["content"] += "."
    return bool(messages)


def _drop_message(graph: Any, number: int) -> bool:
    messages = _body(graph, number)["messages"]
    if messages:
        del messages[number % len(messages)]
    return bool(messages)


def _other_name(graph: Any, number: int) -> bool:
    _body(graph, number)["revision"] = "sha256:" + "0" * 64
    return True


def _drop_head(graph: Any, number: int) -> bool:
    before = graph["head"]
    graph["revisions"] = [body for body in graph["revisions"] if body["revision"] != before]
    return True


def _wrong_count(key: str) -> Callable[[Any, int], bool]:
    def change(graph: Any, number: int) -> bool:
        _commit(graph, number)[key] += 1
        return True

    return change


def _wrong_digest(key: str) -> Callable[[Any, int], bool]:
    def change(graph: Any, number: int) -> bool:
        _commit(graph, number)[key] = "sha256:" + "f" * 64
        return True

    return change


def _out_of_range(graph: Any, number: int) -> bool:
    commit = _commit(graph, number)
    commit["selection"]["end"] = commit["messages_before"] + 1 + number
    return True


def _unknown_selection(graph: Any, number: int) -> bool:
    _commit(graph, number)["selection"]["type"] = "every_other_message"
    return True


def _no_head(graph: Any, number: int) -> bool:
    del graph["head"]
    return True


TAMPERINGS = (
    _other_text,
    _drop_message,
    _other_name,
    _drop_head,
    _wrong_count("messages_before"),
    _wrong_count("messages_after"),
    _wrong_digest("parent_revision"),
    _wrong_digest("revision"),
    _wrong_digest("original_span_digest"),
    _wrong_digest("replacement_digest"),
    _out_of_range,
    _unknown_selection,
    _no_head,
)


def test_s4_commits_in_another_order_are_found() -> None:
    maker = GraphMaker([told("a", 1), told("b", 2)])
    maker.rewrite(0, 1, [told("x", 3)])
    maker.rewrite(1, 2, [told("y", 4)])
    maker.commits.reverse()
    assert judged(maker.graph()).problem == "Rewrite 2 does not go on from the one before it."


def test_s4_an_append_between_two_rewrites_goes_on_from_the_first() -> None:
    maker = GraphMaker([told("a", 1)])
    maker.rewrite(0, 1, [told("x", 2)])
    maker.append(told("b", 3))
    maker.rewrite(1, 2, [told("y", 4)])
    graph = maker.graph()
    # Without the pointer it still begins with the messages of the one before.
    graph["revisions"][2].pop("parent_revision")
    assert judged(graph).is_sound


def test_s4_a_head_whose_ancestors_go_in_a_circle_is_found() -> None:
    maker = GraphMaker([told("a", 1)])
    maker.rewrite(0, 1, [told("x", 2)])
    maker.append(told("b", 3))
    maker.append(told("c", 4))
    graph = copied(maker.graph())
    graph["revisions"][2]["parent_revision"] = graph["revisions"][3]["revision"]
    assert judged(graph).problem == "The revision that the graph ends in does not come from its last rewrite."


# ------------------------------------------------------------------------------------------- formats (3-case-6)


def test_3_case_6_a_head_that_matches_no_format_is_said() -> None:
    maker = GraphMaker([told("a", 1)])
    maker.rewrite(0, 1, [told("x", 2)])
    graph = copied(maker.graph())
    graph["head"] = graph["revisions"][1]["revision"] = "sha256:" + "a" * 64
    graph["commits"][0]["revision"] = graph["head"]
    verdict = judged(graph)
    assert verdict.problem == (
        "Revision 2 of the graph, in which it ends, matches its name in none of the five digest formats."
    )
    assert (verdict.expected, verdict.found) == (graph["head"], maker.head)
    assert (verdict.formats, verdict.agreeing) == (frozenset(), 1)


def mixed(first: DigestFormat, second: DigestFormat) -> dict[str, Any]:
    """A graph whose rewrite came from a revision that is named in one format, and made one named in another."""
    maker = GraphMaker([told("a", 1)], first)
    maker.rewrite(0, 1, [told("x", 2)])
    graph = copied(maker.graph())
    name = digest_of([told("x", 2)], second)
    graph["head"] = graph["revisions"][1]["revision"] = graph["commits"][0]["revision"] = name
    return dict(graph)


def test_3_case_6_two_formats_are_said() -> None:
    verdict = judged(mixed(F1, F3))
    assert verdict.problem == "The revisions of the graph are named in different digest formats: 1 and 3."
    assert verdict.formats == frozenset()
    assert verdict.agreeing == 2
    assert not verdict.is_renamed


def test_3_case_6_old_names_that_later_releases_heal_are_two_formats_still() -> None:
    verdict = judged(mixed(F3, F1))
    assert verdict.problem == "The revisions of the graph are named in different digest formats: 1 and 3."
    assert verdict.is_renamed


def test_3_case_6_what_is_wrong_beside_two_formats_comes_first() -> None:
    graph = mixed(F3, F1)
    graph["commits"][0]["messages_after"] = 2
    assert judged(graph).problem == "Rewrite 1 does not have as many messages as its revisions."


def test_s4_messages_without_times_have_no_digest_and_are_said_so() -> None:
    maker = GraphMaker([told("a", 1)])
    maker.rewrite(0, 1, [told("x", 2)])
    graph = copied(maker.graph())
    del graph["revisions"][0]["messages"][0]["created_at"]
    assert judged(graph).problem.startswith("A retained message cannot be read as Meerkat reads it: ")


# --------------------------------------------------------------------------------------- other forms, bad input


def test_s4_a_body_told_as_a_change_of_another_one_is_that_body() -> None:
    maker = GraphMaker([told("a", 1), told("b", 2), told("c", 3)], F3)
    maker.rewrite(1, 2, [told("x", 4), told("y", 5)])
    graph = copied(maker.graph()) | {"digest_format": 2}
    body = graph["revisions"][1]
    del body["messages"]
    body["rebase"] = {"at": 1, "base": graph["revisions"][0]["revision"], "removed": 1,
                      "insert": stored([told("x", 4), told("y", 5)])}  # fmt: skip
    verdict = judged(graph)
    assert (verdict.problem, verdict.agreeing, verdict.stored_format) == ("", 2, 2)
    body["rebase"]["removed"] = 3
    assert judged(graph).problem == "A body of the revision graph changes a body that is not there."


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda graph: [], "The revision graph is no JSON object."),
        (lambda graph: graph | {"revisions": {}}, "The value of “revisions” in the revision graph is not a list."),
        (lambda graph: graph | {"commits": [5]}, "A commit of the revision graph is no JSON object."),
        (lambda graph: graph | {"revisions": [5]}, "A part of the revision graph is no JSON object."),
        (lambda graph: graph | {"revisions": [{"revision": "r"}]}, "A body of the revision graph has no messages."),
        (lambda graph: graph | {"format": "v9"}, "The revision graph is of a form that no known release wrote."),
        (lambda graph: {"head": graph["head"]}, "The revision graph has no body for the revision that it ends in."),
    ],
)
def test_s4_a_graph_of_another_shape_is_one_sentence(damage: Callable[[Any], Any], sentence: str) -> None:
    maker = GraphMaker([told("a", 1)])
    maker.rewrite(0, 1, [told("x", 2)])
    assert judged(damage(copied(maker.graph()))).problem == sentence


@QUICK
@given(st.data())
def test_s4_damaged_bytes_never_raise(data: st.DataObject) -> None:
    maker = GraphMaker([told("a", 1)])
    maker.rewrite(0, 1, [told("x", 2)])
    graph = bytearray(encode(maker.graph()))
    begin = data.draw(st.integers(0, len(graph) - 1))
    graph[begin : begin + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
    if bytes(graph) != encode(maker.graph()):
        judged(bytes(graph))


def test_s4_a_key_that_stands_twice_is_refused() -> None:
    maker = GraphMaker([told("a", 1)])
    maker.rewrite(0, 1, [told("x", 2)])
    graph = encode(maker.graph())
    assert judged(graph[:-1] + b',"head":"x"}').problem == "The revision graph holds one of its keys twice."


def test_s4_a_graph_of_many_windows_is_judged_message_by_message() -> None:
    maker = GraphMaker([told("long " * 2000, n) for n in range(60)])
    maker.rewrite(0, 1, [told("x", 2)])
    maker.append(told("y" * 700_000, 3))
    graph = encode(maker.graph())
    assert len(graph) > 1_500_000
    verdict = judged(graph)
    assert (verdict.problem, verdict.agreeing, verdict.head_count) == ("", 3, 61)
    tampered = copy.deepcopy(maker.graph())
    tampered["revisions"][2]["messages"][59]["content"] += "!"
    assert judged(tampered).found != judged(tampered).expected


def test_s4_an_empty_body_fits_whatever_format_the_others_have() -> None:
    maker = GraphMaker([told("a", 1)], F3)
    maker.rewrite(0, 1, [])
    maker.append(told("b", 2))
    graph = encode(maker.graph())
    verdict = judge(MemorySource(graph), 0, CancelToken(), frozenset({F1}))
    assert (verdict.problem, verdict.agreeing) == ("", 3)
    assert F3 in verdict.formats


def test_s4_every_graph_of_the_recorded_rewrites_is_sound() -> None:
    """What the real code refuses of these saves, it refuses for other reasons than the graph (3-case-2)."""
    documents = [case[key] for case in vectors()["rewrite_cases"] for key in ("incoming", "previous") if case[key]]
    found = [verdict for verdict in (judged_document(document.encode()) for document in documents) if verdict]
    assert [verdict.problem for verdict in found] == [""] * 8
