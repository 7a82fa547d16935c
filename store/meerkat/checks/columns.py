"""The columns beside a document against the document itself (formats/meerkat.md §1.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from store.cancel import CancelToken
from store.meerkat.agreement import equal_bytes, same_text
from store.meerkat.checks.envelope_facts import EnvelopeFacts
from store.meerkat.checks.results import failed, passed
from store.meerkat.codec.byte_source import ByteSource
from store.values.amounts import counted
from store.values.checks import CheckName, CheckResult

MAX_COMPARED_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Columns:
    """What is stored beside a document about it.

    Attributes:
        where: what holds it, for sentences: "row".
        message_count, total_tokens, created_at_ms, updated_at_ms: as stored, whatever that is.
        metadata: the metadata once more; None where it is not repeated.
        is_derived: only a list is made of it, and each save makes it anew from the document: a wrong one loses nothing.
    """

    where: str
    message_count: object
    total_tokens: object
    created_at_ms: object
    updated_at_ms: object
    metadata: ByteSource | None = None
    is_derived: bool = False


def judge_columns(
    columns: Columns,
    envelope: EnvelopeFacts,
    count: int,
    source: ByteSource,
    metadata_span: tuple[int, int] | None,
    token: CancelToken,
) -> CheckResult:
    """Compare what is stored beside a document with it.

    Args:
        envelope: of the document that the columns speak of.
        count: its messages.
        source, metadata_span: its bytes, and where its metadata stands in them.
    """
    pairs = (
        ("messages", columns.message_count, count),
        ("tokens", columns.total_tokens, envelope.total_tokens),
        ("the time of creation", columns.created_at_ms, envelope.created_at_ms),
        ("the time of change", columns.updated_at_ms, envelope.updated_at_ms),
    )
    wrong = [
        (what, said, real) for what, said, real in pairs if real is not None and (type(said) is bool or said != real)
    ]
    where, name = columns.where, CheckName.ROW_COUNTS
    if wrong:
        what, said, real = wrong[0]
        others = "" if len(wrong) == 1 else f" They differ in {' and '.join(one[0] for one in wrong[1:])} too."
        sentence = f"The {where} and its document differ in {what}: {_shown(said)} and {_shown(real)}.{others}"
        if what == "messages" and type(said) is int:
            # In the words of whoever reads the transcript, so that it is said once.
            sentence = f"The {where} says {said:,} messages, the document holds {real:,}.{others}"
        return failed(name, sentence, _value(said), _value(real))
    if columns.metadata is not None and not metadata_agrees(columns.metadata, source, metadata_span, token):
        return failed(name, f"The metadata of the {where} is not that of its document.", "the document's", "another")
    return passed(name, f"the {where} agrees with its document: {counted(count, 'message')}")


def metadata_agrees(metadata: ByteSource, source: ByteSource, span: tuple[int, int] | None, token: CancelToken) -> bool:
    """Whether a column repeats the metadata of a document or head.

    Args:
        span: where the metadata stands in `source`; None where there is none.
    """
    if span is None:
        return metadata.size_bytes == 2 and metadata.read(0, 2) == b"{}"
    if equal_bytes(metadata, source, (0, metadata.size_bytes), span, token):
        return True
    length = span[1] - span[0]
    if max(length, metadata.size_bytes) > MAX_COMPARED_BYTES:
        return False
    return same_text(metadata.read(0, metadata.size_bytes), source.read(span[0], length))


def _shown(value: object) -> str:
    return f"{value:,}" if type(value) is int else "no number"


def _value(value: object) -> object:
    return value if type(value) is int else "no number"
