"""A session as readable text: its head, then message after message, Markdown kept as written.

Pure functions from values to lines; whatever a terminal would obey is shown as a mark.
"""

from __future__ import annotations

from store.cli import figures
from store.cli.json_shapes import Whole, uncut
from store.cli.list_command import shown_state
from store.cli.terminal import Ink, Surface
from store.cli.visible import visible, visible_line, width_of
from store.values.fault import Fault
from store.values.message import (
    Block,
    ImageBlock,
    ImageRef,
    Message,
    MessageKind,
    NoticeBlock,
    ReasoningBlock,
    Role,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    UnknownBlock,
)
from store.values.session import SessionDetail, SessionSummary

RULE_CELLS = 72
"""Length of the line over a message."""

_BAR = "│ "

_SPEAKERS = {
    MessageKind.SYSTEM: "system",
    MessageKind.PROMPT: "you",
    MessageKind.INJECTED: "injected",
    MessageKind.ASSISTANT: "assistant",
    MessageKind.TOOL_RESULTS: "tool",
    MessageKind.TOOL_RESULTS_JOINED: "tool",
    MessageKind.NOTICE: "notice",
    MessageKind.UNKNOWN: "unknown",
    MessageKind.DAMAGED: "damaged",
}


def head_text(detail: SessionDetail, surface: Surface, note: str = "") -> str:
    """The lines over a transcript: title, id, what the store tells, the note that was written here, faults."""
    summary = detail.summary
    state, inks = shown_state(summary)
    lines = [
        surface.inked(visible_line(summary.title), Ink.STRONG),
        f"{visible_line(summary.key.session_id)}  {surface.inked(state, *inks)}",
        "  ".join(_about(summary)),
        f"created {figures.local_time(summary.created_at_ms)}  updated {figures.local_time(summary.updated_at_ms)}",
    ]
    if summary.labels:
        lines.append(visible_line("labels: " + ", ".join(f"{name}={value}" for name, value in summary.labels)))
    lines.extend(surface.inked(f"note: {visible_line(line)}", Ink.YOURS) for line in note.splitlines())
    if detail.authority:
        lines.append(visible_line(detail.authority))
    lines.extend(fault_line(fault, surface) for fault in summary.faults)
    return "\n".join(lines) + "\n"


def _about(summary: SessionSummary) -> list[str]:
    model = summary.model or figures.ABSENT
    by = f"{model} ({summary.provider})" if summary.provider else model
    return [
        visible_line(by),
        f"{figures.count(summary.message_count)} messages",
        f"{figures.count(summary.total_tokens)} tokens",
        figures.size(summary.size_bytes),
    ]


def fault_line(fault: Fault, surface: Surface) -> str:
    """A fault in one line."""
    return surface.inked(f"! {visible_line(fault.sentence)}", Ink.FAILED)


def message_text(surface: Surface, message: Message, whole: Whole, raw: bytes | None) -> str:
    """One message under its rule; with `raw` its stored JSON in the place of readable text."""
    parts = [_rule(message, surface)]
    parts.extend(fault_line(fault, surface) for fault in message.faults)
    if raw is not None:
        parts.append(visible(raw.decode("utf-8", "backslashreplace")))
    else:
        parts.extend(_block_text(block, whole, surface) for block in message.blocks)
        left_out = message.block_count - len(message.blocks)
        if left_out > 0:
            parts.append(f"[{left_out:,} further blocks are not shown; --raw prints the whole message]")
        if not message.block_count and not message.faults:
            parts.append(surface.inked("[empty]", Ink.QUIET))
    return "\n" + "\n".join(part for part in parts if part) + "\n"


def _rule(message: Message, surface: Surface) -> str:
    """`── 3 assistant  2026-08-01 10:42:07  end_turn ───`"""
    speaker = _SPEAKERS[message.kind]
    if message.role is Role.UNKNOWN:
        speaker += f" {visible_line(message.stored_role)[:40]}"
    facts = [f"{message.index} {speaker}"]
    if message.created_at_ms is not None:
        facts.append(figures.local_time(message.created_at_ms, has_seconds=True))
    if message.stop_reason:
        facts.append(visible_line(message.stop_reason)[:40])
    head = f"── {'  '.join(facts)} "
    inks = (Ink.STRONG, Ink.YOURS) if message.kind is MessageKind.PROMPT else (Ink.STRONG,)
    return surface.inked(head + "─" * (RULE_CELLS - width_of(head)), *inks)


def _block_text(block: Block, whole: Whole, surface: Surface) -> str:
    match block:
        case TextBlock():
            return visible(uncut(block.text, block.whole, whole))
        case ReasoningBlock():
            return _reasoning(block, whole, surface)
        case ToolCallBlock():
            head = surface.inked(f"▸ {visible_line(block.name)}", Ink.STRONG)
            identity = surface.inked(f"  {visible_line(block.call_id)}", Ink.QUIET) if block.call_id else ""
            return _joined(head + identity, _barred(uncut(block.arguments, block.whole, whole)))
        case ToolResultBlock():
            return _tool_result(block, whole, surface)
        case ImageBlock(ref):
            return _image(ref)
        case NoticeBlock():
            details = uncut(block.details, block.whole, whole)
            head = surface.inked(f"◆ {visible_line(block.title or block.kind)}", Ink.STRONG)
            return _joined(head, visible(block.text), _barred(details) if details else "")
        case UnknownBlock():
            head = f"? {visible_line(block.kind)[:80]}, {figures.size(block.size_bytes)}, not known to this version"
            fault = fault_line(block.fault, surface) if block.fault is not None else ""
            return _joined(head, fault, _barred(uncut(block.raw, block.whole, whole)))


def _reasoning(block: ReasoningBlock, whole: Whole, surface: Surface) -> str:
    if block.is_sealed and not block.text:
        return surface.inked("∴ reasoning, sealed by the provider", Ink.QUIET)
    return _joined(surface.inked("∴ reasoning", Ink.QUIET), _barred(uncut(block.text, block.whole, whole)))


def _tool_result(block: ToolResultBlock, whole: Whole, surface: Surface) -> str:
    head = surface.inked("◂ failed", Ink.FAILED) if block.is_error else "◂ result"
    identity = surface.inked(f"  {visible_line(block.call_id)}", Ink.QUIET) if block.call_id else ""
    if block.call_message is None:
        identity += "  (no such call in this transcript)"
    inner = [_bar(_block_text(part, whole, surface)) for part in block.blocks]
    return _joined(head + identity, *inner)


def _image(ref: ImageRef) -> str:
    facts = ["video" if ref.is_video else "image", visible_line(ref.media_type)]
    if ref.name:
        facts.append(visible_line(ref.name))
    if ref.width_px is not None and ref.height_px is not None:
        facts.append(f"{ref.width_px} × {ref.height_px}")
    if ref.size_bytes is not None:
        facts.append(figures.size(ref.size_bytes))
    if ref.blob is not None:
        facts.append(visible_line(ref.blob))
    return f"[{', '.join(fact for fact in facts if fact)}]"


def _barred(text: str) -> str:
    return _bar(visible(text))


def _bar(lines: str) -> str:
    """Set lines off, so that nothing in a tool's output can pass for a message of its own."""
    return "\n".join((_BAR + line).rstrip() for line in lines.split("\n")) if lines else ""


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
