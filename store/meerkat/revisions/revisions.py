"""The retained revisions of a session, and the name of the current one (formats/meerkat.md §3.2, §3.4, §1.5 rule 7).

Here they are only named and found; whether they are what their names say is a check of its own. What is malformed ends
the list of the older ones; the current one is always in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from store.cancel import CancelToken
from store.meerkat.checks.message_pass import LEGACY
from store.meerkat.checks.releases import Releases, name_of
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import NotStrict
from store.meerkat.details import metadata_begin
from store.meerkat.generation import Layout
from store.meerkat.heads.heads import Head
from store.meerkat.messages.metadata import GRAPH_KEY
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.meerkat.revisions.graph import judge
from store.meerkat.revisions.graph_edges import replay
from store.meerkat.revisions.graph_parts import Graph, Shape
from store.meerkat.revisions.graph_reading import read_graph
from store.meerkat.revisions.graph_values import Body, Commit, GraphProblem, read_body
from store.meerkat.revisions.rewrites import Rewrites, StrandText, read_rewrites
from store.meerkat.shapes.digests import ALL_FORMATS, DigestFormat, TranscriptDigests
from store.meerkat.shapes.typed import NotTyped
from store.values.revisions import Revision

Spans = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Rows:
    """A body that stands in rows: the first messages of a strand."""

    strand: bytes
    length: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A known revision, and where its messages stand.

    Attributes:
        body: in the document, or with `is_base` in the record of retired rewrites; None where they are rows, or gone.
    """

    revision: Revision
    body: Body | None = None
    rows: Rows | None = None
    is_base: bool = False


class _List:
    """Revisions in their order, each name once: the first one counts, one that is stored before one that is not."""

    def __init__(self, commits: Iterable[Commit]) -> None:
        self._found: dict[str, Kept] = {}
        self._makers: dict[str, Commit] = {}
        for commit in commits:
            self._makers.setdefault(commit.revision, commit)

    def add(self, name: str, parent: str | None, created_at_ms: int | None, count: int, kept: Kept | None) -> None:
        known = self._found.get(name)
        if known is not None and (known.revision.is_stored or kept is None):
            return
        maker = self._makers.get(name)
        revision = Revision(name, parent, created_at_ms, count, is_stored=kept is not None)
        if maker is not None:
            revision = replace(revision, reason=maker.reason, note=maker.note, actor=maker.actor)
        self._found[name] = replace(kept, revision=revision) if kept is not None else Kept(revision)

    def add_body(self, body: Body, is_base: bool = False) -> None:
        kept = Kept(_NO_REVISION, body=body, is_base=is_base)
        self.add(body.revision, body.parent, body.created_at_ms, body.count, kept)

    def add_retired(self, commits: Iterable[Commit]) -> None:
        for commit in commits:
            self.add(commit.parent, None, None, commit.before, None)
            self.add(commit.revision, commit.parent, commit.committed_at_ms, commit.after, None)

    def all(self) -> tuple[Kept, ...]:
        return tuple(self._found.values())


_NO_REVISION = Revision(None, None, None, None)


def kept_in_graph(graph: Graph) -> tuple[Kept, ...]:
    """The revisions of a graph, oldest first; as far as it can be followed."""
    found = _List((*graph.retired, *graph.commits))
    found.add_retired(graph.retired)
    for body in graph.bodies:
        found.add_body(body)
    if graph.shape is Shape.EDGES:
        try:
            for step in replay(graph):
                found.add_body(step.parent)
                found.add_body(step.child)
        except GraphProblem:
            pass
    return found.all()


def kept_in_rewrites(rewrites: Rewrites) -> tuple[Kept, ...]:
    """The revisions that the rewrites of a head name, oldest first."""
    base = rewrites.retired
    retired = base.retired if base is not None else []
    found = _List((*retired, *(rewrite.commit for rewrite in rewrites.kept)))
    found.add_retired(retired)
    for body in base.bodies if base is not None else ():
        found.add_body(body, is_base=True)
    before = base.bodies[0].revision if base is not None and base.bodies else None
    for rewrite in rewrites.kept:
        commit, at_ms = rewrite.commit, rewrite.commit.committed_at_ms
        parent = Kept(_NO_REVISION, rows=Rows(rewrite.parent_strand, rewrite.parent_length))
        child = Kept(_NO_REVISION, rows=Rows(rewrite.strand, rewrite.length))
        found.add(commit.parent, before if before != commit.parent else None, at_ms, rewrite.parent_length, parent)
        found.add(commit.revision, commit.parent, at_ms, rewrite.length, child)
        before = commit.revision
    return found.all()


def graph_of(source: ByteSource, spans: Spans, token: CancelToken) -> Graph | None:
    """Read the graph of a document; None where it has none.

    Args:
        spans: places of the document's top-level values.
    """
    begin = metadata_begin(source, spans, GRAPH_KEY, token)
    return read_graph(source, begin, token) if begin is not None else None


