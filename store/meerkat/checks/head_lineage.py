"""The chained digests that a head carries: of its rows, of its anchor's, and of its rewrites (§1.5 rule 12).

Where the anchor is older than the last rewrite, the lineage of the head goes on from what that rewrite says of its
result (`graph_edge_json.result_witness`). The format document does not say so; it holds on all samples.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field

from store.cancel import CancelToken
from store.errors import SessionDamaged
from store.meerkat.checks.lineage import RowLineage, rewrite_prefix
from store.meerkat.checks.message_pass import Goal
from store.meerkat.checks.results import failed, not_applicable, passed
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.heads.heads import Head
from store.meerkat.heads.strands import Strand, read_strand, resolve_strand
from store.meerkat.revisions.graph_reading import read_edge
from store.meerkat.revisions.graph_values import GraphProblem
from store.meerkat.revisions.rewrites import Rewrites, edge_source
from store.values.checks import CheckName, CheckResult


@dataclass(slots=True)
class Lineages:
    """Chained digests of one session.

    Attributes:
        goals: what a pass over its messages has to carry on.
        expected: digest that each of them must have at its end, and what it is of.
        done: those that are known without the messages: what it is of, expected, found.
        unknown: why something cannot be compared, as a sentence; "" where all can.
    """

    goals: list[Goal] = field(default_factory=list)
    expected: list[tuple[str, str]] = field(default_factory=list)
    done: list[tuple[str, str, str]] = field(default_factory=list)
    unknown: str = ""

    def follow(self, what: str, lineage: RowLineage, row_count: int, digest: str) -> None:
        """Let a pass carry a lineage on to so many rows."""
        self.goals.append(Goal(lineage, row_count))
        self.expected.append((what, digest))

    def judge(self) -> CheckResult:
        """Compare, after the pass."""
        name = CheckName.ROW_LINEAGE
        compared = [*self.done]
        for goal, (what, digest) in zip(self.goals, self.expected, strict=True):
            is_whole = goal.lineage.count == goal.end
            compared.append((what, digest, goal.lineage.digest if is_whole else f"{goal.lineage.count:,} rows"))
        if not compared:
            reason = self.unknown or "Heads written before 0.8.11 carry no lineage of their rows."
            return not_applicable(name, reason)
        wrong = [one for one in compared if one[1] != one[2]]
        if wrong:
            what, expected, found = wrong[0]
            agreeing = len(compared) - len(wrong)
            return failed(
                name,
                f"The chained digest of {what} is not the one in the head.",
                expected,
                found,
                agreeing,
                len(compared),
            )
        whole = " and ".join(", ".join(what for what, _, _ in compared).rsplit(", ", 1))
        return passed(name, f"the chained digests of {whole} are those in the head", len(compared))


def find_lineages(
    connection: sqlite3.Connection, head: Head, rewrites: Rewrites, strand: Strand | None, token: CancelToken
) -> Lineages:
    """Find out what a head promises of its rows and rewrites, and what of it is to be computed.

    Args:
        strand: of the head's own messages; None where there are none to be found.
    """
    lineages = Lineages()
    anchor = head.json.object("row_lineage_anchor")
    if anchor:
        _take_anchor(lineages, connection, head, anchor, strand, token)
    _take_rewrites(lineages, head, rewrites)
    own = _prefix(head.json.fields.get("message_row_prefix"))
    if own is not None:
        is_anchored = bool(anchor) and anchor.get("rewrite_count") == head.rewrite_count
        start = _prefix(anchor.get("prefix")) if is_anchored else _result_of_last(connection, rewrites, token)
        if start is None:
            lineages.unknown = "Nothing says from where the lineage of this head's rows goes on."
        else:
            lineages.follow("its rows", RowLineage.from_digest(start[1], start[0]), *own)
    return lineages


def _prefix(value: Json) -> tuple[int, str] | None:
    """Rows and digest of a stored lineage; None if it is none."""
    if not isinstance(value, dict):
        return None
    count, digest = value.get("row_count"), value.get("digest")
    if type(count) is not int or count < 0 or not isinstance(digest, str):
        return None
    try:
        RowLineage.from_digest(digest, count)
    except ValueError:
        return None
    return count, digest


def _take_anchor(
    lineages: Lineages,
    connection: sqlite3.Connection,
    head: Head,
    anchor: dict[str, Json],
    strand: Strand | None,
    token: CancelToken,
) -> None:
    """The rows of the anchor's strand: of the head's own in the same pass, of another one now."""
    materialized = _prefix(anchor.get("materialized_prefix"))
    name, count = anchor.get("strand"), anchor.get("message_count")
    what = "its anchor's rows"
    if materialized is None or not isinstance(name, str) or type(count) is not int or count < 0:
        lineages.done.append((what, "a lineage", "something else"))
        return
    stored_name = name.encode("utf-8", "surrogatepass")
    if strand is not None and stored_name == strand.name and count <= strand.length:
        lineages.follow(what, RowLineage(), *materialized)
        return
    lineage = RowLineage()
    try:
        other = resolve_strand(connection, head.session_id, stored_name, count, token)
        for _, data in read_strand(connection, other, 0, count, token):
            lineage.add(data)
            token.take_turn()
    except SessionDamaged as error:
        lineages.done.append((what, materialized[1], error.sentence))
        return
    lineages.done.append((what, materialized[1], lineage.digest))


def _take_rewrites(lineages: Lineages, head: Head, rewrites: Rewrites) -> None:
    """The chain of the head's rewrites, the retired ones first."""
    digest = head.json.object("rewrite_prefix").get("digest")
    if not isinstance(digest, str):
        return
    retired = rewrites.retired.retired_bytes if rewrites.retired is not None else []
    lineages.done.append(("its rewrites", digest, rewrite_prefix([*retired, *(one.data for one in rewrites.kept)])))


def _result_of_last(connection: sqlite3.Connection, rewrites: Rewrites, token: CancelToken) -> tuple[int, str] | None:
    """The lineage of the rows that the last rewrite made, where it says so."""
    if not rewrites.kept or not rewrites.kept[-1].has_edge:
        return None
    try:
        with closing(edge_source(connection, rewrites.kept[-1])) as source:
            witness = parse(read_edge(source, token).fields.get("result_witness", b""))[1]
    except (GraphProblem, SessionDamaged, NotStrict):
        return None
    return _prefix(witness.get("row_prefix")) if isinstance(witness, dict) else None
