"""A look at the beginning of a session document that is too large to be decoded for a row of the list."""

from __future__ import annotations

import json
import re

import orjson

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource, MemorySource
from store.meerkat.codec.strict_json import Json
from store.meerkat.codec.walker import Broken, Undecodable, Walker

PEEKED_BYTES = 64 * 1024
MAX_PEEKED_MESSAGES = 60
MAX_METADATA_BYTES = 2 * 1024 * 1024
"""How far the keys of stored metadata are walked; a revision graph of many megabytes comes late in their order."""

_CUT_PROMPT = re.compile(rb'\{"role":"user","content":(?:"|\[\{"type":"text","text":")')


def peek_messages(beginning: bytes, token: CancelToken) -> tuple[list[Json], str]:
    """Decode the messages that lie wholly in the beginning of a document.

    Returns:
        Them, and the beginning of the text of the message that is cut there, if it is a user's.
    """
    walker = Walker(MemorySource(beginning), token)
    found: list[Json] = []
    at = 0
    try:
        for member in walker.members(0):
            if member.key != "messages":
                continue
            mark, at = walker.char(member.begin)
            if mark != "[":
                break
            _, at = walker.char(at + 1)
            while len(found) < MAX_PEEKED_MESSAGES:
                end = _end_of_value(walker, at)
                if end >= walker.size:
                    break
                found.append(orjson.loads(beginning[at:end]))
                mark, next_at = walker.char(end)
                if mark != ",":
                    break
                _, at = walker.char(next_at + 1)
            break
    except (Broken, ValueError):
        pass
    return found, cut_text(beginning[at:]) if at else ""


def _end_of_value(walker: Walker, at: int) -> int:
    # To decode is the fastest way to the end; only what cannot be decoded is stepped over.
    try:
        return walker.value(at)[1]
    except Undecodable as undecodable:
        return undecodable.end


def cut_text(data: bytes) -> str:
    """The beginning of a user's text whose end is not at hand; empty if it is something else."""
    match = _CUT_PROMPT.match(data)
    if match is None:
        return ""
    text = data[match.end() : match.end() + 4_000].decode("utf-8", "ignore")
    stop = re.match(r'(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*', text)
    try:
        value = json.loads(f'"{stop.group() if stop else ""}"', strict=False)
    except ValueError:
        return ""
    return value if isinstance(value, str) else ""


def peek_metadata(source: ByteSource, token: CancelToken, begin: int = 0) -> tuple[dict[str, Json], bool]:
    """Decode the small values of stored metadata without its large ones.

    Args:
        begin: offset of the metadata object in the source.

    Returns:
        What was decoded, a large object as `{"is_large": true}`; and whether all that was walked is sound.
    """
    walker = Walker(source, token)
    metadata: dict[str, Json] = {}
    try:
        for member in walker.members(begin):
            if member.begin - begin > MAX_METADATA_BYTES:
                return metadata, True
            if walker.text[member.begin - walker.base : member.begin - walker.base + 1] == "{" and _is_graph(
                member.key
            ):
                metadata[member.name] = {"is_large": True}
                return metadata, True
            try:
                _, member.end = walker.value(member.begin, PEEKED_BYTES)
                data = source.read(member.begin, member.end - member.begin)
                metadata[member.name] = orjson.loads(data)
            except Undecodable as undecodable:
                member.end = undecodable.end
                metadata[member.name] = {"is_large": True}
    except (Broken, ValueError):
        return metadata, False
    return metadata, True


def _is_graph(key: str) -> bool:
    return key == "session_transcript_history_state_v1"
