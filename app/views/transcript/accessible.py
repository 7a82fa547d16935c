"""What screen readers are told of the painted transcript. GUI thread only.

The view is one interface with a fixed pool of children, the k-th being the k-th message on the screen: an interface a
message could never be freed from Python. The message with the focus is a real read-only text field parked off the
screen, filled when focus or selection move, so that its text, caret and lines arrive by Qt's own text interface.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QColor, QWindow
from PySide6.QtWidgets import QAccessibleWidget, QTextEdit
from shiboken6 import Shiboken

from app.present.copy_text import message_text
from app.present.one_line import one_line
from app.present.shown import ShownMessage
from app.views.transcript.stage import Row
from app.views.transcript.view import TranscriptView

POOL = 64
"""Messages on one screen that can be told; more do not fit on it."""

NAME_LIMIT_CHARS = 2_000


def message_name(message: ShownMessage, time: str, text: str) -> str:
    """What is said of a message: who, when, which, and its text, cut."""
    head = ", ".join(part for part in (message.speaker, time, f"message {message.index + 1:,}") if part)
    return f"{head}: {one_line(text, NAME_LIMIT_CHARS)}" if text else head


def shown_text_of(view: TranscriptView, message: ShownMessage) -> str:
    """A message's text as it is shown."""
    found = view.stage.records.get(message.index)
    return message_text(message, view.stage.folds, tuple(record.text for record in found) if found else None)


class MessageInterface(QAccessibleInterface):
    """One place of the pool; always valid, an empty name when fewer messages are on the screen."""

    def __init__(self, owner: TranscriptInterface, number: int) -> None:
        super().__init__()
        self._owner = owner
        self._number = number

    def _row(self) -> Row | None:
        rows = self._owner.rows()
        return rows[self._number] if self._number < len(rows) else None

    def isValid(self) -> bool:
        """Always; an invalid one floods the log."""
        return True

    def window(self) -> QWindow:
        """The view's."""
        return self._owner.window()

    def parent(self) -> QAccessibleInterface:
        """The transcript."""
        return self._owner

    def child(self, index: int) -> QAccessibleInterface:  # noqa: ARG002
        """None."""
        return None  # type: ignore[return-value]

    def childCount(self) -> int:
        """None."""
        return 0

    def childAt(self, x: int, y: int) -> QAccessibleInterface:  # noqa: ARG002
        """None."""
        return None  # type: ignore[return-value]

    def indexOfChild(self, child: QAccessibleInterface) -> int:  # noqa: ARG002
        """None."""
        return -1

    def role(self) -> QAccessible.Role:
        """A paragraph."""
        return QAccessible.Role.Paragraph

    def state(self) -> QAccessible.State:
        """Read only, and whether it has the focus."""
        state = QAccessible.State()
        state.readOnly = True
        row = self._row()
        state.invisible = row is None
        state.focusable = True
        state.focused = row is not None and self._owner.is_focused(row.index)
        return state

    def text(self, kind: QAccessible.Text) -> str:
        """The name: who, when, which, and the text."""
        row = self._row()
        if kind is not QAccessible.Text.Name or row is None:
            return ""
        return self._owner.name_of(row)

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing can be written."""

    def rect(self) -> QRect:
        """Where it is on the screen."""
        row = self._row()
        return self._owner.rect_of(row) if row is not None else QRect()

    def interface_cast(  # type: ignore[override]  # the stub says int
        self,
        kind: QAccessible.InterfaceType,  # noqa: ARG002
    ) -> Shiboken.VoidPtr:
        """None of the further interfaces; a plain None here would end the process."""
        return Shiboken.VoidPtr(0)

    def object(self) -> QObject:
        """None of its own."""
        return None  # type: ignore[return-value]

    def foregroundColor(self) -> QColor:
        """Not told."""
        return QColor()

    def backgroundColor(self) -> QColor:
        """Not told."""
        return QColor()


class TranscriptInterface(QAccessibleWidget):
    """The view: a document with the visible messages and the rail as children."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view, QAccessible.Role.Document, "Transcript")
        self._view = view
        self._pool = [MessageInterface(self, number) for number in range(POOL)]

    def rows(self) -> list[Row]:
        """Messages on the screen that are loaded."""
        return [row for row in self._view.stage.rows() if row.layout is not None][:POOL]

    def is_focused(self, index: int) -> bool:
        """Whether a message has the focus."""
        return self._view.focus_row == index

    def name_of(self, row: Row) -> str:
        """The name of a message; of the thing in it that has the focus, as long as there is one."""
        if row.layout is None:
            return f"Message {row.index + 1:,}"
        stop = self._view.focus.stop() if self.is_focused(row.index) else None
        if stop is not None:
            return f"{one_line(stop.words, NAME_LIMIT_CHARS)}, in message {row.index + 1:,}"
        message = row.layout.message
        return message_name(message, self._view.stage.measures.clock_of(message), shown_text_of(self._view, message))

    def rect_of(self, row: Row) -> QRect:
        """Where a message is on the screen."""
        viewport = self._view.viewport()
        at = viewport.mapToGlobal(QPoint(0, row.top))
        return QRect(at.x(), at.y(), viewport.width(), row.height)

    def childCount(self) -> int:
        """Messages on the screen, and the rail."""
        return len(self.rows()) + 1

    def child(self, index: int) -> QAccessibleInterface:
        """One place of the pool; behind the messages the rail."""
        if index == len(self.rows()):
            return self._rail()
        return self._pool[index] if 0 <= index < POOL else None  # type: ignore[return-value]

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        """The message under a point of the screen."""
        rail = self._view.verticalScrollBar()
        if rail.isVisible() and rail.rect().contains(rail.mapFromGlobal(QPoint(x, y))):
            return self._rail()
        for number, row in enumerate(self.rows()):
            if self.rect_of(row).contains(x, y):
                return self._pool[number]
        return None  # type: ignore[return-value]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """The number of a place."""
        if child.object() is self._view.verticalScrollBar():
            return len(self.rows())
        return next((number for number, own in enumerate(self._pool) if own is child), -1)

    def _rail(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._view.verticalScrollBar())


