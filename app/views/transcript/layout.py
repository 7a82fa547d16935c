"""One message laid out for one width: its display list, its parts, its spots. GUI thread only.

A layout is made when a message becomes visible and kept in a small cache. Everything that may change without changing
a height (hover, selection, focus, syntax colours) is not in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage

from app.look.tokens import TypeUse
from app.present.pieces import is_cut, shown_lines
from app.present.segments import Prose
from app.present.shown import CodeText, Folds, Section, ShownBlock, ShownMessage, ShownNotice, part_key
from app.present.sizes import counted
from app.present.tool_text import line_count
from app.views.transcript.lines_part import LinesPart
from app.views.transcript.measures import Measures
from app.views.transcript.ops import Act, Fill, Icon, Label, Line, Op, Spot
from app.views.transcript.part import Part
from app.views.transcript.prose_part import ProsePart
from store.values.message import ImageRef, MessageKind

HEAD_PX = 20
REMARK_PX = 60
"""Of a remark that has less room nothing is shown."""

BUTTONS_PX = 130
"""At the right of a head: room for its buttons, and some space before them."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """What became of a picture: decoded small, or why not.

    Attributes:
        image: at most 150 × 96 logical pixels at twice the resolution; None when it was not decoded.
        words: size in pixels, or the reason in one sentence.
    """

    image: QImage | None
    words: str


@dataclass(frozen=True, slots=True)
class Record:
    """A stored record for the Raw panel: which message, and its bytes as text."""

    message: int
    size_bytes: int
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What a layout depends on beside the message.

    Attributes:
        records: stored records of messages that show Raw, by message; None while they are being read.
        thumbnail: asks for a picture; None while it is being decoded.
    """

    measures: Measures
    folds: Folds
    records: dict[int, tuple[Record, ...] | None]
    thumbnail: Callable[[ImageRef], Thumbnail | None]


