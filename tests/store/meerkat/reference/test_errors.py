"""The errors have Meerkat's names, fields and texts (L3)."""

from __future__ import annotations

import pytest

from store.meerkat.reference import errors
from store.meerkat.reference.rust_text import quoted


@pytest.mark.parametrize(
    ("error", "variant", "fields", "text"),
    [
        (errors.Io("disk full"), "Io", {"text": "disk full"}, "IO error: disk full"),
        (errors.Serialization("x"), "Serialization", {"text": "x"}, "Serialization error: x"),
        (errors.NotFound("i"), "NotFound", {"id": "i"}, "Session not found: i"),
        (errors.Corrupted("i"), "Corrupted", {"id": "i"}, "Session corrupted: i"),
        (errors.Internal("x"), "Internal", {"text": "x"}, "Internal error: x"),
        (
            errors.MessageIndexOutOfBounds(9, 4),
            "MessageIndexOutOfBounds",
            {"message_index": 9, "message_count": 4},
            "message index 9 out of bounds for 4 messages",
        ),
        (
            errors.BlockIndexOutOfBounds("tool result", 2, 1),
            "BlockIndexOutOfBounds",
            {"block_kind": "tool result", "block_index": 2, "block_count": 1},
            "tool result index 2 out of bounds for 1 blocks",
        ),
        (
            errors.MessageRoleMismatch(1, "user", "system"),
            "MessageRoleMismatch",
            {"message_index": 1, "expected": "user", "actual": "system"},
            "replacement expected user at message index 1, found system",
        ),
    ],
)
def test_l3_an_error_has_the_name_the_fields_and_the_text_of_the_reference(
    error: errors.SessionStoreError | errors.TranscriptEditError, variant: str, fields: dict[str, object], text: str
) -> None:
    assert (error.variant, error.fields, str(error)) == (variant, fields, text)


def test_l3_a_text_with_braces_is_shown_as_it_is() -> None:
    assert str(errors.Internal("{a} and {0}")) == "Internal error: {a} and {0}"


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("a", '"a"'),
        ('q"\\', '"q\\"\\\\"'),
        ("\0\t\r\n", '"\\0\\t\\r\\n"'),
        ("\x1b\x7f", '"\\u{1b}\\u{7f}"'),
        ("é日🙂", '"é日🙂"'),
        ("\u200b\u00a0\ue000", '"\\u{200b}\\u{a0}\\u{e000}"'),
    ],
)
def test_l3_texts_are_quoted_as_rust_quotes_them(text: str, spelled: str) -> None:
    assert quoted(text) == spelled
