"""From stored bytes to decoded messages, with results fetched from wherever they stand. The same for every form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from store.errors import SessionError
from store.meerkat.codec.strict_json import Json, NotStrict, element_spans, member_span, text_of
from store.meerkat.messages.assistant import stored_arguments
from store.meerkat.messages.content import as_object, as_text, content_list, decode_base64, plain_text
from store.meerkat.messages.decode import Stored, damaged_message, decode_message, decode_result, parse_message
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.values.message import MAX_BLOCKS, ImageRef, Message, MessageKind, ToolResultBlock, WholePart, WholeRef

MAX_IMAGE_CHARS = 96 * 1024 * 1024

Fetch = Callable[[Iterable[int]], dict[int, bytes]]
"""Reads the stored bytes of messages."""


class Reading:
    """One answer being put together: parses each message once, however often it is asked for."""

    def __init__(self, index: TranscriptIndex, fetch: Fetch) -> None:
        self._index = index
        self._fetch = fetch
        self._data: dict[int, bytes] = {}
        self._parsed: dict[int, Stored | NotStrict] = {}

    @property
    def count(self) -> int:
        """Messages that there are."""
        return self._index.count

    def messages(self, begin: int, end: int) -> tuple[Message, ...]:
        """Decode messages [begin, end). Raises SessionError where there are none."""
        if not 0 <= begin <= end <= self._index.count:
            raise SessionError("There are no messages at these positions.")
        return self.messages_at(range(begin, end))

    def messages_at(self, numbers: Sequence[int]) -> tuple[Message, ...]:
        """Decode single messages. Raises SessionError where there are none."""
        if any(not 0 <= number < self._index.count for number in numbers):
            raise SessionError("There are no messages at these positions.")
        self._data.update(self._fetch(numbers))
        elsewhere = {place for number in numbers for place in self._result_places(number)}
        missing = elsewhere - self._data.keys()
        if missing:
            self._data.update(self._fetch(missing))
        return tuple(self._message(number) for number in numbers)

    def _result_places(self, number: int) -> Iterator[int]:
        """The messages with the results of a message's calls."""
        stored = self._stored(number)
        if isinstance(stored, NotStrict) or self._index.kinds[number] != MessageKind.ASSISTANT:
            return
        blocks = stored.fields.get("blocks", stored.fields.get("tool_calls"))
        count = min(len(blocks), MAX_BLOCKS) + 1 if isinstance(blocks, list) else 0
        for block in range(count):
            place = self._index.join.result_of(number, block)
            if place is not None:
                yield place[0]

    def _message(self, number: int) -> Message:
        stored = self._stored(number)
        data, size = self._data[number], self._index.sizes[number]
        if isinstance(stored, NotStrict):
            return damaged_message(number, data, size, str(stored))
        try:
            kind = MessageKind(self._index.kinds[number])
            return decode_message(stored, kind, self._result_at, self._index.join.call_of)
        except NotStrict as reason:
            return damaged_message(number, data, size, str(reason))
        except RecursionError:
            return damaged_message(number, data, size, "it is nested too deeply")

    def _stored(self, number: int) -> Stored | NotStrict:
        found = self._parsed.get(number)
        if found is None:
            if number not in self._data:
                self._data.update(self._fetch((number,)))
            data = self._data[number]
            try:
                if self._index.sizes[number] > len(data):
                    raise NotStrict("it is too long to be decoded")
                found = parse_message(number, data)
            except NotStrict as reason:
                found = reason
            self._parsed[number] = found
        return found

    def _result_at(self, message: int, block: int) -> ToolResultBlock | None:
        """The joined result of a call; a result whose message is damaged is as good as none."""
        place = self._index.join.result_of(message, block)
        if place is None:
            return None
        stored = self._stored(place[0])
        if isinstance(stored, NotStrict):
            return None
        try:
            return decode_result(stored, place[1], message)
        except NotStrict:
            return None

    def raw(self, message: int) -> bytes:
        """The stored bytes of a message's JSON value. Raises SessionError if there is none."""
        if not 0 <= message < self._index.count:
            raise SessionError("There is no message at this position.")
        return self._fetch((message,))[message]

    def whole(self, ref: WholeRef) -> str:
        """The uncut text that a reference means. Raises SessionError if there is none."""
        if not 0 <= ref.message < self._index.count:
            raise _missing()
        stored = self._stored(ref.message)
        if isinstance(stored, NotStrict) or (ref.block < 0 and ref.part is WholePart.RAW):
            return self._data[ref.message].decode("utf-8", "replace")
        if ref.part is WholePart.ARGUMENTS:
            return stored_arguments(stored.text, ref.block, stored.fields.get("role") == "assistant")
        try:
            if ref.block < 0 and ref.inner < 0:
                return _all_text(stored)
            return _raw_block(stored, ref) if ref.part is WholePart.RAW else _text(stored, ref)
        except RecursionError:
            return stored.text

    def image(self, ref: ImageRef) -> bytes:
        """The bytes of an inline image. Raises SessionError with the reason."""
        if not 0 <= ref.message < self._index.count:
            raise SessionError("There is no such image in this session.")
        stored = self._stored(ref.message)
        if isinstance(stored, NotStrict):
            raise SessionError("The message with this image cannot be read.")
        item = _content_item(stored, ref.block, ref.inner)
        data = item.get("data")
        if item.get("source") != "inline" or not isinstance(data, str):
            raise SessionError("This image is not stored here.")
        if len(data) > MAX_IMAGE_CHARS:
            raise SessionError("This image is too large to be shown.")
        decoded = decode_base64(data)
        if decoded is None:
            raise SessionError("This image is damaged: its data is no base64.")
        return decoded


