"""Markdown cut into what is laid out by Qt's Markdown and what is shown as code. Pure; any thread.

Fenced code at the top level becomes a panel of its own with highlighting and line layouts. The rest goes to Qt, in
pieces small enough to lay out fast: Qt needs 20 ms for 100 KB, and seconds for one long line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROSE_LIMIT_CHARS = 32_768
"""Longer prose is split at blank lines, so that no document gets slow."""

LINE_LIMIT_CHARS = 2_000
"""Longer lines of prose are broken hard."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown without top-level fences, ready for Qt.

    Attributes:
        is_plain: it is no Markdown, every character stands for itself.
    """

    source: str
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced code block.

    Attributes:
        language: first word after the fence, may be empty.
        title: what followed it, a path for example.
        text: the code, not yet made safe.
    """

    language: str
    title: str
    text: str


_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_SPECIAL = re.compile(
    r"^\s*(?:[-*+]\s|\d{1,9}[.)]\s|#{1,6}\s|>|\||=+\s*$|-{2,}\s*$|\*{3,}\s*$|_{3,}\s*$|$)|^(?: {4}|\t)"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_HARD_BREAK = re.compile(r"(?: {2,}|\\)$")
_EMPTY_ALT = re.compile(r"!\[\s*\](?=[(\[])")


def split_markdown(text: str, keeps_lines: bool = False) -> tuple[Prose | Fence, ...]:
    """Cut Markdown into prose and fenced code, in order.

    Args:
        text: made safe by `prose_text`.
        keeps_lines: single line ends stay line ends, as people type prompts.
    """
    pieces: list[Prose | Fence] = []
    prose: list[str] = []
    code: list[str] = []
    opened: re.Match[str] | None = None
    for line in text.split("\n"):
        match = _FENCE.match(line) if line.lstrip(" ")[:3] in ("```", "~~~") else None
        if opened is None and match is not None:
            pieces.extend(_prose_pieces(prose, keeps_lines))
            prose, code, opened = [], [], match
        elif opened is not None and match is not None and _closes(match, opened):
            pieces.append(_fence(opened, code))
            opened = None
        elif opened is not None:
            indent = len(opened.group(1))
            code.append(line[indent:] if line[:indent].isspace() else line)
        else:
            prose.append(line)
    if opened is not None:
        pieces.append(_fence(opened, code))
    else:
        pieces.extend(_prose_pieces(prose, keeps_lines))
    return tuple(pieces)


def _closes(match: re.Match[str], opened: re.Match[str]) -> bool:
    fence, first = match.group(2), opened.group(2)
    return fence[0] == first[0] and len(fence) >= len(first) and not match.group(3).strip()


def _fence(opened: re.Match[str], code: list[str]) -> Fence:
    words = opened.group(3).strip().split(None, 1)
    language = re.split(r"[,{:]", words[0])[0] if words else ""
    title = words[1].strip().removeprefix("title=").strip("\"'{}") if len(words) > 1 else ""
    if not title and words and ":" in words[0]:
        title = words[0].partition(":")[2]
    return Fence(language, title, "\n".join(code))


def _prose_pieces(lines: list[str], keeps_lines: bool) -> list[Prose]:
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    if not lines:
        return []
    broken = [part for line in lines for part in _broken(line)]
    return [Prose(_joined(group, keeps_lines)) for group in _groups(broken)]


def _broken(line: str) -> list[str]:
    """One line in parts of at most LINE_LIMIT_CHARS, broken at spaces where there are any."""
    parts = []
    while len(line) > LINE_LIMIT_CHARS:
        space = line.rfind(" ", LINE_LIMIT_CHARS // 2, LINE_LIMIT_CHARS)
        cut = space + 1 if space > 0 else LINE_LIMIT_CHARS
        parts.append(line[:cut].rstrip() + "\u2028")
        line = line[cut:]
    return [*parts, line]


def _groups(lines: list[str]) -> list[list[str]]:
    """Lines in groups of at most PROSE_LIMIT_CHARS, cut at a blank line when there is one."""
    groups: list[list[str]] = [[]]
    size = 0
    for line in lines:
        too_long = size > PROSE_LIMIT_CHARS
        if groups[-1] and ((size > PROSE_LIMIT_CHARS // 2 and not line.strip()) or too_long):
            groups.append([])
            size = 0
        groups[-1].append(line)
        size += len(line) + 1
    return [group for group in groups if any(line.strip() for line in group)]


def _joined(lines: list[str], keeps_lines: bool) -> str:
    """Lines as one Markdown source in which a line break that is meant is a U+2028.

    Qt makes a new paragraph of a hard break, with the distance of one; the line separator stays in the paragraph.
    """
    out: list[str] = []
    for number, line in enumerate(lines):
        line = _named_images(line)
        last = number + 1 == len(lines)
        follows = not last and _SPECIAL.match(lines[number + 1]) is None
        plain = line.strip() and (_SPECIAL.match(line) is None or _is_item(line))
        if line.endswith("\u2028"):
            out.append(line)
        elif follows and plain and (keeps_lines or _HARD_BREAK.search(line)):
            # A line of another direction needs a paragraph of its own.
            turns = _RIGHT_TO_LEFT.search(line) or _RIGHT_TO_LEFT.search(lines[number + 1])
            out.append(_HARD_BREAK.sub("", line).rstrip() + ("\n\n" if turns else "\u2028"))
            lines[number + 1] = lines[number + 1].lstrip()
        else:
            out.append(line + ("" if last else "\n"))
    source = "".join(out)
    return "\n" + source if source.startswith("---") else source  # else Qt takes it for front matter and hides it


def _is_item(line: str) -> bool:
    return re.match(r"^\s*(?:[-*+]|\d{1,9}[.)])\s", line) is not None


def _named_images(line: str) -> str:
    """Give images without a description one, since Qt drops those that have none."""
    if "![" not in line:
        return line
    out, begin = [], 0
    for match in _EMPTY_ALT.finditer(line):
        if line.count("`", 0, match.start()) % 2 == 0:
            out += [line[begin : match.start()], "![image]"]
            begin = match.end()
    return "".join([*out, line[begin:]])
