"""What each kind of message shows, as golden text; folds never move a part's key (1.5, B4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.look.look import Look
from app.present.reading import FoldState
from app.present.show_message import show_message
from app.present.shown import Folds
from app.views.transcript.layout import MessageLayout, Scene
from app.views.transcript.measures import Measures
from app.views.transcript.ops import Act, Icon, Label
from store.values.fault import Fault
from store.values.message import (
    ImageBlock,
    ImageRef,
    Message,
    MessageKind,
    NoticeBlock,
    ReasoningBlock,
    ToolResultBlock,
    UnknownBlock,
    WholePart,
    WholeRef,
)


@pytest.fixture
def lay_out(look: Look) -> Callable[..., MessageLayout]:
    """Lay a message out 640 wide."""

    def make(message: Message, folds: Folds | None = None, width: int = 640) -> MessageLayout:
        scene = Scene(Measures(look, width), folds or Folds(), {}, lambda _ref: None)
        return MessageLayout(show_message(message), scene)

    return make


def all_open(message: Message) -> Folds:
    return Folds(frozenset((message.index, number) for number in range(50)))


def picture(layout: MessageLayout) -> list[str]:
    """Labels and parts from top to bottom, one line each, as a person would read them off the screen."""
    labels = [op for op in layout.ops if isinstance(op, Label)]
    lines = [(op.rect.y(), op.rect.right() if op.is_right else op.rect.x(), op.words) for op in labels]
    for part in layout.parts:
        if not part.is_unit:
            lines += [(part.rect.y(), part.rect.x(), f"[{part.key}] {part.text(0, part.length)}")]
    return [words for _y, _x, words in sorted(lines)]


def test_1_5_an_answer_shows_name_reasoning_text_and_folded_calls(lay_out, message, text, call) -> None:
    found = message(
        2,
        MessageKind.ASSISTANT,
        ReasoningBlock("Two writers can touch one session.", 34),
        text("I will **look**."),
        call("read_file", '{"path":"a/b.rs","limit":3}', "one\ntwo\n", 2),
        call("bash", '{"command":"ls -l"}', "no", 2, is_error=True),
        call("edit", '{"path":"c"}', None, 2),
    )
    assert picture(lay_out(found)) == [
        "Assistant",
        "Reasoning",
        "Two writers can touch one session.",
        "6 words",
        "[4] I will look.",
        "read_file",
        "a/b.rs",
        "2 lines",
        "bash",
        "ls -l",
        "2 bytes",
        "Failed",
        "edit",
        "c",
        "Open",
    ]


def test_1_5_an_open_call_shows_input_as_typed_and_its_result(lay_out, message, call) -> None:
    found = message(0, MessageKind.ASSISTANT, call("bash", '{"command":"echo a \\\\\\n  b","timeout":5}', "a b\n"))
    assert picture(lay_out(found, all_open(found))) == [
        "Assistant",
        "bash",
        "echo a \\ b",
        "3 bytes",
        "Input",
        "[1] echo a \\\n  b\ntimeout: 5",
        "Result",
        "1 line · 3 bytes",
        "[2] a b",
    ]


def test_1_5_a_missing_half_of_a_call_is_said_in_words(lay_out, message, call, text) -> None:
    lone = message(0, MessageKind.ASSISTANT, call("x", "{}", None))
    assert "No result is recorded for this call." in picture(lay_out(lone, all_open(lone)))
    result = ToolResultBlock("tu_404", False, (text("orphan"),), 6, 1, 0, None)
    orphan = message(1, MessageKind.TOOL_RESULTS, result)
    shown = picture(lay_out(orphan, all_open(orphan)))
    assert "The transcript has no call with this id." in shown
    assert "[2] orphan" in shown


def test_1_5_results_that_stand_with_their_calls_take_no_height(lay_out, message) -> None:
    layout = lay_out(message(3, MessageKind.TOOL_RESULTS_JOINED))
    assert (layout.height, layout.ops, layout.parts) == (0, [], [])


def test_1_5_long_output_is_cut_at_24_lines_until_all_are_asked_for(lay_out, message, call) -> None:
    lines = "\n".join(f"line {number}" for number in range(61))
    found = message(0, MessageKind.ASSISTANT, call("bash", '{"command":"x"}', lines))
    folds = all_open(found)
    cut = lay_out(found, folds)
    assert cut.parts[-1].text(0, 10_000).endswith("line 23")
    spot = next(spot for spot in cut.spots if spot.act is Act.UNROLL)
    assert spot.words == "All 61 lines"
    whole = lay_out(found, folds.with_unrolled(0, spot.key))
    assert whole.parts[-1].text(0, 10_000) == lines


def test_1_case_6_too_much_markdown_is_shown_as_lines(lay_out, message, text) -> None:
    """(1-case-6) Thousands of marks or fences in one text stay a matter of milliseconds, cut, with a way to all."""
    marks = lay_out(message(0, MessageKind.ASSISTANT, text("`a" * 30_000)))
    assert [part.length for part in marks.parts] == [4_000] * len(marks.parts)
    assert any(spot.words == "All 32,768 characters" or spot.act is Act.UNROLL for spot in marks.spots)
    fences = lay_out(message(1, MessageKind.ASSISTANT, text("```py\nx\n```\n" * 5_000)))
    assert len(fences.parts) == 201


def test_1_5_a_notice_is_headed_by_its_own_title(lay_out, message) -> None:
    found = message(5, MessageKind.NOTICE, NoticeBlock("comms", "Request from rev", "please", '{\n  "a": 1\n}'))
    assert picture(lay_out(found)) == ["Request from rev", "[1] please", "Details"]
    assert picture(lay_out(found, all_open(found)))[-1] == '[2] {\n  "a": 1\n}'


def test_1_5_unknown_and_damaged_items_are_cards_with_what_is_stored(lay_out, message) -> None:
    unknown = message(0, MessageKind.ASSISTANT, UnknownBlock("web_citation_v2", '{"a":[1,2]}', 412))
    assert picture(lay_out(unknown)) == [
        "Assistant",
        "Unknown block",
        "web_citation_v2",
        "412 bytes, kept as stored",
        '[2] {\n  "a": [\n    1,\n    2\n  ]\n}',
    ]
    damaged = message(1, MessageKind.DAMAGED, faults=[Fault("deep", "It is nested too deeply.")])
    assert picture(lay_out(damaged)) == ["Damaged", "Damaged message", "200 bytes", "[1] It is nested too deeply."]


def test_1_case_6_what_was_cut_offers_the_whole(lay_out, message, text) -> None:
    """(1-case-6) A 5 MB text and 10,000 blocks are shown cut, each with a way to all of it."""
    whole = WholeRef(0, 0, -1, WholePart.TEXT)
    rest = WholeRef(0, -1, -1, WholePart.RAW)
    found = message(0, MessageKind.ASSISTANT, text("a", whole, 5_000_000), block_count=10_000, whole=rest)
    layout = lay_out(found)
    assert [spot.payload for spot in layout.spots if spot.act is Act.OPEN_WHOLE] == [whole, rest]
    assert "Cut here. Open whole (5.00 MB)" in picture(layout)
    assert "10,000 blocks" in picture(layout)


def test_1_5_a_video_is_a_card_and_never_asked_for(lay_out, message) -> None:
    ref = ImageRef(0, 0, -1, "video/mp4", 10_000_000, name="clip.mp4", is_video=True, duration_ms=8000)
    layout = lay_out(message(0, MessageKind.PROMPT, ImageBlock(ref)))
    assert layout.thumbnails == []
    assert "8 s · 10.0 MB · video/mp4" in picture(layout)


def test_B4_folding_changes_no_part_key(lay_out, message, text, call) -> None:
    found = message(
        0,
        MessageKind.ASSISTANT,
        ReasoningBlock("r", 1),
        call("a", '{"path":"x"}', "1"),
        text("t"),
        call("b", '{"path":"y"}', "2"),
    )
    folded = {part.key for part in lay_out(found).parts}
    opened = {part.key for part in lay_out(found, all_open(found)).parts}
    assert folded == {0, 4, 8, 12}
    assert opened == {0, 1, 4, 5, 6, 8, 12, 13, 14}


def test_1_case_8_long_titles_of_any_script_are_elided_in_their_row(lay_out, message, call) -> None:
    """(1-case-8) Nothing runs out of the column."""
    name = "非常に長い" * 200 + "مرحبا" * 200 + "👩‍👩‍👧‍👦" * 200
    layout = lay_out(message(0, MessageKind.ASSISTANT, call("x" * 500, f'{{"path":"{name}"}}', "r")))
    assert all(op.rect.right() <= layout.right for op in layout.ops if not isinstance(op, Icon))
    assert all(part.rect.right() <= layout.right for part in layout.parts)


def test_1_5_a_long_system_message_is_folded_to_one_line_and_a_short_one_is_not(lay_out, message, text) -> None:
    """(1.5) Its head and text keep their keys, and what is copied is what is shown."""
    rules = "You are **exact**.\n\n" + "\n".join(f"- rule {number}" for number in range(12))
    long = message(0, MessageKind.SYSTEM, text(rules), text("Short."))
    folded = lay_out(long)
    shown = picture(folded)
    assert shown[:2] + shown[3:] == ["System", "System prompt", "39 words", "[4] Short."]
    assert shown[2].startswith("You are exact. - rule 0 - rule 1")
    assert [part.key for part in folded.parts] == [0, 4]
    opened = lay_out(long, Folds(frozenset({(0, 0)})))
    assert [part.key for part in opened.parts] == [0, 1, 4]
    assert opened.parts[1].text(0, 30).startswith("You are exact.\n• rule 0")
    assert folded.parts[0].text(0, 13) == opened.parts[0].text(0, 13)
    assert [(spot.act, spot.words) for spot in opened.spots] == [(Act.FOLD, "Fold system prompt")]
    assert any(isinstance(op, Icon) and op.name == "info" for op in folded.ops)
    short = lay_out(message(0, MessageKind.SYSTEM, text("One.\n\nTwo.")))
    assert [part.key for part in short.parts] == [0]
    assert short.spots == []


def test_2_case_6_the_time_of_a_message_is_not_elided_where_there_is_little_room(lay_out, message, text) -> None:
    found = message(2, MessageKind.ASSISTANT, text("Done."), stop_reason="max_tokens", created_at_ms=0)
    wide, narrow = lay_out(found), lay_out(found, width=290)
    time = picture(wide)[1].partition("  ·  ")[0]
    assert picture(wide)[1].endswith("stopped: max tokens")
    assert picture(narrow)[1] == time
    assert narrow.head_end_px <= narrow.head.right()
    for width in range(290, 640, 7):
        assert picture(lay_out(found, width=width))[1].startswith(time)


def test_2_8_what_is_left_out_is_not_laid_out_and_no_head_is_missing(lay_out, message, text, call) -> None:
    found = message(
        2, MessageKind.ASSISTANT, ReasoningBlock("Hm.", 3), text("Yes."), call("bash", "{}", "x", 2), created_at_ms=None
    )
    assert picture(lay_out(found, Folds(leaves_out_work=True))) == ["Assistant", "[4] Yes."]


@pytest.mark.parametrize("state", FoldState)
def test_2_8_blocks_stand_as_all_were_folded_or_opened_until_one_is_toggled(state, message, text, call) -> None:
    unknown = UnknownBlock("odd", "{}", 2)
    found = show_message(message(0, MessageKind.ASSISTANT, text("Yes."), call("bash", "{}", "x", 0), unknown))
    folds = Folds(frozenset({(0, 1)}), state=FoldState.USUAL).with_all(state)
    stands = [folds.is_open(0, block) for block in found.blocks]
    expected = {
        FoldState.USUAL: [True, False, True],
        FoldState.FOLDED: [True, False, False],
        FoldState.OPEN: [True, True, True],
    }
    assert stands == expected[state]
    toggled = folds.with_toggled(0, 1)
    assert toggled.is_open(0, found.blocks[1]) is not stands[1]
