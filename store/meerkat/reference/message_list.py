"""Lists of messages as the bytes in which Meerkat prints them (formats/meerkat.md §3.2, §3.3).

A list never changes. It holds places in shared buffers, so that a part of it, a list with some more messages, and the
many revisions of one transcript copy no message. Worker threads only.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from store.blocking import may_wait
from store.meerkat.codec.codec import decode
from store.meerkat.shapes.digests import PREFIX, DigestFormat, TranscriptDigests
from store.meerkat.shapes.structs import Fields

SMALL_RUN_BYTES = 64 * 1024
"""Runs shorter than this are copied together, so that a list of single messages does not become a list of runs."""

LARGE_RUN_BYTES = 1024 * 1024
"""Messages that are copied together into one buffer."""

COMPARED_BYTES = 1024 * 1024
"""Compared at once."""

_COMMA = ord(",")


@dataclass(frozen=True, slots=True)
class Run:
    """Messages that stand one after the other in a buffer, with one comma between two of them.

    Attributes:
        begins: offset of each; at least one.
        end: offset after the last one.
    """

    buffer: bytes
    begins: array[int]
    end: int

    @property
    def count(self) -> int:
        """Messages in it."""
        return len(self.begins)

    @property
    def size_bytes(self) -> int:
        """From the first byte of the first message to the end of the last one."""
        return self.end - self.begins[0]

    def stop(self, number: int) -> int:
        """The offset after one of its messages."""
        return self.begins[number + 1] - 1 if number + 1 < len(self.begins) else self.end

    def part(self, begin: int, end: int) -> Run:
        """Messages [begin, end) of it; at least one."""
        return Run(self.buffer, self.begins[begin:end], self.stop(end - 1))

    def view(self) -> memoryview:
        """Its bytes, with the commas between them."""
        return memoryview(self.buffer)[self.begins[0] : self.end]


def run_of(messages: Iterable[bytes]) -> Run | None:
    """Copy messages into a buffer of their own; None if there are none."""
    parts = list(messages)
    if not parts:
        return None
    begins = array("Q")
    at = 0
    for part in parts:
        begins.append(at)
        at += len(part) + 1
    return Run(b",".join(parts), begins, at - 1)


def _runs_of(messages: Iterable[bytes]) -> Iterator[Run]:
    """Copy messages into a few buffers, so that of a long list never all of them are there twice."""
    parts: list[bytes] = []
    size_bytes = 0
    for message in messages:
        parts.append(message)
        size_bytes += len(message)
        if size_bytes >= LARGE_RUN_BYTES:
            yield from filter(None, (run_of(parts),))
            parts, size_bytes = [], 0
    yield from filter(None, (run_of(parts),))


class MessageList:
    """Messages of a transcript; each one's bytes are those that Meerkat prints. Frozen; thread-safe."""

    __slots__ = ("_count", "_digests", "_runs", "_starts")

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._runs = tuple(runs)
        self._starts: list[int] = []
        self._count = 0
        for run in self._runs:
            self._starts.append(self._count)
            self._count += run.count
        self._digests: dict[tuple[DigestFormat, int, int], str] = {}

    @classmethod
    def of(cls, messages: Iterable[bytes]) -> MessageList:
        """A list of messages at hand, each in canonical bytes; they are copied."""
        return cls(_runs_of(messages))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[bytes]:
        for run in self._runs:
            buffer, begins = run.buffer, run.begins
            for number in range(len(begins)):
                yield buffer[begins[number] : run.stop(number)]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MessageList):
            return NotImplemented
        return len(self) == len(other) and self.equal_prefix(other) == len(self)

    __hash__ = None  # type: ignore[assignment]  # comparing looks at all bytes

    def bytes_at(self, number: int) -> bytes:
        """The canonical bytes of one message. Raises IndexError."""
        run, inner = self._place(number)
        return run.buffer[run.begins[inner] : run.stop(inner)]

    def decoded(self, number: int) -> Fields:
        """One message, decoded; to be read only. Raises IndexError."""
        may_wait("decode a message")
        return cast(Fields, decode(self.bytes_at(number)))

    def _place(self, number: int) -> tuple[Run, int]:
        if not 0 <= number < self._count:
            raise IndexError(number)
        at = bisect_right(self._starts, number) - 1
        return self._runs[at], number - self._starts[at]

    def slice(self, begin: int, end: int | None = None) -> MessageList:
        """Messages [begin, end); both are clamped to the list."""
        return MessageList(self._runs_between(begin, end))

    def _runs_between(self, begin: int, end: int | None) -> Iterator[Run]:
        end = self._count if end is None else min(end, self._count)
        begin = max(begin, 0)
        for start, run in zip(self._starts, self._runs, strict=True):
            first, last = max(begin - start, 0), min(end - start, run.count)
            if first < last:
                yield run if (first, last) == (0, run.count) else run.part(first, last)

    def plus(self, other: MessageList) -> MessageList:
        """This list and another one behind it."""
        return MessageList(_joined([*self._runs, *other._runs]))

    def with_replaced(self, begin: int, end: int, replacement: MessageList) -> MessageList:
        """This list with other messages in the place of [begin, end)."""
        return MessageList(_joined([*self._runs_between(0, begin), *replacement._runs, *self._runs_between(end, None)]))

    def respelled(self, spell: Callable[[bytes], bytes]) -> MessageList:
        """The same messages with their keys in another order.

        Args:
            spell: puts the keys of a message in that order, and of all messages of a JSON list; nothing else changes,
                so that a message of a list keeps its place.
        """
        return MessageList(_joined([respelt for run in self._runs for respelt in _respelt(run, spell)]))

    def views(self, begin: int = 0, end: int | None = None) -> Iterator[memoryview]:
        """Messages [begin, end) as they stand in a JSON list, in pieces: with the commas, without the brackets."""
        is_first = True
        for run in self._runs_between(begin, end):
            if not is_first:
                yield memoryview(b",")
            yield run.view()
            is_first = False

    def size_bytes(self) -> int:
        """Bytes of the messages as they stand in a JSON list, without the brackets."""
        return sum(run.size_bytes for run in self._runs) + max(len(self._runs) - 1, 0)

    def digest(self, form: DigestFormat = DigestFormat.F1, begin: int = 0, end: int | None = None) -> str:
        """The name of the revision that messages [begin, end) make: "sha256:…"."""
        key = (form, max(begin, 0), self._count if end is None else min(end, self._count))
        found = self._digests.get(key)
        if found is None:
            found = self._digests[key] = self._digested(*key)
        return found

    def _digested(self, form: DigestFormat, begin: int, end: int) -> str:
        if form is not DigestFormat.F1:
            digests = TranscriptDigests((form,))
            for data in self.slice(begin, end):
                digests.add(data)
            return digests.revision(form)
        hashed = hashlib.sha256(b"[")
        for view in self.views(begin, end):
            hashed.update(view)
        hashed.update(b"]")
        return PREFIX + hashed.hexdigest()

    def equal_prefix(self, other: MessageList) -> int:
        """How many leading messages of both are the same, byte for byte."""
        most = min(len(self), len(other))
        if self._shared_prefix(other) == most:
            return most
        return _greatest(most, lambda count: self._is_equal(0, other, 0, count))

    def _shared_prefix(self, other: MessageList) -> int:
        """How many leading messages of both are the very same bytes in memory, which need not be looked at."""
        shared = 0
        for mine, others in zip(self._runs, other._runs, strict=False):
            if mine.buffer is not others.buffer or mine.begins[0] != others.begins[0]:
                break
            shared += min(mine.count, others.count)
            if mine.count != others.count:
                break
        return shared

    def equal_suffix(self, other: MessageList, at_most: int | None = None) -> int:
        """How many of the last messages of both are the same, byte for byte; no more than `at_most`."""
        mine, others = len(self), len(other)
        most = min(mine, others) if at_most is None else min(mine, others, at_most)
        return _greatest(most, lambda count: self._is_equal(mine - count, other, others - count, count))

    def _is_equal(self, begin: int, other: MessageList, at: int, count: int) -> bool:
        return _same(self.views(begin, begin + count), other.views(at, at + count))


