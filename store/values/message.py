"""Messages and their blocks, as every system's backend decodes them.

Texts are stored texts: nothing is rendered, stripped or made safe here. What is long is cut by the backend and can be
asked for whole by its `WholeRef`.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum

from store.values.fault import Fault
from store.values.session import Usage

CUT_TEXT_CHARS = 65_536
"""A text longer than this is cut in a Message; in characters."""

MAX_BLOCKS = 200
"""A message with more blocks than this is cut; the rest is reached by `WholeRef`."""


class Role(StrEnum):
    """Who speaks; the value is the word of the command line."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    NOTICE = "notice"
    UNKNOWN = "unknown"


class MessageKind(IntEnum):
    """What a message is for the transcript, one byte each in an Outline."""

    SYSTEM = 0
    PROMPT = 1
    INJECTED = 2
    ASSISTANT = 3
    TOOL_RESULTS = 4
    TOOL_RESULTS_JOINED = 5
    NOTICE = 6
    UNKNOWN = 7
    DAMAGED = 8


class MessageFlag(IntFlag):
    """What is in a message, one byte each in an Outline.

    Results stand where they are shown: with the message of their call, or with their own when they have no call.

    Attributes:
        HAS_TEXT: a prompt, or an answer that says something in words or with a picture.
        HAS_TOOLS: a call of a tool, or a result without a call.
        HAS_REASONING: reasoning, also sealed.
        HAS_ERROR: a tool failed, the model's answer was broken off by an error, or the message is damaged.
        IS_REWRITE: history was changed here: the summary that a compaction left.
    """

    HAS_TEXT = 1
    HAS_TOOLS = 2
    HAS_REASONING = 4
    HAS_ERROR = 8
    IS_REWRITE = 16


class WholePart(StrEnum):
    """Which text of a block a WholeRef means."""

    TEXT = "text"
    ARGUMENTS = "arguments"
    RESULT = "result"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class WholeRef:
    """Where the uncut form of something is: to be asked for, in a job.

    Attributes:
        message: index of the message.
        block: index of the block in the stored message; -1 for the message itself.
        inner: index of a content block inside a tool result or notice; -1 for all of it.
        part: which text.
    """

    message: int
    block: int
    inner: int
    part: WholePart


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Text that was written for the conversation.

    Attributes:
        text: as stored, cut to CUT_TEXT_CHARS.
        full_chars: characters of the whole.
        whole: set when it was cut.
    """

    text: str
    full_chars: int
    whole: WholeRef | None = None


@dataclass(frozen=True, slots=True)
class ReasoningBlock:
    """Reasoning of the model; the text may be empty when the provider sealed it.

    Attributes:
        is_sealed: the provider keeps the content encrypted or redacted; nothing can be shown.
    """

    text: str
    full_chars: int
    is_sealed: bool = False
    whole: WholeRef | None = None


@dataclass(frozen=True, slots=True)
class ImageRef:
    """An image or video without its bytes.

    Attributes:
        message, block, inner: where it stands (see WholeRef).
        media_type: as stored.
        size_bytes: decoded bytes if they are inline, else None.
        blob: blob id if it lies in the blob store, else None.
        width_px, height_px: as stored, else None.
        name: for people; may be empty.
        is_video: videos are never decoded.
    """

    message: int
    block: int
    inner: int
    media_type: str
    size_bytes: int | None = None
    blob: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    name: str = ""
    is_video: bool = False
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ImageBlock:
    """An image or video, to be asked for by its reference."""

    ref: ImageRef


@dataclass(frozen=True, slots=True)
class NoticeBlock:
    """Something the system said, not a person and not the model.

    Attributes:
        kind: as stored: "mcp", "comms", "compaction" …
        title: short, for people; plain text.
        text: for people; plain text, may be empty.
        details: stored JSON, indented, cut; may be empty.
    """

    kind: str
    title: str
    text: str
    details: str = ""
    whole: WholeRef | None = None


@dataclass(frozen=True, slots=True)
class UnknownBlock:
    """An item that this version does not know, kept as stored.

    Attributes:
        kind: its tag as stored, or what was found in its place.
        raw: its JSON text, cut.
        size_bytes: of the stored JSON.
        fault: why it is shown so, when it is not just unknown.
    """

    kind: str
    raw: str
    size_bytes: int
    fault: Fault | None = None
    whole: WholeRef | None = None


@dataclass(frozen=True, slots=True)
class ToolResultBlock:
    """What a tool gave back.

    Attributes:
        call_id: as stored; may be empty.
        is_error: as stored.
        blocks: text, image, unknown blocks.
        text_chars: characters of all its text.
        result_message: index of the message it is stored in.
        result_index: its position there.
        call_message: index of the message with the call it belongs to, None if there is no such call.
    """

    call_id: str
    is_error: bool
    blocks: tuple[TextBlock | ImageBlock | NoticeBlock | UnknownBlock, ...]
    text_chars: int
    result_message: int
    result_index: int
    call_message: int | None = None


@dataclass(frozen=True, slots=True)
class ToolCallBlock:
    """A call of a tool, joined with its result if there is one.

    Attributes:
        call_id: as stored; may be empty.
        name: of the tool.
        arguments: stored JSON text of the arguments, cut; its own spelling.
        arguments_chars: characters of the whole.
        result: the joined result; None if the transcript has none.
    """

    call_id: str
    name: str
    arguments: str
    arguments_chars: int
    result: ToolResultBlock | None = None
    whole: WholeRef | None = None


Block = TextBlock | ReasoningBlock | ToolCallBlock | ToolResultBlock | ImageBlock | NoticeBlock | UnknownBlock


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the transcript.

    Attributes:
        index: position in the transcript, from 0.
        role, kind: what it is.
        stored_role: as stored.
        created_at_ms: milliseconds since 1970, None when not recorded (formats/meerkat.md §0 fact 6).
        created_at: as stored, None when not recorded.
        stop_reason, usage: of assistant messages, None when not recorded.
        size_bytes: of the stored JSON value.
        blocks: at most MAX_BLOCKS.
        block_count: of the stored message.
        faults: why it is damaged.
        whole: set when blocks were left out.
        is_rewrite: history was changed here: it is the summary that a compaction left.
    """

    index: int
    role: Role
    kind: MessageKind
    stored_role: str
    created_at_ms: int | None
    created_at: str | None
    stop_reason: str | None
    usage: Usage | None
    size_bytes: int
    blocks: tuple[Block, ...]
    block_count: int
    faults: tuple[Fault, ...] = ()
    whole: WholeRef | None = None
    is_rewrite: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """What a transcript view needs of every message before any is decoded. Arrays are read only by agreement.

    Attributes:
        count: messages that can be shown.
        kinds: one MessageKind a message.
        flags: MessageFlag bits of each message.
        size_bytes: stored bytes of each message (unsigned, 32 bits, capped).
        text_chars: a rough count of characters that would be visible when all is folded (unsigned, 32 bits).
        faults: of the session as a whole.
        is_complete: False for the beginning of a transcript whose further messages are not indexed yet.
    """

    count: int
    kinds: bytes
    flags: bytes
    size_bytes: array[int]
    text_chars: array[int]
    faults: tuple[Fault, ...] = ()
    is_complete: bool = True
