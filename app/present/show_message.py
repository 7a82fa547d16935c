"""Stored messages turned into what is shown of them. Pure functions, called on worker threads."""

from __future__ import annotations

import re

from app.present.highlight import language_of_path, language_title
from app.present.one_line import one_line
from app.present.safe_text import prose_text, tool_text
from app.present.segments import Fence, Prose, split_markdown
from app.present.shown import (
    CUT_LINES,
    CodeText,
    ShownBlock,
    ShownCard,
    ShownImage,
    ShownMessage,
    ShownNotice,
    ShownReasoning,
    ShownText,
    ShownTool,
    ToolState,
)
from app.present.sizes import counted, short_size
from app.present.times import duration_text, time_tip
from app.present.tool_text import ToolInput, head_measure, indent_json, text_measure, tool_icon, tool_input
from store.values.message import (
    Block,
    ImageBlock,
    ImageRef,
    Message,
    MessageKind,
    NoticeBlock,
    ReasoningBlock,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    UnknownBlock,
    WholeRef,
)

MARKDOWN_LIMIT_CHARS = 150_000
"""Markdown laid out per message; what comes after it is shown as plain lines, cut, which cost far less."""

MARKS_LIMIT = 3_000
"""A piece of prose with more marks of Markdown is shown as plain lines: Qt needs seconds for thousands in one."""

PIECES_LIMIT = 200
"""A text with more pieces of prose and code shows the rest as plain lines."""

TOOL_NAME_CHARS = 80
"""A longer name of a tool is cut."""

OPEN_LINES = 8
OPEN_CHARS = 720
"""A longer system message is folded to one line."""

_MARKS = re.compile(r"[`*_\[|]|\n")

_SPEAKERS = {
    MessageKind.SYSTEM: ("System", "info"),
    MessageKind.PROMPT: ("You", "user"),
    MessageKind.INJECTED: ("Injected", "user"),
    MessageKind.ASSISTANT: ("Assistant", "sparkles"),
    MessageKind.TOOL_RESULTS: ("Tool results", "terminal"),
    MessageKind.TOOL_RESULTS_JOINED: ("Tool results", "terminal"),
    MessageKind.NOTICE: ("Notice", "info"),
    MessageKind.UNKNOWN: ("Unknown", "circle-help"),
    MessageKind.DAMAGED: ("Damaged", "triangle-alert"),
}

_USUAL_STOPS = frozenset({"end_turn", "tool_use", "stop", "stop_sequence", ""})
_READS = "file-text"
"""The icon of tools that read a file: what they give back is coloured like the file."""

_REWRITE_KINDS = frozenset({"compaction", "compacted", "rewrite", "redaction", "restore", "compaction_summary"})


def show_message(message: Message) -> ShownMessage:
    """Present one message; a message whose results are all shown with their calls has no blocks."""
    speaker, icon = _SPEAKERS[message.kind]
    blocks = [] if message.kind is MessageKind.TOOL_RESULTS_JOINED else _blocks(message)
    blocks.extend(_trailing_cards(message, blocks))
    rewrite = message.is_rewrite or any(isinstance(block, ShownNotice) and block.is_rewrite for block in blocks)
    return ShownMessage(
        index=message.index,
        kind=message.kind,
        speaker="Context compacted" if message.is_rewrite else speaker,
        icon="fold-vertical" if rewrite else icon,
        remark=_remark(message),
        blocks=tuple(blocks),
        record_indices=_records(message),
        stored=message,
    )


def message_time_tip(message: Message) -> str:
    """The full time of a message, local, UTC and as stored, for a tool tip; empty when not recorded."""
    if message.created_at_ms is None:
        return ""
    stored = f"\nstored: {one_line(message.created_at, 80)}" if message.created_at else ""
    return time_tip(message.created_at_ms) + stored


def _remark(message: Message) -> str:
    if message.is_rewrite:
        return "what was said before, summed up"
    if message.kind is MessageKind.INJECTED or (message.kind is MessageKind.UNKNOWN and message.stored_role):
        return one_line(message.stored_role, 60) if message.stored_role != "user" else "not typed by a person"
    if message.stop_reason and message.stop_reason not in _USUAL_STOPS:
        return "stopped: " + one_line(message.stop_reason.replace("_", " "), 60)
    return ""


def _records(message: Message) -> tuple[int, ...]:
    joined = {
        block.result.result_message
        for block in message.blocks
        if isinstance(block, ToolCallBlock) and block.result is not None
    }
    return (message.index, *sorted(joined - {message.index}))


def _blocks(message: Message) -> list[ShownBlock]:
    shown: list[ShownBlock] = []
    budget = MARKDOWN_LIMIT_CHARS
    for number, block in enumerate(message.blocks):
        if isinstance(block, (TextBlock, ReasoningBlock)):
            pieces = text_pieces(block.text, message.kind, budget > 0)
            budget -= len(block.text)
            is_folded = message.kind is MessageKind.SYSTEM and _is_long(block.text)
            shown.append(_text(number, block, pieces, is_folded))
        elif isinstance(block, ToolResultBlock) and _is_shown_elsewhere(message, block):
            continue
        else:
            shown.append(_block(number, block))
    return shown


