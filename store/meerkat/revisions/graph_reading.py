"""Reading a stored revision graph piece by piece, whatever its size and shape (formats/meerkat.md §3.4).

Nothing is proved here, and no message is kept: what comes out are commits, and bodies as places in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.codec.walker import Broken, Member, Walker
from store.meerkat.messages.content import as_count
from store.meerkat.messages.times import system_time_ms
from store.meerkat.revisions.graph_parts import Edge, Graph, Rebase, Shape, composed
from store.meerkat.revisions.graph_values import Body, Commit, GraphProblem, commit_of
from store.meerkat.revisions.message_list import Recent, stored_messages

EDGES_FORMAT = "anchor_occurrence_edges_v1"
MAX_BODIES = 100_000
MAX_COMMIT_BYTES = 256 * 1024
MAX_SMALL_BYTES = 64 * 1024

Look = Callable[[Body, bytes], None]
"""Is shown each message of a body while it is read: the body so far without it, and its stored bytes."""


def read_graph(source: ByteSource, begin: int, token: CancelToken, look: Look | None = None) -> Graph:
    """Read the graph whose JSON value begins at `begin`; what is malformed ends it, and is said in `problem`."""
    graph = Graph()
    reader = _Reader(source, token, look)
    try:
        reader.read(begin, graph)
    except GraphProblem as problem:
        graph.problem = problem
    except Broken as broken:
        graph.problem = GraphProblem(f"The revision graph is no JSON from byte {broken.at_byte:,} on.")
    return graph


class _Reader:
    """One walk over one graph."""

    def __init__(self, source: ByteSource, token: CancelToken, look: Look | None) -> None:
        self._source, self._token, self._look = source, token, look
        self._walker = Walker(source, token)
        self._rebases: dict[int, Rebase] = {}
        self._recent = Recent()

    def read(self, begin: int, graph: Graph) -> None:
        if self._walker.char(begin)[0] != "{":
            raise GraphProblem("The revision graph is no JSON object.")
        seen: set[str] = set()
        for member in self._walker.members(begin):
            if member.key in seen:
                raise GraphProblem("The revision graph holds one of its keys twice.")
            seen.add(member.key)
            self._take(member, graph)
        graph.end = self._walker.end_of_object
        if graph.shape is Shape.BODIES:
            graph.bodies = composed(graph.bodies, self._rebases)
            if graph.head is None:
                raise GraphProblem("The revision graph names no head.")
        elif not graph.bodies:
            raise GraphProblem("The revision graph has no body to begin with.")

    def _take(self, member: Member, graph: Graph) -> None:
        match member.key:
            case "head":
                head = self._small(member)
                graph.head = head if isinstance(head, str) else None
            case "commits":
                graph.commits = [commit for commit, _ in self._commits(member)]
            case "revisions":
                self._bodies(member, graph)
            case "format":
                if self._small(member) != EDGES_FORMAT:
                    raise GraphProblem("The revision graph is of a form that no known release wrote.")
                graph.shape = Shape.EDGES
            case "anchor":
                graph.bodies = [self._anchor(member, graph)]
            case "edges":
                self._edges(member, graph)
            case "retired":
                self._retired(member, graph)
            case "digest_format":
                graph.stored_format = as_count(self._small(member))
            case _:
                self._keep(member, graph.fields)

    def _small(self, member: Member) -> Json:
        """Decode a short value. Raises GraphProblem where it is long or not strict."""
        try:
            return parse(self._bytes(member, MAX_SMALL_BYTES))[1]
        except NotStrict as reason:
            raise GraphProblem(f"The value of “{member.key}” in the revision graph cannot be read: {reason}.") from None

    def _bytes(self, member: Member, at_most: int) -> bytes:
        member.end = end = self._walker.skip(member.begin)
        if end - member.begin > at_most:
            raise GraphProblem(f"The value of “{member.key}” in the revision graph is too long.")
        return self._source.read(member.begin, end - member.begin)

    def _keep(self, member: Member, fields: dict[str, bytes]) -> None:
        member.end = self._walker.skip(member.begin)
        if member.end - member.begin <= MAX_SMALL_BYTES:
            fields[member.key] = self._source.read(member.begin, member.end - member.begin)

    def _commits(self, member: Member) -> list[tuple[Commit, bytes]]:
        found: list[tuple[Commit, bytes]] = []
        for element in self._elements(member):
            data = self._bytes(element, MAX_COMMIT_BYTES)
            found.append((commit_from(data), data))
            self._token.take_turn()
        return found

    def _elements(self, member: Member) -> Iterator[Member]:
        """The elements of a list; afterwards the list's end is known. Raises GraphProblem."""
        mark, at = self._walker.char(member.begin)
        if mark != "[":
            raise GraphProblem(f"The value of “{member.key}” in the revision graph is not a list.")
        end = at + 1
        for count, element in enumerate(self._walker.elements(at)):
            if count >= MAX_BODIES:
                raise GraphProblem(f"The list “{member.key}” in the revision graph is too long to be looked at.")
            element.key = member.key
            yield element
            end = self._walker.skip(element.begin) if element.end is None else element.end
        member.end = self._walker.char(end)[1] + 1

    def _messages(self, member: Member, body: Body) -> None:
        """Take the places of a list's messages into a body."""
        for at, data in stored_messages(self._walker, self._source, member, self._recent):
            if self._look is not None:
                self._look(body, data)
            body.begins.append(at)
            body.sizes.append(len(data))
            self._token.take_turn()

    def _bodies(self, member: Member, graph: Graph) -> None:
        for element in self._elements(member):
            body = Body()
            rebase = self._body(element, body)
            if rebase is not None:
                self._rebases[len(graph.bodies)] = rebase
            graph.bodies.append(body)
            self._token.report(element.begin, self._source.size_bytes, "Reading revisions", "bytes")

    def _body(self, element: Member, body: Body) -> Rebase | None:
        name: Json = None
        created: Json = None
        rebase: Rebase | None = None
        has_messages = False
        for member in self._members(element):
            match member.key:
                case "revision":
                    name = self._small(member)
                case "parent_revision":
                    parent = self._small(member)
                    body.parent = parent if isinstance(parent, str) else None
                case "created_at":
                    created = self._small(member)
                case "messages":
                    self._messages(member, body)
                    has_messages = True
                case "rebase":
                    rebase = self._rebase(member)
        body.created_at_ms = system_time_ms(created)
        if not isinstance(name, str):
            raise GraphProblem("A body of the revision graph has no “revision”.")
        body.revision = name
        if has_messages == (rebase is not None):
            raise GraphProblem("A body of the revision graph has no messages.")
        return rebase

    def _members(self, element: Member) -> Iterator[Member]:
        """The members of an object, each key once; afterwards the object's end is known."""
        if self._walker.char(element.begin)[0] != "{":
            raise GraphProblem("A part of the revision graph is no JSON object.")
        seen: set[str] = set()
        for member in self._walker.members(element.begin):
            if member.key in seen:
                raise GraphProblem("A part of the revision graph holds one of its keys twice.")
            seen.add(member.key)
            yield member
        element.end = self._walker.end_of_object

    def _rebase(self, element: Member) -> Rebase:
        base: Json = None
        at = removed = None
        inserted = Body()
        for member in self._members(element):
            match member.key:
                case "base":
                    base = self._small(member)
                case "at":
                    at = as_count(self._small(member))
                case "removed":
                    removed = as_count(self._small(member))
                case "insert":
                    self._messages(member, inserted)
        if not isinstance(base, str) or at is None or removed is None:
            raise GraphProblem("A body of the revision graph does not say what it changes.")
        return Rebase(base, at, removed, inserted)

    def _anchor(self, element: Member, graph: Graph) -> Body:
        body = Body()
        fields: dict[str, bytes] = {}
        name: Json = None
        for member in self._members(element):
            if member.key == "messages":
                self._messages(member, body)
            else:
                self._keep(member, fields)
                if member.key == "revision":
                    name = _parsed(fields.get("revision"))
                elif member.key == "created_at":
                    body.created_at_ms = system_time_ms(_parsed(fields.get("created_at")))
        if not isinstance(name, str):
            raise GraphProblem("The first body of the revision graph has no “revision”.")
        body.revision = name
        graph.fields.update({f"anchor.{key}": data for key, data in fields.items()})
        return body

    def _edges(self, member: Member, graph: Graph) -> None:
        for element in self._elements(member):
            edge = self.edge(element)
            assert edge.commit is not None
            graph.edges.append(edge)
            graph.commits.append(edge.commit)

    def edge(self, element: Member) -> Edge:
        """Read one edge. Raises GraphProblem, Broken."""
        edge = Edge()
        for member in self._members(element):
            match member.key:
                case "commit":
                    data = self._bytes(member, MAX_COMMIT_BYTES)
                    edge.commit, edge.fields["commit"] = commit_from(data), data
                case "parent_advance":
                    self._advance(member, edge)
                case "rewrite":
                    for inner in self._members(member):
                        if inner.key == "replacement":
                            self._messages(inner, edge.replacement)
                        elif inner.key == "at":
                            at = as_count(self._small(inner))
                            edge.at = -1 if at is None else at
                case _:
                    self._keep(member, edge.fields)
        if edge.commit is None:
            raise GraphProblem("An edge of the revision graph has no commit.")
        base, count = (
            _parsed(edge.fields.get("base_revision")),
            as_count(_parsed(edge.fields.get("messages_before_base"))),
        )
        edge.base = base if isinstance(base, str) else ""
        edge.base_count = -1 if count is None else count
        edge.parent_created_at_ms = system_time_ms(_parsed(edge.fields.get("parent_created_at")))
        edge.revision_created_at_ms = system_time_ms(_parsed(edge.fields.get("revision_created_at")))
        return edge

    def _advance(self, element: Member, edge: Edge) -> None:
        for member in self._members(element):
            match member.key:
                case "kind":
                    kind = self._small(member)
                    edge.kind = kind if isinstance(kind, str) else ""
                case "at":
                    edge.splice_at = as_count(self._small(member))
                case "replacement":
                    self._messages(member, edge.splice)
                case "appended":
                    self._messages(member, edge.appended)

    def _retired(self, element: Member, graph: Graph) -> None:
        graph.has_retired = True
        for member in self._members(element):
            if member.key == "commits":
                found = self._commits(member)
                graph.retired = [commit for commit, _ in found]
                graph.retired_bytes = [data for _, data in found]
            else:
                fields: dict[str, bytes] = {}
                self._keep(member, fields)
                graph.fields.update({f"retired.{key}": data for key, data in fields.items()})


def read_retirement(source: ByteSource, token: CancelToken) -> Graph:
    """Read what is left of retired rewrites of a head: their commits, and the first body that is still known."""
    graph = Graph(Shape.EDGES)
    try:
        _Reader(source, token, None).read(0, graph)
    except GraphProblem as problem:
        graph.problem = problem
    except Broken as broken:
        graph.problem = GraphProblem(f"The record of retired rewrites is no JSON from byte {broken.at_byte:,} on.")
    return graph


def read_edge(source: ByteSource, token: CancelToken) -> Edge:
    """Read one edge that is stored alone, beside a rewrite of a head. Raises GraphProblem."""
    try:
        return _Reader(source, token, None).edge(Member("", 0))
    except Broken as broken:
        raise GraphProblem(f"An edge of the revision graph is no JSON from byte {broken.at_byte:,} on.") from None


def commit_from(data: bytes) -> Commit:
    """Read a commit from its stored bytes. Raises GraphProblem."""
    try:
        return commit_of(parse(data)[1])
    except NotStrict as reason:
        raise GraphProblem(f"A commit of the revision graph cannot be read: {reason}.") from None


def _parsed(data: bytes | None) -> Json:
    try:
        return parse(data)[1] if data is not None else None
    except NotStrict:
        return None
