"""Which messages could hold a text that is looked for: found in the stored bytes, without decoding any.

The answer is never too small. A message is left out only when a run of letters or digits that every hit must hold is
not in its bytes; a message in whose bytes a shown letter may be spelled another way is always in the answer. It may be
too large: who asks decodes what is named and looks at the text itself.

What is shown of a message differs from what is stored in ways that matter here: JSON may spell a letter as an escape,
an entity may stand for one, and Markdown leaves out the marks of emphasis, code and links, so that `check**point**`
reads "checkpoint". The first two are looked for; the marks are taken out before the comparison.
"""

from __future__ import annotations

import re
import sqlite3
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import accumulate

from store.cancel import CancelToken
from store.errors import SessionChanged
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.heads.strands import IN_RUN, Strand, batches
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.meerkat.places import Copy
from store.meerkat.transcripts import Indexed, open_document, read_messages
from store.values.message import MessageKind

WINDOW_BYTES = 64 * 1024
"""Looked at at once; between two windows other threads get their turn."""

_LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_MARKS = b'*_~`\\<>[]"'
"""Marks of Markdown and of JSON that may stand within a word and are not shown."""

_ALWAYS = bytes(kind in (MessageKind.NOTICE, MessageKind.UNKNOWN, MessageKind.DAMAGED) for kind in range(256))
"""Kinds of which more is shown than what is stored; there are few of them."""

_OTHER_LETTERS = tuple(letter.encode() for letter in "\u0130\u0131\u017f\u212a")
"""Letters beyond ASCII that equal i, s or k when capitals do not matter."""

_AFTER_LINK = re.compile(rb"[)\]][*_~`>\]]*[^\s\\\"*_~`>\]]")
_ENTITY = re.compile(rb"&[#A-Za-z][A-Za-z0-9]*;")
_DIGIT = re.compile(rb"[0-9]")
_OTHER_NUMBERS = re.compile(rb"[0-9](?:[eE][-+]?[0-9]|[0-9.]{15}|\.000)")
"""Numbers that may be printed with other digits than they are stored with."""

MAX_READ_BYTES = 64 * 1024 * 1024
"""Of a longer message only the beginning is ever read."""


class Sieve:
    """Tells of stored bytes whether the text that is looked for could be in them.

    Args:
        words: what every hit holds: runs of ASCII without white space, or text beyond ASCII that has no other
            spelling. No word at all: everything could hold it.
    """

    def __init__(self, words: Sequence[str]) -> None:
        # The longest ones are the rarest: they are looked for first.
        low = [word.encode("utf-8", "surrogatepass").translate(_LOWER) for word in words]
        spelled = {word.translate(None, _MARKS): word for word in low}
        self._words = sorted(spelled.keys() - {b""}, key=len, reverse=True)
        self._rarest_spelled = spelled[self._words[0]] if self._words else b""
        self._has_digits = any(_DIGIT.search(word) is not None for word in self._words)

    @property
    def lets_all_through(self) -> bool:
        """Whether there is nothing to look for."""
        return not self._words

    def may_hold(self, data: bytes) -> bool:
        """Whether the text could be in one stored message."""
        return bool(self.look(data, [0]))

    def look(self, data: bytes, starts: Sequence[int]) -> set[int]:
        """The messages that could hold the text, of those that stand in some bytes one after the other.

        Args:
            starts: where each begins; the first one at 0.
        """
        found = self._with_words(data, starts)
        if len(found) == len(starts):
            return found
        found |= self._spelled_otherwise(data, starts)
        return found | _with_other_digits(data, starts) if self._has_digits else found

    def _holds_words(self, data: bytes) -> bool:
        folded = data.translate(_LOWER, _MARKS)
        return all(word in folded for word in self._words)

    def _with_words(self, data: bytes, starts: Sequence[int]) -> set[int]:
        folded = data.translate(_LOWER, _MARKS)
        if any(word not in folded for word in self._words):
            return set()
        found = set(range(len(starts)))
        rarest = self._words[0]
        count = folded.count(rarest)
        if count >= len(starts):
            return found  # to look where it stands takes longer than to look through texts in vain
        ends = [*starts[1:], len(data)]
        low = data.translate(_LOWER)
        if low.count(self._rarest_spelled) == count:
            # Nowhere is the word cut by marks that are not its own: it can be found where it stands.
            found = _places(low, self._rarest_spelled, starts, ends)
            if len(self._words) == 1:
                return found
        return {number for number in found if self._holds_words(data[starts[number] : ends[number]])}

    def _spelled_otherwise(self, data: bytes, starts: Sequence[int]) -> set[int]:
        """Messages in which letters may be shown as others, or stand together that are stored apart."""
        ends = [*starts[1:], len(data)]
        signs = [b"\\u"]
        if not data.isascii():
            signs += _OTHER_LETTERS
        found: set[int] = set()
        for sign in signs:
            found |= _places(data, sign, starts, ends)
        if b"&" in data:  # a single byte is found many times as fast as a pattern
            found |= _matches(_ENTITY, data, starts, ends)
        linked: set[int] = set()
        for sign in (b"](", b"][", b"]:"):
            linked |= _places(data, sign, starts, ends)
        found.update(
            number for number in linked - found if _AFTER_LINK.search(data, starts[number], ends[number]) is not None
        )
        return found


