"""The window of changes and its jobs: reading, asking, undoing, cleaning up. GUI thread only; it goes with its window.

An undo that runs goes on when the window is closed; how it ended is said in the main window then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.controllers.changes_jobs import (
    Lines,
    Made,
    Stamp,
    first_work,
    lines_work,
    now_ms,
    read_work,
    receipt_lines,
    refusals_work,
)
from app.controllers.undoing import Undoing
from app.jobs import Lane, Newest, Query, StoreChanged
from app.models.changes_model import ChangesModel
from app.present.receipt_lines import receipt_report
from app.present.receipt_words import ReceiptRow, with_refusals
from app.present.summary import Sign
from app.present.times import ms_to_midnight
from app.present.undo_question import backups_text, clean_up_tip
from app.views.changes_window import UNREADABLE, ChangesWindow
from app.views.main_window import MainWindow
from store.errors import BurrowError
from store.values.changes import BackupFacts, Refusal
from store.values.store import SessionKey, StoreKey

if TYPE_CHECKING:
    from app.context import Context

READING = "Reading the changes"

AT_ONCE = 100
"""A receipt of more sessions than these is said in full by a job."""


class ChangesDisplay(QObject):
    """Knows one window.

    Attributes:
        window: the window.
        model: its rows.

    Signals:
        session_asked (SessionKey): a session is to be shown in the main window.
        noted (str): a sentence about what was copied, undone or removed.
        closed: the window is being closed.
    """

    session_asked = Signal(object)
    noted = Signal(str)
    closed = Signal()

    def __init__(self, context: Context, parent: MainWindow) -> None:
        super().__init__(parent)
        self._context = context
        self.model = ChangesModel(self)
        self.window = ChangesWindow(context.looks.current, self.model, parent)
        self._reading, self._asking, self._saying = (Newest(context.jobs) for _ in range(3))
        self._found: dict[str, Refusal | None] = {}
        self._asked: set[str] = set()
        self._wanted = ""
        self._stamp: Stamp = ()
        self._lines: Lines | None = None
        self._said: ReceiptRow | None = None
        self._undoing = Undoing(context, self.window, self)
        self._midnight = QTimer(self.window, singleShot=True)
        self._midnight.timeout.connect(self.read)
        self._connect()

    def _connect(self) -> None:
        window, context, undoing = self.window, self._context, self._undoing
        window.reload_asked.connect(self.read)
        window.came_to_front.connect(self._on_came_to_front)
        window.undo_key.connect(self._on_undo_key)
        window.closed.connect(self._on_closed)
        window.table.chosen.connect(self._on_chosen)
        window.table.undo_asked.connect(self._on_undo_asked)
        window.table.order_asked.connect(self._on_order_asked)
        window.table.seen.connect(self._ask_seen)
        window.table.copy_asked.connect(self._on_copy_asked)
        window.table.menu_asked.connect(self._on_menu_asked)
        window.panel.sessions.session_asked.connect(self._on_session_asked)
        window.panel.proof.session_asked.connect(self._on_session_asked)
        undoing.noted.connect(self.noted)
        undoing.over.connect(self.deleteLater)
        undoing.answered.connect(self._on_answered)
        undoing.undone.connect(self._on_undone)
        undoing.backups_changed.connect(self._on_backups_changed)
        context.jobs.activity.store_changed.connect(self._on_store_changed)
        context.settings.zone_changed.connect(self.read)

    # Reading

    @Slot()
    def read(self) -> None:
        """Read all changes again, the newest first where none is shown; what is chosen and typed stays."""
        self._stamp = ()
        if self.model.total:
            self.read_if_newer()
            return
        work = first_work(self._context.guarded, self._context.settings.zone)
        self._reading.run(Query(READING, work), self._on_first, self._on_not_read)

    @Slot()
    def read_if_newer(self) -> None:
        """Read all changes again if any was recorded since."""
        context = self._context
        zone, file = context.settings.zone, context.paths.changes_file
        work = read_work(context.guarded, file, dict(self._found), zone, self._stamp)
        self._reading.run(Query(READING, work), self._on_read, self._on_not_read)

    def _on_first(self, made: Made) -> None:
        self._show(made)
        self.read_if_newer()

    def _on_read(self, made: Made | None) -> None:
        if made is None:
            return
        self._show(made)
        self._stamp, self._wanted = made.stamp, ""
        self.window.say_note(made.note)
        if made.backups is not None:
            self._say_backups(made.backups)
        self._midnight.start(ms_to_midnight(now_ms(), self._context.settings.zone))

    def _show(self, made: Made) -> None:
        table, current = self.window.table, self.window.table.current()
        wanted = self._wanted or (current.receipt.receipt_id if current is not None else "")
        at_px = table.verticalScrollBar().value()
        self._asked.clear()
        self.model.set_rows(made.rows)
        if self._wanted or not table.choose(wanted):
            if not table.show_receipt(self._wanted):
                table.choose_first()
        else:
            table.verticalScrollBar().setValue(at_px)

    def _on_not_read(self, error: BurrowError) -> None:
        self.window.say_unreadable()
        self.window.bar.say_result(UNREADABLE, Sign("triangle-alert", str(error), "error"))

    def _say_backups(self, facts: BackupFacts) -> None:
        words = backups_text(facts, now_ms(), self._context.settings.zone)
        self.window.backups.say(words, clean_up_tip(facts), is_possible=facts.removable_count > 0)
        self._undoing.backups = facts

    def show_receipt(self, receipt_id: str) -> None:
        """Choose a receipt, now or when it is read."""
        if not self.window.table.show_receipt(receipt_id):
            self._wanted = receipt_id
            if self.model.row_of(receipt_id) is not None:
                self.window.field.clear()
                self.window.table.show_receipt(receipt_id)
                self._wanted = ""
            elif not self._reading.is_busy:
                self.read()

    @Slot(object)
    def _on_store_changed(self, _changed: StoreChanged) -> None:
        self.read()

    @Slot()
    def _on_came_to_front(self) -> None:
        # Another program may have changed something meanwhile; what is being read already is not begun anew.
        if self._stamp and not self._reading.is_busy:
            self.read_if_newer()

    @Slot()
    def _on_order_asked(self) -> None:
        current = self.window.table.current()
        self.model.sort_by_time(not self.model.is_descending)
        self.window.table.horizontalHeader().viewport().update()
        if current is not None:
            self.window.table.show_receipt(current.receipt.receipt_id)

    # Whether they can be taken back

    def follow(self, key: StoreKey) -> None:
        """A store moved: ask it again."""
        self._asked -= {row.receipt.receipt_id for row in self.model.rows if row.receipt.store == key}
        self._ask_seen()

    @Slot()
    def _ask_seen(self) -> None:
        if self._undoing.is_running:
            return  # the answers would be others when it is done, and then all is read again
        rows = self.window.table.seen_rows()
        ids = [row.receipt.receipt_id for row in rows if row.can_be_asked]
        ids = [receipt_id for receipt_id in ids if receipt_id not in self._asked]
        if ids:
            query = Query(
                "Asking what can be undone", refusals_work(self._context.guarded, ids), Lane.BACKGROUND, gives_way=True
            )
            self._asking.run(query, self._on_answered, self._on_not_answered)

    @Slot(object)
    def _on_answered(self, found: dict[str, Refusal | None]) -> None:
        self._asked |= found.keys()
        self._found.update(found)
        at_ms, zone = now_ms(), self._context.settings.zone
        self.model.improve(found.keys(), lambda row: with_refusals(row, found, at_ms, zone))
        current = self.window.table.current()
        if current is not None and current.receipt.receipt_id in found:
            self._say(current)

    def _on_not_answered(self, error: BurrowError) -> None:
        """Nothing is said: the button stays, and says why when it is used."""

    # The chosen one

    @Slot(object)
    def _on_chosen(self, row: ReceiptRow | None) -> None:
        if row is None:
            self._lines = self._said = None
            self.window.panel.say((), ())
        elif row is not self._said:
            self._say(row)

    def _say(self, row: ReceiptRow) -> None:
        self._said = row
        receipt, zone = row.receipt, self._context.settings.zone
        found = self._found.get(receipt.receipt_id)
        if len(receipt.entries) <= AT_ONCE:
            self._saying.cancel()
            self._on_said(receipt_lines(receipt, found, zone))
        else:
            query = Query("Reading the receipt", lines_work(receipt, found, zone))
            self._saying.run(query, self._on_said, self._on_not_answered)

    def _on_said(self, lines: Lines) -> None:
        self._lines = lines
        self.window.panel.say(lines.sessions, lines.proof)

    @Slot(str)
    def _on_session_asked(self, session_id: str) -> None:
        current = self.window.table.current()
        if current is not None:
            self.session_asked.emit(SessionKey(current.receipt.store, session_id))

    @Slot()
    def _on_copy_asked(self) -> None:
        current = self.window.table.current()
        if current is not None and self._lines is not None:
            title = f"{current.title}, {current.store}"
            text = receipt_report(title, self._lines.sessions, self._lines.proof)
            QGuiApplication.clipboard().setText(text)
            self.noted.emit("Receipt copied")

    @Slot(object)
    def _on_menu_asked(self, at: QPoint) -> None:
        current = self.window.table.current()
        if current is None:
            return
        menu = QMenu(self.window)
        menu.setToolTipsVisible(True)
        undo = menu.addAction(f"{current.undo.words}…" if current.undo.is_possible else "Undo…")
        undo.setEnabled(current.undo.is_possible)
        undo.setToolTip(current.undo.tip)
        undo.triggered.connect(self._on_undo_key)
        show = menu.addAction("Show session")
        show.setEnabled(bool(current.receipt.entries))
        show.triggered.connect(self._on_show_first)
        menu.addSeparator()
        menu.addAction("Copy receipt").triggered.connect(self._on_copy_asked)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    @Slot()
    def _on_show_first(self) -> None:
        current = self.window.table.current()
        if current is not None and current.receipt.entries:
            self._on_session_asked(current.receipt.entries[0].session_id)

    # Taking back

    def ask_undo(self, receipt_ids: tuple[str, ...]) -> None:
        """Ask whether changes are to be taken back."""
        self._undoing.ask(receipt_ids)

    @Slot(object)
    def _on_undo_asked(self, row: ReceiptRow) -> None:
        self.window.table.show_receipt(row.receipt.receipt_id)
        self._undoing.ask((row.receipt.receipt_id,))

    @Slot()
    def _on_undo_key(self) -> None:
        current = self.window.table.current()
        if current is not None and current.undo.is_possible:
            self._undoing.ask((current.receipt.receipt_id,))

    @Slot(str)
    def _on_undone(self, receipt_id: str) -> None:
        self._wanted = receipt_id
        self.read()

    @Slot(object)
    def _on_backups_changed(self, facts: BackupFacts) -> None:
        self._say_backups(facts)
        self.read()

    @Slot()
    def _on_closed(self) -> None:
        self.closed.emit()
        for line in (self._reading, self._asking, self._saying):
            line.cancel()
        self._context.jobs.activity.store_changed.disconnect(self._on_store_changed)
        self._context.settings.zone_changed.disconnect(self.read)
        self._undoing.close()
