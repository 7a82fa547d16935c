"""How each kind of block is laid out: reasoning, tools, pictures, notices, unknown and damaged items, raw records."""

from __future__ import annotations

from PySide6.QtCore import QRect

from app.look.tokens import TypeUse
from app.present.pieces import RECORD_LIMIT_CHARS, head_words, record_lines, shown_lines
from app.present.segments import Prose
from app.present.shown import (
    CodeText,
    Section,
    ShownBlock,
    ShownCard,
    ShownImage,
    ShownNotice,
    ShownReasoning,
    ShownText,
    ShownTool,
    ToolState,
    part_key,
)
from app.present.sizes import counted, short_size
from app.views.transcript.layout import MessageLayout, Record
from app.views.transcript.ops import Act, Fill, Icon, Line, Picture, Spot
from app.views.transcript.unit_part import UnitPart
from store.values.message import WholeRef

CARD_HEAD_PX = 30
REASONING_PX = 28
THUMBNAIL_PX = (150, 96)


def add_block(layout: MessageLayout, block: ShownBlock) -> None:
    """Add one block below what is there."""
    _add_by_kind(layout, block)
    if not isinstance(block, ShownReasoning):
        layout.ends_with_row = False


def _add_by_kind(layout: MessageLayout, block: ShownBlock) -> None:
    if isinstance(block, ShownText):
        layout.gap(2 if not layout.parts or layout.ends_with_row else 8)
        layout.add_text_pieces(block.block, Section.HEAD, block.pieces, layout.scene.measures.text_px, is_quiet=False)
        _add_whole(layout, block.block, block.whole, block.full_chars, layout.scene.measures.text_px)
    elif isinstance(block, ShownReasoning):
        _add_reasoning(layout, block)
    elif isinstance(block, ShownTool):
        _add_tool(layout, block)
    elif isinstance(block, ShownImage):
        layout.gap(8)
        _add_image_unit(layout, block, layout.scene.measures.text_px)
    elif isinstance(block, ShownNotice):
        _add_notice(layout, block)
    else:
        _add_card(layout, block)


def _add_whole(layout: MessageLayout, key: int, whole: WholeRef | None, full_chars: int, left: int) -> None:
    """The row that opens what was cut."""
    if whole is not None:
        size = f" ({short_size(full_chars)})" if full_chars else ""
        layout.add_link(left, f"Cut here. Open whole{size}", Act.OPEN_WHOLE, key, whole)


def _add_reasoning(layout: MessageLayout, block: ShownReasoning) -> None:
    measures = layout.scene.measures
    key = part_key(block.block, Section.HEAD)
    has_body = bool(block.pieces)
    is_open = has_body and layout.scene.folds.is_open(layout.message.index, block)
    row = QRect(measures.text_px, layout.y, layout.width, measures.px(REASONING_PX))
    middle = row.y() + row.height() // 2
    layout.ops.append(Fill(row, key=key, radius_px=measures.px(4)))
    if has_body:
        chevron = "chevron-down" if is_open else "chevron-right"
        layout.ops.append(Icon(row.x(), middle, chevron, "text_2", 14, key))
        layout.spots.append(Spot(row, Act.FOLD, block.block, _fold_words(block.title.lower(), is_open), False))
    layout.ops.append(Icon(row.x() + measures.px(23), middle, block.icon, "text_2", 14, key))
    words = row.adjusted(measures.px(44), 0, 0, 0)
    used = layout.add_label(words, block.title, "text_2", TypeUse.SMALL, key=key)
    note_width = layout.add_label(words, block.note, "text_3", TypeUse.SMALL, is_right=True, key=key)
    first = words.adjusted(used + measures.px(12), 0, -note_width - measures.px(12), 0)
    if not is_open:
        layout.add_label(first, block.first_words, "text_3", TypeUse.SMALL, key=key)
    layout.parts.append(UnitPart(key, head_words(block), row))
    layout.y += row.height()
    layout.ends_with_row = not is_open
    if is_open:
        top = layout.y
        left = measures.text_px + measures.px(14)
        layout.add_text_pieces(block.block, Section.INPUT, block.pieces, left, is_quiet=True)
        _add_whole(layout, block.block, block.whole, block.full_chars, left)
        layout.ops.append(Line(QRect(measures.text_px, top, measures.px(2), layout.y - top), "line"))
        layout.gap(4)


