"""What a revision graph is made of: commits, bodies, and the verdict over them (formats/meerkat.md §3.4).

Pure values. A body is a list of places in the stored document, so that hundreds of revisions take little memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import Json
from store.meerkat.messages.content import as_count
from store.meerkat.messages.times import system_time_ms
from store.meerkat.shapes.digests import DigestFormat

READ_BYTES = 1024 * 1024
"""Messages that stand one after the other are read so many bytes at once."""

MAX_GAP_BYTES = 64
"""Between two messages of a list stands a comma, and white space where a person wrote the document."""

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""A longer message is never read as a whole, and so never proved."""

MARK_BYTES = 16

MAX_PLACES = 5_000_000
"""Messages of all bodies together; only a file made to be slow tells of more with few bytes of its own."""


class GraphProblem(ValueError):
    """A graph breaks a rule.

    Attributes:
        sentence: what is wrong, for people.
        expected, found: the digests or counts that differ; "" where it is no single value.
    """

    def __init__(self, sentence: str, expected: str = "", found: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.expected = expected
        self.found = found


class Tally:
    """Messages of bodies that are told by what they change, counted so that a small file cannot tell of too many."""

    def __init__(self) -> None:
        self._count = 0

    def add(self, count: int) -> None:
        """Take in another body. Raises GraphProblem."""
        self._count += count
        if self._count > MAX_PLACES:
            raise GraphProblem("The revisions of this session are too many and too long to be followed.")


class MixedFormats(GraphProblem):
    """The digests of a graph are of several formats, of which none fits all."""

    def __init__(self, used: Iterable[int]) -> None:
        *others, last = sorted(set(used))
        named = f"{', '.join(map(str, others))} and {last}" if others else str(last)
        super().__init__(f"The revisions of the graph are named in different digest formats: {named}.")


@dataclass(frozen=True, slots=True)
class Commit:
    """One rewrite.

    Attributes:
        begin, end: the messages of the parent that it replaced, [begin, end).
        before, after: messages of the parent, and of the result.
        generation: its number from 1 on; 0 where none is written (before 0.8.11).
    """

    parent: str
    revision: str
    begin: int
    end: int
    span_digest: str
    replacement_digest: str
    before: int
    after: int
    reason: str = ""
    note: str = ""
    actor: str = ""
    committed_at_ms: int | None = None
    generation: int = 0

    @property
    def replaced(self) -> int:
        """How many messages stand in the place of the replaced ones; negative where the counts cannot be."""
        return self.after - (self.before - (self.end - self.begin))


def commit_of(value: Json) -> Commit:
    """Read a commit. Raises GraphProblem."""
    if not isinstance(value, dict):
        raise GraphProblem("A commit of the revision graph is no JSON object.")
    begin, end = _selection(value.get("selection"))
    reason = value.get("reason")
    return Commit(
        parent=_text(value, "parent_revision"),
        revision=_text(value, "revision"),
        begin=begin,
        end=end,
        span_digest=_text(value, "original_span_digest"),
        replacement_digest=_text(value, "replacement_digest"),
        before=_count(value, "messages_before"),
        after=_count(value, "messages_after"),
        reason=_optional(reason, "kind"),
        note=_optional(reason, "note"),
        actor=_optional(value, "actor"),
        committed_at_ms=system_time_ms(value.get("committed_at")),
        generation=as_count(value.get("rewrite_generation")) or 0,
    )


def _selection(value: Json) -> tuple[int, int]:
    """The range of a selection in either of its forms."""
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(value, dict):
        if kind == "message_range":
            return _count(value, "start"), _count(value, "end")
        span = value.get("range")
        if kind in ("edit_message_range", "compaction_message_range") and isinstance(span, dict):
            return _count(span, "start"), _count(span, "end")
    raise GraphProblem("A commit of the revision graph selects messages in a way that no known release wrote.")


def _text(value: dict[str, Json], key: str) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        raise GraphProblem(f"A commit of the revision graph has no “{key}”.")
    return found


def _count(value: dict[str, Json], key: str) -> int:
    found = as_count(value.get(key))
    if found is None:
        raise GraphProblem(f"A commit of the revision graph has no “{key}”.")
    return found


def _optional(value: Json, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


@dataclass(slots=True)
class Body:
    """The messages of one revision, as places in the stored document.

    Attributes:
        begins, sizes: offset and length of each message.
        marks: MARK_BYTES of a digest of each message's stored bytes; empty until they are asked for.
    """

    revision: str = ""
    parent: str | None = None
    created_at_ms: int | None = None
    begins: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("Q"))
    marks: bytearray = field(default_factory=bytearray)

    @property
    def count(self) -> int:
        """Messages in it."""
        return len(self.begins)

    @property
    def size_bytes(self) -> int:
        """Stored bytes of its messages."""
        return sum(self.sizes)

    def part(self, begin: int, end: int) -> Body:
        """Messages [begin, end) of it."""
        marks = self.marks[begin * MARK_BYTES : end * MARK_BYTES]
        return Body(begins=self.begins[begin:end], sizes=self.sizes[begin:end], marks=marks)

    def extend(self, other: Body) -> None:
        """Put the messages of another body behind its own."""
        self.begins.extend(other.begins)
        self.sizes.extend(other.sizes)
        self.marks.extend(other.marks)

    def with_replaced(self, begin: int, end: int, other: Body) -> Body:
        """A new body with the messages of another one in the place of [begin, end)."""
        made = self.part(0, begin)
        made.extend(other)
        made.extend(self.part(end, self.count))
        return made


def read_body(source: ByteSource, body: Body, begin: int, end: int) -> Iterator[bytes]:
    """The stored bytes of messages [begin, end); of one over MAX_MESSAGE_BYTES only its beginning."""
    position = begin
    while position < end:
        first, last = position, position
        start = body.begins[first]
        stop = start + body.sizes[first]
        while last + 1 < end:
            gap = body.begins[last + 1] - stop
            following = body.begins[last + 1] + body.sizes[last + 1]
            if not 0 <= gap <= MAX_GAP_BYTES or following - start > READ_BYTES:
                break
            last, stop = last + 1, following
        data = source.read(start, min(stop - start, MAX_MESSAGE_BYTES))
        for number in range(first, last + 1):
            offset = body.begins[number] - start
            yield data[offset : offset + body.sizes[number]]
        position = last + 1


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """What is known of one retained body.

    Attributes:
        formats: those by which it is named, of the ones that were tried; empty when none fits.
    """

    revision: str
    parent: str | None
    created_at_ms: int | None
    count: int
    size_bytes: int
    formats: frozenset[DigestFormat] = frozenset()


@dataclass(frozen=True, slots=True)
class GraphVerdict:
    """What a revision graph is worth.

    Attributes:
        problem: the first rule that it breaks, as a sentence; "" when it is sound.
        expected, found: of the problem, "" where it is no single value.
        formats: digest formats by which all of its digests agree; empty when none fits, or several are mixed.
        head: the revision that it ends in, and `head_count` its messages; None when it has none.
        bodies: retained bodies, oldest first; `agreeing` of them are what their names say.
        commits: of bodies that are stored; `retired` those whose bodies are not stored any more.
        stored_format: the graph's own number of its digest format (§3.2), None where none is written.
        end: offset after the graph in its document; 0 where that was not found out.
        is_open: messages are appended to its last body without a new name, as in the compact shape.
        is_mixed: its names are of several formats, of which none fits all.
        is_renamed: its names are of two formats, and Meerkat 0.7.14 and later rename them when they read it.
    """

    problem: str = ""
    expected: str = ""
    found: str = ""
    formats: frozenset[DigestFormat] = frozenset()
    head: str | None = None
    head_count: int | None = None
    bodies: tuple[BodyFacts, ...] = ()
    commits: tuple[Commit, ...] = ()
    retired: tuple[Commit, ...] = ()
    stored_format: int | None = None
    end: int = 0
    is_open: bool = False
    is_mixed: bool = False
    is_renamed: bool = False

    @property
    def is_sound(self) -> bool:
        """Whether it keeps all the rules."""
        return not self.problem

    @property
    def agreeing(self) -> int:
        """Bodies that hash to their names."""
        return sum(bool(body.formats) for body in self.bodies)
