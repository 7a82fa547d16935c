"""Stores are there at the start, each place on its own; what hangs says so and can be given up (2.1, 2-case-1)."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ActionId
from app.settings import RecentPlace, Settings
from store import Library, OwnPaths, Surroundings
from store.meerkat import MEERKAT
from store.values.store import Access, StoreFacts, StoreKey

RICH = "meerkat/realm-0.6.24-rich"
Show = Callable[..., Program]
CopySample = Callable[[str], Path]
InWorker = Callable[[Callable[[], Any]], Any]


class HangingMeerkat:
    """Meerkat, on whose folders of this name the disk does not answer until `answers` is set."""

    kind = MEERKAT.kind

    def __init__(self, folder_name: str, hangs_at_search: bool = False) -> None:
        self._name, self._hangs_at_search = folder_name, hangs_at_search
        self.answers = threading.Event()

    def main_files(self, folder: Path) -> tuple[Path, ...]:
        if self._hangs_at_search and self._name in folder.parts:
            self.answers.wait(60)
        return MEERKAT.main_files(folder)

    def open(self, path: Path, scratch: Path, token: Any, *, is_in_place: bool = False) -> Any:
        if self._name in path.parts:
            self.answers.wait(60)
        return MEERKAT.open(path, scratch, token, is_in_place=is_in_place)


@pytest.fixture
def hanging() -> Iterator[Callable[..., HangingMeerkat]]:
    """Make a system whose disk hangs; it answers at the end of the test at the latest."""
    made: list[HangingMeerkat] = []

    def make(folder_name: str, **options: Any) -> HangingMeerkat:
        made.append(HangingMeerkat(folder_name, **options))
        return made[-1]

    yield make
    for system in made:
        system.answers.set()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder for surroundings."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def realms(home: Path, copy_sample: CopySample) -> Callable[..., list[Path]]:
    """Put copies of a realm of this name where Meerkat's servers keep them; gives their main files."""
    sample = copy_sample(RICH) / "atlas"

    def put(*names: str) -> list[Path]:
        at = home / ".local" / "share" / "meerkat" / "realms"
        folders = [Path(shutil.copytree(sample, at / name)) for name in names]
        return [folder / "sessions.sqlite3" for folder in folders]

    return put


def surroundings(home: Path) -> Surroundings:
    return Surroundings("linux", {}, home, None)


def stores(program: Program) -> tuple[StoreFacts, ...]:
    return program.controller.library.model.stores()


def folder_names(program: Program) -> list[str]:
    return [Path(facts.key.path).parent.name for facts in stores(program)]


def trigger(program: Program, name: ActionId) -> None:
    program.controller.window.actions_of.by_id[name].trigger()


def facts_of(program: Program, path: Path) -> StoreFacts:
    facts = program.controller.library.model.facts_of(StoreKey(str(path)))
    assert facts is not None
    return facts


# --------------------------------------------------------------------------------------------------- at the start


def test_2_1_the_stores_at_the_usual_place_are_there_at_the_start_in_the_same_order_each_time(
    show_program: Show, realms: Callable[..., list[Path]], home: Path
) -> None:
    realms("plum", "apple", "quince")
    program = show_program(surroundings=surroundings(home))
    assert program.controller.window.has_panes
    assert folder_names(program) == ["apple", "plum", "quince"]
    assert all(facts.is_open for facts in stores(program))
    assert program.controller.library.current == stores(program)[0]


def test_2_1_without_any_store_at_the_usual_place_the_start_page_is_shown(show_program: Show, home: Path) -> None:
    program = show_program(surroundings=surroundings(home))
    assert program.controller.window.has_start
    assert stores(program) == ()


def test_2_1_a_path_on_the_command_line_is_opened_alone(
    show_program: Show, realms: Callable[..., list[Path]], home: Path, copy_sample: CopySample
) -> None:
    realms("apple")
    program = show_program(copy_sample(RICH), surroundings=surroundings(home))
    assert folder_names(program) == ["atlas"]