def _fold_words(what: str, is_open: bool) -> str:
    return f"Fold {what}" if is_open else f"Open {what}"


def _card_gap(layout: MessageLayout) -> None:
    """4 between cards, 8 after anything else."""
    is_after_card = (
        bool(layout.ops) and isinstance(layout.ops[-1], Fill) and layout.ops[-1].rect.bottom() == layout.y - 1
    )
    layout.gap(4 if is_after_card else 8)


def _add_tool(layout: MessageLayout, block: ShownTool) -> None:
    measures = layout.scene.measures
    key = part_key(block.block, Section.HEAD)
    is_open = layout.scene.folds.is_open(layout.message.index, block)
    is_failed = block.state is ToolState.FAILED
    _card_gap(layout)
    top = layout.y
    head = QRect(measures.text_px, top, layout.width, measures.px(CARD_HEAD_PX))
    frame_at = len(layout.ops)
    left = _add_card_head(layout, head, key, block.icon, is_open)
    layout.spots.append(Spot(head, Act.FOLD, block.block, _fold_words(f"{block.name} call", is_open), False))
    right = _add_tool_state(layout, block, head, key)
    name = QRect(left, top, max(right - left, 0), head.height())
    used = layout.add_label(name, block.name, "text", TypeUse.CODE, key=key, is_strong=True)
    rest = name.adjusted(min(used + measures.px(8), name.width()), 0, 0, 0)
    layout.add_label(rest, block.argument, "text_2", TypeUse.CODE, key=key)
    layout.parts.append(UnitPart(key, head_words(block), head))
    layout.y += head.height()
    if is_open:
        _add_tool_body(layout, block)
    edge = "error_line" if is_failed else "line"
    fill = "error_tint" if is_failed else "raised"
    _frame(layout, frame_at, top, head, key, fill, edge, is_open)


def _add_card_head(layout: MessageLayout, head: QRect, key: int, icon: str, is_open: bool) -> int:
    """Chevron and icon of a card. Returns where the words begin."""
    measures = layout.scene.measures
    middle = head.y() + head.height() // 2
    chevron = "chevron-down" if is_open else "chevron-right"
    layout.ops.append(Icon(head.x() + measures.px(7), middle, chevron, "text_2", 14, key))
    layout.ops.append(Icon(head.x() + measures.px(29), middle, icon, "text_2", 14, key))
    return head.x() + measures.px(51)


def _add_tool_state(layout: MessageLayout, block: ShownTool, head: QRect, key: int) -> int:
    """State and measure at the right of a head. Returns where the words to their left must end."""
    measures = layout.scene.measures
    middle = head.y() + head.height() // 2
    icon, role = {
        ToolState.DONE: ("check", "ok"),
        ToolState.FAILED: ("circle-x", "error"),
        ToolState.OPEN: ("loader", "text_2"),
    }[block.state]
    right = head.right() - measures.px(10)
    if block.state_word:
        word = QRect(head.x(), head.y(), right - head.x(), head.height())
        use = TypeUse.SMALL_STRONG if block.state is ToolState.FAILED else TypeUse.SMALL
        right -= layout.add_label(word, block.state_word, role, use, is_right=True, key=key) + measures.px(4)
    right -= measures.px(14)
    layout.ops.append(Icon(right, middle, icon, role, 14, key))
    right -= measures.px(8)
    measure = QRect(head.x(), head.y(), max(right - head.x(), 0), head.height())
    return right - layout.add_label(measure, block.measure, "text_2", is_right=True, key=key) - measures.px(12)