@dataclass(frozen=True, slots=True)
class Current:
    """What the transcript that is shown is called.

    Attributes:
        name: None where it cannot be told: formats that are possible give different names, or there is no digest.
        digest_format: 1 to 5, by which it is named; None where none or several fit.
    """

    name: str | None
    digest_format: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A name that is stored for a transcript.

    Attributes:
        count: of its messages, the first ones, that the name is of.
    """

    name: str
    count: int


def name_current(
    read: Callable[[], Iterator[bytes]],
    count: int,
    stored: Stored | None,
    releases: Releases,
    token: CancelToken,
    bodies: Callable[[], frozenset[DigestFormat]] | None = None,
) -> Current:
    """Find the name of a transcript: the stored one, or where none is stored, or a wrong one, what it would be called.

    Args:
        read: reads its `count` stored messages from the first one on.
        stored: None where no name is stored.
        releases: that it may come from; their formats are tried first, others only where none of these fits.
        bodies: finds formats in which all retained revisions are named; asked only where nothing else tells.
    """
    try:
        names, fitting = _digest(read(), count, stored, releases, releases.formats, token)
        if fitting:
            return _told(*name_of(names, fitting, releases, bodies))
        if stored is not None:
            others, fitting = _digest(read(), count, stored, releases, ALL_FORMATS - releases.formats, token)
            if fitting:
                return _told(*name_of(others, fitting, releases, bodies))
            return Current(name_of(names, releases.formats, releases)[0])  # in none of the formats is it as stored
        return _told(*name_of(names, releases.formats, releases))
    except (NotStrict, NotTyped, GraphProblem):
        return Current(None)


def _told(name: str | None, form: DigestFormat | None) -> Current:
    return Current(name, int(form) if form is not None else None)


def _digest(
    messages: Iterator[bytes],
    count: int,
    stored: Stored | None,
    releases: Releases,
    formats: frozenset[DigestFormat],
    token: CancelToken,
) -> tuple[dict[DigestFormat, str], frozenset[DigestFormat]]:
    """Its names, and the formats in which the stored one holds. Raises NotStrict, NotTyped, GraphProblem."""
    digests = TranscriptDigests(formats)
    fitting: frozenset[DigestFormat] = frozenset()
    if stored is not None and not stored.count:
        fitting = digests.formats_of(stored.name)
    for data in messages:
        if releases.is_legacy_refused and data.startswith(LEGACY):
            raise NotTyped("it has a role that its Meerkat reads no more")
        digests.add(data)
        if stored is not None and digests.count == stored.count:
            fitting = digests.formats_of(stored.name)
        token.take_turn()
        token.report(digests.count, count, "Naming the transcript", "messages")
    return {form: digests.revision(form) for form in formats}, fitting


def document_revisions(
    source: ByteSource,
    index: TranscriptIndex,
    spans: Spans,
    releases: Releases,
    token: CancelToken,
) -> tuple[Revision, ...]:
    """The revisions of a whole document, oldest first, the current one last.

    Args:
        index, spans: of a walk through the whole of it.
    """
    graph = graph_of(source, spans, token)
    kept = kept_in_graph(graph) if graph is not None else ()
    whole = Body(begins=index.begins, sizes=index.sizes)
    last = kept[-1].revision if kept else None
    stored: Stored | None = None
    if graph is not None and graph.shape is Shape.BODIES:
        stored = Stored(graph.head, whole.count) if graph.head is not None else None
    elif last is not None and last.revision is not None:
        stored = Stored(last.revision, last.message_count or 0)

    def bodies() -> frozenset[DigestFormat]:
        begin = metadata_begin(source, spans, GRAPH_KEY, token)
        return judge(source, begin, token, releases.formats).formats if begin is not None else frozenset()

    read = partial(read_body, source, whole, 0, whole.count)
    current = name_current(read, whole.count, stored, releases, token, bodies)
    return with_current([each.revision for each in kept], current, whole.count, stored.name if stored else None)


def head_revisions(
    connection: sqlite3.Connection, layout: Layout, head: Head, releases: Releases, token: CancelToken
) -> tuple[Revision, ...]:
    """The revisions of a session of strands, oldest first, the current one last."""
    rewrites = read_rewrites(connection, layout, head, token)
    kept = kept_in_rewrites(rewrites)
    count = head.message_count or 0
    stored = head.json.head_revision
    text = StrandText(connection, rewrites.body(head.strand, count, token), token)
    name = Stored(stored, count) if stored is not None else None
    current = name_current(lambda: text.read(0, count), count, name, releases, token)
    if stored is not None and current.name != stored:
        # What Meerkat calls it, also where it is not that: which is for a check to say.
        current = Current(stored)
    last = kept[-1].revision.revision if kept else None
    return with_current([each.revision for each in kept], current, count, last)


def with_current(kept: Sequence[Revision], current: Current, count: int, parent: str | None) -> tuple[Revision, ...]:
    """Put the current revision behind the others; where it is one of them it is taken from its place."""
    others = [revision for revision in kept if revision.revision != current.name or current.name is None]
    same = next((each for each in kept if current.name is not None and each.revision == current.name), None)
    if same is None:
        same = Revision(current.name, parent if parent != current.name else None, None, count)
    made = replace(same, is_head=True, is_stored=True, message_count=count, digest_format=current.digest_format)
    return (*others, made)
