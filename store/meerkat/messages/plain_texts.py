"""The texts of messages, read many times as fast as whole messages are decoded; those that are not plain are left out.

A message is plain when it is stored in the one spelling that the systems write (so that no key stands twice, and the
text of each value is known without looking for it), has nothing but texts and calls, and none of them is cut. Equal to
what store/meerkat/messages/decode.py says of it: tests compare the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from store.cancel import CancelToken
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.values.message import MAX_BLOCKS, MessageKind
from store.values.texts import PlainKind, PlainMessage, PlainPart

MAX_PLAIN_BYTES = 65_536
"""Of a longer message something could be cut."""

Fetch = Callable[[Iterable[int]], dict[int, bytes]]

_USER_KINDS = (MessageKind.PROMPT, MessageKind.INJECTED)
_RESULT_KINDS = (MessageKind.TOOL_RESULTS, MessageKind.TOOL_RESULTS_JOINED)
_ROLES: dict[int, str] = {
    **dict.fromkeys(_USER_KINDS, "user"),
    **dict.fromkeys(_RESULT_KINDS, "tool_results"),
    MessageKind.ASSISTANT: "block_assistant",
}
_TEXT_KINDS = {"text": PlainKind.TEXT, "transcript": PlainKind.TEXT, "reasoning": PlainKind.REASONING}


class _NotPlain(Exception):
    """The message must be decoded."""


def read_plain_texts(
    index: TranscriptIndex, numbers: Sequence[int], fetch: Fetch, token: CancelToken
) -> tuple[PlainMessage | None, ...]:
    """The texts of single messages, with the results of their calls; None for each that must be decoded."""
    plain = _Plain(index, fetch, token)
    plain.read(plain.with_neighbours(numbers))
    plain.read(sorted({place for number in numbers for place in plain.result_places(number)}))
    answer: list[PlainMessage | None] = []
    for number in numbers:
        try:
            answer.append(plain.message(number))
        except _NotPlain:
            answer.append(None)
        token.take_turn()
    return tuple(answer)


class _Plain:
    """One answer being put together; each message is parsed once."""

    def __init__(self, index: TranscriptIndex, fetch: Fetch, token: CancelToken) -> None:
        self._index, self._fetch, self._token = index, fetch, token
        self._values: dict[int, Any] = {}

    def with_neighbours(self, numbers: Sequence[int]) -> list[int]:
        """The messages, and the results right behind them: nearly all results stand there, and are read along."""
        kinds, count = self._index.kinds, self._index.count
        wanted: list[int] = []
        for number in numbers:
            wanted.append(number)
            while number + 1 < count and kinds[number + 1] == MessageKind.TOOL_RESULTS_JOINED:
                number += 1
                wanted.append(number)
        return wanted

    def read(self, numbers: Sequence[int]) -> None:
        """Parse messages that are stored in the usual spelling; the others stay None."""
        sizes, values = self._index.sizes, self._values
        wanted = [number for number in numbers if number not in values and sizes[number] <= MAX_PLAIN_BYTES]
        data = self._fetch(wanted) if wanted else {}
        loads, dumps = orjson.loads, orjson.dumps
        for number in wanted:
            stored = data[number]
            try:
                value = loads(stored)
                values[number] = value if dumps(value) == stored else None
            except (ValueError, TypeError):
                values[number] = None
            self._token.take_turn()

    def result_places(self, number: int) -> Iterator[int]:
        """The messages with the results of a message's calls."""
        value = self._values.get(number)
        blocks = value.get("blocks") if isinstance(value, dict) else None
        if self._index.kinds[number] != MessageKind.ASSISTANT or not isinstance(blocks, list):
            return
        result_of = self._index.join.result_of
        for block in range(min(len(blocks), MAX_BLOCKS)):
            place = result_of(number, block)
            if place is not None:
                yield place[0]

    def message(self, number: int) -> PlainMessage:
        """The texts of a message that was read. Raises _NotPlain."""
        kind = MessageKind(self._index.kinds[number])
        value = self._of_role(number)
        if kind in _USER_KINDS:
            return PlainMessage(kind, _said(value.get("content")))
        blocks = value.get("blocks")
        if kind is not MessageKind.ASSISTANT or type(blocks) is not list or len(blocks) > MAX_BLOCKS:
            raise _NotPlain
        return PlainMessage(kind, tuple([self._part(number, place, block) for place, block in enumerate(blocks)]))

    def _of_role(self, number: int) -> dict[str, Any]:
        """A message of the role that its kind has in its usual form."""
        value = self._values.get(number)
        if type(value) is not dict or value.get("role") != _ROLES.get(self._index.kinds[number]):
            raise _NotPlain
        return value

    def _part(self, number: int, place: int, block: Any) -> PlainPart:
        data = block.get("data") if type(block) is dict else None
        if type(data) is not dict:
            raise _NotPlain
        kind, text = block.get("block_type"), data.get("text")
        if kind == "tool_use":
            if "args" not in data:
                raise _NotPlain
            arguments = orjson.dumps(data["args"]).decode()
            name = data.get("name")
            return PlainPart(PlainKind.CALL, arguments, name if type(name) is str else "", self._result(number, place))
        if type(text) is not str or type(kind) is not str or kind not in _TEXT_KINDS:
            raise _NotPlain
        return PlainPart(_TEXT_KINDS[kind], text)

    def _result(self, number: int, block: int) -> str | None:
        """The text of a call's result, None where it has none. Raises _NotPlain."""
        place = self._index.join.result_of(number, block)
        if place is None:
            return None
        results = self._of_role(place[0]).get("results")
        result = results[place[1]] if type(results) is list and place[1] < len(results) else None
        if type(result) is not dict:
            raise _NotPlain
        return "\n".join([part.text for part in _said(result.get("content"))])


def _said(content: object) -> tuple[PlainPart, ...]:
    """What a person said, or a tool. Raises _NotPlain."""
    if type(content) is str:
        return (PlainPart(PlainKind.TEXT, content),)
    parts = []
    for item in content if type(content) is list and len(content) <= MAX_BLOCKS else [None]:
        if type(item) is not dict or item.get("type") != "text" or type(item.get("text")) is not str:
            raise _NotPlain
        parts.append(PlainPart(PlainKind.TEXT, item["text"]))
    return tuple(parts)