def _frame(
    layout: MessageLayout,
    at: int,
    top: int,
    head: QRect,
    key: int,
    fill: str,
    edge: str,
    is_open: bool,
    is_dashed: bool = False,
) -> None:
    """Put the frame of a card under its head and body, and its outline over them."""
    measures = layout.scene.measures
    frame = QRect(head.x(), top, head.width(), layout.y - top)
    radius = measures.px(6)
    under: list[Fill | Line] = []
    if is_open and frame.height() > head.height():
        under.append(Fill(frame, "code", "", radius))
        under.append(Fill(head, fill, "", radius, is_top=True, key=key))
        under.append(Line(QRect(head.x(), head.bottom(), head.width(), 1), edge))
    else:
        under.append(Fill(frame, fill, "", radius, key=key))
    layout.ops[at:at] = under
    layout.ops.append(Fill(frame, "", edge, radius, is_dashed=is_dashed))


def _add_tool_body(layout: MessageLayout, block: ShownTool) -> None:
    measures = layout.scene.measures
    parts = [(Section.INPUT, "Input", block.input), (Section.RESULT, "Result", block.result)]
    is_first = True
    for section, caption, code in parts:
        if code is not None:
            if not is_first:
                layout.ops.append(Line(QRect(measures.text_px, layout.y, layout.width, 1), "line"))
            _add_section(layout, part_key(block.block, section), caption, code)
            is_first = False
    left = measures.text_px + measures.px(12)
    for image in block.images:
        layout.gap(8)
        _add_picture(layout, image, left)
        layout.gap(8)
    if block.missing:
        if not is_first or block.images:
            layout.ops.append(Line(QRect(measures.text_px, layout.y, layout.width, 1), "line"))
        row = QRect(left, layout.y, layout.width - measures.px(24), measures.px(30))
        layout.add_label(row, block.missing, "text_3")
        layout.y += row.height()


def _add_section(layout: MessageLayout, key: int, caption: str, code: CodeText) -> None:
    """A caption, the text cut to some lines, and the rows that show more."""
    measures = layout.scene.measures
    left, right = measures.text_px + measures.px(12), layout.right - measures.px(12)
    row = QRect(left, layout.y + measures.px(6), right - left - measures.px(46), measures.px(14))
    used = layout.add_label(row, caption, "text_2", TypeUse.CAPTION)
    layout.add_label(row.adjusted(used + measures.px(8), 0, 0, 0), code.note, "text_3", TypeUse.CAPTION)
    copy = QRect(right - measures.px(14), layout.y + measures.px(5), measures.px(14), measures.px(16))
    layout.add_button(copy, "copy", Act.COPY_TEXT, key, f"Copy {caption.lower()}", code.text)
    opening = copy.translated(-measures.px(26), 0)
    layout.add_button(opening, "file-text", Act.OPEN_TEXT, key, f"Open {caption.lower()} in a window")
    layout.gap(25)
    _add_cut_lines(layout, key, code, left, right)
    layout.gap(8)


def _add_cut_lines(layout: MessageLayout, key: int, code: CodeText, left: int, right: int) -> None:
    folds, message = layout.scene.folds, layout.message.index
    shown = shown_lines(message, key, code, folds)
    layout.add_lines(key, shown, code.language, left, right, wraps=True)
    layout.add_unroll(key, code, left)
    _add_whole(layout, key, code.whole, code.full_chars, left)


def _add_image_unit(layout: MessageLayout, block: ShownImage, left: int) -> None:
    top = layout.y
    key = part_key(block.block, Section.HEAD)
    fill_at = len(layout.ops)
    _add_picture(layout, block, left)
    rect = QRect(left, top, layout.right - left, layout.y - top)
    layout.ops.insert(fill_at, Fill(rect, radius_px=layout.scene.measures.px(6), key=key))
    layout.parts.append(UnitPart(key, head_words(block), rect))


