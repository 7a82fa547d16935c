"""The index of one transcript: where each message stands, what it is, and which results belong to which calls.

It is made in one pass that decodes every message once and keeps none. Ids and lengths are taken from Latin-1 text (see
walker.py), which is exact for joining and good enough for estimating heights.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from store.meerkat.strict_json import Json
from store.meerkat.tool_join import ToolJoin
from store.values.fault import Fault
from store.values.message import MessageKind, Outline

MAX_COUNTED = 0xFFFF_FFFF
FOLDED_CHARS = 60
"""What a folded card or an image stands for in the estimate of visible characters."""

OPEN_SYSTEM_CHARS = 720
"""Longer system messages are usually shown folded."""

COMPACTION_MARKER = "[Context compacted] A previous context produced the following summary of work so far."
"""How the summary of a compaction begins where no `transcript_role` is stored (formats/meerkat.md §4.4, C-5)."""


@dataclass(slots=True)
class TranscriptIndex:
    """What is known of each message of one stored transcript.

    Attributes:
        begins: offset of each message's JSON value in the document; empty for strands, whose rows are the messages.
        sizes: stored bytes of each message.
        kinds: one MessageKind a message.
        text_chars: visible characters when folded, roughly.
        join: calls and results.
        faults: of the session as a whole.
    """

    begins: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("I"))
    kinds: bytearray = field(default_factory=bytearray)
    text_chars: array[int] = field(default_factory=lambda: array("I"))
    join: ToolJoin = field(default_factory=ToolJoin)
    faults: list[Fault] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Messages in the index."""
        return len(self.kinds)

    @property
    def size_bytes(self) -> int:
        """Roughly what the index takes in memory, for the bounded cache."""
        return 20 * self.count + 200 * self.join.count + 1000

    def outline(self) -> Outline:
        """The index as a value for views."""
        return Outline(self.count, bytes(self.kinds), self.sizes, self.text_chars, tuple(self.faults))

    def beginning(self, limit: int) -> Outline:
        """The first messages of an index that goes little further."""
        count = min(limit, self.count)
        return Outline(count, bytes(self.kinds[:count]), self.sizes[:count], self.text_chars[:count], is_complete=False)

    def add(self, value: Json, size: int) -> None:
        """Take in the next message, decoded. Written for speed: it runs 100,000 times between a click and the text."""
        chars = FOLDED_CHARS
        if type(value) is not dict:
            kind = _DAMAGED
        else:
            role = value.get("role")
            if role == "block_assistant":
                kind = _ASSISTANT
                chars = self._blocks(value.get("blocks"))
            elif role == "user":
                content = value.get("content")
                if type(content) is str and len(value) == 3 and content[:1] != "[":
                    kind = _PROMPT
                    chars = len(content)
                else:
                    kind = _PROMPT if is_prompt(value) else _INJECTED
                    chars = _content_chars(content)
            elif role == "tool_results":
                kind, chars = self._results(value.get("results"))
            else:
                kind, chars = self._rare(value, role)
        self.kinds.append(kind)
        self.sizes.append(size if size < MAX_COUNTED else MAX_COUNTED)
        self.text_chars.append(chars)

    def _rare(self, value: dict[str, Json], role: Json) -> tuple[int, int]:
        if role == "assistant":
            return _ASSISTANT, self._legacy(value)
        if role == "system":
            chars = _content_chars(value.get("content"))
            return _SYSTEM, chars if chars <= OPEN_SYSTEM_CHARS else FOLDED_CHARS
        if role == "system_notice":
            return _NOTICE, FOLDED_CHARS
        return _UNKNOWN, 4 * FOLDED_CHARS

    def add_damaged(self, size: int) -> None:
        """Take in a message that cannot be decoded."""
        self._append(MessageKind.DAMAGED, size, 4 * FOLDED_CHARS)

    def add_large(self, head: str, size: int) -> None:
        """Take in a message too long to be decoded while indexing; `head` is how its text begins."""
        kind = MessageKind.UNKNOWN
        for role, of_role in _KIND_BY_ROLE.items():
            if f'"role":"{role}"' in head.replace(" ", "")[:200]:
                kind = of_role
        self._append(kind, size, size)

    def _append(self, kind: MessageKind, size: int, chars: int) -> None:
        self.kinds.append(kind)
        self.sizes.append(size if size < MAX_COUNTED else MAX_COUNTED)
        self.text_chars.append(chars if chars < MAX_COUNTED else MAX_COUNTED)

    def _blocks(self, blocks: Json) -> int:
        chars = 0
        if type(blocks) is not list:
            return FOLDED_CHARS
        for position, block in enumerate(blocks):
            if type(block) is not dict:
                continue
            data = block.get("data")
            if type(data) is dict:
                kind = block.get("block_type")
                if kind == "text" or kind == "transcript":
                    text = data.get("text")
                    if type(text) is str:
                        chars += len(text)
                else:
                    chars += FOLDED_CHARS
                    if kind == "tool_use":
                        call_id = data.get("id")
                        self.join.add_call(len(self.kinds), position, call_id if type(call_id) is str else "")
        return chars

    def _legacy(self, value: dict[str, Json]) -> int:
        """The assistant message of before 0.7: its text is block 0, its calls follow."""
        calls = value.get("tool_calls")
        count = 0
        if type(calls) is list:
            count = len(calls)
            for position, call in enumerate(calls):
                if type(call) is dict:
                    self.join.add_call(len(self.kinds), position + 1, _id(call.get("id")))
        return _content_chars(value.get("content")) + FOLDED_CHARS * count

    def _results(self, results: Json) -> tuple[int, int]:
        if type(results) is not list:
            return _RESULTS, FOLDED_CHARS
        ids = []
        for result in results:
            call_id = result.get("tool_use_id") if type(result) is dict else ""
            ids.append(call_id if type(call_id) is str else "")
        if self.join.add_results(len(self.kinds), ids):
            return _RESULTS_JOINED, 0
        return _RESULTS, FOLDED_CHARS * len(ids)


