"""Judging the rewrites of a session of strands by the rules of a revision graph (formats/meerkat.md §1.5, §3.4).

The bodies are rows, found through links; each is digested once for each rewrite that names it, and none is held.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from dataclasses import replace

from store.cancel import CancelToken
from store.meerkat.checks.lineage import RowLineage, rewrite_prefix
from store.meerkat.checks.tokens import EMPTY_REWRITE_DIGEST
from store.meerkat.generation import Layout
from store.meerkat.heads.heads import Head
from store.meerkat.revisions.graph_edges import (
    APPEND_KIND,
    REBUILT_KIND,
    SPLICE_KIND,
    ask_chain,
    ask_prefix,
    lineage_from,
    member,
)
from store.meerkat.revisions.graph_parts import Edge
from store.meerkat.revisions.graph_reading import read_edge
from store.meerkat.revisions.graph_values import BodyFacts, GraphProblem, GraphVerdict, MixedFormats, Tally
from store.meerkat.revisions.proving import BodyText, Formats, Proved, check_commit, prove, same_span
from store.meerkat.revisions.rewrites import (
    Rewrite,
    Rewrites,
    StrandText,
    edge_source,
    read_rewrites,
    retirement_source,
)
from store.meerkat.shapes.digests import ALL_FORMATS


def judge_rewrites(
    connection: sqlite3.Connection,
    layout: Layout,
    head: Head,
    token: CancelToken,
    formats: Formats = ALL_FORMATS,
) -> GraphVerdict | None:
    """Judge all adopted rewrites of a session.

    Args:
        formats: those that are looked at first; the others only where none of these fits.

    Returns:
        None for a session that was never rewritten.
    """
    rewrites = read_rewrites(connection, layout, head, token)
    count = head.rewrite_count or 0
    if not count and not rewrites.kept and rewrites.retired is None:
        return None
    judging = _Judging(connection, head, rewrites, token, formats)
    problem = GraphProblem("")
    try:
        judging.run(count)
    except GraphProblem as found:
        problem = found
    is_mixed = isinstance(problem, MixedFormats)
    if is_mixed and formats != ALL_FORMATS:
        # What fits a likely format may fit the others too, as no message at all does.
        return judge_rewrites(connection, layout, head, token)
    verdict = GraphVerdict(
        formats=judging.formats if judging.bodies else frozenset(),
        head=head.json.head_revision,
        head_count=head.message_count,
        bodies=tuple(judging.bodies),
        commits=tuple(rewrite.commit for rewrite in rewrites.kept),
        retired=tuple(rewrites.retired.retired) if rewrites.retired is not None else (),
        is_mixed=is_mixed,
    )
    return replace(verdict, problem=problem.sentence, expected=problem.expected, found=problem.found)


class _Judging:
    """One walk along the rewrites, with everything that is carried along."""

    def __init__(
        self, connection: sqlite3.Connection, head: Head, rewrites: Rewrites, token: CancelToken, formats: Formats
    ) -> None:
        self._connection, self._head, self._rewrites = connection, head, rewrites
        self._token, self._likely = token, formats
        self._last: Proved | None = None
        self._last_name = ""
        self._lineage: RowLineage | None = None
        self._chain = EMPTY_REWRITE_DIGEST
        self.formats: Formats = ALL_FORMATS
        self.bodies: list[BodyFacts] = []

    def run(self, count: int) -> None:
        """Ask all rules.

        Args:
            count: rewrites that the head says.
        """
        rewrites = self._rewrites
        if rewrites.problems:
            raise rewrites.problems[0]
        with ExitStack() as stack:
            self._begin(stack)
            self._follow(count)

    def _follow(self, count: int) -> None:
        rewrites = self._rewrites
        indexes = [rewrite.index for rewrite in rewrites.kept]
        first = rewrites.retired_count
        if len(indexes) != count - first or indexes != list(range(first, first + len(indexes))):
            raise GraphProblem(
                "Not all rewrites that the head counts are stored.",
                f"{count:,}",
                f"{rewrites.retired_count + len(indexes):,}",
            )
        tally = Tally()
        for rewrite in rewrites.kept:
            self._token.take_turn()
            tally.add(rewrite.parent_length + rewrite.length)
            self._step(rewrite)
        self._ask_head(count)

    def _begin(self, stack: ExitStack) -> None:
        """Start with what is left of retired rewrites; their record stays open until the end."""
        rewrites = self._rewrites
        base = rewrites.retired
        if base is None or rewrites.retired_rowid is None:
            return
        if base.problem is not None:
            raise base.problem
        if len(base.retired) != rewrites.retired_count:
            raise GraphProblem(
                "The record of retired rewrites is of another number of them.",
                f"{rewrites.retired_count:,}",
                f"{len(base.retired):,}",
            )
        self._chain = rewrite_prefix(base.retired_bytes, EMPTY_REWRITE_DIGEST)
        ask_chain(base.fields.get("retired.rewrite_prefix"), len(base.retired), self._chain, "the retired rewrites")
        anchor = base.bodies[0]
        source = stack.enter_context(closing(retirement_source(self._connection, rewrites.retired_rowid)))
        proved = prove(BodyText(anchor, source), anchor.revision, self._likely, self._token)
        self._take(proved, anchor.revision, None, anchor.created_at_ms, "The first revision that is kept")
        self._last, self._last_name = proved, anchor.revision
        stored = base.fields.get("anchor.row_prefix")
        if member(stored, "row_count") != anchor.count:
            raise GraphProblem("The row lineage of the first revision that is kept counts other rows.")
        self._lineage = lineage_from(str(member(stored, "digest")), anchor.count, "the first revision that is kept")

    def _take(self, proved: Proved, name: str, parent: str | None, created_at_ms: int | None, what: str) -> None:
        facts = BodyFacts(name, parent, created_at_ms, proved.count, proved.size_bytes, proved.formats)
        self.bodies.append(facts)
        if not proved.formats:
            raise GraphProblem(
                f"{what} matches its name in none of the five digest formats.",
                name,
                proved.digests[max(proved.digests)],
            )
        if not self.formats & proved.formats:
            raise MixedFormats((min(self.formats), min(proved.formats)))
        self.formats &= proved.formats

    def _step(self, rewrite: Rewrite) -> None:
        """Prove one rewrite."""
        commit, number = rewrite.commit, rewrite.index + 1
        if commit.generation not in (0, number):
            raise GraphProblem(
                "The rewrites are not numbered one after the other.", f"{number:,}", f"{commit.generation:,}"
            )
        edge = self._edge(rewrite)
        parent = self._proved(rewrite.parent_strand, rewrite.parent_length, commit.parent)
        parent_of = self._last_name if self._last_name != commit.parent else None
        self._take(
            parent,
            commit.parent,
            parent_of or None,
            commit.committed_at_ms,
            f"The revision that rewrite {number:,} came from",
        )
        self._ask_order(parent, commit.parent, edge, number)
        child = self._proved(rewrite.strand, rewrite.length, commit.revision)
        self._take(
            child, commit.revision, commit.parent, commit.committed_at_ms, f"The revision that rewrite {number:,} made"
        )
        found = check_commit(commit, number, parent, child, self.formats, self._token)
        self.formats &= found
        self._chain = rewrite_prefix([rewrite.data], self._chain)
        self._ask_edge(edge, rewrite, parent, child)
        self._last, self._last_name = child, commit.revision

    def _proved(self, strand: bytes, length: int, name: str) -> Proved:
        rows = self._rewrites.body(strand, length, self._token)
        return prove(StrandText(self._connection, rows, self._token), name, self._likely, self._token)

    def _edge(self, rewrite: Rewrite) -> Edge | None:
        """The compact form of a rewrite; its messages are places that are only counted."""
        if not rewrite.has_edge:
            return None
        with closing(edge_source(self._connection, rewrite)) as source:
            edge = read_edge(source, self._token)
        if edge.fields.get("commit") != rewrite.data:
            raise GraphProblem(f"Rewrite {rewrite.index + 1:,} and its compact form say different things.")
        return edge

    def _ask_order(self, parent: Proved, name: str, edge: Edge | None, number: int) -> None:
        """Each rewrite goes on from the one before, or from what was appended to it."""
        last = self._last
        if last is None or name == self._last_name:
            return
        at, end = last.count, last.count
        if edge is not None and edge.kind == SPLICE_KIND and edge.splice_at is not None:
            at, end = edge.splice_at, edge.splice_at + edge.splice.count
        before = same_span(last, 0, at, parent, 0, self.formats, self._token)
        after = same_span(last, end, last.count, parent, end, self.formats, self._token)
        if not before or not after:
            raise GraphProblem(f"Rewrite {number:,} does not go on from the one before it.", self._last_name, name)

    def _ask_edge(self, edge: Edge | None, rewrite: Rewrite, parent: Proved, child: Proved) -> None:
        """Compare the compact form of a rewrite with the rows, and carry the lineage of rows along."""
        if edge is None:
            self._lineage = None
            return
        number, commit = rewrite.index + 1, rewrite.commit
        last_count = self._last.count if self._last is not None else parent.count
        if self._last is not None and (edge.base, edge.base_count) != (self._last_name, last_count):
            raise GraphProblem(f"Rewrite {number:,} does not go on from the one before it.", self._last_name, edge.base)
        if edge.at != commit.begin or edge.replacement.count != commit.replaced:
            raise GraphProblem(f"Rewrite {number:,} replaces messages at another place than it says.")
        ask_chain(edge.fields.get("rewrite_prefix"), number, self._chain, f"rewrite {number:,}")
        what = f"the revision that rewrite {number:,} came from"
        lineage = self._parent_lineage(edge, parent, what)
        ask_prefix(edge.fields.get("parent_row_prefix"), lineage, what)
        lineage.splice(commit.begin, commit.end, list(child.text.read(commit.begin, commit.begin + commit.replaced)))
        ask_prefix(member(edge.fields.get("result_witness"), "row_prefix"), lineage, f"rewrite {number:,}")
        self._lineage = lineage

    def _parent_lineage(self, edge: Edge, parent: Proved, what: str) -> RowLineage:
        """The lineage of the rows that a rewrite came from."""
        lineage = self._lineage
        stored = edge.fields.get("parent_row_prefix")
        if edge.kind == REBUILT_KIND or (lineage is None and self._last is not None):
            # Its rows were written anew, or nothing is known of those before: it begins with what is stored.
            return lineage_from(str(member(stored, "digest")), parent.count, what)
        if edge.kind not in (APPEND_KIND, SPLICE_KIND):
            raise GraphProblem(f"It is not known how {what} was made.")
        if lineage is None:
            lineage = RowLineage()
        elif edge.kind == SPLICE_KIND and edge.splice_at is not None:
            end = edge.splice_at + edge.splice.count
            lineage.splice(edge.splice_at, end, list(parent.text.read(edge.splice_at, end)))
        for data in parent.text.read(lineage.count, parent.count):
            lineage.add(data)
        return lineage

    def _ask_head(self, count: int) -> None:
        """The transcript goes on from the last rewrite."""
        head, last = self._head, self._last
        stored = head.json.fields.get("rewrite_prefix")
        if stored is not None:
            ask_chain(stored, count, self._chain, "the head")
        if last is None:
            return
        if (head.message_count or 0) < last.count:
            raise GraphProblem("The transcript has fewer messages than its last rewrite left.")
        current = self._rewrites.body(head.strand, last.count, self._token)
        if isinstance(last.text, StrandText) and current.has_same_rows(last.text.strand, last.count):
            return
        rows = prove(StrandText(self._connection, current, self._token), self._last_name, self._likely, self._token)
        if not rows.formats:
            raise GraphProblem("The transcript does not go on from its last rewrite.", self._last_name)
