"""Markdown is cut at top-level fences; what is cut joins to what was written (1.5)."""

from __future__ import annotations

from app.present.segments import Fence, Prose, split_markdown


def test_1_5_fences_become_code_with_language_and_title() -> None:
    source = "before\n\n```rust src/a.rs\nfn a() {}\n```\nafter\n~~~~\n```\n~~~~\n"
    assert split_markdown(source) == (
        Prose("before"),
        Fence("rust", "src/a.rs", "fn a() {}"),
        Prose("after"),
        Fence("", "", "```"),
    )


def test_1_5_an_open_fence_goes_to_the_end() -> None:
    assert split_markdown("a\n```py\nx") == (Prose("a"), Fence("py", "", "x"))


def test_1_5_line_ends_of_a_prompt_stay_line_ends() -> None:
    assert split_markdown("a\nb\n- c\n- d\n\ne", keeps_lines=True) == (Prose("a\u2028b\n- c\n- d\n\ne"),)
    assert split_markdown("a\nb  \nc") == (Prose("a\nb\u2028c"),)


def test_1_case_8_lines_of_another_direction_are_paragraphs_of_their_own() -> None:
    """(1-case-8) Each paragraph follows its own direction."""
    assert split_markdown("שלום\nhello", keeps_lines=True) == (Prose("שלום\n\nhello"),)


def test_1_case_6_long_prose_is_split_at_blank_lines() -> None:
    """(1-case-6) No document gets long enough to be slow."""
    pieces = split_markdown("\n\n".join("word " * 200 for _ in range(200)))
    assert len(pieces) > 5
    assert all(isinstance(piece, Prose) and len(piece.source) <= 36_000 for piece in pieces)
