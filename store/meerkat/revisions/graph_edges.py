"""The compact shape of a revision graph: a first body, and for each rewrite what changed (formats/meerkat.md §3.4).

Written by 0.8.11 and later into whole documents. A body is found by replaying the edges before it; each step is proved
by the digests that its commit names, and by the lineage of rows that it carries along.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from store.cancel import CancelToken
from store.meerkat.checks.lineage import RowLineage, rewrite_prefix
from store.meerkat.checks.tokens import EMPTY_REWRITE_DIGEST
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.revisions.graph_parts import Edge, Graph
from store.meerkat.revisions.graph_values import (
    Body,
    BodyFacts,
    GraphProblem,
    GraphVerdict,
    MixedFormats,
    Tally,
    read_body,
)
from store.meerkat.revisions.proving import BodyText, Formats, Proved, check_commit, prove
from store.meerkat.shapes.digests import ALL_FORMATS

SPLICE_KIND = "exact_splice"
REBUILT_KIND = "content_addressed_append"
APPEND_KIND = "exact_append"

_ANCHOR_DOMAIN = b"meerkat.transcript-history.anchor.v1\0"
_EDGE_DOMAIN = b"meerkat.transcript-history.edge.v1\0"


@dataclass(frozen=True, slots=True)
class Step:
    """What one edge makes of the body before it.

    Attributes:
        parent: the body that its commit came from, `child` the one that it made.
    """

    number: int
    edge: Edge
    parent: Body
    child: Body


def replay(graph: Graph) -> Iterator[Step]:
    """Replay the edges of a graph, oldest first. Raises GraphProblem where an edge does not fit its base."""
    if not graph.bodies:
        return
    body = graph.bodies[0]
    tally = Tally()
    for number, edge in enumerate(graph.edges, len(graph.retired) + 1):
        tally.add(2 * body.count)
        parent = _advanced(body, edge, number)
        commit = edge.commit
        assert commit is not None
        if not commit.begin <= commit.end <= parent.count:
            raise GraphProblem(
                f"Rewrite {number:,} replaces messages {commit.begin:,} to {commit.end:,} of a revision that has"
                f" {parent.count:,}."
            )
        child = parent.with_replaced(commit.begin, commit.end, edge.replacement)
        parent.revision, child.revision = commit.parent, commit.revision
        parent.parent, child.parent = (body.revision if parent.revision != body.revision else None), commit.parent
        parent.created_at_ms = edge.parent_created_at_ms
        child.created_at_ms = edge.revision_created_at_ms
        yield Step(number, edge, parent, child)
        body = child


def _advanced(body: Body, edge: Edge, number: int) -> Body:
    """The parent of an edge's commit: the body before it, with what was done since."""
    if edge.kind not in (APPEND_KIND, REBUILT_KIND, SPLICE_KIND):
        raise GraphProblem(f"Rewrite {number:,} comes from a revision that was made in an unknown way.")
    parent = body.part(0, body.count)
    if edge.kind == SPLICE_KIND:
        at = edge.splice_at
        if at is None or not edge.splice.count or at + edge.splice.count > body.count:
            raise GraphProblem(f"Rewrite {number:,} overwrites messages that are not there.")
        parent = parent.with_replaced(at, at + edge.splice.count, edge.splice)
    parent.extend(edge.appended)
    return parent


def judge_edges(graph: Graph, source: ByteSource, token: CancelToken, formats: Formats = ALL_FORMATS) -> GraphVerdict:
    """Replay a graph and prove each step."""
    judging = _Judging(graph, source, token, formats)
    problem = GraphProblem("")
    try:
        if graph.problem is not None:
            raise graph.problem
        judging.run()
    except GraphProblem as found:
        problem = found
    is_mixed = isinstance(problem, MixedFormats)
    if is_mixed and formats != ALL_FORMATS:
        # What fits a likely format may fit the others too, as no message at all does.
        return judge_edges(graph, source, token)
    verdict = GraphVerdict(
        formats=judging.formats if judging.is_started and not problem.sentence else frozenset(),
        head=judging.head,
        head_count=judging.head_count,
        bodies=tuple(judging.bodies),
        commits=tuple(graph.commits),
        retired=tuple(graph.retired),
        stored_format=graph.stored_format,
        is_open=True,
        is_mixed=is_mixed,
    )
    return replace(verdict, problem=problem.sentence, expected=problem.expected, found=problem.found)


