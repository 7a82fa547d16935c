"""Tool calls as people read them: the main argument, the input, notes about sizes. Pure; any thread."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache

from app.present.one_line import one_line
from app.present.safe_text import tool_text
from app.present.sizes import counted, short_size

ARGUMENT_LIMIT_CHARS = 300

_COMMAND_KEYS = ("command", "cmd", "script", "shell_command")
_MAIN_KEYS = (
    *_COMMAND_KEYS,
    "path",
    "file_path",
    "filename",
    "file",
    "pattern",
    "query",
    "url",
    "regex",
    "code",
    "prompt",
    "description",
    "name",
    "id",
)
_SEARCH_KEYS = ("pattern", "query", "regex", "regexp", "search", "search_term", "q", "keywords")
_SEARCH_ICON = "search"
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+|"')
_INDENT = "  "
_NESTING_LIMIT = 60


@dataclass(frozen=True, slots=True)
class ToolInput:
    """The input of a call, ready to show.

    Attributes:
        text: made safe.
        language: for highlighting: "bash", "json" or empty.
        argument: the main argument on one line, for the head; may be empty.
    """

    text: str
    language: str
    argument: str


def tool_input(arguments: str, is_cut: bool, name: str = "") -> ToolInput:
    """Present the stored JSON of a call's arguments.

    Args:
        arguments: JSON text as stored.
        is_cut: the text was cut by the backend, so that it is no whole JSON value.
        name: of the tool.
    """
    value = None if is_cut else _decoded(arguments)
    if isinstance(value, str):
        return ToolInput(tool_text(value), "", one_line(value, ARGUMENT_LIMIT_CHARS))
    if not isinstance(value, dict):
        shown = "" if value is None and arguments.strip() in ("null", "") else indent_json(arguments)
        return ToolInput(tool_text(shown), "json", one_line(arguments, ARGUMENT_LIMIT_CHARS) if shown else "")
    if not value:
        return ToolInput("", "", "")
    text, language = _object_text(value, arguments)
    return ToolInput(tool_text(text), language, main_argument(value, name))


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def main_argument(value: dict[str, object], name: str = "") -> str:
    """What tells this call from others with the same tool, on one line: a command, a path, a query.

    Of a tool that searches it is what is searched for, not where.
    """
    for key in (*_SEARCH_KEYS, *_MAIN_KEYS) if tool_icon(name) == _SEARCH_ICON else _MAIN_KEYS:
        found = value.get(key)
        if isinstance(found, str) and found.strip():
            return one_line(found.strip(), ARGUMENT_LIMIT_CHARS)
    for found in value.values():
        if isinstance(found, str) and found.strip():
            return one_line(found.strip(), ARGUMENT_LIMIT_CHARS)
        if isinstance(found, (int, float)):
            break
    return one_line(json.dumps(value, ensure_ascii=False)[:ARGUMENT_LIMIT_CHARS], ARGUMENT_LIMIT_CHARS)


def _object_text(value: dict[str, object], arguments: str) -> tuple[str, str]:
    """The text of an argument object and its language: a command as typed, long texts with their own lines."""
    command_key = next((key for key in _COMMAND_KEYS if isinstance(value.get(key), str)), None)
    if command_key is not None:
        rest = {key: found for key, found in value.items() if key != command_key}
        below = "".join(f"\n{_named(key, found)}" for key, found in rest.items())
        return f"{value[command_key]}{below}", "bash"
    if any(isinstance(found, str) and "\n" in found for found in value.values()):
        return "\n".join(_named(key, found) for key, found in value.items()), ""
    return indent_json(arguments), "json"


def _named(key: str, found: object) -> str:
    if not isinstance(found, str):
        return f"{key}: {indent_json(json.dumps(found, ensure_ascii=False))}"
    if "\n" not in found:
        return f"{key}: {found}"
    return f"{key}:\n" + "\n".join(_INDENT + line for line in found.split("\n"))


def indent_json(text: str) -> str:
    """JSON text with line breaks and indentation; numbers, escapes and doubled keys stay as they are spelled.

    Works on the spelling, not on values, and without recursion: a nesting of 10,000 is only shown flat from the 60th
    level on. Text that is no JSON comes back in the same order of characters, with other white space.
    """
    out: list[str] = []
    depth = 0
    tokens = _JSON_TOKEN.findall(text)
    for number, token in enumerate(tokens):
        following = tokens[number + 1] if number + 1 < len(tokens) else ""
        if token in "[{" and token:
            depth += 1
            out.append(token)
            if following not in ("]", "}"):
                out.append(_line(depth))
        elif token in "]}" and token:
            depth = max(depth - 1, 0)
            if not out or out[-1] not in ("[", "{"):
                out.append(_line(depth))
            out.append(token)
        elif token == ",":
            out.append("," + _line(depth))
        else:
            out.append(": " if token == ":" else token)
    return "".join(out)


def _line(depth: int) -> str:
    return "\n" + _INDENT * depth if depth <= _NESTING_LIMIT else " "


def text_measure(text: str, full_chars: int) -> str:
    """How much a tool gave back: "1 line · 118 bytes", "148 lines · 6 KB"; of cut texts only the characters."""
    if full_chars > len(text):
        return f"{full_chars:,} characters"
    size = len(text.encode("utf-8", "surrogatepass"))
    return f"{counted(line_count(text), 'line')} · {short_size(size)}"


def head_measure(text: str, full_chars: int) -> str:
    """The short form for a head: lines when there are several, else the size."""
    if full_chars > len(text):
        return f"{full_chars:,} characters"
    lines = line_count(text)
    return counted(lines, "line") if lines > 1 else short_size(len(text.encode("utf-8", "surrogatepass")))


def line_count(text: str) -> int:
    """Lines of a text; a line end at the very end does not begin another."""
    return text.count("\n") + (0 if text.endswith("\n") or not text else 1)


_ICON_WORDS = (
    ("file-pen", ("edit", "write", "patch", "create_file", "replace", "apply")),
    ("file-text", ("read", "view", "cat", "open_file", "get_file")),
    (_SEARCH_ICON, ("search", "grep", "find", "glob", "query", "web")),
    ("folder-open", ("list", "ls", "dir")),
    ("image", ("image", "screenshot", "picture")),
    ("database", ("sql", "database")),
    ("git-branch", ("git", "branch")),
)


@lru_cache(maxsize=256)
def tool_icon(name: str) -> str:
    """The icon of a tool, guessed from its name; the terminal's when nothing fits."""
    words = set(re.split(r"[^a-z]+", name.lower()))
    for icon, hints in _ICON_WORDS:
        if any(hint in words or hint == name.lower() for hint in hints):
            return icon
    return "terminal"
