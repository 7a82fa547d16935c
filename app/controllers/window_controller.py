"""Puts the window together and decides what is shown: start page, opening, a store, an error. GUI thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QMenu

from app.commands import ActionId
from app.controllers.actions_controller import ActionsController
from app.controllers.catalogue_controller import CatalogueController
from app.controllers.change_controller import ChangeController
from app.controllers.changes_controller import ChangesController
from app.controllers.facets_controller import FacetsController
from app.controllers.following_controller import FollowingController
from app.controllers.help_controller import HelpController
from app.controllers.library_controller import LibraryController
from app.controllers.library_jobs import Opened, find_session_work
from app.controllers.list_actions_controller import ListActionsController
from app.controllers.notes_controller import NotesController
from app.controllers.opening_controller import OpeningController
from app.controllers.palette_controller import PaletteController
from app.controllers.preferences_controller import PreferencesController
from app.controllers.progress_controller import ProgressController
from app.controllers.recent_controller import RecentController
from app.controllers.scope_controller import ScopeController
from app.controllers.scope_display import ScopeDisplay
from app.controllers.sessions_controller import SessionsController
from app.controllers.status_controller import StatusController
from app.controllers.store_check_controller import StoreCheckController
from app.controllers.window_memory import WindowMemory
from app.jobs import Query
from app.look.look import Look
from app.menus import ACTIONS_MENU, MESSAGE_MENU
from app.options import Options
from app.present.columns import order_named
from app.views.main_window import MainWindow
from app.views.style_sheet import dress
from store.errors import BurrowError, SessionMissing
from store.values.session import SessionSummary
from store.values.store import SessionKey, StoreFacts

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.page_controller import PageController
    from app.controllers.transcript_controller import TranscriptController
    from app.instance import Asked


class WindowController(QObject):
    """Knows every part of the window, and no store.

    Attributes:
        window: the frame.
        library, opening, sessions, page, transcript, progress, status, recent, actions: controllers of its parts.
        following: follows the open stores on the disk.
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
        self.actions = ActionsController(context, self.window, self.memory, lambda: self.transcript, self.progress)
        self.preferences = PreferencesController(context, self.window, self.actions)
        self.help = HelpController(context, self.window, self.library, self.sessions)
        self.palette = PaletteController(context, self.window)
        self.list_actions = ListActionsController(context, self.window, self.actions, self.sessions)
        self.notes = NotesController(context, self.window, self.actions, self.sessions)
        self.actions.panes.use(
            self.library.view,
            self.sessions.pane.bar,
            self.sessions.widget,
            self.window.error_panel,
            self.window.page_place,
        )
        self.scopes = ScopeController(context, self.library, self)
        self.display = ScopeDisplay(context, self.window, self.library, self.scopes, self.sessions, self.status)
        self.following = FollowingController(context, self.library, self)
        self.facets = FacetsController(context, self.library.view, self.scopes, self)
        self.catalogue = CatalogueController(context, self.window.status.catalogue, self.library, self.scopes)
        self.checks = StoreCheckController(context, self.window)
        self.changes = ChangesController(context, self.window)
        self.changing = ChangeController(context, self.window, self.actions, self.sessions, self.following)
        self._connect()
        self._connect_changing()

    def _connect(self) -> None:
        context, window, library = self._context, self.window, self.library
        self.opening.first_opened.connect(self._on_first_opened)
        self.opening.opened.connect(self._on_opened)
        self.opening.emptied.connect(self._on_emptied)
        self.opening.gave_up.connect(self._on_gave_up)
        self.opening.failed.connect(self._on_failed)
        window.error_panel.cancel_asked.connect(self.opening.cancel_chosen)
        window.error_panel.in_place_asked.connect(self.opening.read_chosen_in_place)
        self.display.shown.connect(self._say_state)
        self.following.store_followed.connect(self.display.follow)
        self.following.failed.connect(self._on_failed)
        self.display.nothing_readable.connect(self._on_nothing_readable)
        self.actions.use(self.scopes.slots())
        self.scopes.checked.connect(self.actions.check)
        self.following.store_followed.connect(self.catalogue.follow)
        self.following.store_followed.connect(self.facets.refresh)
        self.actions.reload_asked.connect(self.catalogue.resume)
        self.catalogue.known_changed.connect(self.facets.refresh)
        self.catalogue.known_changed.connect(self.sessions.notice_known)
        self.list_actions.pins.pins_changed.connect(self.facets.refresh)
        self.facets.faulty_counted.connect(library.model.set_faulty)
        library.failed.connect(self._on_failed)
        library.view.open_asked.connect(self.actions.chooser.ask_files)
        self.sessions.session_activated.connect(self._on_session_activated)
        self.sessions.session_entered.connect(self._on_session_entered)
        self.sessions.nothing_activated.connect(self._on_nothing_activated)
        self.sessions.counted.connect(self.status.count)
        self.sessions.selection_changed.connect(self.status.select)
        self.sessions.failed.connect(self._on_failed)
        self.actions.use({**self.help.slots, ActionId.PALETTE: self.palette.toggle})
        self.help.noted.connect(self.status.note)
        self.help.failed.connect(self._on_failed)
        self.list_actions.failed.connect(self._on_failed)
        self.list_actions.noted.connect(self.status.note)
        self.notes.changed.connect(self.sessions.reload_keeping_place)
        self.notes.changed.connect(self.facets.refresh)
        self.notes.noted.connect(self.status.note)
        self.notes.failed.connect(self._on_failed)
        self.sessions.row_menu_asked.connect(window.show_session_menu)
        self.sessions.order_menu_asked.connect(window.show_header_menu)
        self.actions.chooser.chosen.connect(self.open_paths)
        self.actions.reload_asked.connect(self.display.reload)
        window.start_page.open_asked.connect(self.actions.chooser.ask_files)
        window.start_page.open_folder_asked.connect(self.actions.chooser.ask_folder)
        window.start_page.open_demo_asked.connect(self._on_demo_asked)
        self.recent.asked.connect(self.open_paths)
        self.actions.use(
            {
                ActionId.OPEN_DEMO: self._on_demo_asked,
                ActionId.CLOSE_STORE: self.opening.close_chosen,
                ActionId.ADD_PLACE: self.actions.chooser.ask_place,
            }
        )
        self.actions.use({ActionId.CHECK_STORE: self._on_check_asked})
        window.store_band.action_asked.connect(self._on_check_asked)
        self.checks.session_asked.connect(self._on_checked_session_asked)
        self.checks.noted.connect(self.status.note)
        self.checks.failed.connect(self._on_failed)
        self.actions.use({ActionId.CHANGES: self.changes.show})
        self.changes.session_asked.connect(self._on_checked_session_asked)
        self.changes.noted.connect(self.status.note)
        self.changes.failed.connect(self._on_failed)
        self.following.store_followed.connect(self.changes.follow)
        if self._remembers:
            self.settled.connect(self.changes.begin)
        self.actions.chooser.place_chosen.connect(self.opening.add_place)
        window.paths_dropped.connect(self.open_paths)
        if self._remembers:  # a picture shows one moment; it neither remembers nor follows
            window.seen.connect(self.following.watch)
        window.closing.connect(self._on_closing)
        context.looks.changed.connect(self._on_look_changed)

    def _connect_changing(self) -> None:
        changing = self.changing
        changing.noted.connect(self.status.note)
        changing.failed.connect(self._on_failed)
        changing.done.connect(self.status.offer_undo)
        self.status.undo_asked.connect(self._on_undo_asked)
        changing.undo_asked.connect(self._on_undo_asked)
        changing.receipt_asked.connect(self.changes.show_receipt)
        changing.opening_asked.connect(self.open_paths)
        changing.own_changed.connect(self._on_own_changed)
        changing.deleted.connect(self._on_deleted)
        self.display.shown.connect(changing.enabling.renew)
        self.window.actions_of.session_menu_opening.connect(changing.enabling.look_closely)

    @Slot(object)
    def _on_undo_asked(self, receipts: tuple[str, ...]) -> None:
        self.changes.undo(*receipts)

    @Slot()
    def _on_own_changed(self) -> None:
        """Something else is noted of sessions: no file of theirs moved, so that nobody follows it."""
        self.sessions.reload_keeping_place()
        self.facets.refresh()
        if self._page is not None and self._page.shown is not None:
            self._page.notice_notes(self._page.shown.key)

    @Slot(object)
    def _on_deleted(self, keys: frozenset[SessionKey]) -> None:
        if self._page is not None and self._page.shown is not None and self._page.shown.key in keys:
            self.sessions.choice.forget()
            self._on_nothing_activated()

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
        from app.controllers.find_controller import FindController
        from app.controllers.page_controller import PageController
        from app.controllers.transcript_controller import TranscriptController
        from app.controllers.transcript_following import TranscriptFollowing

        transcript = TranscriptController(self._context, self)
        page = PageController(self._context, transcript, self)
        self._transcript = transcript
        page.failed.connect(self._on_session_failed)
        self.catalogue.known_changed.connect(page.look_up)
        self.notes.changed.connect(page.notice_notes)
        self.following.store_followed.connect(page.note_moved)
        transcript.failed.connect(self._on_session_failed)
        transcript.copied.connect(self.status.note)
        transcript.menu_made.connect(self._on_message_menu_made)
        self.actions.use(transcript.reading.slots())
        transcript.reading.checked.connect(self.actions.check)
        transcript.reading.say()
        transcript.pane.chips.find_asked.connect(self.window.actions_of.by_id[ActionId.FIND].trigger)
        self.find = FindController(self._context, transcript, self)
        self.find.failed.connect(self._on_session_failed)
        self.actions.use(self.find.slots())
        self._session_following = TranscriptFollowing(transcript, page, self.following, self)
        self._session_following.noted.connect(self.status.note)
        self._session_following.failed.connect(self._on_session_failed)
        self._session_following.returned.connect(self.display.take_back)
        page.page.put_pin(self.window.actions_of.by_id[ActionId.PIN])
        menu = QMenu(self.window)
        self.window.actions_of.fill(menu, ACTIONS_MENU)
        page.page.put_actions(menu)
        self.window.put_page(page.widget)
        self.actions.panes.put_before(self.window.page_place, self.find.bar)
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
        if (order := order_named(settings.sort_key, settings.is_sort_descending)) is not None:
            self.sessions.sort(order)
        self.window.show_opening()
        self._say_state()
        if settings.is_maximised and options.size is None:
            self.window.showMaximized()
        else:
            self.window.show()
        self.list_actions.pins.read()
        if options.paths:
            self.opening.open_paths(options.paths)
        if options.is_demo:
            self.opening.open_demo()
        if options.paths or options.is_demo:
            return
        if not self.opening.open_last_and_usual(options.surroundings):
            # Nobody waits for anything now; later the first store would.
            QTimer.singleShot(0, self, self._prepare_page)
            self._on_gave_up()

    @Slot(object)
    def open_paths(self, paths: tuple[str, ...]) -> None:
        """Open paths that a person chose or dropped."""
        if not self.window.has_panes:
            self.window.show_opening()
        self.display.forget_asked()
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
    def _on_first_opened(self, facts: StoreFacts) -> None:
        self.window.show_panes()
        if not self._session_beginning:
            is_asked = bool(self._options.paths) or self._options.is_demo or self.scopes.current is not None
            show = self.scopes.choose if is_asked else self.scopes.restore
            show(facts.key)
        self._say_state()
        self.window.focus_middle()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        stores = opened.stores
        self.changes.settle_opened(stores)
        if self._remembers and opened.is_asked:
            self.recent.remember(opened, is_first=len(self.library.model.stores()) <= len(stores))
        readable = [facts for facts in stores if facts.is_open]
        if not readable and stores and stores[0].faults:
            self.failure = BurrowError(stores[0].faults[0].sentence, stores[0].advice)
        if self._session_beginning and readable:
            self._find_session(readable)
        else:
            self.settled.emit()
        self._say_state()

    def _find_session(self, stores: list[StoreFacts]) -> None:
        keys, beginning = tuple(facts.key for facts in stores), self._session_beginning
        self._session_beginning = ""
        query = Query("Finding the session", find_session_work(self._context.library, keys, beginning))
        self._context.jobs.run(query, self._on_sessions_found, self._on_find_failed)

    def _on_sessions_found(self, found: tuple[SessionKey, ...]) -> None:
        if len(found) == 1:
            self.display.show_session(found[0])
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
        if self.scopes.current is None and stores:
            self.scopes.choose(stores[0].key)
        self._on_failed(error)

    @Slot()
    def _on_gave_up(self) -> None:
        if not self.library.model.stores():
            self._show_start()
            self._say_state()
        self.settled.emit()

    @Slot()
    def _on_emptied(self) -> None:
        self.sessions.show_nothing()
        self._on_nothing_activated()
        self._on_gave_up()

    @Slot()
    def _on_nothing_readable(self) -> None:
        self._on_nothing_activated()
        self.page.show_nothing(has_list=False)

    @Slot(object)
    def _on_session_failed(self, error: BurrowError) -> None:
        self.display.fail(error, self._page.shown.key.store if self._page and self._page.shown else None)

    @Slot(object)
    def _on_message_menu_made(self, menu: QMenu) -> None:
        self.window.actions_of.fill(menu, MESSAGE_MENU)

    @Slot(object)
    def _on_failed(self, error: BurrowError) -> None:
        self.display.fail(error)
        if not self.window.has_panes and not self.opening.is_opening:
            self.failure = self.failure or error

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
        self.page.show_nothing(has_list=self.sessions.model.session_count > 0)
        self._say_state()

    def _say_state(self) -> None:
        has_session = self._has_session()
        facts = self.library.current
        self.actions.say(
            has_panes=self.window.has_panes,
            has_store=facts is not None,
            has_session=has_session,
            has_list=any(store.is_open for store in self.scopes.facts()),
        )

    @Slot()
    def _on_check_asked(self) -> None:
        """Check the chosen store, or the one of the chosen session where several are listed together."""
        chosen = self.sessions.chosen()
        key = chosen.key.store if chosen is not None else None
        facts = self.library.current or (self.library.model.facts_of(key) if key is not None else None)
        if facts is not None:
            self.checks.check(facts)

    @Slot(object)
    def _on_checked_session_asked(self, key: SessionKey) -> None:
        """Show a session of a store that was checked, which may have been closed since."""
        if all(facts.key != key.store for facts in self._context.library.facts()):
            self.open_paths((key.store.path,))
        self.display.show_session(key)

    # Start page, closing

    def _show_start(self) -> None:
        self.window.show_start()
        self.window.setWindowTitle("Burrow")
        self.status.select(0)
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
        self.following.watch(False)
        self.closed.emit()

    @Slot(object)
    def _on_look_changed(self, look: Look) -> None:
        dress(self._application, look)
        self.window.set_look(look)
