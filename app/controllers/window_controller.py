"""Puts the window together and decides what is shown: start page, opening, a store, an error. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.commands import ActionId
from app.controllers.actions_controller import ActionsController
from app.controllers.library_controller import LibraryController
from app.controllers.library_jobs import Opened, find_session_work
from app.controllers.opening_controller import OpeningController
from app.controllers.progress_controller import ProgressController
from app.controllers.recent_controller import RecentController
from app.controllers.sessions_controller import SessionsController
from app.controllers.status_controller import StatusController
from app.controllers.window_memory import WindowMemory
from app.instance import Asked
from app.jobs import Query
from app.look.look import Look
from app.options import Options
from app.present.one_line import one_line
from app.present.store_words import failure_report, failure_title
from app.views.main_window import MainWindow
from app.views.style_sheet import dress
from store.errors import BurrowError, SessionMissing
from store.values.session import SessionSummary, SortKey, SortOrder
from store.values.store import SessionKey, StoreFacts

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.page_controller import PageController
    from app.controllers.transcript_controller import TranscriptController


class WindowController(QObject):
    """Knows every part of the window, and no store.

    Attributes:
        window: the frame.
        library, opening, sessions, page, transcript, progress, status, recent, actions: controllers of its parts.
        failure: what could not be done as the command line asked; None while all is well.

    Signals:
        settled: what the command line asked for was opened, or given up.
        closed: a person closes the window; the program is to end.
    """

    settled = Signal()
    closed = Signal()

    def __init__(self, context: Context, options: Options, application: QApplication) -> None:
        super().__init__()
        self._context, self._options, self._application = context, options, application
        look = context.looks.current
        self.failure: BurrowError | None = None
        self._session_beginning = options.session
        self._remembers = options.screenshot is None
        self._asked_session: SessionKey | None = None
        self._shown_facts: StoreFacts | None = None
        self.library = LibraryController(context, self)
        self.opening = OpeningController(context, self.library, self)
        self.sessions = SessionsController(context, self)
        self._page: PageController | None = None
        self._waiting: SessionSummary | None = None
        self._transcript: TranscriptController | None = None
        self.window = MainWindow(look, self.library.view, self.sessions.widget)
        self.progress = ProgressController(context, self.window.status, self.window.progress_panel, self)
        self.status = StatusController(self.window.status, context.settings, self)
        self.recent = RecentController(context, self.window)
        self.memory = WindowMemory(context, self.window)
        self.actions = ActionsController(
            context, self.window, self.memory, self.sessions, lambda: self.transcript, self.progress
        )
        self.actions.use_panes(self.library.view.tree, self.sessions.widget, self.window.page_place)
        self._connect()

    def _connect(self) -> None:
        context, window, library = self._context, self.window, self.library
        self.opening.opened.connect(self._on_opened)
        self.opening.gave_up.connect(self._on_gave_up)
        self.opening.failed.connect(self._on_failed)
        library.store_chosen.connect(self._on_store_chosen)
        library.store_renewed.connect(self._on_store_renewed)
        library.changed_on_disk.connect(self._on_changed_on_disk)
        library.failed.connect(self._on_failed)
        library.view.open_asked.connect(self.actions.chooser.ask_files)
        self.sessions.session_activated.connect(self._on_session_activated)
        self.sessions.session_entered.connect(self._on_session_entered)
        self.sessions.nothing_activated.connect(self._on_nothing_activated)
        self.sessions.counted.connect(self.status.count)
        self.sessions.failed.connect(self._on_failed)
        self.sessions.row_menu_asked.connect(window.show_session_menu)
        self.sessions.order_menu_asked.connect(window.show_header_menu)
        self.actions.chooser.chosen.connect(self.open_paths)
        self.actions.reload_asked.connect(library.reload)
        window.band.action_asked.connect(self._on_band_asked)
        window.error_panel.again_asked.connect(library.reload)
        window.error_panel.copy_asked.connect(self._on_copy_failure)
        window.start_page.open_asked.connect(self.actions.chooser.ask_files)
        window.start_page.open_folder_asked.connect(self.actions.chooser.ask_folder)
        window.start_page.open_demo_asked.connect(self._on_demo_asked)
        self.recent.asked.connect(self.open_paths)
        self.actions.use({ActionId.OPEN_DEMO: self._on_demo_asked})
        window.paths_dropped.connect(self.open_paths)
        if self._remembers:  # a picture shows one moment; it neither remembers nor follows
            window.seen.connect(library.watch)
        window.closing.connect(self._on_closing)
        context.looks.changed.connect(self._on_look_changed)

    @property
    def page(self) -> PageController:
        """The session page; built when it is first asked for, so that the list of sessions is there before."""
        if self._page is None:
            self._page = self._build_page()
        return self._page

    @property
    def transcript(self) -> TranscriptController:
        """The transcript of the session page."""
        page = self.page
        if self._transcript is None:
            raise RuntimeError(f"{page} has no transcript")
        return self._transcript

    def _build_page(self) -> PageController:
        # Loading what draws transcripts takes as long as building the rest of the window.
        from app.controllers.page_controller import PageController
        from app.controllers.transcript_controller import TranscriptController

        transcript = TranscriptController(self._context, self)
        page = PageController(self._context, transcript, self)
        self._transcript = transcript
        page.failed.connect(self._on_failed)
        transcript.failed.connect(self._on_failed)
        transcript.copied.connect(self.status.note)
        self.actions.use(transcript.reading.slots())
        transcript.reading.checked.connect(self.actions.check)
        transcript.reading.say()
        transcript.session_changed.connect(self.library.notice_change)
        self.window.put_page(page.widget)
        return page

    def _has_session(self) -> bool:
        return self._page is not None and self._page.shown is not None

    @Slot()
    def _prepare_page(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.page.show_session(waiting)
            self._say_state()
        elif self._page is None:
            self._page = self._build_page()

    def start(self) -> None:
        """Show the window, then open what was asked for or what was open last."""
        options, settings = self._options, self._context.settings.current
        # Only now: a widget that is put into another one is dressed anew each time.
        dress(self._application, self._context.looks.current)
        self.memory.restore(options.size)
        if settings.sort_key in set(SortKey):
            self.sessions.sort(SortOrder(SortKey(settings.sort_key), settings.is_sort_descending))
        paths = options.paths or (() if options.is_demo else settings.open_paths)
        if options.is_demo or paths:
            self.window.show_opening()
        else:
            self._show_start()
        self._say_state()
        if settings.is_maximised and options.size is None:
            self.window.showMaximized()
        else:
            self.window.show()
        if paths:
            self.opening.open_paths(paths)
        if options.is_demo:
            self.opening.open_demo()
        if not paths and not options.is_demo:
            # Nobody waits for anything now; later the first store would.
            QTimer.singleShot(0, self, self._prepare_page)
            self.settled.emit()

    @Slot(object)
    def open_paths(self, paths: tuple[str, ...]) -> None:
        """Open paths that a person chose or dropped."""
        if not self.window.has_panes:
            self.window.show_opening()
        self._asked_session = None
        self.opening.open_paths(paths)

    @Slot(object)
    def take_over(self, asked: Asked) -> None:
        """Show what a second start of the program asked for."""
        self._session_beginning = asked.session
        if asked.paths:
            self.open_paths(asked.paths)
        elif asked.is_demo:
            self.opening.open_demo()
        elif asked.session and (stores := [facts for facts in self.library.model.stores() if facts.is_open]):
            self._find_session(stores)

    # What was opened

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        stores = opened.stores
        if self._remembers:
            self.recent.remember(opened, is_first=len(self.library.model.stores()) <= len(stores))
        readable = [facts for facts in stores if facts.is_open]
        if not readable and stores and stores[0].faults:
            self.failure = BurrowError(stores[0].faults[0].sentence, stores[0].advice)
        self.window.show_panes()
        last = self._context.settings.current.last_store
        first = next((f for f in readable if f.key.path == last), None) or (readable or list(stores))[0]
        if self._session_beginning and readable:
            self._find_session(readable)
        else:
            self.library.choose(first.key)
            self.settled.emit()
        self._say_state()
        self.window.focus_middle()

    def _find_session(self, stores: list[StoreFacts]) -> None:
        keys, beginning = tuple(facts.key for facts in stores), self._session_beginning
        self._session_beginning = ""
        query = Query("Finding the session", find_session_work(self._context.library, keys, beginning))
        self._context.jobs.run(query, self._on_sessions_found, self._on_find_failed)

    def _on_sessions_found(self, found: tuple[SessionKey, ...]) -> None:
        if len(found) == 1:
            self._asked_session = found[0]
            self.library.choose(found[0].store)
        else:
            sentence = (
                "No session has this id, or an id that begins so."
                if not found
                else f"{len(found)} sessions have an id that begins so."
            )
            self._on_find_failed(SessionMissing(sentence, "Choose one in the list."))
        self.settled.emit()

    def _on_find_failed(self, error: BurrowError) -> None:
        self.failure = error
        stores = self.library.model.stores()
        if self.library.current is None and stores:
            self.library.choose(stores[0].key)
        self._on_failed(error)

    @Slot()
    def _on_gave_up(self) -> None:
        if not self.library.model.stores():
            self._show_start()
            self._say_state()
        self.settled.emit()

    # The chosen store

    @Slot(object)
    def _on_store_chosen(self, facts: StoreFacts) -> None:
        asked = self._asked_session if self._asked_session and self._asked_session.store == facts.key else None
        session_id = asked.session_id if asked else self._context.settings.current.session_of(facts.key.path)
        self._asked_session = None
        self._show_store(facts, session_id)

    @Slot(object)
    def _on_store_renewed(self, facts: StoreFacts) -> None:
        self._show_store(facts, None)

    def _show_store(self, facts: StoreFacts, session_id: str | None) -> None:
        self._shown_facts = facts
        self.window.setWindowTitle(f"{one_line(facts.name)} – Burrow")
        self.window.band.say("")
        self.status.show_store(facts)
        if facts.is_open:
            self.window.show_sessions()
            self.sessions.show_store(facts, session_id)
        else:
            fault = facts.faults[0].sentence if facts.faults else ""
            self.sessions.show_nothing()
            self._on_nothing_activated()
            self.page.show_nothing(has_list=False)
            self.window.error_panel.show_failure(failure_title(facts), fault, facts.advice, one_line(facts.key.path))
            self.window.show_error()
            self.status.count("")
        if self.library.has_changed:
            self._on_changed_on_disk(facts)
        self._say_state()

    @Slot(object)
    def _on_changed_on_disk(self, facts: StoreFacts) -> None:
        self.window.band.say(f"{one_line(facts.name)} changed on disk", "Reload  F5", "refresh-cw")

    @Slot()
    def _on_band_asked(self) -> None:
        if self.library.has_changed:
            self.library.reload()
        else:
            self.window.band.say("")

    @Slot(object)
    def _on_failed(self, error: BurrowError) -> None:
        self.window.band.say(str(error), "Dismiss", "triangle-alert")
        if not self.window.has_panes and not self.opening.is_opening:
            self.failure = self.failure or error

    @Slot()
    def _on_copy_failure(self) -> None:
        if self._shown_facts is not None:
            QGuiApplication.clipboard().setText(failure_report(self._shown_facts))

    # The chosen session

    @Slot(object)
    def _on_session_activated(self, summary: SessionSummary) -> None:
        if self._remembers:
            self._context.settings.remember_session(summary.key.store.path, summary.key.session_id)
        self._waiting = summary
        QTimer.singleShot(0, self, self._prepare_page)  # the list is painted first

    @Slot(object)
    def _on_session_entered(self, _summary: SessionSummary) -> None:
        self.page.show_transcript()

    @Slot()
    def _on_nothing_activated(self) -> None:
        self._waiting = None
        self.page.show_nothing()
        self._say_state()

    def _say_state(self) -> None:
        has_session = self._has_session()
        facts = self.library.current
        self.actions.say(
            has_panes=self.window.has_panes,
            has_store=facts is not None,
            has_session=has_session,
            has_list=facts is not None and facts.is_open,
        )
        self.status.select(has_session)

    # Start page, closing

    def _show_start(self) -> None:
        self.window.show_start()
        self.status.show_nothing()
        self.window.start_page.open_button.setFocus()

    @Slot()
    def _on_demo_asked(self) -> None:
        if not self.window.has_panes:
            self.window.show_opening()
        self.opening.open_demo()

    @Slot()
    def _on_closing(self) -> None:
        if self._remembers:
            self.memory.remember()
            order = self.sessions.order
            self._context.settings.update(sort_key=order.key.value, is_sort_descending=order.is_descending)
        self.library.watch(False)
        self.closed.emit()

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        dress(self._application, look)
        self.window.set_look(look)