class _Judging:
    """One replay, with everything that is carried along."""

    def __init__(self, graph: Graph, source: ByteSource, token: CancelToken, formats: Formats) -> None:
        self._graph, self._source, self._token = graph, source, token
        self._likely = formats
        self._lineage = RowLineage()
        self.formats: Formats = ALL_FORMATS
        self.is_started = False
        self.bodies: list[BodyFacts] = []
        self.head: str | None = None
        self.head_count: int | None = None

    def run(self) -> None:
        graph = self._graph
        anchor = graph.bodies[0]
        base = self._proved(anchor, "The first revision of the graph")
        self._begin_lineage(anchor)
        if not graph.edges:
            raise GraphProblem("The revision graph has no rewrite.")
        rewrites = self._retired_rewrites()
        for step in replay(graph):
            self._token.take_turn()
            base = self._step(step, base)
            rewrites = rewrite_prefix([step.edge.fields["commit"]], rewrites)
            ask_chain(step.edge.fields.get("rewrite_prefix"), step.number, rewrites, f"rewrite {step.number:,}")
        total = len(graph.retired) + len(graph.edges)
        ask_chain(graph.fields.get("rewrite_prefix"), total, rewrites, "the revision graph")
        if not graph.has_retired:
            ask_chain(graph.fields.get("graph_prefix"), total, self._graph_prefix(), "the revision graph")

    def _begin_lineage(self, anchor: Body) -> None:
        """The lineage of the first body's rows.

        After retired rewrites it tells how those rows came about, which is not stored any more: it is taken as it is.
        """
        stored = self._graph.fields.get("anchor.row_prefix")
        if self._graph.has_retired:
            if member(stored, "row_count") != anchor.count:
                raise GraphProblem("The row lineage of the first revision counts other rows than it has.")
            self._lineage = lineage_from(str(member(stored, "digest")), anchor.count, "the first revision")
            return
        for data in read_body(self._source, anchor, 0, anchor.count):
            self._lineage.add(data)
        ask_prefix(stored, self._lineage, "the first revision")

    def _retired_rewrites(self) -> str:
        """The digest of the rewrites whose bodies are not stored any more."""
        graph = self._graph
        rewrites = rewrite_prefix(graph.retired_bytes, EMPTY_REWRITE_DIGEST)
        if graph.has_retired:
            ask_chain(graph.fields.get("retired.rewrite_prefix"), len(graph.retired), rewrites, "the retired rewrites")
        return rewrites

    def _proved(self, body: Body, what: str) -> Proved:
        proved = prove(BodyText(body, self._source), body.revision, self._likely, self._token)
        self.is_started = True
        self.bodies.append(
            BodyFacts(body.revision, body.parent, body.created_at_ms, body.count, body.size_bytes, proved.formats)
        )
        self.head, self.head_count = body.revision, body.count
        if not proved.formats:
            raise GraphProblem(
                f"{what} matches its name in none of the five digest formats.",
                body.revision,
                proved.digests[max(proved.digests)],
            )
        self._narrow(proved.formats)
        return proved

    def _narrow(self, formats: Formats) -> None:
        if not self.formats & formats:
            raise MixedFormats((min(self.formats), min(formats)))
        self.formats &= formats

    def _step(self, step: Step, base: Proved) -> Proved:
        """Prove one edge; returns the body that it made."""
        edge, number, commit = step.edge, step.number, step.edge.commit
        assert commit is not None
        if commit.generation != number:
            raise GraphProblem(
                "The rewrites of the graph are not numbered one after the other.",
                f"{number:,}",
                f"{commit.generation:,}",
            )
        if (edge.base, edge.base_count) != (self.head, base.count):
            raise GraphProblem(f"Rewrite {number:,} does not go on from the one before it.", self.head or "", edge.base)
        parent = base
        if step.parent.revision != self.head or edge.kind != APPEND_KIND or edge.appended.count:
            parent = self._proved(step.parent, f"The revision that rewrite {number:,} came from")
        self._ask_parent_rows(step)
        child = self._proved(step.child, f"The revision that rewrite {number:,} made")
        self._narrow(check_commit(commit, number, parent, child, self.formats, self._token))
        if edge.at != commit.begin:
            raise GraphProblem(f"Rewrite {number:,} replaces messages at another place than it says.")
        self._lineage.splice(commit.begin, commit.end, self._rows(edge.replacement))
        ask_prefix(member(edge.fields.get("result_witness"), "row_prefix"), self._lineage, f"rewrite {number:,}")
        return child

    def _ask_parent_rows(self, step: Step) -> None:
        """Carry the lineage of rows along to the parent of an edge's commit."""
        edge = step.edge
        stored = edge.fields.get("parent_row_prefix")
        what = f"the revision that rewrite {step.number:,} came from"
        if edge.kind == REBUILT_KIND:
            # Its rows were written anew: what is stored is where the lineage begins again.
            if member(stored, "row_count") != step.parent.count:
                raise GraphProblem(f"The row lineage of {what} counts other rows than it has.")
            self._lineage = lineage_from(str(member(stored, "digest")), step.parent.count, what)
            return
        if edge.kind == SPLICE_KIND and edge.splice_at is not None:
            self._lineage.splice(edge.splice_at, edge.splice_at + edge.splice.count, self._rows(edge.splice))
        for data in self._rows(edge.appended):
            self._lineage.add(data)
        ask_prefix(stored, self._lineage, what)

    def _rows(self, body: Body) -> list[bytes]:
        return list(read_body(self._source, body, 0, body.count))

    def _graph_prefix(self) -> str:
        """The chained digest over the first body and all edges, as they are stored."""
        graph = self._graph
        fields = graph.fields
        anchor = graph.bodies[0]
        state = hashlib.sha256(_ANCHOR_DOMAIN)
        for label in ("revision", "messages", "row_prefix", "created_at"):
            value = self._list(anchor) if label == "messages" else fields.get(f"anchor.{label}", b"null")
            _add_field(state, label, value)
        digest = state.digest()
        for edge in graph.edges:
            state = hashlib.sha256(_EDGE_DOMAIN + digest)
            for label in _EDGE_FIELDS:
                _add_field(state, label, self._edge_field(edge, label))
            digest = state.digest()
        return "sha256:" + digest.hex()

    def _edge_field(self, edge: Edge, label: str) -> bytes:
        if label == "rewrite":
            return b'{"at":%d,"replacement":%b}' % (edge.at, self._list(edge.replacement))
        if label != "parent_advance":
            return edge.fields.get(label, b"null")
        parts = [b'"kind":"%b"' % edge.kind.encode()]
        if edge.kind == SPLICE_KIND:
            parts += [b'"at":%d' % (edge.splice_at or 0), b'"replacement":' + self._list(edge.splice)]
        if edge.appended.count:
            parts.append(b'"appended":' + self._list(edge.appended))
        return b"{%b}" % b",".join(parts)

    def _list(self, body: Body) -> bytes:
        return b"[%b]" % b",".join(read_body(self._source, body, 0, body.count))


