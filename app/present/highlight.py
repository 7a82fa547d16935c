"""Syntax colours of code: Pygments tokens as spans over UTF-16 positions. Pure; called on worker threads.

Bounded: a text past the limit keeps plain colours from there on, so that no lexer can hold a worker for long.
"""

from __future__ import annotations

from array import array
from enum import IntEnum
from functools import lru_cache

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Token  # type: ignore[import-untyped]
from pygments.util import ClassNotFound  # type: ignore[import-untyped]

from app.present.utf16 import utf16_length

HIGHLIGHT_LIMIT_CHARS = 20_000


class Syntax(IntEnum):
    """The colours that code is drawn with."""

    KEYWORD = 0
    STRING = 1
    NUMBER = 2
    FUNCTION = 3
    TYPE = 4
    COMMENT = 5


SYNTAX_ROLES = ("syn_keyword", "syn_string", "syn_number", "syn_function", "syn_type", "syn_comment")
"""Names of the colours in the tokens, by Syntax."""

# The nearest ancestor of a token decides.
_SYNTAX_OF = {
    Token.Keyword: Syntax.KEYWORD,
    Token.Keyword.Type: Syntax.TYPE,
    Token.Operator.Word: Syntax.KEYWORD,
    Token.Name.Tag: Syntax.KEYWORD,
    Token.Name.Function: Syntax.FUNCTION,
    Token.Name.Builtin: Syntax.FUNCTION,
    Token.Name.Decorator: Syntax.FUNCTION,
    Token.Name.Attribute: Syntax.FUNCTION,
    Token.Name.Class: Syntax.TYPE,
    Token.Name.Namespace: Syntax.TYPE,
    Token.Name.Exception: Syntax.TYPE,
    Token.Literal.String: Syntax.STRING,
    Token.Literal.Number: Syntax.NUMBER,
    Token.Literal.Date: Syntax.NUMBER,
    Token.Comment: Syntax.COMMENT,
    Token.Generic.Inserted: Syntax.STRING,
    Token.Generic.Deleted: Syntax.NUMBER,
    Token.Generic.Heading: Syntax.TYPE,
    Token.Generic.Subheading: Syntax.TYPE,
}


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def highlight(text: str, language: str) -> array[int]:
    """Spans of a text, three numbers each: begin, length (UTF-16), Syntax. Empty for a language nobody knows."""
    spans: array[int] = array("i")
    lexer = _lexer(language) if language else None
    if lexer is None:
        return spans
    position = 0
    for kind, value in lexer.get_tokens(text[:HIGHLIGHT_LIMIT_CHARS]):
        length = utf16_length(value)
        found = _syntax_of(kind)
        if found is not None and length:
            spans.extend((position, length, found))
        position += length
    return spans


def _syntax_of(kind: object) -> Syntax | None:
    while kind is not None:
        found = _SYNTAX_OF.get(kind)
        if found is not None:
            return Syntax(found)
        kind = getattr(kind, "parent", None)
    return None


def language_title(language: str) -> str:
    """The language's own name for a head: "rs" is "Rust"; as written if nobody knows it."""
    lexer = _lexer(language) if language else None
    return lexer.name if lexer is not None and lexer.name != "Text only" else language


def language_of_path(path: str) -> str:
    """The language of a file by the end of its name; empty when it has none that is known."""
    name = path.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    ending = name.rpartition(".")[2] if "." in name else ""
    return _language_of_ending(ending.lower()) if 0 < len(ending) <= 8 and ending.isalnum() else ""


@lru_cache(maxsize=256)
def _language_of_ending(ending: str) -> str:
    found = find_lexer_class_for_filename(f"x.{ending}")
    return str(found.aliases[0]) if found is not None and found.aliases else ""
