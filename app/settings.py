"""What Burrow remembers between two runs: one frozen value, saved on change by a job. Not kept beside any store.

A frozen dataclass decoded by hand, not a pydantic model: importing pydantic took 90 ms, as long as Qt, and a window
that shows at once cannot wait for it.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import time
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs import Jobs, Lane, Query
from app.look.tokens import Density
from app.present.reading import FoldState
from app.present.times import zone_of
from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import BurrowError
from store.values.listing import GroupBy

RECENT_AT_MOST = 10
SESSIONS_AT_MOST = 200
SAVE_AFTER_MS = 400
"""Changes that come within this time are saved together."""


class DamagedSettings(ValueError):
    """The text is no JSON object, or a value is not of its kind."""


class ThemeChoice(StrEnum):
    """Which theme a person wants."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class RecentPlace:
    """One place that was opened.

    Attributes:
        path: as it was opened.
        name: of the store, or of the folder.
        opened_at_ms: milliseconds since 1970, UTC.
    """

    path: str
    name: str
    opened_at_ms: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is remembered. Lengths are logical pixels; 0 means that nobody has chosen one yet.

    Attributes:
        theme: light, dark, or what the system says.
        zoom_percent: 80 to 200.
        window_x, window_y, window_width_px, window_height_px: the window when it is not maximised.
        is_maximised: whether it was.
        library_width_px, sessions_width_px: the two left panes; the page takes the rest.
        is_library_shown, is_page_shown: panes that can be hidden.
        density: how close rows and messages stand.
        is_utc: times are shown in UTC, not in the zone of the machine.
        places: folders that are searched for stores at every start, beside the usual ones.
        are_usual_places_searched: whether the places where systems keep their stores are searched at the start.
        sort_key, is_sort_descending: order of the sessions, by the word of the command line.
        group_by: headings in the list of sessions.
        columns: names of the columns that a person chose, in their order; empty for as many as fit.
        column_widths_px: pairs of a column's name and the width that a person gave it.
        last_view: saved view or kind of store that was shown last; empty for a store.
        closed_sections: sections of the library that are folded.
        is_prompts_only: the transcript leaves out tools, reasoning and notices.
        fold_state: how tools and reasoning stand in a session that is opened.
        is_case_matched, is_whole_word: how the find bar compares.
        is_output_wrapped, is_json_tree: how the pane for a whole text shows it.
        check_width_px, check_height_px: the window of the check of a store.
        changes_width_px, changes_height_px: the window of changes.
        recent: newest first.
        recent_commands: names of actions that were run from the command palette, newest first.
        open_paths: what was open when the program ended.
        closed_stores: paths of stores that a person closed: they are not opened again just because they are found.
        last_store: path of the store that was shown last.
        last_sessions: pairs of store path and session id, newest first.
    """

    theme: ThemeChoice = ThemeChoice.SYSTEM
    zoom_percent: int = 100
    window_x: int = 0
    window_y: int = 0
    window_width_px: int = 0
    window_height_px: int = 0
    is_maximised: bool = False
    library_width_px: int = 0
    sessions_width_px: int = 0
    is_library_shown: bool = True
    is_page_shown: bool = True
    density: Density = Density.COMFORTABLE
    is_utc: bool = False
    places: tuple[str, ...] = ()
    are_usual_places_searched: bool = True
    sort_key: str = "updated_at"
    is_sort_descending: bool = True
    group_by: GroupBy = GroupBy.NONE
    columns: tuple[str, ...] = ()
    column_widths_px: tuple[tuple[str, int], ...] = ()
    last_view: str = ""
    closed_sections: tuple[str, ...] = ()
    is_prompts_only: bool = False
    fold_state: FoldState = FoldState.USUAL
    is_case_matched: bool = False
    is_whole_word: bool = False
    is_output_wrapped: bool = True
    is_json_tree: bool = False
    check_width_px: int = 0
    check_height_px: int = 0
    changes_width_px: int = 0
    changes_height_px: int = 0
    recent: tuple[RecentPlace, ...] = ()
    recent_commands: tuple[str, ...] = ()
    open_paths: tuple[str, ...] = ()
    closed_stores: tuple[str, ...] = ()
    last_store: str = ""
    last_sessions: tuple[tuple[str, str], ...] = ()

    def session_of(self, store_path: str) -> str | None:
        """The session that was shown last of a store."""
        return dict(self.last_sessions).get(store_path)


def with_session(settings: Settings, store_path: str, session_id: str) -> tuple[tuple[str, str], ...]:
    """`last_sessions` with this one at its beginning."""
    others = tuple(pair for pair in settings.last_sessions if pair[0] != store_path)
    return ((store_path, session_id), *others)[:SESSIONS_AT_MOST]


def with_recent(settings: Settings, place: RecentPlace) -> tuple[RecentPlace, ...]:
    """`recent` with this place at its beginning."""
    others = tuple(known for known in settings.recent if known.path != place.path)
    return (place, *others)[:RECENT_AT_MOST]


def encode_settings(settings: Settings) -> str:
    """The settings as JSON text."""
    return json.dumps(dataclasses.asdict(settings), indent=2, ensure_ascii=False) + "\n"


def decode_settings(text: str) -> Settings:
    """Settings from JSON text; what is absent takes its default, what is not known is ignored.

    Raises:
        DamagedSettings: it is no JSON object, or a value is not of its kind.
    """
    try:
        stored = json.loads(text)
        if not isinstance(stored, dict):
            raise ValueError("the settings are no object")
        values = {
            f.name: _decode(f.name, stored[f.name], f.default) for f in dataclasses.fields(Settings) if f.name in stored
        }
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DamagedSettings(type(error).__name__) from error
    return Settings(**values)


def _decode(name: str, value: Any, default: Any) -> Any:
    """One field, checked against its default's type."""
    if name == "recent":
        return tuple(RecentPlace(_text(r["path"]), _text(r["name"]), _whole(r["opened_at_ms"], 2**53)) for r in value)
    if name in ("open_paths", "closed_stores", "places", "columns", "closed_sections", "recent_commands"):
        return tuple(_text(entry) for entry in value)
    if name == "column_widths_px":
        return tuple((_text(column), _whole(width)) for column, width in value)
    if name == "last_sessions":
        return tuple((_text(store), _text(session)) for store, session in value)
    if isinstance(default, StrEnum):
        return type(default)(value)
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise ValueError(f"{name} is neither true nor false")
        return value
    return _whole(value) if isinstance(default, int) else _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text was expected")
    return value


