"""The index of one transcript: where each message stands, what it is, and which results belong to which calls.

It is made in one pass that decodes every message once and keeps none. Ids and lengths are taken from Latin-1 text (see
walker.py), which is exact for joining and good enough for estimating heights.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from store.meerkat.codec.strict_json import Json
from store.meerkat.messages.tool_join import ToolJoin
from store.values.fault import Fault
from store.values.message import MessageFlag, MessageKind, Outline

MAX_COUNTED = 0xFFFF_FFFF
FOLDED_CHARS = 60
"""What a folded card or an image stands for in the estimate of visible characters."""

OPEN_SYSTEM_CHARS = 720
"""Longer system messages are usually shown folded."""

ERROR_STOPS = ("content_filter", "refusal", "context_window_exceeded", "error")
"""Why an answer ended when that is an error; a full length, a pause, or a person who stops it is none.
A tuple, since what is stored there may be anything, also a list."""

COMPACTION_MARKER = "[Context compacted] A previous context produced the following summary of work so far."
"""How the summary of a compaction begins where no `transcript_role` is stored (formats/meerkat.md §4.4, C-5)."""


@dataclass(slots=True)
class TranscriptIndex:
    """What is known of each message of one stored transcript.

    Attributes:
        begins: offset of each message's JSON value in the document; empty for strands, whose rows are the messages.
        sizes: stored bytes of each message.
        kinds: one MessageKind a message.
        flags: MessageFlag bits of each message.
        text_chars: visible characters when folded, roughly.
        join: calls and results.
        faults: of the session as a whole.
    """

    begins: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("I"))
    kinds: bytearray = field(default_factory=bytearray)
    flags: bytearray = field(default_factory=bytearray)
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
        return 21 * self.count + 200 * self.join.count + 1000

    def outline(self) -> Outline:
        """The index as a value for views."""
        faults = tuple(self.faults)
        return Outline(self.count, bytes(self.kinds), bytes(self.flags), self.sizes, self.text_chars, faults)

    def is_of(self, outline: Outline) -> bool:
        """Whether an outline was made from this very index."""
        return outline.size_bytes is self.sizes

    def beginning(self, limit: int) -> Outline:
        """The first messages of an index that goes little further."""
        count = min(limit, self.count)
        return Outline(
            count,
            bytes(self.kinds[:count]),
            bytes(self.flags[:count]),
            self.sizes[:count],
            self.text_chars[:count],
            is_complete=False,
        )

    def begin_with(self, known: TranscriptIndex, at: int = 0) -> None:
        """Begin, while it is empty, with messages that were indexed before and are stored the same.

        Args:
            at: where the first of them stands now in the document; of no meaning for strands.
        """
        moved = at - known.begins[0] if known.begins else 0
        self.begins = array("Q", [begin + moved for begin in known.begins]) if moved else known.begins[:]
        # Outlines hold the arrays of the older index: these are copies.
        self.sizes, self.text_chars = known.sizes[:], known.text_chars[:]
        self.kinds, self.flags = known.kinds[:], known.flags[:]
        self.join = known.join.copy()

    def add(self, value: Json, size: int) -> None:
        """Take in the next message, decoded. Written for speed: it runs 100,000 times between a click and the text."""
        chars = FOLDED_CHARS
        flags = 0
        if type(value) is not dict:
            kind, flags = _DAMAGED, _HAS_ERROR
        else:
            role = value.get("role")
            if role == "block_assistant":
                kind = _ASSISTANT
                chars, flags = self._blocks(value.get("blocks"))
                reason = value.get("stop_reason")
                if reason != "end_turn" and reason != "tool_use" and reason in ERROR_STOPS:
                    flags |= _HAS_ERROR
            elif role == "user":
                content = value.get("content")
                if type(content) is str and len(value) == 3 and content[:1] != "[":
                    kind, flags = _PROMPT, _HAS_TEXT
                    chars = len(content)
                else:
                    kind, flags = (_PROMPT, _HAS_TEXT) if is_prompt(value) else (_INJECTED, 0)
                    chars = _content_chars(content)
                    if kind == _INJECTED and is_summary(value):
                        flags = _IS_REWRITE
            elif role == "tool_results":
                kind, chars, flags = self._results(value.get("results"))
            else:
                kind, chars, flags = self._rare(value, role)
        self.kinds.append(kind)
        self.flags.append(flags)
        self.sizes.append(size if size < MAX_COUNTED else MAX_COUNTED)
        self.text_chars.append(chars)

    def _rare(self, value: dict[str, Json], role: Json) -> tuple[int, int, int]:
        if role == "assistant":
            return _ASSISTANT, *self._legacy(value)
        if role == "system":
            chars = _content_chars(value.get("content"))
            return _SYSTEM, chars if chars <= OPEN_SYSTEM_CHARS else FOLDED_CHARS, 0
        if role == "system_notice":
            return _NOTICE, FOLDED_CHARS, 0
        return _UNKNOWN, 4 * FOLDED_CHARS, 0

    def add_damaged(self, size: int) -> None:
        """Take in a message that cannot be decoded."""
        self._append(MessageKind.DAMAGED, size, 4 * FOLDED_CHARS, _HAS_ERROR)

    def add_large(self, head: str, size: int) -> None:
        """Take in a message too long to be decoded while indexing; `head` is how its text begins."""
        kind = MessageKind.UNKNOWN
        for role, of_role in _KIND_BY_ROLE.items():
            if f'"role":"{role}"' in head.replace(" ", "")[:200]:
                kind = of_role
        self._append(kind, size, size, _FLAGS_OF_LARGE.get(kind, 0))

    def _append(self, kind: MessageKind, size: int, chars: int, flags: int) -> None:
        self.kinds.append(kind)
        self.flags.append(flags)
        self.sizes.append(size if size < MAX_COUNTED else MAX_COUNTED)
        self.text_chars.append(chars if chars < MAX_COUNTED else MAX_COUNTED)

    def _blocks(self, blocks: Json) -> tuple[int, int]:
        """Visible characters and flags of an assistant message; its calls are remembered."""
        chars = flags = 0
        if type(blocks) is not list:
            return FOLDED_CHARS, 0
        for position, block in enumerate(blocks):
            if type(block) is not dict:
                continue
            data = block.get("data")
            if type(data) is dict:
                kind = block.get("block_type")
                if kind == "text" or kind == "transcript":
                    text = data.get("text")
                    if type(text) is str and text:
                        chars += len(text)
                        flags |= _HAS_TEXT
                else:
                    chars += FOLDED_CHARS
                    if kind == "tool_use":
                        flags |= _HAS_TOOLS
                        call_id = data.get("id")
                        self.join.add_call(len(self.kinds), position, call_id if type(call_id) is str else "")
                    elif kind == "reasoning":
                        flags |= _HAS_REASONING
                    elif kind == "image":
                        flags |= _HAS_TEXT
                    elif kind == "server_tool_content":
                        flags |= _HAS_TOOLS
        return chars, flags

    def _legacy(self, value: dict[str, Json]) -> tuple[int, int]:
        """The assistant message of before 0.7: its text is block 0, its calls follow."""
        calls, content = value.get("tool_calls"), value.get("content")
        count = 0
        flags = _HAS_TEXT if content else 0
        if type(calls) is list and calls:
            count = len(calls)
            flags |= _HAS_TOOLS
            for position, call in enumerate(calls):
                if type(call) is dict:
                    self.join.add_call(len(self.kinds), position + 1, _id(call.get("id")))
        if value.get("stop_reason") in ERROR_STOPS:
            flags |= _HAS_ERROR
        return _content_chars(content) + FOLDED_CHARS * count, flags

    def _results(self, results: Json) -> tuple[int, int, int]:
        if type(results) is not list:
            return _RESULTS, FOLDED_CHARS, _HAS_TOOLS
        ids = []
        failed: list[int] | None = None
        for result in results:
            if type(result) is dict:
                call_id = result.get("tool_use_id")
                ids.append(call_id if type(call_id) is str else "")
                if result.get("is_error") is True:
                    failed = failed or []
                    failed.append(len(ids) - 1)
            else:
                ids.append("")
        message = len(self.kinds)
        are_joined = self.join.add_results(message, ids)
        flags = self._fail(message, failed) if failed else 0
        if are_joined:
            return _RESULTS_JOINED, 0, 0
        return _RESULTS, FOLDED_CHARS * len(ids), flags | _HAS_TOOLS

    def _fail(self, message: int, failed: list[int]) -> int:
        """Note failed results with their calls; the flags of the message itself if one has no call."""
        flags = 0
        for position in failed:
            call = self.join.call_of(message, position)
            if call is None:
                flags = _HAS_ERROR
            else:
                self.flags[call] |= _HAS_ERROR
        return flags


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
_HAS_TEXT = int(MessageFlag.HAS_TEXT)
_HAS_TOOLS = int(MessageFlag.HAS_TOOLS)
_HAS_REASONING = int(MessageFlag.HAS_REASONING)
_HAS_ERROR = int(MessageFlag.HAS_ERROR)
_IS_REWRITE = int(MessageFlag.IS_REWRITE)

_KIND_BY_ROLE = {
    "system": MessageKind.SYSTEM,
    "user": MessageKind.PROMPT,
    "assistant": MessageKind.ASSISTANT,
    "block_assistant": MessageKind.ASSISTANT,
    "tool_results": MessageKind.TOOL_RESULTS,
    "system_notice": MessageKind.NOTICE,
}

_FLAGS_OF_LARGE = {
    MessageKind.PROMPT: _HAS_TEXT,
    MessageKind.ASSISTANT: _HAS_TEXT,
    MessageKind.TOOL_RESULTS: _HAS_TOOLS,
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
    return not is_summary(value)


def is_summary(value: dict[str, Json]) -> bool:
    """Whether a user message is the summary that a compaction put in the place of what was said before."""
    if value.get("transcript_role") == "compaction_summary":
        return True
    content = value.get("content")
    if type(content) is list and content:
        first = content[0]
        content = first.get("text") if type(first) is dict else None
    return type(content) is str and content.startswith(COMPACTION_MARKER)


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
