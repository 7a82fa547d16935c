"""The transcript's widget: one scroll area that paints the visible messages. GUI thread only.

It reads nothing and decodes nothing. What it needs it asks for by signals, and paints the room for it meanwhile:
messages of a range, colours of code, small pictures, stored records.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessibleInterface,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.look.look import Look
from app.present.reading import Reading, ReadKind, shown_rows
from app.present.shown import ShownMessage
from app.views.transcript.estimate import Guess
from app.views.transcript.focus import Focus
from app.views.transcript.folding import Folding
from app.views.transcript.following import Newer, follow, move_marks
from app.views.transcript.heights import Heights
from app.views.transcript.hits import Hits
from app.views.transcript.landing import Landing
from app.views.transcript.layout import Record, Thumbnail
from app.views.transcript.lines_part import LinesPart
from app.views.transcript.measures import Measures
from app.views.transcript.mouse import Mouse
from app.views.transcript.needs import Needs
from app.views.transcript.ops import Spot
from app.views.transcript.paint_rows import paint_rows
from app.views.transcript.painter import HeadButton
from app.views.transcript.places import Selection, own_range
from app.views.transcript.rail import Rail
from app.views.transcript.rail_marks import RailMark
from app.views.transcript.rail_words import mark_words
from app.views.transcript.selector import Selector
from app.views.transcript.shown_rows import ShownRows
from app.views.transcript.stage import Stage
from store.values.message import ImageRef, Outline

ESTIMATE_AFTER_MS = 120
WHEEL_LINE_PX = 20


class TranscriptView(QAbstractScrollArea):
    """Paints a transcript, scrolls it, and holds its selection and focus.

    Attributes:
        stage: messages, layouts and the anchor.
        selector: the selection.
        focus: the message, and the thing in it, that keys work on.
        hits: of a search; painted, and brought into sight.
        folding: opens and folds blocks, and shows stored records.
        rail: the vertical scroll bar, with its marks.
        accessible_interface: kept here, since nobody else would.

    Signals:
        range_wanted (begin, end as a tuple): visible messages are missing.
        highlights_wanted (list of (text, language)): code that is visible without its colours.
        thumbnails_wanted (list of ImageRef): visible pictures that are not decoded.
        records_wanted (ShownMessage): its stored records are to be shown.
        spot_clicked (ShownMessage, Spot): something in a message was clicked that the view does not do itself.
        link_activated (str): a link was clicked; nothing was opened.
        button_clicked (ShownMessage, HeadButton): a button of a head, other than Raw.
        menu_wanted (int message or -1, QPoint global, str link): a context menu was asked for.
        copy_wanted: Ctrl+C.
        primary_wanted: a selection was made with the mouse on a system that keeps such selections.
        selection_changed: what is selected is other text now.
        focus_moved (int): another message, or another thing in it, has the focus.
        rows_wanted (tuple of int): visible messages are missing that stand far from each other.
        reading_changed: other kinds of messages are shown, or another transcript is.
    """

    range_wanted = Signal(object)
    highlights_wanted = Signal(object)
    thumbnails_wanted = Signal(object)
    records_wanted = Signal(object)
    spot_clicked = Signal(object, object)
    link_activated = Signal(str)
    button_clicked = Signal(object, object)
    menu_wanted = Signal(object, QPoint, str)
    copy_wanted = Signal()
    primary_wanted = Signal()
    selection_changed = Signal()
    focus_moved = Signal(object)
    rows_wanted = Signal(object)
    reading_changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Transcript")
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.accessible_interface: QAccessibleInterface | None = None
        self.stage = Stage(Measures(look, 600))
        self.selector = Selector(self.stage)
        self.focus = Focus(self)
        self.folding = Folding(self)
        self.hits = Hits(self)
        self.hovered_row: int | None = None
        self.hovered_spot: Spot | None = None
        self.hovered_button: HeadButton | None = None
        self._mouse = Mouse(self)
        self._needs = Needs(self)
        self._painted: dict[int, int] = {}
        self._is_following = False
        self._estimates = QTimer(self, singleShot=True, interval=ESTIMATE_AFTER_MS)
        self._estimates.timeout.connect(self._on_estimates_due)
        self.rail = Rail(look, self.stage, self._mark_words, self)
        self.rail.mark_clicked.connect(self.focus_message)
        self.reading_changed.connect(self.rail.set_marks)
        self.setVerticalScrollBar(self.rail)
        self.verticalScrollBar().valueChanged.connect(self._on_bar_moved)
        self.verticalScrollBar().sliderReleased.connect(self._sync_bar)
        self.set_look(look)

    # -- content -------------------------------------------------------------------------------------------------------

    def show_transcript(
        self,
        outline: Outline,
        messages: Iterable[ShownMessage],
        keeps_place: bool = False,
        landing: Landing | None = None,
    ) -> None:
        """Show a transcript with the messages that are there so far.

        Args:
            keeps_place: it is the same session, read again.
            landing: where the messages that are shown now stand in it then; None where that is not known.
        """
        self._needs.forget()
        if not keeps_place:
            self.selector.clear()
            self.focus.clear()
        self.stage.show(outline, messages, keeps_place, landing)
        if landing is not None:
            move_marks(self, landing)
        if self.focus_row is not None and self.focus_row >= self.stage.count:
            self.focus.clear()
        selection = self.selector.selection
        if selection is not None and selection.end.message > self.stage.count:
            self.selector.clear()
        self.content_changed()
        self.selection_changed.emit()
        self.reading_changed.emit()

    def grow(
        self, outline: Outline, messages: Iterable[ShownMessage], guessed: tuple[Guess, Heights] | None = None
    ) -> None:
        """Take the whole of a transcript whose beginning is shown, with the messages that look other now."""
        if outline.count < self.stage.count:
            # The session was made shorter between the two readings.
            self.show_transcript(outline, messages, keeps_place=True)
            return
        self.selector.grow(self.stage.count, outline.count)
        self.stage.grow(outline, messages, guessed)
        self.content_changed()
        self.reading_changed.emit()

    def follow(self, newer: Newer) -> None:
        """Go on with a newer state of the session that is shown."""
        follow(self, newer)

    def show_nothing(self) -> None:
        """Show no transcript."""
        self.stage.show(None, (), keeps_place=False)
        self.selector.clear()
        self.focus.clear()
        self.content_changed()
        self.reading_changed.emit()

    def set_reading(self, reading: Reading) -> None:
        """Show other kinds of messages; what is read stays where it is, or what is nearest to it."""
        if reading != self.stage.reading:
            self.stage.set_reading(reading)
            self.content_changed()
            self.reading_changed.emit()
            self.selection_changed.emit()

    def reveal(self, row: int) -> None:
        """Show all kinds of messages again if this one is not among those that are shown."""
        outline = self.stage.outline
        if outline is None or not self.stage.is_hidden(row):
            return
        for reading in (replace(self.stage.reading, kind=ReadKind.ALL), Reading()):
            if row in ShownRows(shown_rows(outline, reading)):
                self.set_reading(reading)
                return

    def add_messages(self, messages: Iterable[ShownMessage]) -> None:
        """Take messages that were asked for."""
        self.stage.add_messages(messages)
        self.content_changed()

    def set_highlights(self, found: dict[tuple[str, str], array[int]]) -> None:
        """Take syntax colours, by (text, language)."""
        self._needs.take_highlights(found)
        self.content_changed()

    def set_thumbnails(self, found: dict[ImageRef, Thumbnail]) -> None:
        """Take decoded pictures."""
        self._needs.take_thumbnails(found)
        self.stage.add_thumbnails(found)
        self.content_changed()

    def set_look(self, look: Look) -> None:
        """Paint with another look; the same text stays where it is."""
        measures = Measures(look, max(self.viewport().width(), 1), self.stage.measures.zone)
        self.stage.set_measures(measures, estimates_now=True)
        self.rail.set_look(look)
        self.rail.setSingleStep(look.px(WHEEL_LINE_PX))
        palette = self.palette()
        palette.setColor(palette.ColorRole.Base, look.colour("base"))
        self.viewport().setPalette(palette)
        self.content_changed()

    def set_zone(self, zone: tzinfo | None) -> None:
        """Show times in this zone; None for that of the machine."""
        old = self.stage.measures
        self.stage.set_measures(Measures(old.look, old.width_px, zone), estimates_now=False)
        self.content_changed()

    def content_changed(self) -> None:
        """Something on the screen is other now: paint it, let the bar follow, ask for what is missing."""
        self.hits.settle()
        self._sync_bar()
        self.rail.heights_changed()
        self._painted = {}
        self.viewport().update()
        self._needs.start()

    # -- things in messages --------------------------------------------------------------------------------------------

    def set_records(self, message: int, records: tuple[Record, ...]) -> None:
        """Take the stored records of a message that shows Raw."""
        self.folding.take_records(message, records)

    def do_spot(self, row: int, spot: Spot) -> None:
        """Do what a spot is for, as a click on it would."""
        self._mouse.do(row, spot)

    # -- focus ---------------------------------------------------------------------------------------------------------

    @property
    def focus_row(self) -> int | None:
        """The message that keys work on; None before any was chosen."""
        return self.focus.row

    @focus_row.setter
    def focus_row(self, row: int | None) -> None:
        self.focus.row = row

    def focus_message(self, row: int, brings_to_top: bool = False) -> None:
        """Give a message the focus of the keyboard and bring it into view."""
        self.focus.go_to(row, brings_to_top)

    def first_row(self) -> int:
        """The message that is read now: the focused one if it is on the screen, else the first whose head is."""
        return self.focus.read_row()

    def go_next(self, step: int, kind: ReadKind | None = None) -> None:
        """Move the focus to the next or previous message, of one kind if one is given."""
        self.focus.go_next(step, kind)

    def jump(self, step: int) -> None:
        """Bring the next or previous message that is shown to the top, and give it the focus."""
        self.focus.jump(step)

    def _mark_words(self, mark: RailMark) -> str:
        message = self.stage.message(mark.row)
        return mark_words(mark, message, self.stage.measures.clock_of(message) if message is not None else "")

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the things in the message first."""
        return self.focus.step(1 if forward else -1) or bool(super().focusNextPrevChild(forward))

    # -- scrolling -----------------------------------------------------------------------------------------------------

    def scroll_by(self, dy: int) -> None:
        """Scroll by pixels; only what is new is painted when the rest moves as one."""
        before = dict(self._painted)
        self.stage.scroll_by(dy)
        self._after_scroll(before)

    def go_to_message(self, row: int) -> None:
        """Bring the top of a message to the top of the view."""
        self.stage.go_to(row, self.stage.pad_px)
        self.content_changed()

    def go_to_begin(self) -> None:
        """Show the beginning."""
        self.stage.go_to(0, self.stage.pad_px)
        self.content_changed()

    def go_to_end(self) -> None:
        """Show the end."""
        self.stage.go_to_end()
        self.content_changed()

    def _after_scroll(self, before: dict[int, int]) -> None:
        """Move the pixels of what stayed, if all of it moved alike, and paint the rest."""
        self._sync_bar()
        after = {row.index: row.top for row in self.stage.rows()}
        moves = {after[index] - top for index, top in before.items() if index in after}
        if len(moves) == 1 and before:
            self.viewport().scroll(0, moves.pop())
            self._painted = after
        elif moves != {0}:
            self._painted = {}
            self.viewport().update()
        self._needs.start()

    def _sync_bar(self) -> None:
        bar = self.verticalScrollBar()
        if bar.isSliderDown():
            return
        self._is_following = True
        limit = (1 << 31) - 1
        bar.setPageStep(max(self.stage.height_px, 1))
        bar.setRange(0, min(self.stage.maximum, limit))
        bar.setValue(min(self.stage.value, limit))
        self._is_following = False

    @Slot(int)
    def _on_bar_moved(self, value: int) -> None:
        if self._is_following:
            return
        self.stage.go_to_value(value)
        self._painted = {}
        self.viewport().update()
        self._needs.start()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Nothing: the bar follows the anchor, and its own moves are handled where they are seen."""

    def scroll_code(self, row: int, part: LinesPart, dx: int) -> bool:
        """Scroll code sideways. Returns whether it moved."""
        target = min(max(part.scroll_px + dx, 0), part.scroll_range_px())
        if target == part.scroll_px:
            return False
        part.scroll_px = target
        self._needs.keep_scroll(row, part)
        self.update_row(row)
        return True

    # -- estimates -----------------------------------------------------------------------------------------------

    @Slot()
    def _on_estimates_due(self) -> None:
        self.stage.estimate_again()
        self.stage.settle()
        self._sync_bar()

    # -- painting ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that the region touches."""
        painter = QPainter(self.viewport())
        clip = event.rect()
        painter.fillRect(clip, self.stage.measures.look.colour("base"))
        self._painted = paint_rows(self, painter, clip)

    def update_row(self, index: int | None) -> None:
        """Paint one message again, if it is on the screen."""
        for row in self.stage.rows():
            if row.index == index:
                self.viewport().update(0, row.top - 8, self.viewport().width(), row.height + 16)

    def set_selection(self, selection: Selection | None) -> None:
        """Select something else; only messages whose own range changed are painted again."""
        before, self.selector.selection = self.selector.selection, selection
        self.repaint_selection(before)

    def select_all(self) -> None:
        """Select the whole transcript; nothing is built for it."""
        before = self.selector.selection
        self.selector.select_all()
        self.repaint_selection(before)
        self.primary_wanted.emit()

    def repaint_selection(self, before: Selection | None) -> None:
        """Paint what differs between an earlier selection and the one of now."""
        after = self.selector.selection
        if before == after:
            return
        for row in self.stage.rows():
            if own_range(before, row.index) != own_range(after, row.index):
                self.viewport().update(0, row.top - 8, self.viewport().width(), row.height + 16)
        self.selection_changed.emit()

    # -- events --------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the visible messages out for the new width now, guess the rest when the dragging rests."""
        super().resizeEvent(event)
        if self.viewport().width() != self.stage.measures.width_px:
            old = self.stage.measures
            measures = Measures(old.look, max(self.viewport().width(), 1), old.zone)
            self.stage.set_measures(measures, estimates_now=False)
            self._estimates.start()
        self.stage.height_px = self.viewport().height()
        self.stage.settle()
        self.content_changed()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Walk the anchor; sideways over code that is wider than its panel."""
        pixels, angle = event.pixelDelta(), event.angleDelta()
        step = self.stage.measures.px(WHEEL_LINE_PX) * 3
        dx = pixels.x() if not pixels.isNull() else angle.x() * step // 120
        dy = pixels.y() if not pixels.isNull() else angle.y() * step // 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not dx:
            dx, dy = dy, 0
        event.accept()
        if dx and not self._mouse.scroll_sideways(event.position().toPoint(), -dx):
            dx = 0
        if dy:
            self.scroll_by(-dy)
            self._mouse.hover(event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection or a click."""
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the selection, or say what is under the mouse."""
        self._mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a selection or a click."""
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        self._mouse.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu, for the message under the mouse or, from the keyboard, the focused one."""
        self._mouse.menu(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, select, fold, copy."""
        from app.views.transcript.keys import press_key  # keys know the view, not the other way round

        if press_key(self, event):
            event.accept()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring after keyboard use."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.focus.has_keys = True
            self.focus.leave_stop()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips of buttons and times; the mouse leaving."""
        if event.type() == QEvent.Type.ToolTip and self._mouse.tool_tip(event):
            return True
        if event.type() == QEvent.Type.Leave:
            self._mouse.leave()
        return bool(super().viewportEvent(event))