_EDGE_FIELDS = (
    "commit",
    "rewrite_prefix",
    "base_revision",
    "messages_before_base",
    "parent_advance",
    "parent_row_prefix",
    "rewrite",
    "result_witness",
    "parent_created_at",
    "revision_created_at",
)


def _add_field(state: hashlib._Hash, label: str, value: bytes) -> None:
    name = label.encode("ascii")
    state.update(len(name).to_bytes(8, "big") + name + len(value).to_bytes(8, "big"))
    state.update(value)


def member(value: bytes | Json, key: str) -> Json:
    """A member of an object, or of the object whose stored bytes these are; None where there is none."""
    if isinstance(value, bytes):
        try:
            value = parse(value)[1]
        except NotStrict:
            return None
    return value.get(key) if isinstance(value, dict) else None


def lineage_from(digest: str, count: int, what: str) -> RowLineage:
    """Go on with a lineage that is stored. Raises GraphProblem."""
    try:
        return RowLineage.from_digest(digest, count)
    except ValueError:
        raise GraphProblem(f"The row lineage of {what} is no digest.", found=digest) from None


def ask_prefix(stored: bytes | Json, lineage: RowLineage, what: str) -> None:
    """Compare a stored row prefix with the lineage that was followed. Raises GraphProblem."""
    digest, count = member(stored, "digest"), member(stored, "row_count")
    if (digest, count) != (lineage.digest, lineage.count):
        raise GraphProblem(
            f"The row lineage of {what} does not agree with its messages.", _shown(digest), lineage.digest
        )


def ask_chain(stored: bytes | Json, count: int, digest: str, what: str) -> None:
    """Compare a stored chain of rewrites with the one that was followed. Raises GraphProblem."""
    if (member(stored, "occurrence_count"), member(stored, "digest")) != (count, digest):
        raise GraphProblem(f"The chain of rewrites of {what} does not agree.", _shown(member(stored, "digest")), digest)


def _shown(value: Json) -> str:
    return value if isinstance(value, str) else "nothing"
