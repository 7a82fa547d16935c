"""New sessions made of the first messages of others (formats/meerkat.md §3.8). The other one stays as it is.

A fork has a new id, the time of its making, the tokens and the metadata of its source without the revision graph, and
nothing that names its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from store.blocking import may_wait
from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json
from store.meerkat.reference.canonical import canonical_message
from store.meerkat.reference.errors import BlockIndexOutOfBounds, MessageIndexOutOfBounds, MessageRoleMismatch
from store.meerkat.reference.ids import new_session_id
from store.meerkat.reference.session import NS_PER_MS, VERSION, Session
from store.meerkat.reference.stored_messages import ASSISTANT, TOOL_RESULTS, USER, fields_at, role_of
from store.meerkat.shapes.structs import Fields


@dataclass(frozen=True, slots=True)
class WholeMessage:
    """A message to be put in the place of another one, of whatever role."""

    message: bytes


@dataclass(frozen=True, slots=True)
class UserBlock:
    """A block of content to be put in the place of one of a message of the user."""

    block_index: int
    block: Fields


@dataclass(frozen=True, slots=True)
class AssistantBlock:
    """A block to be put in the place of one of a message of the assistant."""

    block_index: int
    block: Fields


@dataclass(frozen=True, slots=True)
class ToolResultBlock:
    """A block of content to be put in the place of one of a result."""

    result_index: int
    block_index: int
    block: Fields


Replacement: TypeAlias = WholeMessage | UserBlock | AssistantBlock | ToolResultBlock

_TEXT: Final = "text"


def fork(session: Session) -> Session:
    """A new session with all messages of another one."""
    return fork_at(session, len(session.messages))


def fork_at(session: Session, count: int) -> Session:
    """A new session with the first messages of another one.

    Args:
        count: how many; all where there are not so many.
    """
    made = session.copy()
    made.created_at_ns = made.updated_at_ns = session.clock()
    made.id = new_session_id(made.created_at_ns // NS_PER_MS)
    made.version = VERSION
    made.replace_history(None)
    made.replace_messages(session.messages.slice(0, count))
    return made


def fork_replacing(session: Session, index: int, replacement: Replacement) -> Session:
    """A new session with the messages before one, and behind them that one changed.

    Raises:
        MessageIndexOutOfBounds: there is no such message.
        MessageRoleMismatch: it is not of the role that the replacement is for.
        BlockIndexOutOfBounds: it has no such block or result.
        NotTyped: the replacement is no block or message that Meerkat reads.
    """
    may_wait("decode a message")
    count = len(session.messages)
    if not 0 <= index < count:
        raise MessageIndexOutOfBounds(index, count)
    if isinstance(replacement, WholeMessage):
        changed = replacement.message
    else:
        data = session.messages.bytes_at(index)
        changed = encode(canonical_message(cast(Json, _edited(data, index, replacement)), session.shapes))
    made = fork_at(session, index)
    made.push(changed)
    return made


def _edited(data: bytes, index: int, replacement: UserBlock | AssistantBlock | ToolResultBlock) -> Fields:
    role = role_of(data)
    message = dict(fields_at(data))
    if isinstance(replacement, UserBlock):
        _expect(USER, role, index)
        message["content"] = _replaced(
            _blocks(message["content"]), replacement.block_index, replacement.block, "user content block"
        )
    elif isinstance(replacement, AssistantBlock):
        _expect(ASSISTANT, role, index)
        blocks = cast("list[Fields]", message["blocks"])
        message["blocks"] = _replaced(blocks, replacement.block_index, replacement.block, "assistant block")
    else:
        _expect(TOOL_RESULTS, role, index)
        results = cast("list[Fields]", message["results"])
        if not 0 <= replacement.result_index < len(results):
            raise BlockIndexOutOfBounds("tool result", replacement.result_index, len(results))
        result = results[replacement.result_index]
        content = _replaced(
            _blocks(result["content"]), replacement.block_index, replacement.block, "tool result content block"
        )
        message["results"] = _replaced(results, replacement.result_index, result | {"content": content}, "tool result")
    return message


def _expect(expected: str, role: str, index: int) -> None:
    if role != expected:
        raise MessageRoleMismatch(index, expected, role)


def _blocks(content: Json) -> list[Fields]:
    """Content as blocks: a text stands for one block of it."""
    if isinstance(content, str):
        return [{"type": _TEXT, _TEXT: content}]
    return cast("list[Fields]", content)


def _replaced(blocks: list[Fields], index: int, block: Fields, kind: str) -> Json:
    if not 0 <= index < len(blocks):
        raise BlockIndexOutOfBounds(kind, index, len(blocks))
    return cast(Json, [*blocks[:index], block, *blocks[index + 1 :]])
