"""An image comes back as it was kept: every storage class, every byte, every file."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from store.changing import Columns, FileImage, Image, RowImage, Value
from store.guarded.image_form import INLINE_BYTES, PIECE_BYTES, packed, unpacked
from store.guarded.request_form import refusal_of, refusal_text, request_of, request_text
from store.values.changes import (
    Action,
    AppendEdit,
    ForkEdit,
    LabelEdit,
    Refusal,
    RefusalCode,
    Request,
    RevisionEdit,
    RewriteEdit,
    Scope,
)

VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(), max_size=100),
    st.binary(max_size=100),
)
COLUMNS: st.SearchStrategy[Columns] = st.lists(st.tuples(st.text(max_size=8), VALUES), max_size=4).map(tuple)
ROWS = st.builds(RowImage, st.text(max_size=8), COLUMNS, st.none() | COLUMNS, st.none() | st.just("sha256:00"))
FILES = st.builds(
    FileImage, st.text(st.characters(), max_size=20), st.none() | st.binary(max_size=100), st.integers(0, 0o7777),
    st.none() | st.just("sha256:00"), st.integers(0, 2**62),
)  # fmt: skip
IMAGES = st.builds(Image, st.lists(ROWS, max_size=3).map(tuple), st.lists(FILES, max_size=3).map(tuple))


def _types(image: Image) -> list[type]:
    return [type(value) for row in image.rows for columns in (row.key, row.before or ()) for _name, value in columns]


@settings(max_examples=50)
@given(IMAGES)
def test_l7_an_image_comes_back_to_the_byte(image: Image) -> None:
    description, contents = packed(image)
    again = unpacked(description, lambda digest: bytes(contents[digest]))
    assert again == image
    assert _types(again) == _types(image)


def test_what_several_rows_hold_is_kept_once() -> None:
    data = b"x" * (INLINE_BYTES + 1)
    rows = tuple(RowImage("t", (("id", number),), (("id", number), ("doc", data)), None) for number in range(3))
    _description, contents = packed(Image(rows, (FileImage("f", data, 0o600, None),)))
    assert list(contents.values()) == [data]


def test_l7_a_long_value_is_kept_in_pieces_and_what_two_versions_share_once() -> None:
    first = bytes(range(256)) * 12_000
    second = first[:-1] + b"!"
    images = [Image((RowImage("t", (("id", 1),), (("doc", data),), None),)) for data in (first, second)]
    packs = [packed(image) for image in images]
    assert max(len(piece) for _description, contents in packs for piece in contents.values()) == PIECE_BYTES
    together = packs[0][1] | packs[1][1]
    assert len(together) < len(packs[0][1]) + len(packs[1][1])
    assert [unpacked(text, lambda digest: bytes(together[digest])) for text, _contents in packs] == images


def test_a_request_comes_back_without_the_messages_that_it_held() -> None:
    labels = LabelEdit((("a", "b"),), ("c",))
    revision = RevisionEdit("sha256:00", "me")
    for edit in (None, labels, revision, ForkEdit(3), AppendEdit((b"", b""))):
        request = Request(Action.LABEL, edit, Scope.OWN)
        assert request_of(request_text(request)) == request
    kept = request_of(request_text(Request(Action.REWRITE, RewriteEdit(1, 2, (b"secret",), "why", "me"))))
    assert kept.edit == RewriteEdit(1, 2, (b"",), "why", "me")


def test_a_refusal_comes_back() -> None:
    refusal = Refusal(RefusalCode.LOCKED, "Locked.", "Wait.")
    assert refusal_of(refusal_text(refusal)) == refusal
    assert refusal_of(refusal_text(None)) is None
