"""Finding a text in what is shown of a message, folded or not. Pure; any thread that may make text documents.

A hit is a place in shown text: a part key, which piece of that part, and a UTF-16 range in the piece. Pieces are
counted, not measured, since what stands before one may be cut or open. What Burrow itself says about a record (states,
sizes, sentences) is not looked through; it is the same in every session.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.present.markdown import prose_document
from app.present.pieces import PieceKind, pieces_of
from app.present.quick_prose import quick_prose
from app.present.reading import FoldState
from app.present.safe_text import SUSPECT, tool_text
from app.present.segments import Prose
from app.present.shown import (
    KEYS_PER_BLOCK,
    CodeText,
    Folds,
    Section,
    ShownBlock,
    ShownCard,
    ShownImage,
    ShownMessage,
    ShownNotice,
    ShownReasoning,
    ShownText,
    ShownTool,
    part_key,
)
from app.present.utf16 import utf16_length
from store.values.message import (
    MessageKind,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    UnknownBlock,
    WholeRef,
)

_CLINGS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u200d\ufe20-\ufe2f\U0001f3fb-\U0001f3ff"
"""What makes one sign with the character before it; a hit never ends between the two."""

_SPACE = "[ \u00a0\u2028]"
_OURS = (
    "image not loaded: no address unknown content [lre] [rle] [pdf] [lro] [rlo] [lri] [rli] [fsi] [pdi] [u+fff9] "
    "structured output skill: unnamed more items are not shown here"
)
"""Words that are shown and may not be stored so, in lower case."""

_OUR_SIGNS = "…“”\ufffd"
_RUNS = re.compile(r"[!-~]+")
_OUR_MARKS = re.compile(r"image|lre|rle|pdf|lro|rlo|lri|rli|fsi|pdi|u\+[0-9a-f]*")
_LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_MARKS_AND_SPACE = b'*_~`\\<>[]"' + b" \t\n\r\x0b\x0c"
"""What stands in a source and may not be shown, or otherwise."""

_OTHER_LETTERS = "\u0130\u0131\u017f\u212a"
"""Letters beyond ASCII that equal i, s or k when capitals do not matter."""

_OTHER_NUMBERS = re.compile(r"[0-9](?:[eE][-+]?[0-9]|[0-9.]{15}|\.000)")
"""Numbers that may be shown with other digits than they are stored with."""

Whole = Callable[[WholeRef], str]
"""Reads what was cut for showing; waits."""


@dataclass(frozen=True, slots=True)
class Needle:
    """What is looked for.

    Attributes:
        text: as typed; empty for nothing.
        is_case_matched: capitals matter.
        is_whole_word: no letter or digit stands before or after it.
        has_output: what tools gave back is looked through too.
    """

    text: str = ""
    is_case_matched: bool = False
    is_whole_word: bool = False
    has_output: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where the needle stands in a message.

    Attributes:
        key: part key (app/present/shown.py).
        piece: which piece of the part, from 0.
        begin, length: UTF-16 range in the piece's shown text.
        whole: set when it lies beyond what the transcript shows; `begin` and `length` are characters of that text then.
    """

    key: int
    piece: int
    begin: int
    length: int
    whole: WholeRef | None = None

    @property
    def block(self) -> int:
        """The number of its block."""
        return self.key // KEYS_PER_BLOCK


class Unfolded(Folds):
    """Everything shown, open, and with all its lines."""

    __slots__ = ()

    def is_unrolled(self, message: int, key: int) -> bool:  # noqa: ARG002 - whatever it is
        """Yes."""
        return True


_UNFOLDED = Unfolded(state=FoldState.OPEN)


