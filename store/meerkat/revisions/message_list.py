"""Lists of messages in the old bodies of a document, walked quickly: most of one body stands in the next one too."""

from __future__ import annotations

from collections.abc import Iterator

from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.walker import Broken, Member, Undecodable, Walker
from store.meerkat.revisions.graph_values import GraphProblem

MAX_RECENT_BYTES = 16 * 1024 * 1024
"""Of a body, so much is remembered to be compared with the next."""


class Recent:
    """The messages of the last body that was read: most of the next one are the same, byte for byte.

    A message that stands there again is known by comparing, without decoding it.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._data: list[bytes] = []
        self._places: dict[bytes, int] = {}
        self._next = 0
        self._clear_made()

    def _clear_made(self) -> None:
        self._made_texts: list[str] = []
        self._made_data: list[bytes] = []
        self._made_places: dict[bytes, int] = {}
        self._made_bytes = 0

    def again(self, walker: Walker, at: int) -> bytes | None:
        """The message at `at`, if it is the one that came next in the last body."""
        if self._next >= len(self._texts):
            return None
        text, begin = self._texts[self._next], at - walker.base
        end = begin + len(text)
        # A number could go on where the known one ended: what follows must be a mark.
        if begin < 0 or not walker.text.startswith(text, begin) or walker.text[end : end + 1] not in (",", "]"):
            return None
        data = self._data[self._next]
        self._next += 1
        self._keep(text, data)
        return data

    def take(self, data: bytes) -> None:
        """Remember a message that was decoded; those after it may follow as they did before."""
        self._next = self._places.get(data, self._next - 1) + 1
        self._keep(data.decode("latin-1"), data)

    def _keep(self, text: str, data: bytes) -> None:
        self._made_bytes += len(data)
        if self._made_bytes <= MAX_RECENT_BYTES:
            self._made_places[data] = len(self._made_data)
            self._made_texts.append(text)
            self._made_data.append(data)

    def turn(self) -> None:
        """A body is at its end; what was remembered of it is what the next one is compared with."""
        self._texts, self._data, self._places = self._made_texts, self._made_data, self._made_places
        self._next = 0
        self._clear_made()


def stored_messages(walker: Walker, source: ByteSource, member: Member, recent: Recent) -> Iterator[tuple[int, bytes]]:
    """Walk a list of messages: offset and stored bytes of each; afterwards the member's end is known.

    A message that stood in the last body too comes as the very same bytes.

    Raises:
        Broken: the list breaks off.
        GraphProblem: it is no list.
    """
    mark, at = walker.char(member.begin)
    if mark != "[":
        raise GraphProblem("The messages of a body in the revision graph are not a list.")
    mark, at = walker.char(at + 1)
    while mark != "]":
        data = recent.again(walker, at)
        if data is None:
            data = _decoded(walker, source, at)
            recent.take(data)
        end = at + len(data)
        yield at, data
        mark, after = walker.char(end)
        if mark == ",":
            mark, at = walker.char(after + 1)
            if mark == "]":
                raise Broken(at)
        elif mark == "]":
            at = after
        else:
            raise Broken(after)
    member.end = at + 1
    recent.turn()


def _decoded(walker: Walker, source: ByteSource, at: int) -> bytes:
    """The stored bytes of the value at `at`. Raises Broken."""
    try:
        _, end = walker.value(at)
    except Undecodable as undecodable:
        end = undecodable.end
    first = at - walker.base
    if first >= 0 and end - walker.base <= len(walker.text):
        return walker.text[first : end - walker.base].encode("latin-1")
    return source.read(at, end - at)