def _places(data: bytes, word: bytes, starts: Sequence[int], ends: Sequence[int]) -> set[int]:
    """The messages in which a word stands; one that goes over their edges is none, since marks stand there."""
    found: set[int] = set()
    at = data.find(word)
    while at >= 0:
        number = bisect_right(starts, at) - 1
        found.add(number)
        at = data.find(word, ends[number])
    return found


def _with_other_digits(data: bytes, starts: Sequence[int]) -> set[int]:
    """Messages with numbers that may be shown with other digits than they are stored with."""
    return _matches(_OTHER_NUMBERS, data, starts, [*starts[1:], len(data)])


def _matches(pattern: re.Pattern[bytes], data: bytes, starts: Sequence[int], ends: Sequence[int]) -> set[int]:
    """The messages in which a pattern matches."""
    found: set[int] = set()
    match = pattern.search(data)
    while match is not None:
        number = bisect_right(starts, match.start()) - 1
        found.add(number)
        match = pattern.search(data, ends[number])
    return found


def find_candidates(
    connection: sqlite3.Connection, indexed: Indexed, words: Sequence[str], begin: int, end: int, token: CancelToken
) -> array[int]:
    """Messages of [begin, end) that could hold all the words, rising.

    A message holds too what is in the results of its calls, wherever they stand; a message whose results are all shown
    with their calls is never in the answer.
    """

    def fetch(wanted: Iterable[int]) -> dict[int, bytes]:
        return read_messages(connection, indexed, wanted, token)

    sieve = Sieve(words)
    if sieve.lets_all_through:
        return _shown(indexed.index, range(begin, end))
    if indexed.place.copy is Copy.HEAD:
        found = _scan_rows(connection, indexed, sieve, begin, end, token)
    else:
        with closing(open_document(connection, indexed.place)) as source:
            found = scan_document(source, indexed.index, sieve, begin, end, token)
    return join_candidates(indexed.index, sieve, found, begin, end, fetch)


def document_candidates(
    source: ByteSource,
    index: TranscriptIndex,
    words: Sequence[str],
    begin: int,
    end: int,
    fetch: Callable[[Iterable[int]], dict[int, bytes]],
    token: CancelToken,
) -> array[int]:
    """The same for a document at hand (see `find_candidates`)."""
    sieve = Sieve(words)
    if sieve.lets_all_through:
        return _shown(index, range(begin, end))
    return join_candidates(index, sieve, scan_document(source, index, sieve, begin, end, token), begin, end, fetch)


