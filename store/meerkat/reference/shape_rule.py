"""The rule that the result of every rewrite keeps: calls of tools and their results stand together (§3.8, step 4).

A message of results follows an assistant message with calls, answers each of its calls once and nothing else; and an
assistant message with calls is followed by its results. Pure; one pass over canonical messages.

Source:
    formats/meerkat.md §3.8, §4.4 C-11; texts of 0.6.24.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from store.meerkat.reference.errors import InvalidTranscriptShape
from store.meerkat.reference.stored_messages import TOOL_RESULTS, result_ids, role_of, tool_use_ids

_ESCAPES: Final = {"\t": "\\t", "\r": "\\r", "\n": "\\n", '"': '\\"', "\\": "\\\\", "\0": "\\0"}
_COMBINING: Final = ("Mn", "Me")


def check_shape(messages: Iterable[bytes]) -> None:
    """Ask the rule of a whole transcript.

    Args:
        messages: canonical, oldest first.

    Raises:
        InvalidTranscriptShape: for the first message that breaks it.
    """
    calls: list[str] = []
    role_before: str | None = None
    index = -1
    for index, data in enumerate(messages):
        role = role_of(data)
        if calls and role != TOOL_RESULTS:
            raise InvalidTranscriptShape(
                f"assistant tool-use message {index - 1} is followed by {role}, not tool_results"
            )
        if role == TOOL_RESULTS:
            _check_results(index, role_before, calls, result_ids(data))
        calls, role_before = tool_use_ids(data), role
    if calls:
        raise InvalidTranscriptShape(f"assistant tool-use message {index} has no following tool_results")


def _check_results(index: int, role_before: str | None, calls: list[str], results: list[str]) -> None:
    at = f"tool_results at message {index}"
    if role_before is None:
        raise InvalidTranscriptShape(f"{at} has no preceding assistant tool-use message")
    if not calls:
        raise InvalidTranscriptShape(f"{at} follows {role_before}, not an assistant tool-use message")
    if len(results) != len(set(results)):
        raise InvalidTranscriptShape(f"{at} contains duplicate tool ids")
    if len(calls) != len(set(calls)):
        raise InvalidTranscriptShape(f"assistant tool-use message before {at} contains duplicate tool ids")
    if set(results) != set(calls):
        raise InvalidTranscriptShape(f"{at} resolve tool ids {_named(results)}, expected {_named(calls)}")


def _named(ids: list[str]) -> str:
    """A set of ids as the reference prints it: in the order of their bytes, each quoted."""
    return f"{{{', '.join(_quoted(name) for name in sorted(ids, key=lambda name: name.encode('utf-8')))}}}"


def _quoted(text: str) -> str:
    return f'"{"".join(_escaped(character) for character in text)}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == " " or (character.isprintable() and unicodedata.category(character) not in _COMBINING):
        return character
    return f"\\u{{{ord(character):x}}}"
