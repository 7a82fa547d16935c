"""Says of the chosen sessions which actions are possible, and why others are not. GUI thread only; jobs do the looking.

What is known without reading a session is said soon; what only a plan can tell a moment later, when a person seems to
stay, and again when a store moved or a menu is opened. Until an answer comes the last one holds: an action that turns
out not to be possible says so in its dialog.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.controllers.chosen import Chosen
from app.jobs import Lane, Newest, Query
from store.errors import BurrowError

if TYPE_CHECKING:
    from app.context import Context
    from app.controllers.actions_controller import ActionsController
    from app.controllers.sessions_controller import SessionsController
    from app.present.possible_words import Standing

SOON_MS, LATER_MS = 60, 600
"""After how long the quick look begins, and the one that plans."""


class EnablingController(QObject):
    """Keeps the actions on sessions in step with what is chosen.

    Attributes:
        standing: as it was found last; None before.
    """

    def __init__(
        self, context: Context, actions: ActionsController, sessions: SessionsController, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._actions, self._sessions = context, actions, sessions
        self.standing: Standing | None = None
        self._quick, self._full = Newest(context.jobs), Newest(context.jobs)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._look)
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self.look_closely)
        sessions.selection_changed.connect(self.renew)
        sessions.session_activated.connect(self.renew)

    def chosen(self) -> Chosen | None:
        """The selected sessions, else the one that is shown; None without any."""
        listed, spans = self._sessions.choice.selected_rows()
        if spans:
            return Chosen(listed, spans)
        key = self._sessions.choice.key()
        return None if key is None else Chosen(listed, (), (key,))

    @Slot()
    def renew(self, *_what: object) -> None:
        """Other sessions are chosen, or they stand otherwise now."""
        self._full.cancel()
        self._soon.start()
        self._later.start()

    @Slot()
    def look_closely(self) -> None:
        """Ask for a plan of a few of them."""
        self._later.stop()
        self._run(self._full, is_close=True)

    @Slot()
    def _look(self) -> None:
        self._run(self._quick, is_close=False)

    def _run(self, jobs: Newest, *, is_close: bool) -> None:
        chosen, context = self.chosen(), self._context
        if chosen is None:
            return
        # Loaded when the first session is chosen: the list is shown before.
        from app.controllers.standing_jobs import standing_work

        guarded = context.guarded if is_close else None
        work = standing_work(context.library, context.lists, guarded, chosen, self._sessions.model.listed.want.view)
        query = Query("Looking what is possible", work, Lane.BACKGROUND, gives_way=is_close)
        jobs.run(query, self._on_closely if is_close else self._on_looked, self._on_failed)

    def _on_looked(self, standing: Standing) -> None:
        # What a plan said of other sessions holds no more; of the same ones it still does.
        if not self._later.isActive() and not self._full.is_busy:
            return
        self._say(standing)

    def _on_closely(self, standing: Standing) -> None:
        self._quick.cancel()
        self._say(standing)

    def _say(self, standing: Standing) -> None:
        from app.present.possible_words import reasons

        self.standing = standing
        self._actions.say_reasons(reasons(standing))

    def _on_failed(self, _error: BurrowError) -> None:
        """Its plan says it: nothing is shown of sessions that cannot be looked at now."""
        self._actions.say_reasons({})
