"""The application's one style sheet, written from the tokens. Fusion draws the rest with the palette.

Widgets ask for a form by a property: `main` for the button that does the thing, `flat` for buttons without an edge.
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from app.look.look import Look
from app.look.tokens import TypeUse, tokens


def style_sheet(look: Look) -> str:
    """The style sheet for one look; set once on the application for each look."""
    return "\n".join((_base(look), _buttons(look), _fields(look), _bars(look), _menus(look), _views(look)))


def _font(look: Look, use: TypeUse) -> str:
    font = look.font(use)
    families = ", ".join(f'"{family}"' for family in font.families())
    return f"font-family: {families}; font-size: {font.pixelSize()}px; font-weight: {font.weight()};"


def _c(look: Look, role: str) -> str:
    return look.colour(role).name()


def _base(look: Look) -> str:
    return f"""
QToolTip {{ background: {_c(look, "raised")}; color: {_c(look, "text")}; border: 1px solid {_c(look, "line_control")};
    padding: {look.px(4)}px {look.px(6)}px; {_font(look, TypeUse.SMALL)} }}
QSplitter::handle {{ background: {_c(look, "line")}; }}
"""


def _buttons(look: Look) -> str:
    radius, inner = look.px(tokens()["radius"]["control"]), look.px(tokens()["height"]["control"]) - 2
    return f"""
QPushButton {{ background: {_c(look, "raised")}; color: {_c(look, "text")}; border: 1px solid {_c(look, "line_strong")};
    border-radius: {radius}px; min-height: {inner}px; max-height: {inner}px; padding: 0 {look.px(12)}px;
    {_font(look, TypeUse.BODY)} }}
QPushButton:hover {{ background: {_c(look, "hover_window")}; }}
QPushButton:pressed {{ background: {_c(look, "pressed")}; }}
QPushButton:disabled {{ color: {_c(look, "text_disabled")}; background: {_c(look, "window")};
    border-color: {_c(look, "line")}; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}
QPushButton[main="true"] {{ background: {_c(look, "accent_fill")}; color: {_c(look, "on_accent")};
    border-color: {_c(look, "accent_fill")}; font-weight: 600; }}
QPushButton[main="true"]:hover {{ background: {_c(look, "accent_fill_hover")};
    border-color: {_c(look, "accent_fill_hover")}; }}
QPushButton[main="true"]:pressed {{ background: {_c(look, "accent_fill_pressed")};
    border-color: {_c(look, "accent_fill_pressed")}; }}
QPushButton[main="true"]:disabled {{ color: {_c(look, "text_disabled")}; background: {_c(look, "window")};
    border-color: {_c(look, "line")}; }}
QPushButton[flat="true"] {{ background: transparent; border-color: transparent; padding: 0 {look.px(6)}px; }}
QPushButton[flat="true"]:hover {{ background: {_c(look, "hover_window")}; }}
QPushButton[flat="true"]:pressed {{ background: {_c(look, "pressed")}; }}
QPushButton[small="true"] {{ min-height: {look.px(18)}px; max-height: {look.px(18)}px; padding: 0 {look.px(8)}px;
    border-radius: {look.px(4)}px; {_font(look, TypeUse.SMALL)} }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {radius}px;
    min-width: {inner}px; min-height: {inner}px; padding: 0; color: {_c(look, "text")}; }}
QToolButton[words="true"] {{ padding: 0 {look.px(4)}px; {_font(look, TypeUse.BODY)} }}
QToolButton[small="true"] {{ min-width: {look.px(18)}px; min-height: {look.px(18)}px;
    border-radius: {look.px(4)}px; }}
QToolButton:hover {{ background: {_c(look, "hover_window")}; }}
QToolButton:pressed, QToolButton:checked {{ background: {_c(look, "pressed")}; }}
QToolButton:disabled {{ color: {_c(look, "text_disabled")}; }}
"""


def _fields(look: Look) -> str:
    radius, inner = look.px(tokens()["radius"]["control"]), look.px(tokens()["height"]["control"]) - 2
    return f"""
QLineEdit {{ background: {_c(look, "base")}; color: {_c(look, "text")}; border: 1px solid {_c(look, "line_control")};
    border-radius: {radius}px; min-height: {inner}px; padding: 0 {look.px(8)}px; {_font(look, TypeUse.BODY)}
    selection-background-color: {_c(look, "text_select")}; selection-color: {_c(look, "text")}; }}
QPlainTextEdit, QTextEdit {{ background: {_c(look, "base")}; color: {_c(look, "text")};
    border: 1px solid {_c(look, "line")}; border-radius: {radius}px;
    selection-background-color: {_c(look, "text_select")}; selection-color: {_c(look, "text")}; }}