def _missing() -> SessionError:
    return SessionError("There is no such text in this message.")


def _block_list(stored: Stored) -> tuple[str, Json]:
    """The key under which a message's blocks stand, and their list."""
    role = stored.fields.get("role")
    key = {"block_assistant": "blocks", "system_notice": "blocks", "tool_results": "results"}.get(
        role if isinstance(role, str) else "", "content"
    )
    return key, stored.fields.get(key)


def _content_item(stored: Stored, block: int, inner: int) -> dict[str, Json]:
    """The content block that a place means."""
    _, blocks = _block_list(stored)
    items = content_list(blocks)
    item = as_object(items[block]) if 0 <= block < len(items) else {}
    if inner < 0:
        return item
    contents = content_list(item.get("content"))
    return as_object(contents[inner]) if inner < len(contents) else {}


def _text(stored: Stored, ref: WholeRef) -> str:
    if ref.block < 0:
        body = stored.fields.get("body")
        if isinstance(body, str):
            return body
        raise _missing()
    item = _content_item(stored, ref.block, ref.inner)
    if ref.part is WholePart.RESULT:
        return plain_text(item.get("content"))
    data = as_object(item.get("data"))
    for text in (item.get("text"), data.get("text"), data.get("content"), item.get("summary"), item.get("detail")):
        if isinstance(text, str):
            return text
    content = item.get("content")
    if content is not None:
        return plain_text(content)
    raise _missing()


def _raw_block(stored: Stored, ref: WholeRef) -> str:
    """The stored JSON text of a block, or of a content block inside it."""
    key, _ = _block_list(stored)
    span = member_span(stored.text, stored.text.index("{"), key)
    spans = element_spans(stored.text, span[0], ref.block + 1) if span and stored.text[span[0]] == "[" else []
    if ref.block >= len(spans):
        raise _missing()
    begin, end = spans[ref.block]
    if ref.inner < 0 or stored.text[begin] != "{":
        return stored.text[begin:end]
    inner = member_span(stored.text, begin, "content")
    inner_spans = element_spans(stored.text, inner[0], ref.inner + 1) if inner and stored.text[inner[0]] == "[" else []
    if ref.inner >= len(inner_spans):
        return stored.text[begin:end]
    inner_begin, inner_end = inner_spans[ref.inner]
    return stored.text[inner_begin:inner_end]


def _all_text(stored: Stored) -> str:
    """All that a message with too many blocks says, as plain text."""
    _, blocks = _block_list(stored)
    parts = []
    for block in content_list(blocks):
        item = as_object(block)
        data = as_object(item.get("data"))
        text = item.get("text", data.get("text"))
        if isinstance(text, str):
            parts.append(text)
        elif "name" in data:
            parts.append(f"{as_text(data.get('name'))} {text_of(data.get('args'))}")
        elif "content" in item:
            parts.append(plain_text(item.get("content")))
        else:
            parts.append(text_of(block))
    return "\n\n".join(parts)