class Finder:
    """A needle made ready for looking through many texts.

    Attributes:
        needle: as it was asked for.
        words: what the stored bytes of a message with a hit must hold (store/backend.py, `candidates`).
    """

    def __init__(self, needle: Needle) -> None:
        self.needle = needle
        text = unicodedata.normalize("NFC", needle.text)
        self.words = _words(text)
        self._plain = text if needle.is_case_matched else text.lower()
        # In ASCII text only ASCII is found, and every character stands for itself.
        self._is_plain = text.isascii()
        self._pattern = _pattern(text, needle) if text else None
        bare = [text] if text.isascii() else self.words
        self._bare = [word.encode("utf-8", "surrogatepass").translate(_LOWER, _MARKS_AND_SPACE) for word in bare]

    def ranges(self, text: str) -> list[tuple[int, int]]:
        """Begin and length of each hit in a text, in characters, in order and without overlap."""
        pattern = self._pattern
        if pattern is None:
            return []
        if text.isascii() and not self._holds(text):
            return []
        return [(found.start(), found.end() - found.start()) for found in pattern.finditer(text)]

    def ranges_from(self, text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Begin and length of each hit that begins in [begin, end) of a long text, in characters."""
        pattern = self._pattern
        if pattern is None:
            return
        # A hit may go on behind the end, and what follows it decides whether it is one.
        reach = min(end + 4 * len(self.needle.text) + 4, len(text))
        for found in pattern.finditer(text, begin, reach):
            if found.start() >= end:
                return
            yield found.start(), found.end() - found.start()

    def _holds(self, text: str) -> bool:
        """Whether the needle is in an ASCII text, words or not."""
        return self._is_plain and self._plain in (text if self.needle.is_case_matched else text.lower())

    def count(self, text: str) -> int:
        """How many hits are in a text."""
        if text.isascii() and not self.needle.is_whole_word and self._pattern is not None:
            if not self._is_plain:
                return 0
            return (text if self.needle.is_case_matched else text.lower()).count(self._plain)
        return len(self.ranges(text))

    def utf16_ranges(self, text: str) -> list[tuple[int, int]]:
        """Begin and length of each hit in UTF-16 units."""
        ranges = self.ranges(text)
        if text.isascii() or not ranges:
            return ranges
        found = []
        at = position = 0
        for begin, length in ranges:
            position += utf16_length(text[at:begin])
            at = begin
            found.append((position, utf16_length(text[begin : begin + length])))
        return found

    def may_stand_in(self, source: str) -> bool:
        """Whether the shown text of some Markdown could hold the needle; asked before it is made.

        Marks may go and white space may change; what is left stays in its order, but for links and entities.
        """
        if not source.isascii() and _is_odd(source):
            return True
        if "&" in source or "\x1b" in source or "](" in source or "][" in source or "]:" in source:
            return True
        return self._stands_bare_in(source)

    def may_stand_in_json(self, source: str) -> bool:
        """Whether some JSON in its usual spelling could hold the needle when it is shown for people."""
        if "\\" in source:
            source = source.replace("\\\\", "").replace("\\n", " ").replace("\\t", " ").replace('\\"', '"')
            if "\\" in source:
                return True
        if not source.isascii() and _is_odd(source):
            return True
        return self._stands_bare_in(source) or _OTHER_NUMBERS.search(source) is not None

    def _stands_bare_in(self, source: str) -> bool:
        if not source.isascii():
            source = source.replace("\u2028", " ").replace("\u00a0", " ")
        bare = source.encode("utf-8", "surrogatepass").translate(_LOWER, _MARKS_AND_SPACE)
        return all(word in bare for word in self._bare)


def _is_odd(source: str) -> bool:
    """Whether a text beyond ASCII holds signs that are shown as ASCII, or equal ASCII letters."""
    return SUSPECT.search(source) is not None or any(letter in source for letter in _OTHER_LETTERS)


def _pattern(text: str, needle: Needle) -> re.Pattern[str]:
    """A pattern in which composed and combined spellings of a character are the same."""
    parts = []
    for character in text:
        apart = unicodedata.normalize("NFD", character)
        if character in (" ", "\u00a0", "\u2028"):
            parts.append(_SPACE)
        elif apart == character:
            parts.append(re.escape(character))
        else:
            parts.append(f"(?:{re.escape(character)}|{re.escape(apart)})")
    source = "".join(parts)
    is_word = needle.is_whole_word
    before = r"(?<!\w)" if is_word and re.match(r"\w", text) else ""
    after = r"(?!\w)" if is_word and re.match(r"\w", text[-1]) else ""
    flags = re.NOFLAG if needle.is_case_matched else re.IGNORECASE
    return re.compile(f"{before}{source}{after}(?![{_CLINGS}])", flags)


def _words(text: str) -> tuple[str, ...]:
    """What every hit of a text holds, however it is stored."""
    low = "".join(character.lower() if character.isascii() else character for character in text)
    runs = [word for run in _RUNS.findall(low) for word in _OUR_MARKS.split(run)]
    words = [word for word in runs if word and word not in _OURS]
    signs = [sign for sign in text if _has_one_spelling(sign)]
    return tuple(dict.fromkeys([*words, *signs]))


def _has_one_spelling(sign: str) -> bool:
    """Whether a character beyond ASCII is stored as it is shown, and equals no other one."""
    if sign.isascii() or sign in _OUR_SIGNS or sign.isspace() or "\u2400" <= sign <= "\u243f":
        return False
    if unicodedata.category(sign)[0] in "CM" or unicodedata.normalize("NFKD", sign) != sign:
        return False
    return sign == sign.lower() == sign.upper() == sign.casefold()


def shown_prose(prose: Prose) -> str:
    """The text that a piece of prose shows, character for character as its document has it."""
    if prose.is_plain:
        return prose.source.replace("\n", "\u2029")
    quick = quick_prose(prose.source)
    return quick if quick is not None else prose_document(prose).toRawText()


def texts_of(message: ShownMessage, finder: Finder) -> Iterator[tuple[int, int, str]]:
    """The texts of a message that are looked through, in reading order, as (part key, piece, text)."""
    if message.is_hidden:
        return
    has_output = finder.needle.has_output
    blocks = {block.block: block for block in message.blocks}
    key, number = -1, 0
    for piece in pieces_of(message, _UNFOLDED):
        number = number + 1 if piece.key == key else 0
        key = piece.key
        block, section = blocks[key // KEYS_PER_BLOCK], key % KEYS_PER_BLOCK
        if section == Section.RESULT and isinstance(block, ShownTool) and not has_output:
            continue
        if section == Section.INPUT and isinstance(block, ShownCard):
            continue
        if piece.kind is PieceKind.UNIT:
            words = _stored_words(message, block)
            if words:
                yield key, number, words
        elif piece.kind is PieceKind.LINES:
            yield key, number, piece.text
        elif piece.prose is not None and finder.may_stand_in(piece.text):
            yield key, number, shown_prose(piece.prose)


def _stored_words(message: ShownMessage, block: ShownBlock) -> str:
    """What of a head's words is stored: the beginning of them."""
    stored = message.stored.blocks[block.block] if block.block < len(message.stored.blocks) else None
    if isinstance(block, ShownTool) and isinstance(stored, ToolCallBlock) and stored.name:
        return f"{block.name} {block.argument}".strip()
    if isinstance(block, ShownImage) and block.ref.name:
        return block.name
    if isinstance(block, ShownNotice) and message.kind is MessageKind.NOTICE:
        return block.title
    return ""


def hits_in(message: ShownMessage, finder: Finder, whole: Whole) -> tuple[Hit, ...]:
    """All hits in a message, in reading order; what lies beyond a cut stands after what is shown of its block.

    Args:
        whole: reads texts that were cut.
    """
    hits = [
        Hit(key, piece, begin, length)
        for key, piece, text in texts_of(message, finder)
        for begin, length in finder.utf16_ranges(text)
    ]
    for key, ref, shown_chars in cut_texts(message, finder.needle.has_output):
        ranges = finder.ranges(tool_text(whole(ref)))
        hits += [Hit(key, BEYOND, begin, length, ref) for begin, length in ranges if begin + length > shown_chars]
    return tuple(sorted(hits, key=_reading_order))


BEYOND = 1 << 20
"""The piece of a hit that lies beyond what is shown of its part."""


def _reading_order(hit: Hit) -> tuple[int, int, int]:
    return hit.key, hit.piece, hit.begin


def count_in(message: ShownMessage, finder: Finder, whole: Whole) -> int:
    """How many hits are in a message; the same as the length of `hits_in`, and quicker."""
    if any(cut_texts(message, finder.needle.has_output)):
        return len(hits_in(message, finder, whole))
    return sum(finder.count(text) for _, _, text in texts_of(message, finder))


def cut_texts(message: ShownMessage, has_output: bool) -> Iterator[tuple[int, WholeRef, int]]:
    """Texts of a message that are cut: part key, reference, and how many characters of the whole are shown."""
    if message.is_hidden:
        return
    for block in message.blocks:
        stored = message.stored.blocks[block.block] if block.block < len(message.stored.blocks) else None
        for section, ref in _cuts(block):
            if section is Section.RESULT and isinstance(block, ShownTool) and not has_output:
                continue
            yield part_key(block.block, section), ref, len(tool_text(_cut_text(stored, ref)))


def _cuts(block: ShownBlock) -> list[tuple[Section, WholeRef]]:
    codes: list[tuple[Section, CodeText | None]] = []
    if isinstance(block, ShownTool):
        codes = [(Section.INPUT, block.input), (Section.RESULT, block.result)]
    elif isinstance(block, ShownNotice):
        codes = [(Section.RESULT, block.details)]
    elif isinstance(block, ShownCard):
        codes = [(Section.RESULT, block.raw)]
    elif isinstance(block, (ShownText, ShownReasoning)) and block.whole is not None:
        return [(Section.HEAD if isinstance(block, ShownText) else Section.INPUT, block.whole)]
    return [(section, code.whole) for section, code in codes if code is not None and code.whole is not None]


def _cut_text(stored: object, ref: WholeRef) -> str:
    """The beginning of a text that is in a message already."""
    if isinstance(stored, ToolCallBlock) and stored.whole == ref:
        return stored.arguments
    if isinstance(stored, ToolCallBlock) and stored.result is not None:
        return _cut_text(stored.result, ref)
    if isinstance(stored, ToolResultBlock):
        return next((_cut_text(inner, ref) for inner in stored.blocks if getattr(inner, "whole", None) == ref), "")
    if isinstance(stored, UnknownBlock):
        return stored.raw
    return stored.text if isinstance(stored, TextBlock) or hasattr(stored, "text") else ""