def _add_picture(layout: MessageLayout, block: ShownImage, left: int) -> None:
    """A thumbnail with name and facts beside it, of one height whether it is decoded or not."""
    measures = layout.scene.measures
    frame = QRect(left, layout.y, measures.px(THUMBNAIL_PX[0]) + 2, measures.px(THUMBNAIL_PX[1]) + 2)
    found = None if block.ref.is_video else layout.scene.thumbnail(block.ref)
    if found is None and not block.ref.is_video:
        layout.thumbnails.append(block.ref)
    words = block.facts
    note = "Videos are not played here." if block.ref.is_video else ""
    if found is not None and found.image is not None:
        size = found.image.size() / 2 * measures.look.zoom_percent / 100
        frame = QRect(
            left, layout.y, min(size.width(), frame.width() - 2) + 2, min(size.height(), frame.height() - 2) + 2
        )
        layout.ops.append(Picture(frame.adjusted(1, 1, -1, -1), found.image))
        words = f"{found.words} · {block.facts}" if block.ref.width_px is None else block.facts
        layout.spots.append(Spot(frame, Act.OPEN_IMAGE, block.block, f"Open {block.name}", True, block.ref))
    else:
        note = found.words if found is not None else note
        layout.ops.append(Fill(frame, "code", "", measures.px(4)))
        middle = frame.center().y()
        layout.ops.append(Icon(frame.center().x() - measures.px(12), middle, "image", "text_3", 24))
    layout.ops.append(Fill(frame, "", "line_control", measures.px(4)))
    x = frame.right() + measures.px(13)
    row = QRect(x, layout.y, max(layout.right - x, 0), measures.px(18))
    layout.add_label(row, block.name, "text", TypeUse.SMALL_STRONG)
    layout.add_label(row.translated(0, measures.px(18)), words, "text_2")
    layout.add_label(row.translated(0, measures.px(36)), note, "text_2")
    layout.y += measures.px(THUMBNAIL_PX[1]) + 2


def _add_notice(layout: MessageLayout, block: ShownNotice) -> None:
    """Title in bold, its text on small lines, details folded. The first one's title stands in the message's head."""
    measures = layout.scene.measures
    key = part_key(block.block, Section.HEAD)
    if layout.is_headed_by(block):
        width = round(measures.look.metrics(TypeUse.SMALL_STRONG).horizontalAdvance(block.title)) + measures.px(4)
        row = QRect(layout.head.x(), layout.head.y(), min(width, layout.width), layout.head.height())
        layout.ops.insert(0, Fill(row, key=key, radius_px=measures.px(4)))
    else:
        layout.gap(6)
        row = QRect(measures.text_px, layout.y, layout.width, measures.px(20))
        layout.ops.append(Fill(row, key=key, radius_px=measures.px(4)))
        role = "warn" if block.is_rewrite else "text"
        layout.add_label(row, block.title, role, TypeUse.SMALL_STRONG, key=key)
        layout.y += row.height()
    layout.parts.append(UnitPart(key, head_words(block), row))
    if block.text:
        text_key = part_key(block.block, Section.INPUT)
        prose = Prose(block.text, is_plain=True)
        layout.add_prose(text_key, prose, measures.text_px, layout.right, is_quiet=True, is_small=True)
    if block.details is not None:
        _add_notice_details(layout, block, block.details)


def _add_notice_details(layout: MessageLayout, block: ShownNotice, details: CodeText) -> None:
    measures = layout.scene.measures
    is_open = layout.scene.folds.is_open(layout.message.index, block)
    layout.add_link(measures.text_px, "Hide details" if is_open else "Details", Act.FOLD, block.block)
    if not is_open:
        return
    top, at = layout.y, len(layout.ops)
    layout.gap(8)
    left, right = measures.text_px + measures.px(12), layout.right - measures.px(12)
    _add_cut_lines(layout, part_key(block.block, Section.RESULT), details, left, right)
    layout.gap(8)
    frame = QRect(measures.text_px, top, layout.width, layout.y - top)
    layout.ops.insert(at, Fill(frame, "code", "line", measures.px(6)))


