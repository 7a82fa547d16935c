"""The selectable text of a message in reading order, as a pure function of what is shown and what is folded.

The layout makes one part of each piece; copying makes text of them without any layout. Both ask here, so that what is
copied is what is shown. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.present.safe_text import stored_text
from app.present.segments import Prose
from app.present.shown import (
    CUT_CHARS,
    CodeText,
    Folds,
    Section,
    ShownBlock,
    ShownCard,
    ShownImage,
    ShownMessage,
    ShownNotice,
    ShownReasoning,
    ShownText,
    ShownTool,
    part_key,
)
from app.present.text_rows import first_lines


class PieceKind(Enum):
    """How a piece is laid out."""

    UNIT = "unit"
    PROSE = "prose"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of selectable text.

    Attributes:
        key: part key.
        text: words of a head, Markdown source, or lines.
        prose: set for PROSE.
    """

    key: int
    kind: PieceKind
    text: str
    prose: Prose | None = None


def head_words(block: ShownBlock) -> str:
    """The words of a block's head as they are copied; empty for blocks without one."""
    if isinstance(block, ShownTool):
        words = (f"{block.name} {block.argument}".strip(), block.measure, block.state_word)
    elif isinstance(block, ShownReasoning):
        words = (block.title, block.first_words, block.note)
    elif isinstance(block, ShownCard):
        words = (block.title, block.kind, block.note)
    elif isinstance(block, ShownNotice):
        words = (block.title, "", "")
    elif isinstance(block, ShownImage):
        words = (block.name, block.facts, "")
    else:
        return ""
    return " · ".join(word for word in words if word)


def shown_lines(message: int, key: int, code: CodeText, folds: Folds) -> str:
    """The lines of a code text that are shown now."""
    if not code.cut_lines or folds.is_unrolled(message, key):
        return code.text
    return first_lines(code.text[: CUT_CHARS + 1], code.cut_lines)[:CUT_CHARS]


def is_cut(code: CodeText) -> bool:
    """Whether a text is longer than what it shows before a person asks for all of it."""
    return len(first_lines(code.text[: CUT_CHARS + 1], code.cut_lines)[:CUT_CHARS]) < len(code.text)


def pieces_of(message: ShownMessage, folds: Folds) -> list[Piece]:
    """All pieces of a message that are shown now, by key."""
    return [piece for block in folds.blocks_of(message) for piece in _block_pieces(message.index, block, folds)]


def _block_pieces(message: int, block: ShownBlock, folds: Folds) -> list[Piece]:
    head, first, second = (part_key(block.block, section) for section in Section)
    if isinstance(block, ShownText):
        return [_piece(message, head, piece, folds) for piece in block.pieces]
    pieces = [Piece(head, PieceKind.UNIT, head_words(block))]
    is_open = folds.is_open(message, block)
    if isinstance(block, ShownNotice):
        if block.text:
            pieces.append(_piece(message, first, Prose(block.text, is_plain=True), folds))
        if block.details is not None and is_open:
            pieces.append(_piece(message, second, block.details, folds))
    elif isinstance(block, ShownReasoning) and is_open:
        pieces += [_piece(message, first, piece, folds) for piece in block.pieces]
    elif isinstance(block, ShownTool) and is_open:
        if block.input is not None:
            pieces.append(_piece(message, first, block.input, folds))
        if block.result is not None:
            pieces.append(_piece(message, second, block.result, folds))
    elif isinstance(block, ShownCard):
        if block.sentence:
            pieces.append(_piece(message, first, Prose(block.sentence, is_plain=True), folds))
        if block.raw is not None and is_open:
            pieces.append(_piece(message, second, block.raw, folds))
    return pieces


def _piece(message: int, key: int, content: Prose | CodeText, folds: Folds) -> Piece:
    if isinstance(content, Prose):
        return Piece(key, PieceKind.PROSE, content.source, content)
    return Piece(key, PieceKind.LINES, shown_lines(message, key, content, folds))


RECORD_LIMIT_CHARS = 200_000
"""A longer stored record is cut in its panel; its copy button and "Open whole" have all of it."""


def record_lines(text: str) -> str:
    """What the panel of a stored record shows of it."""
    return stored_text(text[:RECORD_LIMIT_CHARS])


def record_pieces(records: tuple[str, ...]) -> list[Piece]:
    """The pieces of a message whose stored records are shown instead."""
    return [
        Piece(part_key(number, Section.HEAD), PieceKind.LINES, record_lines(text))
        for number, text in enumerate(records)
    ]
