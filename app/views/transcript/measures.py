"""Lengths, fonts and colours of the transcript for one Look and one width. GUI thread only."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from app.look.look import Look
from app.look.tokens import TypeUse, tokens
from app.present.markdown import ProseStyle
from app.present.shown import ShownMessage
from app.present.times import clock_text


class Measures:
    """What every part asks when it is laid out.

    Attributes:
        look: the look.
        zone: in which times are shown; None for that of the machine.
        width_px: of the viewport.
        left_px, right_px: edges of the column; text_px: left edge of all message text.
        prose, small: styles of conversation text, and of notices and sentences.
        gap_px: between messages. cell_px: width of one character of code.
    """

    def __init__(self, look: Look, width_px: int, zone: tzinfo | None = None) -> None:
        space = tokens()["space"]
        self.look = look
        self.zone = zone
        self.width_px = width_px
        self.left_px = look.px(space["page_inset"])
        self.text_px = self.left_px + look.px(space["gutter"])
        widest = self.text_px + look.px(space["prose_max"]) + look.px(12)
        self.right_px = max(min(width_px - self.left_px, widest), self.text_px + look.px(160))
        self.gap_px = look.message_gap_px
        self.code_line_px = look.line_px(TypeUse.CODE)
        self.cell_px = look.metrics(TypeUse.CODE).horizontalAdvance("0" * 64) / 64
        self.prose = prose_style(look)
        self.small = replace(
            self.prose, font=look.font(TypeUse.SMALL), line_px=look.line_px(TypeUse.SMALL), gap_px=look.px(4)
        )

    def px(self, length: float) -> int:
        """A length of the tokens at this zoom."""
        return self.look.px(length)

    def clock_of(self, message: ShownMessage) -> str:
        """When a message was made, as its head says it; empty when not recorded."""
        created_at_ms = message.stored.created_at_ms
        return "" if created_at_ms is None else clock_text(created_at_ms, self.zone)


def prose_style(look: Look) -> ProseStyle:
    """The prose style of a look."""
    prose_px = look.font(TypeUse.PROSE).pixelSize()
    return ProseStyle(
        font=look.font(TypeUse.PROSE),
        code_font=look.font(TypeUse.CODE_INLINE),
        # Where prose is set large, the smaller headings must not look smaller than what they stand over.
        heading_px=(look.px(17), max(look.px(15), prose_px + look.px(1)), max(look.px(14), prose_px)),
        line_px=look.line_px(TypeUse.PROSE),
        code_pad_px=look.px(4),
        gap_px=look.px(8),
        indent_px=look.px(24),
        cell_px=look.px(5),
        text=look.colour("text"),
        quiet=look.colour("text_2"),
        link=look.colour("accent"),
        code_fill=look.colour("sunken"),
        head_fill=look.colour("raised"),
        line=look.colour("line_strong"),
    )
