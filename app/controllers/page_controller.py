"""The right pane: head, faults and Info of the chosen session; the transcript has a controller of its own.

GUI thread only; every read is a job. What the list knows is shown at once; what only the session's document knows
comes when Info is looked at, or a moment later by itself, since it may add faults to the head.
"""

from __future__ import annotations

import logging
from datetime import tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.controllers.content_jobs import PreparedText, text_work
from app.controllers.info_checks import InfoChecks
from app.controllers.list_jobs import known_work
from app.controllers.session_jobs import DetailAnswer, detail_work, unmasked_work
from app.controllers.text_window_controller import TextWindowController
from app.jobs import Lane, Newest, Query
from app.look.look import Look
from app.models.metadata_model import MetadataModel, Path
from app.present.info import OwnFacts, fault_sentences, info_sections, metadata_note, opened_text
from app.present.page_facts import head_text
from app.present.sizes import exact_count
from app.views.info_view import InfoView
from app.views.session_page import INFO_TAB, TRANSCRIPT_TAB, SessionPage
from store.errors import BurrowError, SessionMissing
from store.values.fault import Fault
from store.values.listing import CatalogueFacts
from store.values.session import SessionState, SessionSummary
from store.values.store import SessionKey, StoreFacts

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.transcript_controller import TranscriptController

DETAIL_AFTER_MS = 400
"""The transcript is read first; Info, unless it is looked at, waits so long."""

WHAT_REMAINS = "What can still be read of it is shown; what else is known stands in Info."


