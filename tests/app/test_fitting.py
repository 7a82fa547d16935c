"""At every zoom and size, and on a right-to-left desktop, nothing is cut off and nothing overlaps (2-case-6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QLineEdit,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.commands import ActionId
from app.options import Options
from app.views.facet_chooser import FacetChooser
from store.values.listing import Facet
from tests.app.windows import WINDOWS

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RICH = "meerkat/realm-0.6.24-rich"
SLOW = pytest.mark.slow
SIZES = [(200, 1280, 800), pytest.param(80, 1920, 1080, marks=SLOW), pytest.param(100, 1280, 800, marks=SLOW)]


def settle(qtbot: QtBot, program: Program) -> None:
    """Wait until nothing runs, and what was said is laid out."""
    qtbot.waitUntil(lambda: program.context.jobs.idle(), timeout=10_000)
    for _ in range(3):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        # What gave way to other parts is never painted again; without this it could still be met beside them.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def leaves(window: QWidget) -> Iterator[QWidget]:
    """Visible controls and texts of a window, of those that hold no others."""
    for kind in (QLabel, QAbstractButton, QLineEdit, QTabBar):
        for widget in window.findChildren(kind):
            is_blank = isinstance(widget, QLabel) and not widget.text() and widget.pixmap().isNull()
            if widget.isVisible() and not widget.visibleRegion().isEmpty() and not is_blank:
                yield widget


def on_window(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint()), widget.size())


def overlapping(window: QWidget) -> list[str]:
    """Pairs of controls of which neither lies inside the other, and that share pixels."""
    found = []
    all_of_them = list(leaves(window))
    for number, one in enumerate(all_of_them):
        for other in all_of_them[number + 1 :]:
            if one.isAncestorOf(other) or other.isAncestorOf(one) or one.parent() is other.parent() is None:
                continue
            seen = one.visibleRegion().translated(one.mapTo(one.window(), QPoint()))
            shared = seen.intersected(other.visibleRegion().translated(other.mapTo(other.window(), QPoint())))
            if not shared.isEmpty() and shared.boundingRect().width() > 1 and shared.boundingRect().height() > 1:
                found.append(f"{named(one)} and {named(other)}")
    return found


def cut(window: QWidget) -> list[str]:
    """What reaches outside of what is seen, and buttons and plain labels that are smaller than what they say.

    Those that elide say the rest in a tool tip.
    """
    found = []
    for widget in leaves(window):
        if not _is_in_scrolled_part(widget) and widget.visibleRegion().boundingRect() != widget.rect():
            found.append(f"{named(widget)}: only {widget.visibleRegion().boundingRect()} is seen")
        if isinstance(widget, (QLineEdit, QTabBar)) or _is_in_scrolled_part(widget):
            continue
        text = widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else ""
        if not text or (isinstance(widget, QLabel) and (widget.wordWrap() or "…" in text or widget.toolTip())):
            continue
        is_icon = isinstance(widget, QToolButton) and widget.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly
        needed = widget.iconSize() if is_icon else widget.minimumSizeHint()  # type: ignore[attr-defined]
        if widget.width() < needed.width() - 1 or widget.height() < needed.height() - 1:
            found.append(f"{named(widget)}: {widget.size().toTuple()} < {needed.toTuple()}")
    return found


def _is_in_scrolled_part(widget: QWidget) -> bool:
    """Whether what does not fit can be scrolled to."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


def named(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, (QLabel, QAbstractButton, QLineEdit)) else ""
    return f"{type(widget).__name__} {text or widget.accessibleName()!r}"


@pytest.fixture
def sized(
    qtbot: QtBot, show_program: Callable[..., Program], copy_sample: Callable[[str], Path]
) -> Callable[[int, int, int], Program]:
    """The program on a real realm with a session shown, at a zoom and a size."""

    def show(zoom_percent: int, width_px: int, height_px: int) -> Program:
        program = show_program(copy_sample(RICH), zoom_percent=zoom_percent)
        program.controller.window.resize(width_px, height_px)
        qtbot.waitUntil(lambda: program.controller.page.shown is not None, timeout=10_000)
        settle(qtbot, program)
        return program

    return show


STATES: dict[str, tuple[ActionId, ...]] = {
    "as it opens": (),
    "find bar": (ActionId.FIND,),
    "groups": (ActionId.GROUP_MODEL,),
    "compact": (ActionId.DENSITY_COMPACT, ActionId.FIND),
    "spacious": (ActionId.DENSITY_SPACIOUS, ActionId.FIND),
    "without the library": (ActionId.SHOW_LIBRARY, ActionId.FIND),
    "without the page": (ActionId.SHOW_PAGE,),
    "an empty view": (ActionId.VIEW_FAULTS,),
    "prompts and answers": (ActionId.PROMPTS_AND_ANSWERS,),
}


