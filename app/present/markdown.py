"""Markdown as documents that fetch nothing, and their text as it is copied. Any thread, one at a time.

`prose_document` decides the text, and does so the same way for a document that is shown and for one that is made
only to be copied; `style_document` never changes a character. No document ever asks for a picture, a style sheet or
anything else: pictures become their address, and `loadResource` answers every question with one empty pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QImage,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextListFormat,
    QTextTable,
    QTextTableFormat,
)

from app.present.one_line import one_line
from app.present.segments import Prose

_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
_OBJECT = "\ufffc"
_PLAIN = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\ufdd0": "\n", "\ufdd1": "\n", _OBJECT: "\ufffd"})


class InertDocument(QTextDocument):
    """A document that loads nothing, whatever its text asks for."""

    def loadResource(self, type_: int, name: QUrl | str) -> object:  # noqa: ARG002
        """Answer with one empty pixel: for nothing, Qt would try the file itself."""
        pixel = QImage(1, 1, QImage.Format.Format_ARGB32)
        pixel.fill(0)
        return pixel


@dataclass(frozen=True, slots=True)
class ProseStyle:
    """Fonts, colours and lengths of prose; made of a Look.

    Attributes:
        line_px: line height of prose. heading_px: sizes for levels 1, 2 and the rest.
        code_pad_px: beside inline code.
        gap_px: between paragraphs. indent_px: of lists and quotes. cell_px: padding of cells.
    """

    font: QFont
    code_font: QFont
    heading_px: tuple[int, int, int]
    line_px: int
    code_pad_px: int
    gap_px: int
    indent_px: int
    cell_px: int
    text: QColor
    quiet: QColor
    link: QColor
    code_fill: QColor
    head_fill: QColor
    line: QColor


def prose_document(prose: Prose) -> InertDocument:
    """A document with the final text of a piece of prose, not laid out and not styled."""
    document = InertDocument()
    document.setUndoRedoEnabled(False)
    if prose.is_plain:
        document.setPlainText(prose.source)
        return document
    document.setMarkdown(prose.source, _FEATURES)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _drop_empty_beginning(frame)
    if _OBJECT in document.toRawText():
        _replace_images(document)
    return document


def _drop_empty_beginning(table: QTextTable) -> None:
    """Take out the empty paragraph that Qt puts into the first cell of a table after a quote."""
    cursor = table.cellAt(0, 0).firstCursorPosition()
    if cursor.block().length() == 1 and cursor.position() < table.cellAt(0, 0).lastPosition():
        cursor.deleteChar()


def _replace_images(document: QTextDocument) -> None:
    """Put words in the place of pictures: what it is said to show, and the address it would be fetched from."""
    found: list[tuple[int, int, str]] = []
    block = document.begin()
    while block.isValid():
        for position, length, format_ in _fragments(block):
            if format_.isImageFormat():
                name = one_line(format_.toImageFormat().name(), 300)
                if found and found[-1][0] + found[-1][1] == position and found[-1][2] == name:
                    position, length = found[-1][0], found[-1][1] + length
                    found.pop()
                found.append((position, length, name))
        block = block.next()
    cursor = QTextCursor(document)
    plain = QTextCharFormat()
    for position, length, name in reversed(found):
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(f"[image not loaded: {name or 'no address'}]", plain)


def _fragments(block: QTextBlock) -> list[tuple[int, int, QTextCharFormat]]:
    out = []
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        out.append((fragment.position(), fragment.length(), fragment.charFormat()))
        iterator += 1
    return out


def style_document(document: QTextDocument, style: ProseStyle, is_quiet: bool = False) -> list[tuple[int, int]]:
    """Give a document its fonts and colours.

    Args:
        is_quiet: in the second text colour, for reasoning.

    Returns:
        Ranges (position, length) of inline code, whose fill is painted rounded behind the text.
    """
    document.setDocumentMargin(0)
    document.setIndentWidth(style.indent_px)
    document.setDefaultFont(style.font)
    colour = style.quiet if is_quiet else style.text
    inline: list[tuple[int, int]] = []
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    cursor.select(QTextCursor.SelectionType.Document)
    whole = QTextCharFormat()
    whole.setForeground(QBrush(colour))
    cursor.mergeCharFormat(whole)
    block = document.begin()
    first = True
    has_tables = bool(document.rootFrame().childFrames())
    while block.isValid():
        _hide_bullets(block)
        _style_block(block, cursor, style, first, has_tables)
        is_code = _is_code_block(block)
        for position, length, format_ in _fragments(block):
            if format_.fontFixedPitch() and not is_code:
                inline.append((position, length))
            _style_fragment(cursor, position, length, format_, block.blockFormat().headingLevel(), style)
        first = False
        block = block.next()
    for position, length in inline:
        _make_room(cursor, position, length, style.code_pad_px)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _style_table(frame, style)
    cursor.endEditBlock()
    return inline


_BULLETS = (QTextListFormat.Style.ListDisc, QTextListFormat.Style.ListCircle, QTextListFormat.Style.ListSquare)


def _hide_bullets(block: QTextBlock) -> None:
    """Keep Qt from drawing the bullets of a list: they would touch the text. `bullets_of` says what to draw."""
    items = block.textList()
    if items is not None and items.format().style() in _BULLETS:
        format_ = QTextListFormat(items.format())
        format_.setStyle(QTextListFormat.Style.ListStyleUndefined)
        items.setFormat(format_)


class Bullet(Enum):
    """What stands before an item of a list without numbers."""

    DISC = "disc"
    CIRCLE = "circle"
    SQUARE = "square"
    OPEN = "open"
    DONE = "done"


def bullets_of(document: QTextDocument) -> list[tuple[QTextBlock, Bullet]]:
    """The items of a styled document that need a bullet."""
    found = []
    block = document.begin()
    while block.isValid():
        items = block.textList()
        if items is not None and items.format().style() is QTextListFormat.Style.ListStyleUndefined:
            found.append((block, _bullet(block, items.format().indent())))
        block = block.next()
    return found


def _bullet(block: QTextBlock, level: int) -> Bullet:
    marker = block.blockFormat().marker()
    if marker is QTextBlockFormat.MarkerType.Checked:
        return Bullet.DONE
    if marker is QTextBlockFormat.MarkerType.Unchecked:
        return Bullet.OPEN
    return (Bullet.DISC, Bullet.CIRCLE, Bullet.SQUARE)[min(max(level - 1, 0), 2)]


def _is_code_block(block: QTextBlock) -> bool:
    format_ = block.blockFormat()
    return format_.hasProperty(QTextFormat.Property.BlockCodeFence) or format_.nonBreakableLines()


def _style_block(block: QTextBlock, cursor: QTextCursor, style: ProseStyle, is_first: bool, has_tables: bool) -> None:
    format_ = QTextBlockFormat()
    old = block.blockFormat()
    document = cursor.document()
    if has_tables and is_seam(document, block):
        _flatten(block, cursor)
        return
    in_cell = has_tables and _cell_of(document, block) is not None
    is_list = block.textList() is not None
    level = old.headingLevel()
    is_close = is_list and not _begins_next_list(block)
    top = 0 if is_first or in_cell else style.gap_px * 2 if level else style.gap_px // 2 if is_close else style.gap_px
    format_.setTopMargin(top)
    format_.setBottomMargin(0)
    if old.intProperty(QTextFormat.Property.BlockQuoteLevel):
        format_.setLeftMargin(style.indent_px * old.intProperty(QTextFormat.Property.BlockQuoteLevel))
        format_.setRightMargin(0)
    if _is_code_block(block):
        format_.setBackground(QBrush(style.code_fill))
        format_.setNonBreakableLines(False)
        if _is_code_block(block.previous()) and not is_first:
            format_.setTopMargin(0)
    format_.setLineHeight(style.line_px, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
    cursor.setPosition(block.position())
    cursor.mergeBlockFormat(format_)


def _begins_next_list(block: QTextBlock) -> bool:
    """Whether an item is the first of a list that follows another one, and not of a list inside it."""
    items, before = block.textList(), block.previous().textList()
    if items is None or before is None or items.itemNumber(block) != 0:
        return False
    return bool(before.format().indent() >= items.format().indent())


def _flatten(block: QTextBlock, cursor: QTextCursor) -> None:
    """Make a block that nobody wrote as low as Qt lets it be."""
    format_ = QTextBlockFormat()
    format_.setTopMargin(0)
    format_.setBottomMargin(0)
    format_.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    cursor.setPosition(block.position())
    cursor.mergeBlockFormat(format_)


def _style_fragment(
    cursor: QTextCursor, position: int, length: int, format_: QTextCharFormat, level: int, style: ProseStyle
) -> None:
    change = QTextCharFormat(format_)
    change.clearProperty(QTextFormat.Property.FontSizeAdjustment)  # it would win over any size
    if level:
        change.setProperty(QTextFormat.Property.FontPixelSize, style.heading_px[min(level, 3) - 1])
        change.setFontWeight(QFont.Weight.DemiBold)
    if format_.fontFixedPitch():
        change.setFont(style.code_font, QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesSpecifiedOnly)
        change.setFontFixedPitch(True)
    elif format_.fontWeight() >= QFont.Weight.Bold:
        change.setFontWeight(QFont.Weight.DemiBold)
    if format_.isAnchor():
        change.setForeground(QBrush(style.link))
        change.setFontUnderline(True)
    if change != format_:
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(change)


def _make_room(cursor: QTextCursor, position: int, length: int, pad_px: int) -> None:
    """Space beside inline code for its fill, without a character more: letters before and at its end stand apart."""
    apart = QTextCharFormat()
    apart.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    apart.setFontLetterSpacing(pad_px)
    for end in (position, position + length):
        cursor.setPosition(end)
        if not cursor.atBlockStart():
            cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(apart)


def _style_table(table: QTextTable, style: ProseStyle) -> None:
    format_ = QTextTableFormat(table.format())
    format_.setBorder(1)
    format_.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    format_.setBorderBrush(QBrush(style.line))
    format_.setBorderCollapse(True)
    format_.setCellPadding(style.cell_px)
    format_.setCellSpacing(0)
    format_.setTopMargin(style.gap_px)
    format_.setBottomMargin(style.gap_px // 2)
    format_.setWidth(QTextLength())
    table.setFormat(format_)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        char = QTextCharFormat(cell.format())
        char.setBackground(QBrush(style.head_fill))
        cell.setFormat(char)
        words = cell.firstCursorPosition()
        words.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.DemiBold)
        words.mergeCharFormat(bold)


def document_text(document: QTextDocument, begin: int, end: int) -> str:
    """The text of [begin, end) as it is copied: list markers, cells of a row apart by tabs, one line a paragraph.

    Args:
        begin, end: UTF-16 positions in the document.
    """
    out: list[str] = []
    before: tuple[int, int] | None = None
    block = document.findBlock(begin)
    while block.isValid() and block.position() < max(end, begin + 1):
        if is_seam(document, block):
            block = block.next()
            continue
        cell = _cell_of(document, block)
        if out:
            out.append(
                "\t" if cell is not None and before is not None and cell[0] == before[0] and cell != before else "\n"
            )
        low, high = max(begin - block.position(), 0), min(end - block.position(), block.length() - 1)
        if low == 0 and (end > block.position() or begin == end == block.position()):
            out.append(_marker(block))
        out.append(_block_text(block, low, high))
        before = cell
        block = block.next()
    return "".join(out)


def is_seam(document: QTextDocument, block: QTextBlock) -> bool:
    """Whether a block is one of the empty ones that Qt needs before and after a table; nobody wrote it."""
    if block.length() > 1 or not document.rootFrame().childFrames():
        return False
    beside = [other for other in (block.previous(), block.next()) if other.isValid()]
    return _cell_of(document, block) is None and any(_cell_of(document, other) is not None for other in beside)


def _block_text(block: QTextBlock, low: int, high: int) -> str:
    text = block.text()
    if not text.isascii():
        text = text.encode("utf-16-le")[2 * low : 2 * high].decode("utf-16-le", "replace")
        return text.translate(_PLAIN)
    return text[low:high]


def _cell_of(document: QTextDocument, block: QTextBlock) -> tuple[int, int] | None:
    cursor = QTextCursor(document)
    cursor.setPosition(block.position())
    table = cursor.currentTable()
    if table is None:
        return None
    cell = table.cellAt(cursor)
    # Tables are told apart by where they begin.
    return table.firstPosition() * 100_000 + cell.row(), cell.column()


def _marker(block: QTextBlock) -> str:
    """What a list draws before an item: nothing of it is in the document's text."""
    items = block.textList()
    if items is None:
        return ""
    indent = "  " * max(items.format().indent() - 1, 0)
    marker = block.blockFormat().marker()
    if marker is QTextBlockFormat.MarkerType.Checked:
        return indent + "[x] "
    if marker is QTextBlockFormat.MarkerType.Unchecked:
        return indent + "[ ] "
    is_numbered = items.format().style() in (
        QTextListFormat.Style.ListDecimal,
        QTextListFormat.Style.ListLowerAlpha,
        QTextListFormat.Style.ListUpperAlpha,
        QTextListFormat.Style.ListLowerRoman,
        QTextListFormat.Style.ListUpperRoman,
    )
    return indent + (items.itemText(block) + " " if is_numbered else "• ")