def _respelt(run: Run, spell: Callable[[bytes], bytes]) -> Iterator[Run]:
    """Messages of a run with their keys in another order, some of them at a time."""
    first = 0
    while first < run.count:
        last = max(first + 1, bisect_right(run.begins, run.begins[first] + SMALL_RUN_BYTES))
        part = run.part(first, last)
        spelt = spell(b"".join((b"[", part.view(), b"]")))[1:-1]
        if len(spelt) == part.size_bytes:
            yield Run(spelt, array("Q", [begin - part.begins[0] for begin in part.begins]), len(spelt))
        else:
            yield from _runs_of(spell(part.buffer[part.begins[at] : part.stop(at)]) for at in range(part.count))
        first = last


def _joined(runs: list[Run]) -> Iterator[Run]:
    """Runs with neighbours copied together where both are small."""
    small: list[Run] = []
    small_bytes = 0
    for run in runs:
        if run.size_bytes >= SMALL_RUN_BYTES or small_bytes >= SMALL_RUN_BYTES:
            yield from _copied(small)
            small, small_bytes = [], 0
        if run.size_bytes >= SMALL_RUN_BYTES:
            yield run
        else:
            small.append(run)
            small_bytes += run.size_bytes
    yield from _copied(small)


def _copied(runs: list[Run]) -> Iterator[Run]:
    if len(runs) == 1:
        yield runs[0]
    elif runs:
        begins = array("Q")
        at = 0
        for run in runs:
            begins.extend(array("Q", [begin - run.begins[0] + at for begin in run.begins]))
            at += run.size_bytes + 1
        yield Run(b",".join(run.view() for run in runs), begins, at - 1)