@pytest.mark.parametrize(("zoom_percent", "width_px", "height_px"), SIZES)
def test_2_case_6_in_the_window_nothing_is_cut_off_or_overlaps_in_any_state(
    qtbot: QtBot, sized: Callable[[int, int, int], Program], zoom_percent: int, width_px: int, height_px: int
) -> None:
    program = sized(zoom_percent, width_px, height_px)
    window = program.controller.window
    assert len(list(leaves(window))) > 10
    wrong = {}
    for state, actions in STATES.items():
        for action in actions:
            window.actions_of.by_id[action].trigger()
            settle(qtbot, program)
        if found := overlapping(window) + cut(window):
            wrong[state] = found
        back = (ActionId.DENSITY_COMFORTABLE, ActionId.GROUP_NONE, ActionId.VIEW_ALL)
        switches = {ActionId.SHOW_LIBRARY, ActionId.SHOW_PAGE, ActionId.PROMPTS_AND_ANSWERS}
        for action in (*back, *switches.intersection(actions)):
            window.actions_of.by_id[action].trigger()
        program.controller.find.close()
        settle(qtbot, program)
    assert wrong == {}


@pytest.mark.parametrize(("zoom_percent", "width_px", "height_px"), SIZES)
def test_2_case_6_on_the_info_tab_nothing_is_cut_off_or_overlaps(
    qtbot: QtBot, sized: Callable[[int, int, int], Program], zoom_percent: int, width_px: int, height_px: int
) -> None:
    program = sized(zoom_percent, width_px, height_px)
    window = program.controller.window
    program.controller.page.page.show_tab(1)
    settle(qtbot, program)
    assert (overlapping(window), cut(window)) == ([], [])


@pytest.mark.parametrize(("zoom_percent", "width_px", "height_px"), SIZES)
@pytest.mark.parametrize("has_store", [True, False])
def test_2_case_6_of_an_error_and_on_the_start_page_nothing_is_cut_off_or_overlaps(
    qtbot: QtBot,
    show_program: Callable[..., Program],
    tmp_path: Path,
    has_store: bool,
    zoom_percent: int,
    width_px: int,
    height_px: int,
) -> None:
    broken = tmp_path / "sessions.sqlite3"
    broken.write_bytes(b"no database at all")
    program = show_program(*((broken,) if has_store else ()), zoom_percent=zoom_percent)
    window = program.controller.window
    window.resize(width_px, height_px)
    settle(qtbot, program)
    assert window.has_start is not has_store
    assert (overlapping(window), cut(window)) == ([], [])


@pytest.mark.parametrize(("zoom_percent", "width_px", "height_px"), SIZES)
def test_2_case_6_in_the_facet_chooser_nothing_is_cut_off_or_overlaps(
    qtbot: QtBot, sized: Callable[[int, int, int], Program], zoom_percent: int, width_px: int, height_px: int
) -> None:
    program = sized(zoom_percent, width_px, height_px)
    models = program.controller.library.view.facets[Facet.MODEL].list
    assert models is not None
    qtbot.waitUntil(lambda: models.model().rowCount() > 5, timeout=10_000)
    models.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Return):
        qtbot.keyClick(models, key)
    chooser = QApplication.activePopupWidget()
    assert isinstance(chooser, FacetChooser)
    settle(qtbot, program)
    assert (overlapping(chooser), cut(chooser)) == ([], [])
    assert chooser.width() <= width_px
    assert chooser.height() <= height_px
    chooser.close()


@pytest.mark.parametrize("zoom_percent", [pytest.param(80, marks=SLOW), 200])
@pytest.mark.parametrize("name", WINDOWS)
def test_2_case_6_in_the_other_windows_nothing_is_cut_off_or_overlaps(
    qtbot: QtBot, sized: Callable[[int, int, int], Program], name: ActionId, zoom_percent: int
) -> None:
    program = sized(zoom_percent, 1280, 800)
    before = set(QApplication.topLevelWidgets())
    program.controller.window.actions_of.by_id[name].trigger()
    settle(qtbot, program)
    for window in [w for w in QApplication.topLevelWidgets() if w not in before and w.isVisible()]:
        assert (overlapping(window), cut(window)) == ([], [])
        assert window.width() <= 1280
        assert window.height() <= 800
        window.close()


def test_2_case_6_on_a_right_to_left_desktop_the_english_window_stays_left_to_right(
    qapp: QApplication, build_program: Callable[..., Program]
) -> None:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    program = build_program(Options())
    assert qapp.layoutDirection() is Qt.LayoutDirection.LeftToRight
    assert program.controller.window.layoutDirection() is Qt.LayoutDirection.LeftToRight