class Reader(QTextEdit):
    """The parked text field that stands for the focused message."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self.setReadOnly(True)
        self.setFocusProxy(view)
        self.setUndoRedoEnabled(False)
        self.setAcceptRichText(False)
        self.setGeometry(-4000, -4000, 400, 200)
        self.setAccessibleName("Message")


class Speaker(QObject):
    """Keeps the parked field and the events of one view."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._reader = Reader(view)
        view.focus_moved.connect(self._on_focus_moved)

    @property
    def reader(self) -> Reader:
        """The parked field."""
        return self._reader

    def _on_focus_moved(self, row: int) -> None:
        """Fill the field and say that the focus is on a child."""
        message = self._view.stage.message(row)
        if message is None:
            return
        text = shown_text_of(self._view, message)
        self._reader.setPlainText(text[: 20 * NAME_LIMIT_CHARS])
        self._reader.setAccessibleName(message_name(message, self._view.stage.measures.clock_of(message), ""))
        if not QAccessible.isActive():
            return
        rows = [found.index for found in self._view.stage.rows() if found.layout is not None][:POOL]
        if row in rows:
            for kind in (QAccessible.Event.NameChanged, QAccessible.Event.Focus):
                event = QAccessibleEvent(self._view, kind)
                event.setChild(rows.index(row))
                QAccessible.updateAccessibility(event)


def make_interface(_class_name: str, widget: QObject) -> QAccessibleInterface | None:
    """The factory's answer for a widget: an interface for the transcript, None for all others."""
    if not isinstance(widget, TranscriptView):
        return None
    # Kept on the widget: nobody else holds a reference to what is made in Python.
    if widget.accessible_interface is None:
        widget.accessible_interface = TranscriptInterface(widget)
    return widget.accessible_interface


@cache
def install() -> None:
    """Make screen readers see the inside of transcripts; once, after the application object exists."""
    QAccessible.installFactory(make_interface)