def _is_shown_elsewhere(message: Message, block: ToolResultBlock) -> bool:
    return block.call_message is not None and block.call_message != message.index


def text_pieces(text: str, kind: MessageKind, is_markdown: bool = True) -> tuple[Prose | CodeText, ...]:
    """Prose and code of a text, made safe."""
    if not is_markdown:
        return (_plain(text),)
    found = split_markdown(prose_text(text), keeps_lines=kind is not MessageKind.ASSISTANT)
    pieces = [_piece(piece) for piece in found[:PIECES_LIMIT]]
    if len(found) > PIECES_LIMIT:
        rest = "\n".join(piece.source if isinstance(piece, Prose) else piece.text for piece in found[PIECES_LIMIT:])
        pieces.append(_plain(rest))
    return tuple(pieces)


def _piece(piece: Prose | Fence) -> Prose | CodeText:
    if isinstance(piece, Fence):
        return _fence_code(piece.text, piece.language, piece.title)
    return _plain(piece.source) if len(_MARKS.findall(piece.source)) > MARKS_LIMIT else piece


def _plain(text: str) -> CodeText:
    """Text that is too much for Markdown, as lines; cut until a person asks for all of it."""
    return CodeText(tool_text(text.replace("\u2028", "\n")), cut_lines=CUT_LINES)


def _fence_code(text: str, language: str, title: str) -> CodeText:
    return CodeText(
        tool_text(text), one_line(language, 40), one_line(title, 200), language_title(one_line(language, 40))
    )


def _is_long(text: str) -> bool:
    """Whether a system message is too long to stand open before the conversation."""
    return text.strip().count("\n") >= OPEN_LINES or len(text) > OPEN_CHARS


def _text(
    number: int, block: TextBlock | ReasoningBlock, pieces: tuple[Prose | CodeText, ...], is_folded: bool
) -> ShownBlock:
    if isinstance(block, TextBlock) and not is_folded:
        return ShownText(number, pieces, block.whole, block.full_chars)
    if isinstance(block, ReasoningBlock) and not block.text:
        sealed = "sealed by the provider" if block.is_sealed else "empty"
        return ShownReasoning(number, "", sealed, ())
    words = len(block.text.split())
    note = counted(words, "word") if block.whole is None else f"{block.full_chars:,} characters"
    plain = re.sub(r"\*\*|`|^#+ ", "", block.text[:600], flags=re.MULTILINE)
    title, icon = ("System prompt", "info") if is_folded else ("Reasoning", "lightbulb")
    first_words = one_line(plain.strip(), 240)
    return ShownReasoning(number, first_words, note, pieces, block.whole, block.full_chars, title, icon)


def _block(number: int, block: Block) -> ShownBlock:
    if isinstance(block, ToolCallBlock):
        return _call(number, block)
    if isinstance(block, ToolResultBlock):
        return _lone_result(number, block)
    if isinstance(block, ImageBlock):
        return show_image(number, block.ref)
    if isinstance(block, NoticeBlock):
        return _notice(number, block)
    assert isinstance(block, UnknownBlock)
    return _unknown(number, block)


def _call(number: int, block: ToolCallBlock) -> ShownTool:
    given = tool_input(block.arguments, block.whole is not None, block.name)
    icon = tool_icon(block.name)
    result, images, body = _result(number, block.result, language_of_path(given.argument) if icon == _READS else "")
    if block.result is None:
        state, word, missing = ToolState.OPEN, "Open", "No result is recorded for this call."
    else:
        state, word = (ToolState.FAILED, "Failed") if block.result.is_error else (ToolState.DONE, "")
        missing = "" if result is not None or images else "The result is empty."
    return ShownTool(
        number,
        icon,
        one_line(block.name, TOOL_NAME_CHARS) or "unnamed tool",
        given.argument,
        body,
        state,
        word,
        _input(given, block),
        result,
        images,
        missing,
    )


def _input(given: ToolInput, block: ToolCallBlock) -> CodeText | None:
    if not given.text:
        return None
    return CodeText(
        given.text,
        given.language,
        note="" if block.whole is None else f"{block.arguments_chars:,} characters",
        whole=block.whole,
        full_chars=block.arguments_chars,
        cut_lines=CUT_LINES,
    )


def _lone_result(number: int, block: ToolResultBlock) -> ShownTool:
    result, images, measure = _result(number, block)
    failed = block.is_error
    return ShownTool(
        number,
        "terminal",
        "result",
        one_line(block.call_id, 80),
        measure,
        ToolState.FAILED if failed else ToolState.DONE,
        "Failed" if failed else "",
        None,
        result,
        images,
        "The transcript has no call with this id.",
    )