#plain_text {{ background: transparent; border: 0; padding: 0; }}
QComboBox QAbstractItemView {{ background: {_c(look, "base")}; border: 1px solid {_c(look, "line_control")};
    padding: {look.px(2)}px; }}
#receipt_lines {{ background: transparent; }}
#framed {{ background: {_c(look, "base")}; border: 1px solid {_c(look, "line_control")}; border-radius: {radius}px;
    padding: {look.px(2)}px; }}
#framed:focus {{ border-color: {_c(look, "accent")}; }}
QProgressBar {{ background: {_c(look, "line_strong")}; border: 0; border-radius: {look.px(3)}px;
    min-height: {look.px(6)}px; max-height: {look.px(6)}px; }}
QProgressBar::chunk {{ background: {_c(look, "accent_fill")}; border-radius: {look.px(3)}px; }}
"""


def _bars(look: Look) -> str:
    line, window = _c(look, "line"), _c(look, "window")
    return f"""
QMainWindow {{ background: {window}; }}
QMenuBar {{ background: {window}; color: {_c(look, "text")}; border: 0; padding: 0 {look.px(6)}px; spacing: 0px;
    {_font(look, TypeUse.BODY)} }}
QMenuBar::item {{ background: transparent; padding: {look.px(4)}px {look.px(8)}px; border-radius: {look.px(4)}px; }}
QMenuBar::item:selected {{ background: {_c(look, "hover_window")}; }}
QMenuBar::item:pressed {{ background: {_c(look, "pressed")}; }}
QToolBar {{ background: {window}; border: 0; border-bottom: 1px solid {line}; spacing: {look.px(2)}px;
    padding: 0 {look.px(10)}px {look.px(3)}px {look.px(10)}px; }}
#status_bar {{ background: {window}; border-top: 1px solid {line}; }}
QHeaderView {{ background: {_c(look, "base")}; border: 0; }}
QHeaderView::section {{ background: {_c(look, "base")}; color: {_c(look, "text_2")}; border: 0;
    border-bottom: 1px solid {line}; padding: 0 {look.px(12)}px; {_font(look, TypeUse.SMALL)} }}
#tallies QHeaderView::section {{ padding: 0; }}
QHeaderView::section:hover {{ background: {_c(look, "hover")}; }}
"""


def _menus(look: Look) -> str:
    return f"""
QMenu {{ background: {_c(look, "base")}; color: {_c(look, "text")}; border: 1px solid {_c(look, "line_strong")};
    padding: {look.px(4)}px; {_font(look, TypeUse.BODY)} }}
QMenu::item {{ padding: {look.px(5)}px {look.px(24)}px {look.px(5)}px {look.px(12)}px; border: 1px solid transparent;
    border-radius: {look.px(4)}px; }}
QMenu::item:selected {{ background: {_c(look, "select")}; color: {_c(look, "text")}; }}
QMenu::item:disabled {{ color: {_c(look, "text_disabled")}; background: transparent; }}
QMenu::item:disabled:selected {{ border-color: {_c(look, "accent")}; }}
QMenu::separator {{ height: 1px; background: {_c(look, "line")}; margin: {look.px(4)}px 0; }}
QMenu::icon {{ padding-left: {look.px(12)}px; }}
QMenu::indicator {{ width: {look.px(14)}px; height: {look.px(14)}px; padding-left: {look.px(10)}px; }}
"""


def _views(look: Look) -> str:
    handle, wide = _c(look, "line_control"), look.px(12)
    return f"""
QAbstractScrollArea {{ border: 0; }}
QTreeView, QTableView, QListView {{ background: {_c(look, "base")}; border: 0; outline: 0; }}
#library QTreeView, #library QListView {{ background: {_c(look, "window")}; }}
#library QScrollArea > QWidget > QWidget {{ background: {_c(look, "window")}; }}
#library #facet_chooser QListView {{ background: {_c(look, "base")}; }}
#facet_chooser {{ background: {_c(look, "base")}; border: 1px solid {_c(look, "line_strong")}; }}
QScrollBar:vertical {{ background: transparent; width: {wide}px; margin: 0; border: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {wide}px; margin: 0; border: 0; }}
QScrollBar::handle {{ background: {handle}; border-radius: {look.px(3)}px; margin: {look.px(3)}px; }}
QScrollBar::handle:vertical {{ min-height: {look.px(32)}px; }}
QScrollBar::handle:horizontal {{ min-width: {look.px(32)}px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def dress(application: QApplication, look: Look) -> None:
    """Give the application palette, font and style sheet of a look; Fusion draws the rest."""
    application.setPalette(look.palette())
    application.setFont(look.font(TypeUse.BODY))
    application.setStyleSheet(style_sheet(look))
