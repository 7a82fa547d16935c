"""Judging a revision graph: whether Meerkat would accept it, and by which digest format (formats/meerkat.md §3.4).

Walks the stored bytes once, message by message; of a large graph nothing is held but places and digests.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import NotStrict
from store.meerkat.revisions.graph_edges import judge_edges
from store.meerkat.revisions.graph_parts import Graph, Shape
from store.meerkat.revisions.graph_reading import read_graph
from store.meerkat.revisions.graph_values import Body, BodyFacts, GraphProblem, GraphVerdict, MixedFormats
from store.meerkat.revisions.proving import (
    BodyText,
    Formats,
    Proved,
    check_commit,
    digests_of,
    mark_of,
    prove,
    same_span,
    settle,
    unreadable,
)
from store.meerkat.shapes.digests import ALL_FORMATS, DigestFormat, Forms, TranscriptDigests
from store.meerkat.shapes.typed import NotTyped

MAX_KNOWN_BYTES = 32 * 1024 * 1024
"""Of a body, so much is kept of what was hashed, for the messages that the next body has too."""

_LEGACY = frozenset({DigestFormat.F1, DigestFormat.F2})
_HEALED = frozenset({DigestFormat.F3, DigestFormat.F4, DigestFormat.F5})


def judge(source: ByteSource, begin: int, token: CancelToken, formats: Formats = ALL_FORMATS) -> GraphVerdict:
    """Judge the graph whose JSON value begins at `begin` of a document.

    Args:
        formats: those that are looked at first; the others only where none of these fits.
    """
    looking = _Looking(formats)
    graph = read_graph(source, begin, token, looking.look)
    if graph.shape is Shape.EDGES:
        return replace(judge_edges(graph, source, token, formats), end=graph.end)
    verdict = _Judge(graph, source, token).verdict(looking)
    if verdict.is_mixed and looking.formats != ALL_FORMATS:
        # What fits a likely format may fit the others too, as no message at all does.
        return judge(source, begin, token)
    return replace(verdict, end=graph.end)


@dataclass(slots=True)
class _Digested:
    """What was found of one body while it was read."""

    digests: TranscriptDigests
    marks: bytearray = field(default_factory=bytearray)
    problem: GraphProblem | None = None


class _Looking:
    """Digests bodies in the same walk in which they are read; a message of the last one is not decoded again."""

    def __init__(self, formats: Formats) -> None:
        self.formats = formats or ALL_FORMATS
        self.found: dict[int, _Digested] = {}
        self._known: dict[bytes, tuple[bytes, Forms]] = {}
        self._before: dict[bytes, tuple[bytes, Forms]] = {}
        self._known_bytes = 0

    def look(self, body: Body, data: bytes) -> None:
        """Take in the next message of a body."""
        digested = self.found.get(id(body.begins))
        if digested is None:
            digested = self.found[id(body.begins)] = _Digested(TranscriptDigests(self.formats))
            self._before, self._known, self._known_bytes = self._known, {}, 0
        known = self._known.get(data) or self._before.get(data)
        try:
            if known is None:
                known = mark_of(data), digested.digests.forms(data)
        except (NotStrict, NotTyped) as reason:
            digested.problem = digested.problem or unreadable(reason)
            known = mark_of(data), ()
        self._known_bytes += len(data) + sum(len(part) for _, part in known[1])
        if self._known_bytes <= MAX_KNOWN_BYTES:
            self._known[data] = known
        digested.marks += known[0]
        digested.digests.add_forms(known[1])


class _Judge:
    """The rules over a graph with whole bodies, in the order in which Meerkat asks them."""

    def __init__(self, graph: Graph, source: ByteSource, token: CancelToken) -> None:
        self._graph, self._source, self._token = graph, source, token
        self._proved: list[Proved] = []
        self._by_name: dict[str, Proved] = {}
        self._parents: dict[str, str | None] = {}
        self._formats: Formats = frozenset()
        self._renamed: dict[str, str] = {}

    def verdict(self, looking: _Looking) -> GraphVerdict:
        """Ask all rules."""
        graph = self._graph
        verdict = GraphVerdict(
            head=graph.head,
            commits=tuple(graph.commits),
            retired=tuple(graph.retired),
            stored_format=graph.stored_format,
        )
        try:
            if graph.problem is not None:
                raise graph.problem
            self._prove(looking)
            self._ask_bodies()
            self._ask_commits()
            self._ask_order()
            self._ask_descent()
            if self._renamed:
                raise _mixed(self._proved)
        except GraphProblem as problem:
            is_mixed = isinstance(problem, MixedFormats)
            verdict = replace(
                verdict, problem=problem.sentence, expected=problem.expected, found=problem.found, is_mixed=is_mixed
            )
        head = self._by_name.get(self._name(graph.head or ""))
        return replace(
            verdict,
            formats=frozenset() if self._renamed else self._formats,
            head_count=head.count if head is not None else None,
            bodies=self._facts(),
            is_renamed=bool(self._renamed),
        )

    def _facts(self) -> tuple[BodyFacts, ...]:
        formats = [proved.formats for proved in self._proved]
        formats += [frozenset()] * (len(self._graph.bodies) - len(formats))
        return tuple(
            BodyFacts(body.revision, body.parent, body.created_at_ms, body.count, body.size_bytes, found)
            for body, found in zip(self._graph.bodies, formats, strict=True)
        )

    def _prove(self, looking: _Looking) -> None:
        """Compare all bodies with their names."""
        for body in self._graph.bodies:
            text = BodyText(body, self._source)
            digested = looking.found.get(id(body.begins))
            if digested is None:
                # It is empty, or made of others.
                self._proved.append(prove(text, body.revision, looking.formats, self._token))
                continue
            if digested.problem is not None:
                raise digested.problem
            digests = {form: digested.digests.revision(form) for form in looking.formats}
            self._proved.append(settle(Proved(text, digested.marks), digests, body.revision, self._token))

    def _ask_bodies(self) -> None:
        """Rules 1 and 2: there is a body for the head, and each body is what its name says."""
        self._name_bodies()
        if self._graph.head not in self._by_name:
            raise GraphProblem(
                "The revision graph has no body for the revision that it ends in.", self._graph.head or ""
            )
        common = ALL_FORMATS
        for number, (body, proved) in enumerate(zip(self._graph.bodies, self._proved, strict=True), 1):
            if not proved.formats:
                which = ", in which it ends," if body.revision == self._graph.head else ""
                raise GraphProblem(
                    f"Revision {number:,} of the graph{which} matches its name in none of the five digest formats.",
                    body.revision,
                    proved.digests[min(common & proved.digests.keys() or proved.digests.keys())],
                )
            common &= proved.formats
        self._formats = common
        if not common:
            self._rename()

    def _name_bodies(self) -> None:
        """Find bodies by their names; of several with the same name the first one counts."""
        self._by_name.clear()
        self._parents.clear()
        for body, proved in zip(self._graph.bodies, self._proved, strict=True):
            name = self._name(body.revision)
            if name not in self._by_name:
                self._by_name[name] = proved
                self._parents[name] = self._name(body.parent) if body.parent is not None else None

    def _name(self, revision: str) -> str:
        return self._renamed.get(revision, revision)

    def _rename(self) -> None:
        """Give bodies with names of before 0.7.14 later ones, as Meerkat does where the head has such a name (§3.2).

        Raises GraphProblem where Meerkat does not.
        """
        graph = self._graph
        if not self._by_name[graph.head or ""].formats & _LEGACY:
            raise _mixed(self._proved)
        for body, proved in zip(graph.bodies, self._proved, strict=True):
            if not proved.formats & _HEALED:
                later = digests_of(proved.text.read(0, proved.count), frozenset({DigestFormat.F3}), self._token)
                self._renamed[body.revision] = later[DigestFormat.F3]
        self._name_bodies()

    def _ask_commits(self) -> None:
        """Rule 3: each commit says what happened between its two bodies."""
        for number, commit in enumerate(self._graph.commits, 1):
            self._token.take_turn()
            parent, child = self._by_name.get(self._name(commit.parent)), self._by_name.get(self._name(commit.revision))
            if parent is None:
                raise GraphProblem(f"The revision that rewrite {number:,} came from is not kept.", commit.parent)
            if child is None:
                raise GraphProblem(f"The revision that rewrite {number:,} made is not kept.", commit.revision)
            found = check_commit(commit, number, parent, child, self._formats or ALL_FORMATS, self._token)
            if not self._renamed:
                self._formats = found

    def _ask_order(self) -> None:
        """Rule 4: each commit goes on from the one before, or from what was appended to it."""
        head: str | None = None
        for number, commit in enumerate(self._graph.commits, 1):
            self._token.take_turn()
            parent = self._name(commit.parent)
            if head is not None and parent != head and not self._extends(parent, head):
                raise GraphProblem(f"Rewrite {number:,} does not go on from the one before it.", head, parent)
            head = self._name(commit.revision)

    def _extends(self, parent: str, head: str) -> bool:
        if self._parents[parent] == head:
            return True
        before = self._by_name[head]
        formats = self._formats or ALL_FORMATS
        return bool(same_span(before, 0, before.count, self._by_name[parent], 0, formats, self._token))

    def _ask_descent(self) -> None:
        """Rule 5: the head descends from the last commit."""
        if not self._graph.commits:
            return
        last = self._name(self._graph.commits[-1].revision)
        at: str | None = self._name(self._graph.head or "")
        seen: set[str] = set()
        while at is not None and at != last:
            if at in seen:
                at = None
                break
            seen.add(at)
            at = self._parents.get(at)
        if at is None:
            raise GraphProblem("The revision that the graph ends in does not come from its last rewrite.", last)


def _mixed(proved: list[Proved]) -> MixedFormats:
    return MixedFormats(min(body.formats) for body in proved if body.formats)
