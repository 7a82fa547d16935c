"""One session document, walked once: its envelope's places and the index of its messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.skeleton import skeleton
from store.meerkat.codec.strict_json import Json, NotStrict, refuse_lone_surrogates, scan
from store.meerkat.codec.walker import WINDOW_BYTES, Broken, Undecodable, Walker
from store.meerkat.messages.prefix import Prefix
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.values.fault import Fault

TAIL_CHECK_BYTES = 4 * 1024 * 1024
"""How much is walked after the messages when only the transcript is wanted; a revision graph may follow."""

JOINED_BYTES = 1024 * 1024
"""Messages that begin within this distance are read at once."""

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""A longer message is never decoded; its card holds its beginning."""


StepOver = Callable[[Walker, int], int]
"""Steps over the value at an offset in a way of its own, and returns the offset after it. Raises Broken."""

Enough = Callable[[TranscriptIndex], bool]
"""Says of what is indexed so far whether it will do."""


@dataclass(slots=True)
class DocumentWalk:
    """What one walk through a session document found.

    Attributes:
        index: of the messages.
        spans: [begin, end) of each top-level value that was walked.
        is_complete: the document was walked to its end.
        kept: leading messages that were known and stand there again.
    """

    index: TranscriptIndex = field(default_factory=TranscriptIndex)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    is_complete: bool = False
    kept: int = 0


def walk_document(
    source: ByteSource,
    token: CancelToken,
    whole: bool = False,
    window_bytes: int = WINDOW_BYTES,
    is_enough: Enough | None = None,
    known: Prefix | None = None,
    index: TranscriptIndex | None = None,
    metadata: StepOver | None = None,
) -> DocumentWalk:
    """Walk a session document.

    Args:
        whole: step over everything after the messages too, however large it is.
        window_bytes: how much is looked at at once.
        is_enough: asked from time to time among the messages; the walk ends there when it says so.
        known: messages that are not looked at again if the document begins with them.
        index: an empty one that takes the messages; a new one if none is given.
        metadata: looks at the metadata while it is stepped over, so that it need not be walked again.

    Returns:
        What was found; a document that breaks off keeps what stands before, with a fault that says so.

    Raises:
        Broken: it is no JSON object at all.
    """
    walker = Walker(source, token, window_bytes)
    walk = DocumentWalk() if index is None else DocumentWalk(index)
    found = False
    try:
        for member in walker.members(0):
            found = True
            if member.key in walk.spans:
                walk.index.faults.append(Fault("doubled-key", "The session document holds one of its keys twice."))
            elif member.key == "messages":
                walk.spans["messages"] = (member.begin, walker.size)
                walk.kept, begin = _index_known(walker, source, member.begin, walk.index, token, known)
                member.end = _index_messages(walker, begin, walk.index, token, is_enough)
                if is_enough is not None and is_enough(walk.index):
                    return walk
                walk.spans["messages"] = (member.begin, member.end)
                if walker.size - member.end > TAIL_CHECK_BYTES and not whole:
                    return walk
            else:
                step_over = metadata if member.key == "metadata" and metadata is not None else Walker.skip
                member.end = step_over(walker, member.begin)
                walk.spans[member.key] = (member.begin, member.end)
        mark, at = walker.char(walker.end_of_object)
        if mark:
            raise Broken(at)
    except Broken as broken:
        if not found:
            raise
        walk.index.faults.append(broken_fault(broken))
        return walk
    walk.is_complete = True
    if "messages" not in walk.spans:
        walk.index.faults.append(Fault("no-messages", "The session document has no list of messages."))
    return walk


def broken_fault(broken: Broken) -> Fault:
    """What is said of a document that is no JSON from some place on."""
    return Fault("bad-json", f"The session document is no JSON from byte {broken.at_byte:,} on; what follows is lost.")