def _add_card(layout: MessageLayout, block: ShownCard) -> None:
    """Unknown, damaged or cut: a dashed card with what is known and the stored JSON."""
    measures = layout.scene.measures
    key = part_key(block.block, Section.HEAD)
    is_open = layout.scene.folds.is_open(layout.message.index, block)
    _card_gap(layout)
    top, frame_at = layout.y, len(layout.ops)
    head = QRect(measures.text_px, top, layout.width, measures.px(CARD_HEAD_PX))
    has_body = block.raw is not None
    icon = "triangle-alert" if block.is_fault else "circle-help"
    role = "error" if block.is_fault else "text_2"
    middle = head.y() + head.height() // 2
    if has_body:
        chevron = "chevron-down" if is_open else "chevron-right"
        layout.ops.append(Icon(head.x() + measures.px(7), middle, chevron, "text_2", 14, key))
        layout.spots.append(Spot(head, Act.FOLD, block.block, _fold_words(block.title.lower(), is_open), False))
    layout.ops.append(Icon(head.x() + measures.px(29 if has_body else 10), middle, icon, role, 14, key))
    words = head.adjusted(measures.px(51 if has_body else 32), 0, -measures.px(10), 0)
    note = layout.add_label(words, block.note, "text_2", is_right=True, key=key)
    words = words.adjusted(0, 0, -note - measures.px(12), 0)
    used = layout.add_label(words, block.title, "error" if block.is_fault else "text", TypeUse.SECTION, key=key)
    layout.add_label(words.adjusted(used + measures.px(8), 0, 0, 0), block.kind, "text_2", TypeUse.CODE, key=key)
    layout.parts.append(UnitPart(key, head_words(block), head))
    layout.y += head.height()
    _add_card_body(layout, block, is_open)
    edge = "error_line" if block.is_fault else "line_control"
    fill = "error_tint" if block.is_fault else "raised"
    _frame(layout, frame_at, top, head, key, fill, edge, layout.y > head.bottom() + 1, is_dashed=True)


def _add_card_body(layout: MessageLayout, block: ShownCard, is_open: bool) -> None:
    measures = layout.scene.measures
    left, right = measures.text_px + measures.px(12), layout.right - measures.px(12)
    if block.sentence:
        layout.gap(8)
        key = part_key(block.block, Section.INPUT)
        layout.add_prose(key, Prose(block.sentence, is_plain=True), left, right, is_quiet=False, is_small=True)
        layout.gap(8)
    if block.raw is not None and is_open:
        layout.gap(8)
        _add_cut_lines(layout, part_key(block.block, Section.RESULT), block.raw, left, right)
        layout.gap(8)
    elif block.raw is None and block.whole is not None:
        _add_whole(layout, block.block, block.whole, 0, left)
        layout.gap(4)


def add_records(layout: MessageLayout, records: tuple[Record, ...] | None) -> None:
    """The stored bytes of a message, and of the results that are shown with it, in panels of their own."""
    measures = layout.scene.measures
    if records is None:
        layout.add_note("Reading the stored record…")
        return
    for number, record in enumerate(records):
        layout.gap(8 if number == 0 else 4)
        top, at = layout.y, len(layout.ops)
        left, right = measures.text_px + measures.px(12), layout.right - measures.px(12)
        head = QRect(measures.text_px, top, layout.width, measures.px(28))
        words = head.adjusted(measures.px(12), 0, -measures.px(34), 0)
        used = layout.add_label(words, "Stored record", "text", TypeUse.SMALL_STRONG)
        facts = f"message {record.message + 1:,} · {counted(record.size_bytes, 'byte')} · exact"
        layout.add_label(words.adjusted(used + measures.px(8), 0, 0, 0), facts, "text_2")
        copy = QRect(right - measures.px(14), top, measures.px(14), head.height())
        key = part_key(number, Section.HEAD)
        layout.add_button(copy, "copy", Act.COPY_TEXT, key, "Copy the stored record", record.text)
        layout.y += head.height() + measures.px(8)
        _add_record_lines(layout, key, record, left, right)
        layout.gap(8)
        frame = QRect(measures.text_px, top, layout.width, layout.y - top)
        layout.ops[at:at] = [
            Fill(frame, "code", "line", measures.px(6)),
            Line(QRect(head.x() + 1, head.bottom(), head.width() - 2, 1), "line"),
        ]


def _add_record_lines(layout: MessageLayout, key: int, record: Record, left: int, right: int) -> None:
    layout.add_lines(key, record_lines(record.text), "json", left, right, wraps=True)
    if len(record.text) > RECORD_LIMIT_CHARS:
        words = f"Cut here. Open whole ({short_size(record.size_bytes)})"
        layout.add_link(left, words, Act.OPEN_WHOLE, key, record)