def test_2_1_the_usual_places_are_left_alone_when_a_person_does_not_want_them_searched(
    show_program: Show, realms: Callable[..., list[Path]], home: Path
) -> None:
    realms("apple")
    settings = Settings(are_usual_places_searched=False)
    assert stores(show_program(surroundings=surroundings(home), settings=settings)) == ()


def test_2_1_what_was_open_last_is_there_beside_what_is_found_and_the_last_store_is_shown(
    show_program: Show, realms: Callable[..., list[Path]], home: Path, copy_sample: CopySample
) -> None:
    _apple, plum = realms("apple", "plum")
    open_last = copy_sample(RICH)
    settings = Settings(open_paths=(str(open_last),), last_store=str(plum))
    program = show_program(surroundings=surroundings(home), settings=settings)
    assert sorted(folder_names(program)) == ["apple", "atlas", "plum"]
    assert program.controller.library.current == facts_of(program, plum)
    assert program.context.settings.current.open_paths == (str(open_last),)


def test_2_1_a_folder_that_cannot_be_found_is_said_when_a_person_added_it(
    show_program: Show, home: Path, tmp_path: Path
) -> None:
    program = show_program(surroundings=surroundings(home), settings=Settings(places=(str(tmp_path / "gone"),)))
    assert [facts.faults[0].code for facts in stores(program)] == ["missing"]


def test_2_1_two_paths_to_one_store_are_one_store(
    show_program: Show, realms: Callable[..., list[Path]], home: Path, tmp_path: Path, in_worker: InWorker
) -> None:
    (apple,) = realms("apple")
    in_worker(lambda: (tmp_path / "link").symlink_to(apple.parent))
    settings = Settings(open_paths=(str(tmp_path / "link"), str(apple)), places=(str(tmp_path / "link"),))
    program = show_program(surroundings=surroundings(home), settings=settings)
    assert [facts.key.path for facts in stores(program)] == [str(apple)]


# ------------------------------------------------------------------------------------------- what does not answer


def test_2_case_1_of_thirty_stores_one_that_hangs_says_so_and_the_others_are_usable_at_once(
    qtbot: QtBot,
    show_program: Show,
    hanging: Callable[..., HangingMeerkat],
    realms: Callable[..., list[Path]],
    home: Path,
    own_paths: OwnPaths,
) -> None:
    names = [f"realm-{number:02}" for number in range(30)]
    slow = realms(*names)[3]
    system = hanging("realm-03")
    library = Library(own_paths, (system,))
    program = show_program(surroundings=surroundings(home), library=library)
    controller = program.controller
    assert len(stores(program)) == 30
    assert [facts.name for facts in stores(program) if not facts.is_open] == ["realm-03"]
    assert not facts_of(program, slow).is_answering
    qtbot.waitUntil(lambda: controller.page.shown is not None, timeout=10_000)
    qtbot.waitUntil(lambda: not controller.progress.is_busy)
    controller.library.choose(StoreKey(str(slow)))
    title, sentence, advice = controller.window.error_panel.texts()
    assert title == "realm-03 does not answer"
    assert sentence == "Nothing has come from its disk or network folder for two seconds."
    assert "Cancel" in advice
    system.answers.set()
    qtbot.waitUntil(lambda: facts_of(program, slow).is_open, timeout=10_000)
    assert controller.library.current == facts_of(program, slow)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)