def _index_known(
    walker: Walker, source: ByteSource, at: int, index: TranscriptIndex, token: CancelToken, known: Prefix | None
) -> tuple[int, int]:
    """Begin the index of the list of messages at `at` with those that are known, if they stand there.

    Returns:
        How many they are, and the offset after them; where there are none, 0 and `at`.
    """
    if known is None:
        return 0, at
    mark, first = walker.char(at)
    if mark == "[":
        _, first = walker.char(first + 1)
        # A number could go on where the known one ended: what follows must be a mark.
        if known.stands_at(source, first, token) and walker.char(first + known.size_bytes)[0] in (",", "]"):
            index.begin_with(known.index, first)
            return index.count, first + known.size_bytes
    return 0, at


def _index_messages(
    walker: Walker, at: int, index: TranscriptIndex, token: CancelToken, is_enough: Enough | None
) -> int:
    """Index the list of messages at `at`; returns the offset after it, or after those that were enough.

    Args:
        index: empty, or of the messages that stand before `at`.
    """
    if not index.count:
        mark, at = walker.char(at)
        if mark != "[":
            index.faults.append(Fault("no-messages", "The messages of the session document are not a list."))
            return walker.skip(at)
        mark, at = walker.char(at + 1)
        if mark == "]":
            return at + 1
        at = _index_run(walker, at, index)
    while is_enough is None or not is_enough(index):
        mark, at = walker.char(at)
        if mark == "]":
            return at + 1
        if mark != ",":
            raise Broken(at)
        _, at = walker.char(at + 1)
        token.report(at, walker.size, "Reading transcript", "bytes")
        at = _index_run(walker, at, index)
    return at


def _index_run(walker: Walker, at: int, index: TranscriptIndex) -> int:
    """Index messages from `at` on for as long as they lie wholly in the window and follow each other at once.

    Returns:
        The offset after the last one; at least one message is taken in.
    """
    if at >= walker.base + walker.cut_at > walker.base + 1:
        # The message is cut: to find that out by trying would cost more than to look at it afresh.
        walker.fill(at)
    read, text, base, cut_at = scan, walker.text, walker.base, walker.cut_at
    begin = at - base
    add, begins = index.add, index.begins
    if begin >= 0 and text[begin : begin + 1] == "{" and not walker.is_suspect:
        try:
            while begin < cut_at:
                value, end = read(text, begin)
                begins.append(base + begin)
                add(value, end - begin)
                if text[end : end + 2] != ",{":
                    return base + end
                begin = end + 1
        except (StopIteration, ValueError, RecursionError):
            pass
    if base + begin > at:
        return base + begin - 1  # the comma before the message that comes next
    return _index_carefully(walker, at, index)


def _index_carefully(walker: Walker, at: int, index: TranscriptIndex) -> int:
    """Index the one message at `at`, which may leave the window, be huge, or be damaged."""
    value: Json = None
    is_damaged = False
    try:
        value, end = walker.value(at)
        if walker.is_suspect:
            _refuse_hidden_faults(walker, at, end)
    except Undecodable as undecodable:
        end = undecodable.end
        if undecodable.is_too_long:
            value = skeleton(walker, at)
        else:
            is_damaged = True
    except NotStrict:
        is_damaged = True
    index.begins.append(at)
    if is_damaged:
        index.add_damaged(end - at)
    else:
        index.add(value, end - at)
    return end


def _refuse_hidden_faults(walker: Walker, at: int, end: int) -> None:
    """What Latin-1 text cannot show: bytes that are no UTF-8, and lone surrogates."""
    data = walker.text[at - walker.base : end - walker.base].encode("latin-1")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrict("it is not UTF-8") from None
    refuse_lone_surrogates(data)


def read_from(source: ByteSource, index: TranscriptIndex, numbers: list[int], token: CancelToken) -> dict[int, bytes]:
    """Read messages out of a document; those that stand together are read at once."""
    found: dict[int, bytes] = {}
    position = 0
    while position < len(numbers):
        token.check()
        last = position
        begin = index.begins[numbers[position]]
        while last + 1 < len(numbers) and index.begins[numbers[last + 1]] - begin < JOINED_BYTES:
            last += 1
        end = index.begins[numbers[last]] + min(index.sizes[numbers[last]], MAX_MESSAGE_BYTES)
        data = source.read(begin, end - begin)
        for number in numbers[position : last + 1]:
            offset = index.begins[number] - begin
            found[number] = data[offset : offset + index.sizes[number]]
        position = last + 1
    return found