# Plain integers: reading a member of an enumeration costs more than all else that is done with a message.
_SYSTEM = int(MessageKind.SYSTEM)
_PROMPT = int(MessageKind.PROMPT)
_INJECTED = int(MessageKind.INJECTED)
_ASSISTANT = int(MessageKind.ASSISTANT)
_RESULTS = int(MessageKind.TOOL_RESULTS)
_RESULTS_JOINED = int(MessageKind.TOOL_RESULTS_JOINED)
_NOTICE = int(MessageKind.NOTICE)
_UNKNOWN = int(MessageKind.UNKNOWN)
_DAMAGED = int(MessageKind.DAMAGED)

_KIND_BY_ROLE = {
    "system": MessageKind.SYSTEM,
    "user": MessageKind.PROMPT,
    "assistant": MessageKind.ASSISTANT,
    "block_assistant": MessageKind.ASSISTANT,
    "tool_results": MessageKind.TOOL_RESULTS,
    "system_notice": MessageKind.NOTICE,
}


def _id(value: Json) -> str:
    return value if type(value) is str else ""


def is_prompt(value: dict[str, Json]) -> bool:
    """Whether a person wrote a user message: nothing says that a program put it there."""
    if "transcript_role" in value and value["transcript_role"] is not None:
        return False
    render = value.get("render_metadata")
    if type(render) is dict and render.get("class", "user_prompt") != "user_prompt":
        return False
    content = value.get("content")
    if type(content) is list and content:
        first = content[0]
        content = first.get("text") if type(first) is dict else None
    return not (type(content) is str and content.startswith(COMPACTION_MARKER))


def _content_chars(content: Json) -> int:
    if type(content) is str:
        return len(content)
    if type(content) is not list:
        return FOLDED_CHARS
    chars = 0
    for block in content:
        text = block.get("text") if type(block) is dict else None
        chars += len(text) if type(text) is str else 2 * FOLDED_CHARS
    return chars