def test_2_case_1_a_store_that_does_not_answer_can_be_cancelled_and_tried_again(
    qtbot: QtBot,
    show_program: Show,
    hanging: Callable[..., HangingMeerkat],
    realms: Callable[..., list[Path]],
    home: Path,
    own_paths: OwnPaths,
) -> None:
    slow, _quick = realms("apple", "plum")
    system = hanging("apple")
    program = show_program(surroundings=surroundings(home), library=Library(own_paths, (system,)))
    controller, panel = program.controller, program.controller.window.error_panel
    controller.library.choose(StoreKey(str(slow)))
    qtbot.mouseClick(panel._again, Qt.MouseButton.LeftButton)
    assert [fault.code for fault in facts_of(program, slow).faults] == ["given-up"]
    assert panel.texts()[0] == "apple cannot be opened"
    assert panel._again.text() == "Try again"
    system.answers.set()
    qtbot.mouseClick(panel._again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: facts_of(program, slow).is_open, timeout=10_000)
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)


def test_2_1_a_folder_that_hangs_while_it_is_searched_keeps_no_other_from_opening_nor_the_program_from_ending(
    qtbot: QtBot,
    build_program: Callable[..., Program],
    show_program: Show,
    hanging: Callable[..., HangingMeerkat],
    realms: Callable[..., list[Path]],
    home: Path,
    own_paths: OwnPaths,
    tmp_path: Path,
    in_worker: InWorker,
) -> None:
    realms("apple")
    in_worker((tmp_path / "mount").mkdir)
    system = hanging("mount", hangs_at_search=True)
    settings = Settings(places=(str(tmp_path / "mount"),))
    program = show_program(surroundings=surroundings(home), settings=settings, library=Library(own_paths, (system,)))
    assert {(facts.name, facts.is_open, facts.is_answering) for facts in stores(program)} == {
        ("mount", False, False),
        ("atlas", True, True),
    }
    assert program.controller.library.current is not None
    assert program.controller.library.current.is_open
    program.shutdown()
    assert not program.is_clean
    program.is_clean = True  # the thread that was left behind ends below


# ------------------------------------------------------------------------------------------------ closing, adding


def test_2_1_a_closed_store_stays_closed_at_the_next_start_and_is_among_the_recent_ones(
    qtbot: QtBot, show_program: Show, realms: Callable[..., list[Path]], home: Path
) -> None:
    apple, plum = realms("apple", "plum")
    program = show_program(surroundings=surroundings(home))
    trigger(program, ActionId.CLOSE_STORE)
    assert folder_names(program) == ["plum"]
    qtbot.waitUntil(lambda: program.controller.library.current == facts_of(program, plum))
    settings = program.context.settings.current
    assert [place.path for place in settings.recent] == [str(apple)]
    program.shutdown()
    again = show_program(surroundings=surroundings(home), settings=settings)
    assert folder_names(again) == ["plum"]
    again.controller.open_paths((str(apple),))
    qtbot.waitUntil(lambda: sorted(folder_names(again)) == ["apple", "plum"])
    assert again.context.settings.current.closed_stores == ()


def test_2_1_after_the_last_store_was_closed_the_start_page_is_shown(
    qtbot: QtBot, show_program: Show, copy_sample: CopySample
) -> None:
    program = show_program(copy_sample(RICH))
    trigger(program, ActionId.CLOSE_STORE)
    assert program.controller.window.has_start
    assert program.context.settings.current.open_paths == ()
    assert program.controller.window.windowTitle() == "Burrow"
    assert program.controller.page.shown is None
    assert not program.controller.window.actions_of.by_id[ActionId.CLOSE_STORE].isEnabled()
    qtbot.waitUntil(lambda: program.context.library.facts() == ())


def test_2_1_an_added_folder_is_searched_now_and_at_the_next_start(
    qtbot: QtBot, show_program: Show, copy_sample: CopySample
) -> None:
    folder = copy_sample(RICH).parent
    program = show_program()
    assert program.controller.window.has_start
    program.controller.opening.add_place(str(folder))
    qtbot.waitUntil(lambda: len(stores(program)) == 1 and program.context.jobs.idle())
    assert program.controller.window.has_panes
    settings = program.context.settings.current
    assert (settings.places, settings.open_paths) == ((str(folder),), ())
    program.shutdown()
    assert len(stores(show_program(settings=settings))) == 1


