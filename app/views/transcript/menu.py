"""The context menu of a message: everything that its buttons, heads and links do, also for the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtWidgets import QMenu, QWidget

from app.present.one_line import one_line
from app.views.transcript.layout import MessageLayout
from app.views.transcript.ops import Act, Spot

_MOST_ENTRIES = 12


class MenuAct(Enum):
    """What an entry does."""

    COPY = "copy"
    COPY_AS_MARKDOWN = "copy-as-markdown"
    COPY_MESSAGE = "copy-message"
    COPY_MARKDOWN = "copy-markdown"
    RAW = "raw"
    SELECT_ALL = "select-all"
    COPY_LINK = "copy-link"
    OPEN_LINK = "open-link"
    SPOT = "spot"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Attributes:
        payload: the link's target or the Spot.
        is_checked: None for an entry that is no switch.
    """

    act: MenuAct
    words: str
    payload: object = None
    is_checked: bool | None = None
    begins_group: bool = False


def entries_for(layout: MessageLayout | None, has_selection: bool, link: str) -> list[Entry]:
    """The entries for a message; pure."""
    entries = []
    if link:
        entries += [Entry(MenuAct.OPEN_LINK, "Open link…", link), Entry(MenuAct.COPY_LINK, "Copy link address", link)]
    if has_selection:
        entries += [
            Entry(MenuAct.COPY, "Copy", begins_group=bool(link)),
            Entry(MenuAct.COPY_AS_MARKDOWN, "Copy as Markdown"),
        ]
    if layout is not None:
        entries += [
            Entry(MenuAct.COPY_MESSAGE, "Copy Message", begins_group=True),
            Entry(MenuAct.COPY_MARKDOWN, "Copy Message as Markdown"),
            Entry(MenuAct.RAW, "Raw Message", is_checked=layout.is_raw),
        ]
        entries += _spot_entries(layout)
        if not link:
            entries += _link_entries(layout)
    entries.append(Entry(MenuAct.SELECT_ALL, "Select All", begins_group=True))
    return entries


def _spot_entries(layout: MessageLayout) -> list[Entry]:
    spots = [spot for spot in layout.spots if spot.act is not Act.COPY_TEXT][:_MOST_ENTRIES]
    return [
        Entry(MenuAct.SPOT, one_line(spot.words, 60), spot, begins_group=number == 0)
        for number, spot in enumerate(spots)
    ]


def _link_entries(layout: MessageLayout) -> list[Entry]:
    links = [link for part in layout.parts for link in part.links()][:_MOST_ENTRIES]
    return [
        Entry(MenuAct.OPEN_LINK, f"Open link “{one_line(words, 40)}”…", target, begins_group=number == 0)
        for number, (words, target) in enumerate(links)
    ]


def make_menu(entries: list[Entry], do: Callable[[Entry], None], parent: QWidget) -> QMenu:
    """The menu of the entries; it deletes itself when it closes."""
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    for entry in entries:
        if entry.begins_group and menu.actions():
            menu.addSeparator()
        action = menu.addAction(entry.words.replace("&", "&&"))
        if entry.is_checked is not None:
            action.setCheckable(True)
            action.setChecked(entry.is_checked)
        action.triggered.connect(lambda _checked=False, entry=entry: do(entry))
    return menu


def spot_of(entry: Entry) -> Spot | None:
    """The spot of an entry, if it has one."""
    return entry.payload if isinstance(entry.payload, Spot) else None
