"""The transcript's controller: what the view asks for becomes jobs, what comes back goes into the view.

GUI thread only. Every answer carries the session it belongs to by being cancelled with it; pages, colours, pictures
and records each have a line in which only the newest question counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.controllers.content_controller import ContentController
from app.controllers.copying_controller import CopyingController
from app.controllers.following_jobs import Shown
from app.controllers.reading_controller import ReadingController
from app.controllers.transcript_jobs import (
    FIRST_MESSAGES,
    TranscriptAnswer,
    highlights_work,
    page_around,
    page_before,
    page_work,
    records_work,
    rest_work,
    rows_work,
    thumbnails_work,
    transcript_work,
)
from app.jobs import Lane, Newest, Query
from app.look.look import Look
from app.present.reading import ReadKind
from app.present.shown import ShownMessage
from app.views.link_dialog import LinkDialog, is_openable
from app.views.message_panel import MessagePanel
from app.views.transcript.accessible import Speaker
from app.views.transcript.accessible import install as install_accessibility
from app.views.transcript.following import Newer
from app.views.transcript.layout import Record
from app.views.transcript.menu import Entry, MenuAct, entries_for, make_menu, spot_of
from app.views.transcript.ops import Act, Spot
from app.views.transcript.painter import HeadButton
from app.views.transcript.view import TranscriptView
from app.views.transcript_pane import TranscriptPane, TranscriptStack
from store.errors import BurrowError, OpenError, SessionChanged
from store.values.message import ImageRef, Outline
from store.values.store import SessionKey

if TYPE_CHECKING:
    from app.context import Context


class TranscriptController(QObject):
    """Knows the transcript's view and the jobs that feed it.

    Attributes:
        reading: which messages are shown, and what of them is open.

    Signals:
        faults (tuple of Fault): of the session as a whole.
        link_activated (str): a link was clicked; the question is shown already.
        session_changed: the stored session moved on under the view, which is to be followed.
        failed (BurrowError): something asked for could not be read; the transcript stays.
        copied (str): a sentence about what went to the clipboard or into a file.
        selection_changed (int): messages that the selection touches; 0 for none.
        menu_made (QMenu): the context menu of a message is about to be shown, for who has more to put into it.
    """

    faults = Signal(object)
    link_activated = Signal(str)
    session_changed = Signal()
    failed = Signal(object)
    copied = Signal(str)
    selection_changed = Signal(int)
    menu_made = Signal(object)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._key: SessionKey | None = None
        self._is_reload = False
        self.has_failed = False
        jobs = context.jobs
        self._opening, self._pages, self._colours = Newest(jobs), Newest(jobs), Newest(jobs)
        self._pictures = Newest(jobs)
        look = context.looks.current
        install_accessibility()
        self._view = TranscriptView(look)
        self._speaker = Speaker(self._view)
        self._panel = MessagePanel(look)
        self._stack = TranscriptStack()
        self._stack.addWidget(self._view)
        self._stack.addWidget(self._panel)
        self._stack.setMinimumHeight(1)  # where there is little room the bars above it come first
        self._pane = TranscriptPane(look, self._stack)
        self.reading = ReadingController(context, self._pane, self._view, self)
        self._copying = CopyingController(context, self._view, self)
        self._content = ContentController(context, lambda: self._key, self._stack, self)
        self._connect()

    def _connect(self) -> None:
        view = self._view
        view.range_wanted.connect(self._on_range_wanted)
        view.rows_wanted.connect(self._on_rows_wanted)
        view.highlights_wanted.connect(self._on_highlights_wanted)
        view.thumbnails_wanted.connect(self._on_thumbnails_wanted)
        view.records_wanted.connect(self._on_records_wanted)
        view.spot_clicked.connect(self._on_spot_clicked)
        view.button_clicked.connect(self._on_button_clicked)
        view.link_activated.connect(self._on_link_activated)
        view.menu_wanted.connect(self._on_menu_wanted)
        self._copying.copied.connect(self.copied)
        self._copying.failed.connect(self._on_failed)
        self._content.failed.connect(self._on_failed)
        self._content.noted.connect(self.copied)
        view.selection_changed.connect(self._on_selection_changed)
        self._context.looks.changed.connect(self._on_look_changed)
        self._context.settings.zone_changed.connect(self._on_zone_changed)
        self._on_zone_changed()

    @Slot()
    def _on_zone_changed(self) -> None:
        self._view.set_zone(self._context.settings.zone)

    @property
    def widget(self) -> QWidget:
        """The transcript's place in the window."""
        return self._pane

    @property
    def pane(self) -> TranscriptPane:
        """The same, for who puts something into it."""
        return self._pane

    @property
    def content(self) -> ContentController:
        """Opens whole texts and pictures."""
        return self._content

    @property
    def view(self) -> TranscriptView:
        """The painted area."""
        return self._view

    @property
    def context(self) -> Context:
        """What it was built with."""
        return self._context

    @property
    def key(self) -> SessionKey | None:
        """The session that is shown."""
        return self._key

    @property
    def is_reading(self) -> bool:
        """Whether the transcript is still being read to its end."""
        return self._opening.is_busy

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_session(self, key: SessionKey) -> None:
        """Show a session from its beginning."""
        self._give_up()
        self._key = key
        self._copying.use_session(key)
        self._is_reload = False
        self._view.show_nothing()
        self._stack.setCurrentWidget(self._view)
        self._open(0)

    def reload_keeping_place(self) -> None:
        """Read the same session again; who is at its end stays there, else the message at the top stays at the top."""
        if self._key is None:
            return
        self._give_up_reading()
        self._copying.wait()
        self._is_reload = True
        self._open(self._view.stage.anchor_row)

    @Slot()
    def show_nothing(self) -> None:
        """Show no session."""
        self._give_up()
        self._key = None
        self._copying.use_session(None)
        self._view.show_nothing()
        self._stack.setCurrentWidget(self._view)

    def _give_up(self) -> None:
        self._give_up_reading()
        self._copying.give_up()

    def _give_up_reading(self) -> None:
        for line in (self._opening, self._pages, self._colours, self._pictures):
            line.cancel()
        self._content.give_up()

    def _open(self, row: int) -> None:
        assert self._key is not None
        self.has_failed = False
        outline = self._view.stage.outline
        since = outline if self._is_reload and outline is not None and outline.is_complete else None
        work = transcript_work(self._context.library, self._key, row, not self._is_reload, since)
        self._opening.run(Query("Reading transcript", work), self._on_opened, self._on_open_failed)

    def _on_opened(self, answer: TranscriptAnswer) -> None:
        if answer.key != self._key:
            return
        self._view.show_transcript(answer.outline, answer.messages, self._is_reload, answer.landing)
        if not answer.outline.is_complete:
            # Before any signal: who hears one may open another session.
            work = rest_work(self._context.library, answer.key, answer.messages, self._view.stage.guess)
            self._opening.run(Query("Reading transcript", work), self._on_completed, self._on_open_failed)
        self._show_messages(answer.outline)
        self.faults.emit(answer.outline.faults)
        if answer.outline.is_complete:
            self._copying.go_on()

    def _on_completed(self, answer: TranscriptAnswer) -> None:
        """All of a session is indexed whose beginning is shown already."""
        if answer.key != self._key:
            return
        self._view.grow(answer.outline, answer.messages, answer.guessed)
        self.faults.emit(answer.outline.faults)
        self._copying.go_on()

    def shown(self) -> Shown | None:
        """What is shown of the session; None while not all of it is indexed."""
        stage = self._view.stage
        if stage.outline is None or not stage.outline.is_complete:
            return None
        rows = stage.rows()
        first, last = (rows[0].index, rows[-1].index) if rows else (stage.count, stage.count)
        return Shown(stage.outline, first, last, stage.is_at_end, stage.loaded(), stage.guess)

    def take(self, newer: Newer) -> bool:
        """Go on with a newer state of the session; False if it is compared with what is not shown any more, or soon."""
        if self._view.stage.outline is not newer.since or self.is_reading:
            return False
        # What is on its way was read from the older state; the view asks again for what it lacks.
        self._pages.cancel()
        self._view.follow(newer)
        self._show_messages(newer.outline)
        self.faults.emit(newer.outline.faults)
        self._copying.go_on()
        return True

    def _show_messages(self, outline: Outline) -> None:
        if outline.count:
            self._stack.setCurrentWidget(self._view)
        elif outline.faults:
            sentence = "None of its messages is left whole in what is stored; what is wrong with it stands above."
            self._panel.say("triangle-alert", "error", "No message can be read", sentence)
            self._stack.setCurrentWidget(self._panel)
        else:
            self._panel.say("inbox", "text_3", "No messages", "This session holds no message.")
            self._stack.setCurrentWidget(self._panel)

    def _on_open_failed(self, error: BurrowError) -> None:
        self.has_failed = True
        self._copying.give_up()
        if self._is_reload and isinstance(error, OpenError) and self._view.stage.outline is not None:
            # The store is gone, not the session in it: its last state stays readable.
            self.failed.emit(error)
            return
        self._panel.say("triangle-alert", "error", "The transcript cannot be read", error.sentence, error.advice)
        self._stack.setCurrentWidget(self._panel)

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        self._view.set_look(look)
        self._panel.set_look(look)
        self._pane.set_look(look)

    def _on_failed(self, error: BurrowError) -> None:
        if isinstance(error, SessionChanged):
            self.session_changed.emit()
        else:
            self.failed.emit(error)

    # -- what the view asks for ----------------------------------------------------------------------------------------

    @Slot(object)
    def _on_range_wanted(self, wanted: tuple[int, int]) -> None:
        outline = self._view.stage.outline
        if self._key is None or outline is None or not outline.is_complete:
            return
        begin, end = wanted
        has_next = end < outline.count and self._view.stage.message(end) is not None
        has_last = begin > 0 and self._view.stage.message(begin - 1) is not None
        # More than is asked for, in the direction that is scrolled to, so that the next steps find it there.
        if has_next:
            begin, end = page_before(outline, end)
        elif has_last:
            begin, end = page_around(outline, begin)
        else:
            # A jump: some of what stands before is seen too when guessed heights turn exact, most of all at the end.
            begin = max(min(begin - FIRST_MESSAGES // 4, outline.count - FIRST_MESSAGES), 0)
            begin, end = page_around(outline, begin, max(FIRST_MESSAGES, end - begin))
        if begin < end:
            work = page_work(self._context.library, self._key, begin, end)
            self._pages.run(Query("Reading messages", work), self._on_page, self._on_failed)

    @Slot(object)
    def _on_rows_wanted(self, rows: tuple[int, ...]) -> None:
        outline = self._view.stage.outline
        if self._key is not None and outline is not None and outline.is_complete:
            work = rows_work(self._context.library, self._key, rows)
            self._pages.run(Query("Reading messages", work), self._on_page, self._on_failed)

    def _on_page(self, messages: tuple[ShownMessage, ...]) -> None:
        self._view.add_messages(messages)

    @Slot(object)
    def _on_highlights_wanted(self, texts: list[tuple[str, str]]) -> None:
        self._context.jobs.run(
            Query("Colouring code", highlights_work(texts), Lane.BACKGROUND),
            self._view.set_highlights,
            self._on_failed,
        )

    @Slot(object)
    def _on_thumbnails_wanted(self, refs: list[ImageRef]) -> None:
        if self._key is not None:
            work = thumbnails_work(self._context.library, self._key, refs)
            query = Query("Decoding pictures", work, Lane.BACKGROUND)
            self._context.jobs.run(query, self._view.set_thumbnails, self._on_failed)

    @Slot(object)
    def _on_records_wanted(self, message: ShownMessage) -> None:
        if self._key is not None:
            work = records_work(self._context.library, self._key, message.index, message.record_indices)
            self._context.jobs.run(Query("Reading the stored record", work), self._on_records, self._on_failed)

    def _on_records(self, answer: tuple[int, tuple[Record, ...]]) -> None:
        self._view.set_records(*answer)

    # -- moving and copying, for the window's actions ------------------------------------------------------------------

    @Slot()
    def next_message(self) -> None:
        """Move to the next message."""
        self._view.go_next(1)

    @Slot()
    def previous_message(self) -> None:
        """Move to the previous message."""
        self._view.go_next(-1)

    @Slot()
    def next_prompt(self) -> None:
        """Move to the next prompt."""
        self._view.go_next(1, ReadKind.YOU)

    @Slot()
    def previous_prompt(self) -> None:
        """Move to the previous prompt."""
        self._view.go_next(-1, ReadKind.YOU)

    @Slot()
    def select_all(self) -> None:
        """Select the whole transcript; nothing is built for it."""
        self._view.select_all()

    @Slot()
    def toggle_raw(self) -> None:
        """Show the stored record of the message that is read, or the message again."""
        if self._view.stage.count:
            row = self._view.first_row()
            self._view.focus_message(row)
            self._view.folding.toggle_raw(row)

    @Slot()
    def copy(self) -> None:
        """Copy the selection as it is shown; without one, the message that has the focus."""
        self._copying.copy()

    @Slot()
    def copy_as_markdown(self) -> None:
        """Copy the selected messages, or the one that is read, as Markdown with their stored source."""
        self._copying.copy_as_markdown()

    @Slot()
    def _on_selection_changed(self) -> None:
        selection = self._view.selector.selection
        count = 0
        if selection is not None and not selection.is_empty:
            count = self._view.stage.shown.count(selection.begin.message, selection.end.message + 1)
        self.selection_changed.emit(count)

    # -- spots, buttons, links -----------------------------------------------------------------------------------------

    @Slot(object, object)
    def _on_spot_clicked(self, message: ShownMessage, spot: Spot) -> None:
        if spot.act is Act.COPY_TEXT and isinstance(spot.payload, str):
            self._copying.to_clipboard(spot.payload)
        else:
            self._content.open_spot(message, spot)

    @Slot(object, object)
    def _on_button_clicked(self, message: ShownMessage, button: HeadButton) -> None:
        if button is HeadButton.COPY:
            self._copying.copy_shown(message)

    @Slot(str)
    def _on_link_activated(self, target: str) -> None:
        dialog = LinkDialog(self._context.looks.current, target, self._stack.window())
        dialog.copy_asked.connect(self._copying.to_clipboard)
        dialog.open_asked.connect(self._open_link)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.link_activated.emit(target)

    @Slot(str)
    def _open_link(self, target: str) -> None:
        if is_openable(target):
            QDesktopServices.openUrl(QUrl(target, QUrl.ParsingMode.StrictMode))

    @Slot(object, QPoint, str)
    def _on_menu_wanted(self, row: int, at: QPoint, link: str) -> None:
        layout = self._view.stage.layout(row) if row >= 0 else None
        if row >= 0:
            self._view.focus_row = row
        entries = entries_for(layout, self._view.selector.has_text, link)
        menu = make_menu(entries, self._do_entry, self._view)
        self.menu_made.emit(menu)
        menu.popup(at)

    def _do_entry(self, entry: Entry) -> None:
        row = self._view.focus_row
        message = self._view.stage.message(row) if row is not None else None
        if entry.act is MenuAct.COPY:
            self.copy()
        elif entry.act is MenuAct.COPY_AS_MARKDOWN:
            self.copy_as_markdown()
        elif entry.act is MenuAct.SELECT_ALL:
            self.select_all()
        elif entry.act is MenuAct.OPEN_LINK:
            self._on_link_activated(str(entry.payload))
        elif entry.act is MenuAct.COPY_LINK:
            self._copying.to_clipboard(str(entry.payload))
        elif message is not None and row is not None:
            self._do_message_entry(message, row, entry)

    def _do_message_entry(self, message: ShownMessage, row: int, entry: Entry) -> None:
        spot = spot_of(entry)
        if entry.act is MenuAct.COPY_MESSAGE:
            self._copying.copy_shown(message)
        elif entry.act is MenuAct.COPY_MARKDOWN:
            self._copying.copy_message_as_markdown(message)
        elif entry.act is MenuAct.RAW:
            self._view.folding.toggle_raw(row)
        elif spot is not None:
            self._view.do_spot(row, spot)