class PageController(QObject):
    """Knows the page, Info and its model.

    Attributes:
        checks: what Info says of the integrity of the session, and of sizes.

    Signals:
        failed (BurrowError): Info or a masked value could not be read, for another reason than that the session went.
    """

    failed = Signal(object)

    def __init__(self, context: Context, transcript: TranscriptController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._transcript = transcript
        self._summary: SessionSummary | None = None
        self._transcript_faults: tuple[Fault, ...] = ()
        self._detail: DetailAnswer | None = None
        self._known: CatalogueFacts | None = None
        self._is_info_due = False
        self._details = Newest(context.jobs)
        self._lookups = Newest(context.jobs)
        self._unmasked = Newest(context.jobs)
        self._texts = Newest(context.jobs)
        look = context.looks.current
        self._metadata = MetadataModel(self)
        self._info = InfoView(look, self._metadata)
        self._page = SessionPage(look, transcript.widget, self._info)
        self.checks = InfoChecks(context, self._info, self._is_info_complete, self)
        self.checks.found.connect(self._say_head)
        self.checks.both_asked.connect(self._on_both_asked)
        self._later = QTimer(self._page, singleShot=True, interval=DETAIL_AFTER_MS)
        self._later.timeout.connect(self._on_later)
        self._page.info_shown.connect(self._on_info_shown)
        self._page.info_asked.connect(self.show_info)
        self._info.unmask_asked.connect(self._on_unmask_asked)
        transcript.faults.connect(self._on_transcript_faults)
        context.looks.changed.connect(self._on_look_changed)
        context.settings.zone_changed.connect(self._on_zone_changed)

    @property
    def widget(self) -> QWidget:
        """The pane."""
        return self._page

    @property
    def page(self) -> SessionPage:
        """The pane's view."""
        return self._page

    @property
    def shown(self) -> SessionSummary | None:
        """What is known of the session that is shown."""
        return self._summary

    @Slot(object)
    def show_session(self, summary: SessionSummary) -> None:
        """Show a session; the same one again is a reload, which keeps the place."""
        is_same = self._summary is not None and self._summary.key == summary.key
        self._take(summary)
        self._detail = None
        self._details.cancel()
        self._unmasked.cancel()
        if is_same:
            self._say_head()
            self._transcript.reload_keeping_place()
        else:
            self._transcript_faults = ()
            self._metadata.set_nodes(())
            self._info.say_reading("Reading…")
            self._say_head()
            self._transcript.show_session(summary.key)
        self.checks.use(summary, is_reload=is_same)
        if self._page.is_info_shown:
            self._read_detail(Lane.USER)
        else:
            self._later.start()

    @Slot(object)
    def follow(self, summary: SessionSummary) -> None:
        """Say what is known of the shown session now that it moved; Info is read again if it is looked at."""
        if self._summary is None or self._summary.key != summary.key:
            return
        self._take(summary)
        self.checks.use(summary)
        self._say_head()
        if self._page.is_info_shown:
            self._read_detail(Lane.BACKGROUND)
        else:
            self._detail = None

    @Slot()
    def show_nothing(self, has_list: bool = True) -> None:
        """Show that no session is chosen.

        Args:
            has_list: there is a list to choose from; without one the page stays blank.
        """
        self._later.stop()
        self._details.cancel()
        self._unmasked.cancel()
        self._lookups.cancel()
        self._summary = self._detail = self._known = None
        self.checks.use(None)
        self._transcript_faults = ()
        self._metadata.set_nodes(())
        self._transcript.show_nothing()
        self._page.say_nothing(has_list)

    @Slot()
    def show_transcript(self) -> None:
        """Show the transcript and give it the keyboard."""
        self._page.show_tab(TRANSCRIPT_TAB)
        self._transcript.view.setFocus()

    @Slot()
    def show_info(self) -> None:
        """Show the Info tab and give it the keyboard."""
        self._page.show_tab(INFO_TAB)
        self._info.setFocus()

    @Slot(object)
    def notice_notes(self, key: SessionKey) -> None:
        """Something else is noted of a session: what is shown of it is read again, the transcript is not."""
        if self._summary is not None and self._summary.key == key:
            self.look_up()
            self._read_detail(Lane.USER)

    def _take(self, summary: SessionSummary) -> None:
        """Note what is known of the session now; what the catalogue knew of another state of it counts no more."""
        if self._summary is None or _state_of(self._summary) != _state_of(summary):
            self._known = None
        self._summary = summary
        self.look_up()

    @Slot()
    def look_up(self) -> None:
        """Ask the catalogue what it knows of the session by now."""
        if self._summary is not None:
            work = known_work(self._context.lists, (self._summary.key,))
            query = Query("Looking up the catalogue", work, Lane.BACKGROUND)
            self._lookups.run(query, self._on_known, self._on_not_known)

    def _on_known(self, found: dict[SessionKey, CatalogueFacts]) -> None:
        known = None if self._summary is None else found.get(self._summary.key)
        if known != self._known:
            self._known = known
            self._say_head()
            self._say_info()

    def _on_not_known(self, error: BurrowError) -> None:
        # One fact of the head is missing; the list says what is wrong with the catalogue.
        logging.getLogger("burrow").info("not looked up: %s", error.code)

    @property
    def _zone(self) -> tzinfo | None:
        return self._context.settings.zone

    @Slot()
    def _on_zone_changed(self) -> None:
        self._say_head()
        self._say_info()

    def _faults(self) -> tuple[Fault, ...]:
        known = self._summary.faults if self._summary is not None else ()
        return tuple(dict.fromkeys((*known, *self._transcript_faults)))

    @Slot()
    def _say_head(self) -> None:
        if self._summary is None:
            return
        count = self._summary.message_count
        # What a check found wrong is as much a fault of the session as what was met while it was read.
        faults = self._faults()
        known = {fault.sentence for fault in faults}
        faults += tuple(Fault("failed-check", words) for words, said in self.checks.failed if said not in known)
        note = None if self._detail is None else self._detail.noted.note
        head = head_text(self._summary, faults, self._zone, self._known, note)
        self._page.say_head(head, "" if count is None else exact_count(count))
        sentences = fault_sentences(faults)
        if self._summary.state is SessionState.DAMAGED:
            sentences = (*sentences[:2], WHAT_REMAINS, *sentences[2:])
        self._page.say_faults(sentences)

    def _read_detail(self, lane: Lane) -> None:
        if self._summary is None:
            return
        self._later.stop()
        work = detail_work(self._context.library, self._context.lists, self._summary.key)
        self._details.run(Query("Reading Info", work, lane), self._on_detail, self._on_detail_failed)

    def _on_detail(self, answer: DetailAnswer) -> None:
        if self._summary is None or answer.detail.summary.key != self._summary.key:
            return
        self._detail = answer
        self._summary = answer.detail.summary
        self._say_head()
        self._metadata.set_nodes(answer.detail.metadata)
        self._say_info()

    def _say_info(self) -> None:
        # Its many labels take as long as two frames; they are made when they are looked at.
        self._is_info_due = not self._page.is_info_shown
        if self._detail is None or self._is_info_due:
            return
        detail, facts = self._detail.detail, self._detail.facts
        own = OwnFacts(self._detail.noted, self._detail.stored)
        sections = info_sections(detail, facts, self._faults(), self._zone, self._known, own)
        self._info.show_info(opened_text(facts, self._zone), sections, metadata_note(detail.metadata))
        self.checks.look()

    def _is_info_complete(self) -> bool:
        """Whether Info is seen with what the session's document says."""
        return self._page.is_info_shown and self._detail is not None

    def _on_detail_failed(self, error: BurrowError) -> None:
        self._info.show_sentence(str(error))
        # That a session went is said, and taken back, by who follows it.
        if not isinstance(error, SessionMissing):
            self.failed.emit(error)

    def _on_later(self) -> None:
        self._read_detail(Lane.BACKGROUND)

    def _on_info_shown(self) -> None:
        if self._detail is None:
            self._read_detail(Lane.USER)
        elif self._is_info_due:
            self._say_info()
        else:
            self.checks.look()

    @Slot(object)
    def note_moved(self, facts: StoreFacts) -> None:
        """A store is another one now; what was checked of it holds no more."""
        self.checks.note_moved(facts.key)

    @Slot(str, str)
    def _on_both_asked(self, title: str, text: str) -> None:
        def show(prepared: PreparedText) -> None:
            shown = TextWindowController(self._context, title, prepared, self._page.window())
            shown.saver.failed.connect(self.failed)
            shown.window.show()

        self._texts.run(Query("Reading what was found", text_work(text)), show, self.failed.emit)

    def _on_unmask_asked(self, path: Path) -> None:
        if self._summary is not None:
            work = unmasked_work(self._context.library, self._summary.key, path)
            self._unmasked.run(Query("Reading a masked value", work), self._on_unmasked, self.failed.emit)

    def _on_unmasked(self, answer: tuple[Path, str]) -> None:
        self._metadata.show_unmasked(*answer)

    def _on_transcript_faults(self, faults: tuple[Fault, ...]) -> None:
        if self._summary is None or tuple(faults) == self._transcript_faults:
            return
        self._transcript_faults = tuple(faults)
        self._say_head()
        self._say_info()

    def _on_look_changed(self, look: Look) -> None:
        self._page.set_look(look)


def _state_of(summary: SessionSummary) -> tuple[object, ...]:
    """What tells one state of a session from another."""
    return summary.key, summary.updated_at_ms, summary.message_count, summary.size_bytes
