"""The compact shape of a revision graph is replayed edge by edge, and each step of it is proved."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.meerkat.checks.lineage import RowLineage, rewrite_prefix
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.codec import encode
from store.meerkat.revisions.graph import judge
from store.meerkat.revisions.graph_edges import replay
from store.meerkat.revisions.graph_reading import read_graph
from store.meerkat.revisions.graph_values import GraphProblem, GraphVerdict, read_body
from store.meerkat.revisions.revisions import kept_in_graph
from store.meerkat.shapes.digests import DigestFormat
from tests.store.meerkat.graph_maker import KEY, GraphMaker, at, copied, told

F5 = DigestFormat.F5
QUICK = settings(max_examples=25, deadline=None)


def judged(graph: Any) -> GraphVerdict:
    return judge(MemorySource(encode(graph)), 0, CancelToken())


class EdgeMaker:
    """A session whose rewrites are kept as edges."""

    def __init__(self, messages: list[Any]) -> None:
        self.maker = GraphMaker(messages, F5)
        self.anchor = list(messages)
        self.lineage = RowLineage()
        for message in messages:
            self.lineage.add(encode(message))
        self.anchor_prefix = self.prefix()
        self.base, self.base_count = self.maker.name(), len(messages)
        self.appended: list[Any] = []
        self.splice: tuple[int, list[Any]] | None = None
        self.edges: list[dict[str, Any]] = []
        self.chain = rewrite_prefix([])
        self.is_rebuilt = False

    def prefix(self) -> dict[str, Any]:
        return {"version": 1, "row_count": self.lineage.count, "digest": self.lineage.digest}

    def append(self, *messages: Any) -> None:
        self.maker.messages.extend(messages)
        self.appended.extend(messages)

    def overwrite(self, begin: int, messages: list[Any]) -> None:
        """What was imported from 0.8.10: messages of the base stand in another form in the next parent."""
        self.maker.messages[begin : begin + len(messages)] = messages
        self.splice = begin, messages

    def advance(self) -> dict[str, Any]:
        more = {"appended": self.appended} if self.appended else {}
        if self.splice is not None:
            begin, messages = self.splice
            self.lineage.splice(begin, begin + len(messages), [encode(each) for each in messages])
        for message in self.appended:
            self.lineage.add(encode(message))
        if self.is_rebuilt:
            self.lineage = RowLineage()
            for message in self.maker.messages:
                self.lineage.add(encode(message))
            return {"kind": "content_addressed_append", **more}
        if self.splice is not None:
            return {"kind": "exact_splice", "at": self.splice[0], "replacement": self.splice[1], **more}
        return {"kind": "exact_append", **more}

    def rewrite(self, begin: int, end: int, replacement: list[Any]) -> None:
        advance = self.advance()
        parent_prefix = self.prefix()
        assert self.maker.rewrite(begin, end, replacement)
        number = len(self.edges) + 1
        commit = {"rewrite_generation": number} | self.maker.commits[-1]
        commit["selection"] = {"type": "edit_message_range", "range": {"start": begin, "end": end}}
        self.chain = rewrite_prefix([encode(commit)], self.chain)
        self.lineage.splice(begin, end, [encode(each) for each in replacement])
        self.edges.append(
            {
                "commit": commit,
                "rewrite_prefix": {"occurrence_count": number, "digest": self.chain},
                "base_revision": self.base,
                "messages_before_base": self.base_count,
                "parent_advance": advance,
                "parent_row_prefix": parent_prefix,
                "rewrite": {"at": begin, "replacement": replacement},
                "result_witness": {"message_count": len(self.maker.messages), "row_prefix": self.prefix()},
                "parent_created_at": at(number),
                "revision_created_at": at(number),
            }
        )
        self.base, self.base_count = self.maker.head, len(self.maker.messages)
        self.appended, self.splice, self.is_rebuilt = [], None, False

    def graph(self, retired: int = 0) -> dict[str, Any]:
        """The graph; with `retired` the first rewrites are, and the body that the last of them left is the first."""
        name, messages, prefix = self.maker.name(self.anchor), self.anchor, self.anchor_prefix
        more: dict[str, Any] = {}
        if retired:
            commits = [edge["commit"] for edge in self.edges[:retired]]
            last = self.edges[retired - 1]
            body = next(b for b in self.maker.bodies if b["revision"] == last["commit"]["revision"])
            name, messages, prefix = body["revision"], body["messages"], last["result_witness"]["row_prefix"]
            more = {
                "retired": {"commits": commits, "rewrite_prefix": last["rewrite_prefix"], "graph_prefix": NO_PREFIX}
            }
        return {
            "format": "anchor_occurrence_edges_v1",
            **more,
            "anchor": {"revision": name, "messages": messages, "row_prefix": prefix, "created_at": at(0)},
            "edges": self.edges[retired:],
            "rewrite_prefix": {"occurrence_count": len(self.edges), "digest": self.chain},
            "graph_prefix": NO_PREFIX,
            "digest_format": 3,
        }


NO_PREFIX = {"occurrence_count": 0, "digest": "sha256:" + "0" * 64}


@pytest.fixture(scope="module")
def real_document() -> bytes:
    """The one whole document of a real 0.9.3 store that has a graph."""
    path = Path(__file__).parents[3] / "data/stores/meerkat/store-0.9.3-whole-blob/runtime.sqlite"
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
        rows = database.execute("SELECT session_snapshot FROM runtime_whole_blob_bodies").fetchall()
    return next(bytes(row[0]) for row in rows if KEY.encode() in row[0])


@pytest.fixture
def real(real_document: bytes) -> dict[str, Any]:
    """Its graph."""
    graph = json.loads(real_document)["metadata"][KEY]
    assert isinstance(graph, dict)
    return graph


@pytest.fixture
def made() -> EdgeMaker:
    """Three rewrites with appends between them."""
    maker = EdgeMaker([told("a", 1), told("b", 2)])
    maker.rewrite(0, 1, [told("A", 3)])
    maker.append(told("c", 4), told("d", 5))
    maker.rewrite(0, 3, [told("summary", 6)])
    maker.append(told("e", 7))
    maker.rewrite(1, 1, [told("between", 8)])
    return maker


def test_s4_the_graph_of_a_real_whole_document_is_sound_in_format_5(real: dict[str, Any]) -> None:
    """(3-case-1)"""
    verdict = judged(real)
    assert (verdict.problem, verdict.formats, verdict.agreeing) == ("", frozenset({F5}), 2)
    assert verdict.is_open
    assert (verdict.head, verdict.head_count) == (real["edges"][-1]["commit"]["revision"], 3)


def test_s4_the_transcript_goes_on_from_the_last_body(real: dict[str, Any], real_document: bytes) -> None:
    messages = json.loads(real_document)["messages"]
    graph = read_graph(MemorySource(encode(real)), 0, CancelToken())
    last = kept_in_graph(graph)[-1].body
    assert last is not None
    found = read_body(MemorySource(encode(real)), last, 0, last.count)
    assert [json.loads(data) for data in found] == messages[: last.count]


def test_s4_bodies_come_out_of_the_replay(made: EdgeMaker) -> None:
    source = MemorySource(encode(made.graph()))
    kept = kept_in_graph(read_graph(source, 0, CancelToken()))
    names = {body["revision"]: body["messages"] for body in made.maker.bodies}
    assert {each.revision.revision for each in kept} == set(names)
    for each in kept:
        assert each.body is not None
        found = [json.loads(data) for data in read_body(source, each.body, 0, each.body.count)]
        assert found == names[each.revision.revision or ""]


def sound(graph: Any) -> str:
    """The problem of a made graph but for its last prefix, which the maker does not know."""
    problem = judged(graph).problem
    return "" if problem == "The chain of rewrites of the revision graph does not agree." else problem


def test_s4_edges_after_retired_ones_are_sound(made: EdgeMaker) -> None:
    for retired in (1, 2):
        verdict = judged(made.graph(retired))
        assert (verdict.problem, len(verdict.retired), len(verdict.commits)) == ("", retired, 3 - retired)


def test_s4_retired_revisions_are_known_and_not_stored(made: EdgeMaker) -> None:
    kept = kept_in_graph(read_graph(MemorySource(encode(made.graph(2))), 0, CancelToken()))
    assert [each.revision.is_stored for each in kept] == [False, False, False, True, True, True]
    assert [each.revision.message_count for each in kept] == [2, 2, 4, 2, 3, 4]


def test_s4_rows_written_anew_begin_a_new_lineage(made: EdgeMaker) -> None:
    made.append(told("f", 9))
    made.is_rebuilt = True
    made.rewrite(0, 1, [told("again", 10)])
    assert judged(made.graph(1)).is_sound


def test_s4_messages_overwritten_by_an_import_are_followed(made: EdgeMaker) -> None:
    made.overwrite(0, [told("summary!", 11)])
    made.append(told("f", 9))
    made.rewrite(1, 2, [])
    assert judged(made.graph(1)).is_sound


@QUICK
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=6))
def test_s4_graphs_made_of_edges_are_sound(steps: list[tuple[int, int, int]]) -> None:
    maker = EdgeMaker([told("a", 1), told("b", 2)])
    maker.rewrite(0, 0, [told("first", 0)])
    for number, (one, other, count) in enumerate(steps):
        size = len(maker.maker.messages)
        begin, end = sorted((one % (size + 1), other % (size + 1)))
        maker.append(*[told(f"more {number} {n}", n) for n in range(count)])
        maker.rewrite(begin, end, [told(f"step {number}", number)])
    assert judged(maker.graph(1)).is_sound
    assert sound(maker.graph()) == ""


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda g: g["anchor"]["messages"][0].update(content="z"), "The first revision of the graph matches"),
        (lambda g: g["anchor"]["row_prefix"].update(row_count=9), "The row lineage of the first revision does"),
        (lambda g: g["edges"][0].update(base_revision="x"), "Rewrite 1 does not go on from the one before it."),
        (lambda g: g["edges"][1].update(messages_before_base=7), "Rewrite 2 does not go on from the one before it."),
        (lambda g: g["edges"][0]["commit"].update(rewrite_generation=4), "The rewrites of the graph are not numbered"),
        (lambda g: g["edges"][0]["rewrite"].update(at=1), "Rewrite 1 replaces messages at another place than it says."),
        (lambda g: g["edges"][1]["parent_advance"].update(kind="guess"), "Rewrite 2 comes from a revision that"),
        (lambda g: g["edges"][1]["parent_advance"]["appended"].pop(), "The revision that rewrite 2 came from"),
        (lambda g: g["edges"][1]["rewrite"]["replacement"][0].update(content="z"), "The revision that rewrite 2 made"),
        (lambda g: g["edges"][1]["parent_row_prefix"].update(row_count=1), "The row lineage of the revision that"),
        (lambda g: g["edges"][1]["result_witness"]["row_prefix"].update(digest="x"), "The row lineage of rewrite 2"),
        (lambda g: g["edges"][2]["rewrite_prefix"].update(occurrence_count=1), "The chain of rewrites of rewrite 3"),
        (lambda g: g["rewrite_prefix"].update(digest="x"), "The chain of rewrites of the revision graph"),
        (lambda g: g.update(edges=[]), "The revision graph has no rewrite."),
        (lambda g: g.pop("anchor"), "The revision graph has no body to begin with."),
    ],
)  # fmt: skip
def test_s4_each_tampered_edge_is_found(made: EdgeMaker, damage: Callable[[Any], Any], sentence: str) -> None:
    graph = copied(made.graph())
    damage(graph)
    assert judged(graph).problem.startswith(sentence)


def test_s4_a_tampered_edge_of_a_real_graph_breaks_its_chain(real: dict[str, Any]) -> None:
    real["edges"][0]["parent_created_at"]["secs_since_epoch"] += 1
    assert judged(real).problem == "The chain of rewrites of the revision graph does not agree."


def test_s4_a_retired_commit_that_was_altered_breaks_the_chain(made: EdgeMaker) -> None:
    graph = copied(made.graph(2))
    graph["retired"]["commits"][0]["messages_after"] = 1
    assert judged(graph).problem == "The chain of rewrites of the retired rewrites does not agree."


def test_s4_a_small_graph_that_tells_of_endless_messages_is_refused(made: EdgeMaker) -> None:
    graph = copied(made.graph())
    graph["anchor"]["messages"] = [told("a", 1)] * 3000
    # Each of these edges stands for another copy of all the messages before it.
    edge = graph["edges"][0]
    edge["commit"]["selection"]["range"] = {"start": 0, "end": 0}
    graph["edges"] = [edge] * 1200
    found = kept_in_graph(read_graph(MemorySource(encode(graph)), 0, CancelToken()))
    assert len(found) < 10
    with pytest.raises(GraphProblem, match="too many and too long to be followed"):
        list(replay(read_graph(MemorySource(encode(graph)), 0, CancelToken())))
