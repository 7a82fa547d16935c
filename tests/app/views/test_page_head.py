"""Badges of the page head shorten where there is little room, and lie beside each other (2-case-6, 3.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.look.look import Look, add_bundled_fonts
from app.look.tokens import Theme
from app.present.page_facts import HeadFact, HeadText
from app.present.summary import Sign
from app.views.head_parts import Badge
from app.views.page_head import PageHead

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TEXT = HeadText(
    "Compacted job",
    Sign("triangle-alert", "Damaged", "error"),
    (HeadFact("", "claude-sonnet-4-5"),),
    (HeadFact("232", "messages"), HeadFact("94.2k", "tokens")),
    "01a1fd45-6444-7098-bca0-9a82fcf044a8",
    "01a1fd45…44a8",
    is_rewritten=True,
    fault_count=12,
    fault_tip="The row differs.",
)


@pytest.mark.parametrize(("width_px", "zoom_percent"), [(660, 100), (597, 200), (420, 200), (300, 100)])
def test_2_case_6_badges_lie_inside_the_head_and_beside_each_other(
    qtbot: QtBot, width_px: int, zoom_percent: int
) -> None:
    add_bundled_fonts()
    head = PageHead(Look(Theme.LIGHT, zoom_percent))
    qtbot.addWidget(head)
    head.resize(width_px, head.sizeHint().height())
    with qtbot.waitExposed(head):
        head.show()
    head.say(TEXT)
    qtbot.wait(1)
    rewritten, faults = (badge for badge in head.findChildren(Badge) if not badge.isHidden())
    assert rewritten.geometry().right() < faults.geometry().left()
    assert faults.geometry().right() < head.width()
    assert (rewritten.accessibleName(), faults.accessibleName()) == ("Rewritten", "12 faults")
    if rewritten.width() < rewritten.width_px(is_short=False):
        assert rewritten.toolTip().startswith('<p style="white-space:pre-wrap">Rewritten')


def test_4_3_the_head_says_that_there_is_a_note_and_its_tip_what_it_says(qtbot: QtBot) -> None:
    add_bundled_fonts()
    head = PageHead(Look(Theme.DARK, 100))
    qtbot.addWidget(head)
    head.resize(660, head.sizeHint().height())
    head.say(replace(TEXT, has_note=True, note_tip="Ask Dana\n<b>first</b>"))
    note, *others = (badge for badge in head.findChildren(Badge) if not badge.isHidden())
    assert (note.accessibleName(), note.accessibleDescription()) == ("Note", "Ask Dana\n<b>first</b>")
    assert "&lt;b&gt;" in note.toolTip()
    head.say(TEXT)
    assert note.isHidden()
    assert not any(badge.isHidden() for badge in others)