class MessageLayout:
    """A laid out message.

    Attributes:
        blocks: those of the message that are shown.
        height: with the gap below it; 0 for a hidden message.
        length: UTF-16 length of all shown text; what it costs to keep.
        box: the part of it that hover and focus mark.
        head: the row with name and time; its right end holds number or buttons.
        head_end_px: where the words at its left end.
        ops, parts, spots: what is painted, selected, clicked.
        thumbnails: pictures that were still missing.
        is_raw: it shows stored records.
        ends_with_row: the last block is a single row with space of its own.
    """

    def __init__(self, message: ShownMessage, scene: Scene) -> None:
        self.message = message
        self.scene = scene
        self.blocks = scene.folds.blocks_of(message)
        self.ops: list[Op] = []
        self.parts: list[Part] = []
        self.spots: list[Spot] = []
        self.thumbnails: list[ImageRef] = []
        self.is_raw = message.index in scene.records
        self.height = 0
        self.length = 0
        self.box = QRect()
        self.head = QRect()
        self.head_end_px = 0
        self.y = 0
        self.ends_with_row = False
        if not message.is_hidden:
            self._build()

    @property
    def right(self) -> int:
        """Right edge of the content."""
        measures = self.scene.measures
        return measures.right_px - (measures.px(12) if self.message.kind is MessageKind.PROMPT else 0)

    @property
    def width(self) -> int:
        """Width of the content."""
        return self.right - self.scene.measures.text_px

    def _build(self) -> None:
        from app.views.transcript.cards import add_block, add_records  # they build on this module

        measures = self.scene.measures
        is_prompt = self.message.kind is MessageKind.PROMPT
        self.y = measures.px(8) if is_prompt else 0
        self._add_head()
        if self.is_raw:
            add_records(self, self.scene.records[self.message.index])
        else:
            for block in self.blocks:
                add_block(self, block)
            if not self.blocks:
                self.add_note("This message is empty.")
        self.y += measures.px(10) if is_prompt else 0
        self.box = QRect(measures.left_px, 0, measures.right_px - measures.left_px, self.y)
        if is_prompt:
            self.ops.insert(0, Fill(self.box, "prompt", "prompt_line", measures.px(8)))
        self.height = self.y + measures.gap_px
        self.parts.sort(key=_part_order)
        self.length = sum(part.length for part in self.parts)

    def is_headed_by(self, block: ShownBlock) -> bool:
        """Whether the head's words are the title of a notice."""
        first = self.blocks[0] if self.blocks else None
        return not self.is_raw and block is first and isinstance(block, ShownNotice) and self._is_notice

    @property
    def _is_notice(self) -> bool:
        return self.message.kind is MessageKind.NOTICE

    def _add_head(self) -> None:
        measures = self.scene.measures
        message = self.message
        height = measures.px(HEAD_PX)
        is_warning = message.icon == "fold-vertical"
        if is_warning:
            rule = QRect(measures.left_px, 0, measures.right_px - measures.left_px, 1)
            self.ops.append(Line(rule, "mark_notice", is_dashed=True))
            self.y += measures.px(10)
        self.head = QRect(measures.text_px, self.y, self.width, height)
        role = "warn" if is_warning else _ICON_ROLES.get(message.kind, "text_2")
        self.ops.append(
            Icon(measures.left_px + measures.px(10), self.y + height // 2, message.icon, role, 16),
        )
        name_role = {"warn": "warn", "error": "error"}.get(role, "text")
        first = self.blocks[0] if self.blocks else None
        is_titled = isinstance(first, ShownNotice) and self.is_headed_by(first)
        name = first.title if isinstance(first, ShownNotice) and is_titled else message.speaker
        key = part_key(first.block, Section.HEAD) if first is not None and is_titled else -1
        rect = QRect(measures.text_px, self.y, max(self.width - measures.px(200), measures.px(80)), height)
        name_width = self.add_label(rect, name, name_role, TypeUse.SMALL_STRONG, key=key)
        left = measures.text_px + name_width + measures.px(8)
        self.head_end_px = left + self._add_beside(left, height)
        self.y += height

    def _add_beside(self, left: int, height: int) -> int:
        """Add time and remark beside the name; returns how wide they are.

        Where there is little room the time reaches under the buttons, which cover it while they are there.
        """
        measures = self.scene.measures
        metrics = measures.look.metrics(TypeUse.SMALL)
        time = measures.clock_of(self.message)
        beside = "  ·  ".join(word for word in (time, self.message.remark) if word)
        room = self.right - left - measures.px(BUTTONS_PX)
        time_px = round(metrics.horizontalAdvance(time)) + 2
        if room < time_px + measures.px(REMARK_PX) and metrics.horizontalAdvance(beside) > room:
            number_px = round(metrics.horizontalAdvance(f"#{self.message.index + 1:,}")) + measures.px(8)
            beside, room = time, min(self.right - left - number_px, time_px)
        return self.add_label(QRect(left, self.y, max(room, 0), height), beside, "text_3")

    # -- what blocks are built of ------------------------------------------------------------------------------------

    def gap(self, px: int) -> None:
        """Leave a distance; none right under a head that stands alone."""
        self.y += self.scene.measures.px(px)

    def add_label(
        self,
        rect: QRect,
        words: str,
        role: str,
        use: TypeUse = TypeUse.SMALL,
        is_right: bool = False,
        key: int = -1,
        is_strong: bool = False,
    ) -> int:
        """Add words, elided to the rectangle. Returns the width that they take."""
        metrics = self.scene.measures.look.metrics(use)
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
        if shown:
            self.ops.append(Label(rect, shown, use, role, is_right, is_strong, key))
        return round(metrics.horizontalAdvance(shown)) + 1 if shown else 0

    def add_note(self, words: str, role: str = "text_3") -> None:
        """Add a sentence of ours on one row."""
        height = self.scene.measures.px(20)
        self.add_label(QRect(self.scene.measures.text_px, self.y, self.width, height), words, role)
        self.y += height

    def add_button(self, rect: QRect, icon: str, act: Act, key: int, words: str, payload: object = None) -> None:
        """Add an icon that does something; the rectangle is that of the icon."""
        self.ops.append(Icon(rect.x(), rect.center().y() + 1, icon, "text_2", 14))
        grow = self.scene.measures.px(4)
        self.spots.append(Spot(rect.adjusted(-grow, -grow, grow, grow), act, key, words, True, payload))

    def add_link(self, x: int, words: str, act: Act, key: int, payload: object = None) -> None:
        """Add a row with words that do something: "all 61 lines"."""
        height = self.scene.measures.px(22)
        metrics = self.scene.measures.look.metrics(TypeUse.SMALL)
        rect = QRect(x, self.y, round(metrics.horizontalAdvance(words)) + 2, height)
        self.ops.append(Label(rect, words, TypeUse.SMALL, "accent"))
        self.spots.append(Spot(rect, act, key, words, True, payload))
        self.y += height

    def add_unroll(self, key: int, code: CodeText, left: int) -> None:
        """Add the row that shows all of a cut text, or its beginning again; none when nothing is cut."""
        folds, message = self.scene.folds, self.message.index
        if not code.cut_lines or not is_cut(code):
            return
        lines = line_count(code.text)
        whole = counted(lines, "line") if lines > code.cut_lines else counted(len(code.text), "character")
        words = "Show less" if folds.is_unrolled(message, key) else f"All {whole}"
        self.add_link(left, words, Act.UNROLL, key)

    def next_base(self, key: int) -> int:
        """Where the next piece of a part begins: one position after the last one ends."""
        return max((part.base + part.length + 1 for part in self.parts if part.key == key), default=0)

    def add_prose(self, key: int, prose: Prose, left: int, right: int, is_quiet: bool, is_small: bool = False) -> None:
        """Add a piece of prose over the given width."""
        measures = self.scene.measures
        style = measures.small if is_small else measures.prose
        at = QRect(left, self.y, max(right - left, 40), 0)
        part = ProsePart(key, self.next_base(key), prose, at, measures, style, is_quiet)
        self.parts.append(part)
        self.y += part.rect.height()

    def add_lines(self, key: int, text: str, language: str, left: int, right: int, wraps: bool) -> LinesPart:
        """Add code or tool text over the given width."""
        at = QRect(left, self.y, max(right - left, 40), 0)
        part = LinesPart(key, self.next_base(key), text, language, at, self.scene.measures, wraps)
        self.parts.append(part)
        self.y += part.rect.height()
        return part

    def add_code_panel(self, key: int, code: CodeText) -> None:
        """Add fenced code: a head with language and title, then the text, which scrolls sideways."""
        measures = self.scene.measures
        left, top = measures.text_px, self.y
        pad, head_px = measures.px(12), measures.px(28)
        frame_at = len(self.ops)
        self.y += head_px
        middle = QRect(left + pad, top, self.width - 2 * pad - measures.px(24), head_px)
        used = self.add_label(middle, code.note or "Text", "text_2", TypeUse.SMALL)
        if code.title:
            self.add_label(middle.adjusted(used + measures.px(8), 0, 0, 0), code.title, "text_2", TypeUse.CODE)
        copy = QRect(self.right - measures.px(24), top, measures.px(14), head_px)
        self.add_button(copy, "copy", Act.COPY_TEXT, key, "Copy this code", code.text)
        self.y += measures.px(8)
        self.add_lines(key, code.text, code.language, left + pad, self.right - pad, wraps=False)
        self.y += measures.px(8)
        frame = QRect(left, top, self.width, self.y - top)
        head = QRect(left, top, self.width, head_px)
        self.ops[frame_at:frame_at] = [
            Fill(frame, "code", "line", measures.px(6)),
            Line(QRect(left + 1, head.bottom(), self.width - 2, 1), "line"),
        ]

    def add_text_pieces(
        self, block: int, section: Section, pieces: tuple[Prose | CodeText, ...], left: int, is_quiet: bool
    ) -> None:
        """Add prose and code of one text in order."""
        key = part_key(block, section)
        for number, piece in enumerate(pieces):
            if number:
                self.gap(8)
            if isinstance(piece, Prose):
                self.add_prose(key, piece, left, self.right, is_quiet)
            elif not piece.cut_lines:
                self.add_code_panel(key, piece)
            else:
                shown = shown_lines(self.message.index, key, piece, self.scene.folds)
                self.add_lines(key, shown, "", left, self.right, wraps=True)
                self.add_unroll(key, piece, left)

    # -- questions -----------------------------------------------------------------------------------------------------

    def part_at(self, y: int) -> Part | None:
        """The part that is nearest to a height within the message; None if it has none."""
        best: Part | None = None
        distance = 1 << 30
        for part in self.parts:
            away = max(part.rect.top() - y, y - part.rect.bottom(), 0)
            if away < distance:
                best, distance = part, away
        return best

    def part_of(self, key: int, position: int) -> Part | None:
        """The part that holds a position; the nearest before it if the part is folded away."""
        found: Part | None = None
        for part in self.parts:
            if (part.key, part.base) <= (key, position):
                found = part
        return found if found is not None else (self.parts[0] if self.parts else None)

    def spot_at(self, x: int, y: int) -> Spot | None:
        """What a click would do; a button wins over the head that it lies in."""
        for spot in reversed(self.spots):
            if spot.rect.contains(x, y):
                return spot
        return None


_ICON_ROLES = {
    MessageKind.PROMPT: "accent",
    MessageKind.DAMAGED: "error",
    MessageKind.UNKNOWN: "text_3",
}


def _part_order(part: Part) -> tuple[int, int]:
    return part.key, part.base
