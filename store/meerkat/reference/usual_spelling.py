"""Messages of the common kinds, known by their spelling alone (formats/meerkat.md §2.3, §2.5, §3.3). Pure.

Most stored messages were printed by Meerkat and need not be decoded to be held as it holds them. What these patterns
find is canonical as it stands; what they do not find may be too, and is read with care. All bytes are UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import orjson

from store.blocking import may_wait

End = Callable[[bytes, int], int]
"""The offset after a message of a usual spelling that begins at an offset; 0 where there is none."""


def _listed(pattern: bytes) -> bytes:
    """A list of what a pattern finds."""
    return rb"\[(?:" + pattern + rb"(?:,(?!\])|(?=\])))*+\]"


def _valued(inner: bytes) -> bytes:
    """A scalar, or a list or object of what a pattern finds."""
    members = rb"\{(?:" + _TEXT + rb":" + inner + rb"(?:,(?!\})|(?=\})))*+\}"
    return rb"(?:" + _SCALAR + rb"|" + _listed(inner) + rb"|" + members + rb")"


_TEXT = (
    rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))[^"\\\x00-\x1f]*+)*+"'
    # As it is printed: no escape but those that must be, in their short form where there is one.
)
_TIME = (
    rb'"\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)'
    rb'T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(?:\d{3}){0,2}(?!000)\d{3})?Z"'
)
_SCALAR = rb"(?:" + _TEXT + rb"|true|false|null|0|-?[1-9][0-9]{0,17})"
"""Floats are left out: not each one is printed again as it stands."""

_ONE_ARGUMENT = rb"\{(?:" + _TEXT + rb":" + _SCALAR + rb")?\}"
_ARGUMENTS = _valued(_valued(_valued(_valued(_SCALAR))))
_STOP = rb'"(?:end_turn|tool_use|max_tokens|stop_sequence|content_filter|cancelled)"'

# ------------------------------------------------------------------------------- fields in the order of Meerkat

_META = (
    rb'(?:,"meta":\{"provider":"(?:anthropic","signature":' + _TEXT + rb'|gemini","thoughtSignature":' + _TEXT + rb""
    rb'|open_ai","id":' + _TEXT + rb'(?:,"encrypted_content":' + _TEXT + rb')?(?:,"phase":' + _TEXT + rb")?)\})?"
)
_BLOCK = (
    rb'\{"block_type":"(?:(?:text|reasoning)","data":\{"text":' + _TEXT + _META + rb"\}"
    rb'|tool_use","data":\{"id":'
    + _TEXT
    + rb',"name":'
    + _TEXT
    + rb',"args":(?:'
    + _ONE_ARGUMENT
    + rb"|"
    + _ARGUMENTS
    # The empty group tells that arguments were found whose keys may be out of order.
    + rb"())"
    + _META
    + rb"\})\}"
)
_RESULT = rb'\{"tool_use_id":' + _TEXT + rb',"content":' + _TEXT + rb',"is_error":(?:true|false)\}'
_MESSAGE = re.compile(
    rb'\{"role":"(?:(?:user|system)","content":' + _TEXT + rb""
    rb'|tool_results","results":' + _listed(_RESULT) + rb""
    rb'|block_assistant","blocks":' + _listed(_BLOCK) + rb',"stop_reason":' + _STOP + rb""
    rb'),"created_at":' + _TIME + rb"\}"
)
_CALL = re.compile(rb'"name":' + _TEXT + rb',"args":(' + _ARGUMENTS + rb")")

# ---------------------------------------------------------------------------------- all keys sorted, as in metadata

_SORTED_META = (
    rb'(?:"meta":\{(?:"provider":"(?:anthropic","signature":' + _TEXT + rb'|gemini","thoughtSignature":' + _TEXT + rb")"
    rb'|(?:"encrypted_content":' + _TEXT + rb',)?"id":' + _TEXT + rb'(?:,"phase":' + _TEXT + rb")?"
    rb',"provider":"open_ai")\},)?'
)
_SORTED_BLOCK = (
    rb'\{"block_type":"(?:(?:text|reasoning)","data":\{' + _SORTED_META + rb'"text":' + _TEXT + rb"\}"
    rb'|tool_use","data":\{"args":(?:' + _ONE_ARGUMENT + rb"|" + _ARGUMENTS + rb'()),"id":' + _TEXT + rb","
    rb"" + _SORTED_META + rb'"name":' + _TEXT + rb"\})\}"
)
_SORTED_RESULT = rb'\{"content":' + _TEXT + rb',"is_error":(?:true|false),"tool_use_id":' + _TEXT + rb"\}"
_SORTED_MESSAGE = re.compile(
    rb'\{(?:"content":' + _TEXT + rb',"created_at":' + _TIME + rb',"role":"(?:user|system)"'
    rb'|"created_at":' + _TIME + rb',"results":' + _listed(_SORTED_RESULT) + rb',"role":"tool_results"'
    rb'|"blocks":' + _listed(_SORTED_BLOCK) + rb',"created_at":' + _TIME + rb',"role":"block_assistant","stop_reason":'
    rb"" + _STOP + rb")\}"
)
_SORTED_CALL = re.compile(rb'"data":\{"args":(' + _ARGUMENTS + rb'),"id":')


def usual_end(data: bytes, at: int) -> int:
    """The offset after a message as it stands in a transcript; 0 where there is none of a usual spelling."""
    return _end(_MESSAGE, _CALL, data, at)


def usual_sorted_end(data: bytes, at: int) -> int:
    """The same of a message as it stands in a revision graph, where all keys are sorted."""
    return _end(_SORTED_MESSAGE, _SORTED_CALL, data, at)


def _end(message: re.Pattern[bytes], call: re.Pattern[bytes], data: bytes, at: int) -> int:
    found = message.match(data, at)
    if found is None:
        return 0
    end = found.end()
    if found.lastindex is None:
        return end
    return end if all(_has_sorted_keys(each.group(1)) for each in call.finditer(data, at, end)) else 0


def _has_sorted_keys(arguments: bytes) -> bool:
    may_wait("decode a message")
    return orjson.dumps(orjson.loads(arguments), option=orjson.OPT_SORT_KEYS) == arguments