def _whole(value: Any, limit: int = 2**31) -> int:
    # Geometry is handed to C++ as 32 bits; only times are longer.
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= limit:
        raise ValueError("a whole number was expected")
    return value


def read_settings(path: Path) -> Settings:
    """Read the file; a damaged one is kept aside as `….damaged` and the defaults are used, with a line in the log."""
    may_wait("read the settings")
    try:
        return decode_settings(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, DamagedSettings) as error:
        logging.getLogger("burrow").warning("settings not readable, defaults are used: %s", type(error).__name__)
        aside = path.with_name(path.name + ".damaged")
        try:
            path.replace(aside)
        except OSError:
            logging.getLogger("burrow").warning("the damaged settings could not be kept aside")
        return Settings()


def write_settings(path: Path, settings: Settings) -> None:
    """Write the file so that a crash leaves the old one or the new one; readable by its owner only."""
    may_wait("write the settings")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(encode_settings(settings))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


class SettingsStore(QObject):
    """Holds the current settings and saves them a moment after they changed. GUI thread only.

    Attributes:
        current: the settings now.

    Signals:
        changed (Settings): after update().
        zone_changed: times are shown in another zone from now on.
    """

    changed = Signal(object)
    zone_changed = Signal()

    def __init__(self, path: Path, settings: Settings, jobs: Jobs, is_saving: bool = True) -> None:
        super().__init__()
        self.current = settings
        self._path = path
        self._jobs = jobs
        self._is_saving = is_saving
        self._saved = settings
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.flush)

    @property
    def zone(self) -> tzinfo | None:
        """The zone in which times are shown; None for that of the machine."""
        return zone_of(self.current.is_utc)

    def update(self, **changes: Any) -> None:
        """Replace fields by name; nothing happens when all are as they were."""
        settings = dataclasses.replace(self.current, **changes)
        before = self.current
        if settings == before:
            return
        self.current = settings
        self.changed.emit(settings)
        if settings.is_utc != before.is_utc:
            self.zone_changed.emit()
        self._timer.start()

    def remember_place(self, path: str, name: str) -> None:
        """Put a place at the top of the recent ones."""
        self.update(recent=with_recent(self.current, RecentPlace(path, name, time.time_ns() // 1_000_000)))

    def remember_session(self, store_path: str, session_id: str) -> None:
        """Remember which session of a store was shown last."""
        self.update(last_store=store_path, last_sessions=with_session(self.current, store_path, session_id))

    @Slot()
    def flush(self) -> None:
        """Save now what is not saved yet, in a job that is finished even when the program ends."""
        self._timer.stop()
        if not self._is_saving or self.current == self._saved:
            return
        path, settings = self._path, self.current
        self._saved = settings

        def save(_token: CancelToken) -> None:
            try:
                write_settings(path, settings)
            except OSError as error:
                logging.getLogger("burrow").warning("settings not saved: %s", error.strerror)

        self._jobs.run(
            Query("Saving settings", save, Lane.BACKGROUND, must_finish=True), self._on_saved, self._on_error
        )

    def _on_saved(self, _nothing: None) -> None:
        """Nothing to show: saving is silent."""

    def _on_error(self, error: BurrowError) -> None:
        logging.getLogger("burrow").warning("settings not saved: %s", error.code)