def scan_document(
    source: ByteSource, index: TranscriptIndex, sieve: Sieve, begin: int, end: int, token: CancelToken
) -> set[int]:
    """The messages of [begin, end) whose own bytes could hold the text."""
    found: set[int] = set()
    begins, sizes = index.begins, index.sizes
    end = min(end, index.count)
    while begin < end:
        token.check()
        start = begins[begin]
        last = max(bisect_right(begins, start + WINDOW_BYTES, begin, end), begin + 1)
        if sizes[begin] > MAX_READ_BYTES:
            found.add(begin)
            last = begin + 1
        else:
            data = source.read(start, begins[last - 1] + sizes[last - 1] - start)
            starts = [at - start for at in begins[begin:last]]
            found.update(begin + place for place in sieve.look(data, starts))
        begin = last
        time.sleep(0)  # gives the thread that draws its turn
    return found


def _scan_rows(
    connection: sqlite3.Connection, indexed: Indexed, sieve: Sieve, begin: int, end: int, token: CancelToken
) -> set[int]:
    """The same for a strand, whose messages are rows."""
    strand, index = indexed.strand, indexed.index
    assert strand is not None
    end = min(end, index.count)
    if begin >= end:
        return set()
    first, last = (indexed.numbers[begin], indexed.numbers[end - 1]) if indexed.numbers else (begin, end - 1)
    found: set[int] = set()
    number = begin
    for texts in _texts_of_runs(connection, strand, first, last + 1, token):
        sizes = [min(size, MAX_READ_BYTES) for size in index.sizes[number : number + len(texts)]]
        if number + len(texts) > end or [len(text) for text in texts] != sizes:
            raise SessionChanged
        starts, data = list(accumulate(sizes[:-1], initial=0)), b"".join(texts)
        found.update(number + place for place in sieve.look(data, starts))
        found.update(number + place for place, size in enumerate(sizes) if size == MAX_READ_BYTES)
        number += len(texts)
        time.sleep(0)  # gives the thread that draws its turn
    if number < end:
        raise SessionChanged
    return found


def _texts_of_runs(
    connection: sqlite3.Connection, strand: Strand, begin: int, end: int, token: CancelToken
) -> Iterator[list[bytes]]:
    """The stored bytes of messages [begin, end) that are there, some hundreds at a time."""
    for run in strand.within(begin, end):
        cursor = connection.execute(
            "SELECT coalesce(substr(CAST(m.message_json AS BLOB), 1, ?), x'') FROM session_strand_messages m"
            f" WHERE {IN_RUN} ORDER BY m.seq",
            (MAX_READ_BYTES, *strand.range_of(run)),
        )
        for rows in batches(cursor, token):
            yield [row[0] for row in rows]


def join_candidates(
    index: TranscriptIndex,
    sieve: Sieve,
    found: set[int],
    begin: int,
    end: int,
    fetch: Callable[[Iterable[int]], dict[int, bytes]],
) -> array[int]:
    """From messages whose own bytes could hold the text to those that show it.

    Args:
        found: of [begin, end).
        fetch: reads results that stand behind them.
    """
    behind = index.join.results_behind(begin, min(end, index.count))
    far = {number for number in behind if number >= end}
    data = fetch(far) if far else {}
    with_text = found | {number for number in far if sieve.may_hold(data[number])}
    results = {number for number in with_text if index.kinds[number] in _RESULT_KINDS}
    calls = {call for number in results for call in behind.get(number, ())}
    always = index.kinds[begin:end].translate(_ALWAYS)
    named = (begin + place for place, is_always in enumerate(always) if is_always)
    return _shown(index, sorted(found | calls | set(named)))


_RESULT_KINDS = (MessageKind.TOOL_RESULTS, MessageKind.TOOL_RESULTS_JOINED)


def _shown(index: TranscriptIndex, numbers: Iterable[int]) -> array[int]:
    """Without messages that are shown elsewhere."""
    kinds, joined = index.kinds, int(MessageKind.TOOL_RESULTS_JOINED)
    return array("I", [number for number in numbers if number < index.count and kinds[number] != joined])
