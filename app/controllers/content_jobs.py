"""What the windows for whole texts and pictures ask of a worker thread: plain functions between frozen values."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.present.find import Finder, Needle
from app.present.json_tree import JsonItem, children_of, root_of
from app.present.thumbnails import decode_small
from app.present.whole_text import WholeText, find_all, prepare
from store.values.message import ImageRef, WholeRef
from store.values.store import SessionKey

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from store import Library
    from store.cancel import CancelToken

PICTURE_PX = (8_000, 8_000)
"""A larger picture is decoded smaller; it can be saved as it is stored."""

MAX_TREE_CHARS = 64_000_000


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A text ready for its window.

    Attributes:
        whole: its lines.
        items: the first rows of its tree, if it is JSON; None else.
    """

    whole: WholeText
    items: tuple[JsonItem, ...] | None


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """A picture ready for its window.

    Attributes:
        data: as stored.
        image: decoded; None if it was not.
        words: its size in pixels, or why it was not decoded.
    """

    data: bytes
    image: QImage | None
    words: str


def text_work(text: str) -> Callable[[CancelToken], PreparedText]:
    """Work that makes a text at hand ready."""
    return lambda _token: _prepared(text)


def whole_text_work(library: Library, key: SessionKey, ref: WholeRef) -> Callable[[CancelToken], PreparedText]:
    """Work that reads the uncut text of a block and makes it ready."""

    def work(token: CancelToken) -> PreparedText:
        return _prepared(library.backend(key.store).whole(key.session_id, ref, token))

    return work


def _prepared(text: str) -> PreparedText:
    root = root_of(text) if len(text) <= MAX_TREE_CHARS else None
    items = None
    if root is not None:
        try:
            items = children_of(text, root)
        except ValueError:
            items = None
    return PreparedText(prepare(text), items)


def children_work(text: str, number: int, item: JsonItem) -> Callable[[CancelToken], tuple[int, tuple[JsonItem, ...]]]:
    """Work that finds the children of one value."""

    def work(_token: CancelToken) -> tuple[int, tuple[JsonItem, ...]]:
        try:
            return number, children_of(text, item)
        except ValueError:
            return number, ()

    return work


def find_in_text_work(
    whole: WholeText, needle: Needle
) -> Callable[[CancelToken], tuple[Needle, array[int], array[int]]]:
    """Work that finds all hits in one text."""

    def work(token: CancelToken) -> tuple[Needle, array[int], array[int]]:
        begins, lengths = find_all(whole, Finder(needle), token.check)
        return needle, begins, lengths

    return work


def picture_work(library: Library, key: SessionKey, ref: ImageRef) -> Callable[[CancelToken], PreparedPicture]:
    """Work that reads a picture and decodes it large enough to look at."""

    def work(token: CancelToken) -> PreparedPicture:
        data = library.backend(key.store).image(key.session_id, ref, token)
        image, words = decode_small(data, *PICTURE_PX)
        return PreparedPicture(data, image, words)

    return work