def _result(
    number: int, block: ToolResultBlock | None, file_language: str = ""
) -> tuple[CodeText | None, tuple[ShownImage, ...], str]:
    """Body, pictures and measure of a result; texts of several blocks stand below each other."""
    if block is None:
        return None, (), ""
    texts: list[str] = []
    images: list[ShownImage] = []
    whole = None
    full_chars = 0
    for inner in block.blocks:
        if isinstance(inner, ImageBlock):
            images.append(show_image(number, inner.ref))
        else:
            text, part_whole, chars = _inner_text(inner)
            texts.append(text)
            whole, full_chars = whole or part_whole, full_chars + chars
    text = "\n".join(texts).removesuffix("\n")
    full_chars = full_chars if whole is not None else len(text)
    measure = head_measure(text, full_chars) if text else counted(len(images), "image") if images else ""
    if not text:
        return None, tuple(images), measure
    language = file_language or _language_of_output(text)
    shown = tool_text(text)
    note = text_measure(text, full_chars)
    return CodeText(shown, language, "", note, whole, full_chars, CUT_LINES), tuple(images), measure


def _inner_text(inner: TextBlock | NoticeBlock | UnknownBlock) -> tuple[str, WholeRef | None, int]:
    if isinstance(inner, TextBlock):
        return inner.text, inner.whole, inner.full_chars
    if isinstance(inner, NoticeBlock):
        text = "\n".join(part for part in (inner.title, inner.text, inner.details) if part)
        return text, inner.whole, len(text)
    text = f"Unknown content “{one_line(inner.kind, 60)}”:\n{indent_json(inner.raw)}"
    return text, inner.whole, len(text)


def _language_of_output(text: str) -> str:
    if text.startswith(("diff --git ", "--- a/")):
        return "diff"
    return "json" if text.lstrip()[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]") else ""


def show_image(number: int, ref: ImageRef) -> ShownImage:
    """Name and facts of a picture or video."""
    facts = []
    if ref.width_px and ref.height_px:
        facts.append(f"{ref.width_px:,} × {ref.height_px:,}")
    if ref.duration_ms is not None:
        facts.append(duration_text(ref.duration_ms))
    if ref.size_bytes is not None:
        facts.append(short_size(ref.size_bytes))
    facts.append(one_line(ref.media_type, 60) or "unknown type")
    if ref.blob:
        facts.append("blob store")
    name = one_line(ref.name, 120) or ("Video" if ref.is_video else "Image")
    return ShownImage(number, ref, name, " · ".join(facts))


def _notice(number: int, block: NoticeBlock) -> ShownNotice:
    details = None
    if block.details:
        details = CodeText(tool_text(block.details), "json", whole=block.whole, cut_lines=CUT_LINES)
    title = one_line(block.title, 200) or one_line(block.kind.replace("_", " "), 80).capitalize()
    return ShownNotice(number, title, prose_text(block.text), details, block.kind.lower() in _REWRITE_KINDS)


def _unknown(number: int, block: UnknownBlock) -> ShownCard:
    raw = CodeText(
        tool_text(indent_json(block.raw) if block.whole is None else block.raw),
        "json",
        whole=block.whole,
        full_chars=block.size_bytes,
        cut_lines=CUT_LINES,
    )
    return ShownCard(
        number,
        "Damaged block" if block.fault else "Unknown block",
        one_line(block.kind, 80),
        f"{counted(block.size_bytes, 'byte')}, kept as stored",
        block.fault.sentence if block.fault else "",
        raw,
        is_fault=block.fault is not None,
        whole=block.whole,
    )


def _trailing_cards(message: Message, blocks: list[ShownBlock]) -> list[ShownBlock]:
    """Cards after the blocks: faults of the message, and blocks that were left out."""
    if message.kind is MessageKind.TOOL_RESULTS_JOINED:
        return []
    cards: list[ShownBlock] = []
    number = max(len(message.blocks), (blocks[-1].block + 1) if blocks else 0)
    said = {block.fault.sentence for block in message.blocks if isinstance(block, UnknownBlock) and block.fault}
    sentences = [fault.sentence for fault in message.faults if fault.sentence not in said]
    if sentences:
        sentence = " ".join(sentences)
        title = "Damaged message" if message.kind is MessageKind.DAMAGED else "Fault in this message"
        cards.append(ShownCard(number, title, "", short_size(message.size_bytes), sentence, None, is_fault=True))
        number += 1
    left_out = message.block_count - len(message.blocks)
    if message.whole is not None or left_out > 0:
        sentence = f"{left_out:,} more blocks are not shown." if left_out > 0 else "Only the beginning is shown."
        title = f"{message.block_count:,} blocks" if left_out > 0 else "Cut message"
        card = ShownCard(number, title, "", short_size(message.size_bytes), sentence, None, whole=message.whole)
        cards.append(card)
    return cards
