"""The derived title of a session, since none is stored (formats/meerkat.md §2.6, last paragraph)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from store.meerkat.codec.strict_json import Json
from store.meerkat.messages.content import as_text, content_list
from store.meerkat.messages.secrets import hide_secrets
from store.meerkat.messages.transcript_index import is_prompt
from store.values.controls import control_picture
from store.values.session import TitleSource

MAX_TITLE_CHARS = 500
_SPACE = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_EXAMINED_CHARS = 4_000


def one_line(text: str) -> str:
    """A text as one line of at most 500 characters: white space collapsed, control characters made visible."""
    if len(text) <= MAX_TITLE_CHARS and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # most of the hundred thousands that a catalogue is made of
    line = _SPACE.sub(" ", text[:_EXAMINED_CHARS]).strip()
    line = _CONTROLS.sub(lambda found: control_picture(found.group()) or "\ufffd", line)
    return line if len(line) <= MAX_TITLE_CHARS else line[: MAX_TITLE_CHARS - 1] + "…"


def title_of(session_id: str, metadata: dict[str, Json], prompt: str) -> tuple[str, TitleSource]:
    """Choose the title.

    Args:
        metadata: of the session; may be incomplete.
        prompt: the first text that a person wrote, or "".
    """
    labels = as_object_or_empty(metadata.get("session_labels"))
    for key in ("title", "name"):
        label = one_line(as_text(labels.get(key)))
        if label:
            return hide_secrets(label), TitleSource.LABEL
    name = one_line(as_text(as_object_or_empty(metadata.get("session_metadata")).get("comms_name")))
    if name:
        return name, TitleSource.NAME
    first = one_line(prompt)
    if first:
        return hide_secrets(first), TitleSource.FIRST_PROMPT
    return one_line(session_id) or "unnamed", TitleSource.ID


def as_object_or_empty(value: Json) -> dict[str, Json]:
    """An object, or an empty one; metadata is free data, so that doubled keys are none of our business."""
    return value if isinstance(value, dict) else {}


def prompt_text(message: dict[str, Json]) -> str:
    """The text of a message if a person wrote it, else an empty one."""
    if message.get("role") != "user" or not is_prompt(message):
        return ""
    for block in content_list(message.get("content")):
        text = as_text(as_object_or_empty(block).get("text"))
        if text.strip():
            return text
    return ""


def first_prompt(messages: Iterable[Json]) -> str:
    """The first text that a person wrote, or an empty one."""
    for message in messages:
        text = prompt_text(message) if isinstance(message, dict) else ""
        if text:
            return text
    return ""


def is_answer(message: Json) -> bool:
    """Whether a message is one of the assistant."""
    return isinstance(message, dict) and message.get("role") in ("assistant", "block_assistant")
