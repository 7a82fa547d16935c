"""The bar above a transcript: which kind of messages is shown, and the way from one to the next. GUI thread only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from app.look.look import Look
from app.look.tokens import tokens
from app.present.reading import ReadKind
from app.present.sizes import counted, exact_count
from app.views.chip import Chip, ChipForm

CHIP_GAP_PX = 3
RIGHT_PX = 6
"""Beside the last button, whose icon so stands where the page's text ends."""

NOT_COUNTED = "…"
PROMPTS_ONLY = "Prompts and answers"

_CHIPS = (
    (ReadKind.ALL, "All", "", "Show all messages"),
    (ReadKind.YOU, "You", "user", "Show your prompts"),
    (ReadKind.ASSISTANT, "Assistant", "sparkles", "Show what the model said"),
    (ReadKind.TOOLS, "Tools", "terminal", "Show tool calls and their results"),
    (ReadKind.REASONING, "Reasoning", "lightbulb", "Show reasoning"),
    (ReadKind.ERRORS, "Errors", "circle-x", "Show what failed"),
)


@dataclass(frozen=True)
class _Fit:
    """What has room.

    Attributes:
        forms: of each chip.
        is_tight: less room is left around words.
        has_find: there is a button for finding.
    """

    forms: dict[ReadKind, ChipForm]
    is_tight: bool
    has_find: bool


class ChipBar(QWidget):
    """The chips and the jumping buttons; nothing is ever cut off.

    Where there is little room the button for finding goes first, then the air around words, then the words from the
    longest to the shortest, then the counts; icons stay.

    Signals:
        kind_chosen (ReadKind): a person chose a chip.
        jump_asked (int): to the next (1) or previous (-1) message of the kind that is chosen.
        find_asked: a person wants to find something in the transcript.
    """

    kind_chosen = Signal(object)
    jump_asked = Signal(int)
    find_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setAccessibleName("Kinds of messages")
        self._chips: dict[ReadKind, Chip] = {}
        for kind, word, icon, tip in _CHIPS:
            chip = Chip(look, word, icon, kind is ReadKind.ERRORS, self)
            chip.say(word, "", word, tip)
            chip.clicked.connect(self._on_chip_clicked)
            self._chips[kind] = chip
        self._chips[ReadKind.ALL].setChecked(True)
        self._previous = self._button("Previous message of this kind  [", self._on_previous)
        self._next = self._button("Next message of this kind  ]", self._on_next)
        self._find = self._button("Find in the transcript  Ctrl+F", self.find_asked.emit)
        self.set_look(look)

    def _button(self, tip: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setAccessibleName(tip.partition("  ")[0])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(slot)
        return button

    def set_look(self, look: Look) -> None:
        """Paint with another look from now on."""
        self._look = look
        for chip in self._chips.values():
            chip.set_look(look)
        icons = ((self._previous, "arrow-up"), (self._next, "arrow-down"), (self._find, "search"))
        for button, icon in icons:
            button.setIcon(look.icon(icon, "text_2"))
            button.setIconSize(QSize(look.px(16), look.px(16)))
        self.setFixedHeight(look.px(tokens()["height"]["chip_bar"]))
        self._place()
        self.update()

    def chip(self, kind: ReadKind) -> Chip:
        """The chip of a kind."""
        return self._chips[kind]

    def say(self, kind: ReadKind, counts: Mapping[ReadKind, int] | None, is_prompts_only: bool = False) -> None:
        """Show which kind is chosen, and how many messages there are of each.

        Args:
            counts: of each kind; None while they are not known.
            is_prompts_only: all means prompts and answers.
        """
        # "All" needs no icon, so short it is; these words do.
        self._chips[ReadKind.ALL].set_icon("list-filter" if is_prompts_only else "")
        for each, word, _icon, tip in _CHIPS:
            chip = self._chips[each]
            if each is ReadKind.ALL and is_prompts_only:
                word, tip = PROMPTS_ONLY, "Show prompts and answers, without tools, reasoning and notices"
            if counts is None:
                chip.say(word, NOT_COUNTED, f"{word}, not counted yet", tip)
            else:
                chip.say(word, exact_count(counts[each]), f"{word}, {counted(counts[each], 'message')}", tip)
            # The chosen one stays: it must be possible to see that nothing is left of it.
            is_possible = counts is None or counts[each] > 0 or each is kind or each is ReadKind.ALL
            chip.setEnabled(is_possible)
            if not is_possible:
                chip.say(word, chip.count, chip.accessibleName(), "There are none in this session")
        self._chips[kind].setChecked(True)
        for button in (self._previous, self._next):
            button.setEnabled(counts is None or counts[kind] > 0)
        self._place()

    @property
    def kind(self) -> ReadKind:
        """The kind that is chosen."""
        return next(kind for kind, chip in self._chips.items() if chip.isChecked())

    def minimumSizeHint(self) -> QSize:
        """As narrow as the chips are without word and count; Qt's name."""
        return QSize(self._width_px(_Fit(dict.fromkeys(self._chips, ChipForm.ICON), True, False)), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for; Qt's name."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the line below the bar; Qt's name."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("base"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._look.colour("line"))
        painter.end()

    def _width_px(self, fit: _Fit) -> int:
        look = self._look
        chips = sum(chip.width_in(fit.forms[kind], fit.is_tight) for kind, chip in self._chips.items())
        gaps = look.px(CHIP_GAP_PX) * (len(self._chips) + 1)
        buttons = look.px(tokens()["height"]["control"]) * (3 if fit.has_find else 2)
        return look.px(tokens()["space"]["page_inset"]) + chips + gaps + buttons + look.px(RIGHT_PX)

    def _fits(self) -> Iterator[_Fit]:
        """What to try in turn, each narrower than the one before."""
        forms = dict.fromkeys(self._chips, ChipForm.WORDS)
        for is_tight, has_find in ((False, True), (False, False), (True, False)):
            yield _Fit(forms, is_tight, has_find)
        by_word = sorted(self._chips, key=lambda kind: self._chips[kind].word_px, reverse=True)
        by_count = sorted(self._chips, key=lambda kind: self._chips[kind].count_px, reverse=True)
        for form, kinds in ((ChipForm.COUNT, by_word), (ChipForm.ICON, by_count)):
            for kind in kinds:
                forms = {**forms, kind: form}
                yield _Fit(forms, True, False)

    def _fit(self) -> _Fit:
        fit = None
        for fit in self._fits():
            if self._width_px(fit) <= self.width():
                break
        assert fit is not None
        return fit

    def _place(self) -> None:
        look, inset = self._look, self._look.px(tokens()["space"]["page_inset"])
        fit = self._fit()
        x, high = inset, look.px(tokens()["height"]["chip"])
        for kind, chip in self._chips.items():
            form = fit.forms[kind]
            chip.set_form(form, fit.is_tight)
            chip.setGeometry(x, (self.height() - high) // 2, chip.width_in(form, fit.is_tight), high)
            x += chip.width() + look.px(CHIP_GAP_PX)
        side = look.px(tokens()["height"]["control"])
        right = self.width() - look.px(RIGHT_PX)
        self._find.setVisible(fit.has_find)
        for button in (*((self._find,) if fit.has_find else ()), self._next, self._previous):
            right -= side
            button.setGeometry(right, (self.height() - side) // 2, side, side)

    @Slot()
    def _on_chip_clicked(self) -> None:
        self.kind_chosen.emit(self.kind)

    @Slot()
    def _on_next(self) -> None:
        self.jump_asked.emit(1)

    @Slot()
    def _on_previous(self) -> None:
        self.jump_asked.emit(-1)