def _greatest(most: int, holds: Callable[[int], bool]) -> int:
    """The greatest count up to `most` for which something holds that holds for each smaller one too."""
    if most == 0 or holds(most):
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low


def _same(one: Iterator[memoryview], other: Iterator[memoryview]) -> bool:
    """Whether two streams of bytes are equal."""
    empty = memoryview(b"")
    mine, others = empty, empty
    while True:
        mine = mine or next(one, empty)
        others = others or next(other, empty)
        if not mine or not others:
            return not mine and not others
        length = min(len(mine), len(others), COMPARED_BYTES)
        if bytes(mine[:length]) != bytes(others[:length]):
            return False
        mine, others = mine[length:], others[length:]


class ListBuilder:
    """Makes a list of messages that are found one after the other in a buffer, or were printed anew."""

    def __init__(self, buffer: bytes) -> None:
        self._buffer = buffer
        self._runs: list[Run] = []
        self._begins: array[int] = array("Q")
        self._end = 0
        self._own: list[bytes] = []

    def share(self, begins: array[int], end: int) -> None:
        """Take messages as they stand in the buffer, with one comma between two of them; at least one."""
        if self._begins and self._end + 1 == begins[0] and self._buffer[self._end] == _COMMA:
            self._begins.extend(begins)
        else:
            self._flush()
            self._begins = begins
        self._end = end

    def take(self, begin: int, end: int, canonical: bytes) -> None:
        """Take the message that stands at [begin, end), and is printed as `canonical`."""
        if len(canonical) == end - begin and self._buffer[begin:end] == canonical:
            self.share(array("Q", [begin]), end)
            return
        if self._begins:
            self._flush()
        self._own.append(canonical)

    def _flush(self) -> None:
        """Close what is open: messages of the buffer, or printed ones that stand before those that come."""
        if self._own:
            run = run_of(self._own)
            if run is not None:
                self._runs.append(run)
            self._own = []
        if self._begins:
            self._runs.append(Run(self._buffer, self._begins, self._end))
            self._begins = array("Q")

    def made(self) -> MessageList:
        """The list; nothing is taken afterwards."""
        self._flush()
        return MessageList(_joined(self._runs))
