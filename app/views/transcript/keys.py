"""Keys of the transcript: one table for moving, one for selecting, and what the rest does. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.present.reading import ReadKind
from app.views.transcript.places import Place
from app.views.transcript.selector import Move

if TYPE_CHECKING:
    from app.views.transcript.view import TranscriptView

_Key = Qt.Key
_SELECTING = {
    QKeySequence.StandardKey.SelectNextChar: Move.RIGHT,
    QKeySequence.StandardKey.SelectPreviousChar: Move.LEFT,
    QKeySequence.StandardKey.SelectNextWord: Move.WORD_RIGHT,
    QKeySequence.StandardKey.SelectPreviousWord: Move.WORD_LEFT,
    QKeySequence.StandardKey.SelectNextLine: Move.DOWN,
    QKeySequence.StandardKey.SelectPreviousLine: Move.UP,
    QKeySequence.StandardKey.SelectNextPage: Move.PAGE_DOWN,
    QKeySequence.StandardKey.SelectPreviousPage: Move.PAGE_UP,
    QKeySequence.StandardKey.SelectStartOfLine: Move.LINE_BEGIN,
    QKeySequence.StandardKey.SelectEndOfLine: Move.LINE_END,
    QKeySequence.StandardKey.SelectStartOfDocument: Move.BEGIN,
    QKeySequence.StandardKey.SelectEndOfDocument: Move.END,
}


def press_key(view: TranscriptView, event: QKeyEvent) -> bool:
    """Do what a key is for. Returns whether it is for anything."""
    if not view.stage.count:
        return False
    for standard, move in _SELECTING.items():
        if event.matches(standard):
            _extend(view, move)
            return True
    if event.matches(QKeySequence.StandardKey.Copy):
        view.copy_wanted.emit()
        return True
    if event.matches(QKeySequence.StandardKey.SelectAll):
        view.select_all()
        return True
    if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ControlModifier):
        return False
    return _scroll(view, event) or _go(view, event)


def _extend(view: TranscriptView, move: Move) -> None:
    before = view.selector.selection
    view.selector.extend(move, Place(view.first_row(), 0, 0))
    selection = view.selector.selection
    view.repaint_selection(before)
    if selection is not None:
        _show_cursor(view, selection.cursor)


def _show_cursor(view: TranscriptView, place: Place) -> None:
    """Scroll just as far as the cursor of the selection needs to be seen."""
    if place.message >= view.stage.count:
        view.go_to_end()
        return
    if place.key < 0:
        view.go_to_begin()
        return
    caret = view.selector.caret(place)
    if caret is None:
        view.go_to_message(place.message)
        return
    pad = view.stage.measures.px(8)
    if caret.top() < pad:
        view.scroll_by(round(caret.top()) - pad)
    elif caret.bottom() > view.stage.height_px - pad:
        view.scroll_by(round(caret.bottom()) - view.stage.height_px + pad)


def _scroll(view: TranscriptView, event: QKeyEvent) -> bool:
    line = view.stage.measures.px(40)
    page = max(view.stage.height_px - view.stage.measures.px(40), line)
    steps = {_Key.Key_Up: -line, _Key.Key_Down: line, _Key.Key_PageUp: -page, _Key.Key_PageDown: page}
    key = _Key(event.key())
    if key in steps and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        view.scroll_by(steps[key])
        return True
    if key in (_Key.Key_Home, _Key.Key_End):
        if key is _Key.Key_Home:
            view.go_to_begin()
        else:
            view.go_to_end()
        return True
    return False


def _go(view: TranscriptView, event: QKeyEvent) -> bool:
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return False
    key = _Key(event.key())
    if key is _Key.Key_J:
        view.go_next(1)
    elif key is _Key.Key_K:
        view.go_next(-1)
    elif key is _Key.Key_N:
        view.go_next(1, ReadKind.YOU)
    elif key is _Key.Key_P:
        view.go_next(-1, ReadKind.YOU)
    elif key is _Key.Key_R:
        view.focus_message(view.first_row())
        view.folding.toggle_raw(view.first_row())
    elif key in (_Key.Key_Return, _Key.Key_Enter, _Key.Key_Space):
        view.focus.act()
    elif key is _Key.Key_Escape and view.focus.leave_stop():
        pass
    elif key is _Key.Key_Escape and view.selector.has_text:
        view.set_selection(None)
    else:
        return False
    return True