def test_2_1_closing_an_added_folder_that_is_gone_takes_it_off_the_list(
    show_program: Show, copy_sample: CopySample, tmp_path: Path
) -> None:
    settings = Settings(places=(str(tmp_path / "gone"),), open_paths=(str(copy_sample(RICH)),))
    program = show_program(settings=settings)
    program.controller.library.choose(StoreKey(str(tmp_path / "gone")))
    trigger(program, ActionId.CLOSE_STORE)
    assert program.context.settings.current.places == ()
    assert [facts.is_open for facts in stores(program)] == [True]


def test_2_1_opening_from_the_recent_ones_opens_what_was_closed(
    qtbot: QtBot, show_program: Show, copy_sample: CopySample
) -> None:
    main = copy_sample(RICH) / "atlas" / "sessions.sqlite3"
    settings = Settings(recent=(RecentPlace(str(main), "atlas", 0),), closed_stores=(str(main),))
    program = show_program(settings=settings)
    program.controller.recent.asked.emit((str(main),))
    qtbot.waitUntil(lambda: len(stores(program)) == 1)
    assert program.context.settings.current.closed_stores == ()


def test_2_1_where_stores_are_found_nothing_is_touched(
    show_program: Show,
    realms: Callable[..., list[Path]],
    home: Path,
    untouched: Callable[[Path], Any],
    in_worker: InWorker,
) -> None:
    realms("apple", "plum")
    guard = untouched(home)
    in_worker(guard.__enter__)
    program = show_program(surroundings=surroundings(home))
    program.shutdown()
    in_worker(lambda: guard.__exit__(None, None, None))


def test_a_store_too_large_to_copy_offers_to_be_read_in_place(
    qtbot: QtBot, show_program: Show, copy_sample: CopySample, in_worker: InWorker
) -> None:
    (main,) = copy_sample("meerkat/realm-0.6.24-live-wal").rglob("sessions.sqlite3")
    in_worker(lambda: os.truncate(main, 1024**3 + 4096))
    program = show_program(main)
    panel = program.controller.window.error_panel
    assert panel.isVisible()
    assert panel._in_place.isVisible()
    assert "-shm" in panel.texts()[2]
    qtbot.mouseClick(panel._in_place, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: program.controller.page.shown is not None, timeout=10_000)
    (facts,) = stores(program)
    assert facts.access is Access.IN_PLACE
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)


def test_2_1_switching_the_usual_places_on_finds_what_lies_there_at_once(
    qtbot: QtBot, show_program: Show, realms: Callable[..., list[Path]], home: Path
) -> None:
    realms("apple", "plum")
    settings = Settings(are_usual_places_searched=False)
    program = show_program(surroundings=surroundings(home), settings=settings)
    assert program.controller.window.has_start
    program.context.settings.update(are_usual_places_searched=True)
    qtbot.waitUntil(lambda: sorted(folder_names(program)) == ["apple", "plum"])
    qtbot.waitUntil(lambda: program.controller.window.has_panes and program.context.jobs.idle())


def test_2_1_the_recent_places_open_from_the_menu_and_the_start_page(
    qtbot: QtBot, show_program: Show, copy_sample: CopySample
) -> None:
    main = copy_sample(RICH) / "atlas" / "sessions.sqlite3"
    program = show_program(settings=Settings(recent=(RecentPlace(str(main), "atlas", 0),)))
    window = program.controller.window
    window.recent_menu.aboutToShow.emit()
    assert [action.data() for action in window.recent_menu.actions()] == [str(main)]
    window.recent_menu.triggered.emit(window.recent_menu.actions()[0])
    qtbot.waitUntil(lambda: [facts.key.path for facts in stores(program)] == [str(main)])
    qtbot.waitUntil(lambda: program.context.jobs.idle())
