"""The size bar shows every part in a form of its own, and says it to screen readers (3.4)."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QAccessible, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.present.size_words import session_size_text
from app.views.roles import install_roles
from app.views.size_forms import FORMS, draw_form
from app.views.size_view import SizeView
from store.values.checks import PartSize, SizeBreakdown, SizePart

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ALL = SizeBreakdown(tuple(PartSize(part, 10_000 * (number + 1), number) for number, part in enumerate(SizePart)))
LOPSIDED = SizeBreakdown((PartSize(SizePart.MESSAGES, 10**9), *(PartSize(part, 1) for part in list(SizePart)[1:])))


def shown(qtbot: QtBot, sizes: SizeBreakdown, width_px: int, zoom_percent: int = 100) -> SizeView:
    add_bundled_fonts()
    install_roles()
    view = SizeView(Look(Theme.LIGHT, zoom_percent))
    qtbot.addWidget(view)
    view.say(session_size_text(sizes))
    view.resize(width_px, view.heightForWidth(width_px))
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_3_4_no_two_parts_have_the_same_form_and_none_is_told_by_colour_alone() -> None:
    assert set(FORMS) == set(SizePart)
    assert len(set(FORMS.values())) == len(SizePart)
    same_hatch = [form for form in FORMS.values() if form[2] is FORMS[SizePart.REST][2]]
    # Without a hatch there are a strong fill, a grey one, and none.
    assert len({fill for fill, _line, _hatch in same_hatch}) == len(same_hatch)


@pytest.mark.parametrize("theme", Theme)
def test_3_4_the_forms_look_different_without_any_colour(theme: Theme) -> None:
    look, seen = Look(theme), set()
    for part in SizePart:
        image = QImage(40, 20, QImage.Format.Format_RGB32)
        image.fill(look.colour("base"))
        painter = QPainter(image)
        draw_form(painter, look, part, QRectF(0, 0, 40, 20))
        painter.end()
        grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
        seen.add(bytes(grey.constBits()))
    assert len(seen) == len(SizePart)


@pytest.mark.parametrize("sizes", [ALL, LOPSIDED, SizeBreakdown((PartSize(SizePart.REST, 0),))])
@pytest.mark.parametrize("width_px", [90, 626, 1400])
def test_3_4_the_parts_fill_the_bar_and_each_can_be_seen(qtbot: QtBot, sizes: SizeBreakdown, width_px: int) -> None:
    view = shown(qtbot, sizes, width_px)
    segments = [rect for rect, _part in view.segments()]
    assert len(segments) == len(sizes.parts)
    assert segments[0].left() == 0
    assert segments[-1].right() == view.width() - 1
    assert all(rect.width() >= 3 for rect in segments)
    assert all(left.right() < right.left() for left, right in itertools.pairwise(segments))


@pytest.mark.parametrize(("width_px", "zoom_percent"), [(626, 100), (320, 100), (500, 200), (1600, 80), (90, 100)])
def test_3_4_the_legend_wraps_and_lies_inside(qtbot: QtBot, width_px: int, zoom_percent: int) -> None:
    view = shown(qtbot, ALL, width_px, zoom_percent)
    items = [rect for rect, _part in view.legend()]
    assert all(view.rect().contains(rect) for rect in items)
    assert not any(one.intersects(other) for number, one in enumerate(items) for other in items[number + 1 :])


def test_3_4_a_screen_reader_is_given_a_chart_with_all_its_parts(qtbot: QtBot) -> None:
    view = shown(qtbot, ALL, 626)
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface.role() is QAccessible.Role.Chart
    assert interface.text(QAccessible.Text.Name) == view.text.spoken


def test_3_4_the_mouse_learns_the_exact_bytes_in_bar_and_legend(qtbot: QtBot) -> None:
    view = shown(qtbot, ALL, 626)
    for rect, part in (*view.segments(), *view.legend()):
        assert view.part_at(rect.center()) is part
    assert "10,000 bytes" in view.text.parts[0].tip
