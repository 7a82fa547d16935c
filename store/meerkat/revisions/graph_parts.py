"""The parts of a revision graph as it is stored, in either shape (formats/meerkat.md §3.4). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from store.meerkat.revisions.graph_values import Body, Commit, GraphProblem, Tally


class Shape(Enum):
    """How a graph keeps its bodies."""

    BODIES = auto()
    EDGES = auto()


@dataclass(slots=True)
class Rebase:
    """A body that is told as a change of another one; 0.8.6 to 0.8.10 wrote such."""

    base: str
    at: int
    removed: int
    inserted: Body


@dataclass(slots=True)
class Edge:
    """One rewrite of the compact shape: what was appended before it, and what it put in the place of what.

    Attributes:
        fields: the stored bytes of each of its values, but for those that hold messages.
        base, base_count: the revision that it goes out from.
        kind: of the advance from there to the parent of its commit.
        splice_at, splice: messages that the advance overwrites from there on; None where it only appends.
        appended: messages that the advance adds.
        at, replacement: the rewrite itself.
    """

    commit: Commit | None = None
    fields: dict[str, bytes] = field(default_factory=dict)
    base: str = ""
    base_count: int = -1
    kind: str = ""
    splice_at: int | None = None
    splice: Body = field(default_factory=Body)
    appended: Body = field(default_factory=Body)
    at: int = -1
    replacement: Body = field(default_factory=Body)
    parent_created_at_ms: int | None = None
    revision_created_at_ms: int | None = None


@dataclass(slots=True)
class Graph:
    """A graph as it is stored.

    Attributes:
        head: the stored name; None in the compact shape, which ends where its last edge ends.
        bodies: of the shape BODIES, in their order; of EDGES only the anchor.
        fields: stored bytes of small values.
        problem: why reading ended early; None when all was read.
        end: offset after the graph; 0 where reading ended before.
    """

    shape: Shape = Shape.BODIES
    head: str | None = None
    commits: list[Commit] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    retired: list[Commit] = field(default_factory=list)
    retired_bytes: list[bytes] = field(default_factory=list)
    has_retired: bool = False
    stored_format: int | None = None
    fields: dict[str, bytes] = field(default_factory=dict)
    problem: GraphProblem | None = None
    end: int = 0


def composed(bodies: list[Body], rebases: dict[int, Rebase]) -> list[Body]:
    """The bodies with those written out that are told as a change of an earlier one. Raises GraphProblem."""
    if not rebases:
        return bodies
    by_name: dict[str, Body] = {}
    made: list[Body] = []
    tally = Tally()
    for number, body in enumerate(bodies):
        rebase = rebases.get(number)
        if rebase is not None:
            base = by_name.get(rebase.base)
            if base is None or rebase.at + rebase.removed > base.count:
                raise GraphProblem("A body of the revision graph changes a body that is not there.", rebase.base)
            tally.add(base.count)
            whole = base.with_replaced(rebase.at, rebase.at + rebase.removed, rebase.inserted)
            whole.revision, whole.parent, whole.created_at_ms = body.revision, body.parent, body.created_at_ms
            body = whole
        by_name.setdefault(body.revision, body)
        made.append(body)
    return made
