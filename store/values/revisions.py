"""The versions of a transcript that a store retains beside the current one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a transcript.

    Attributes:
        revision: its name, "sha256:" and 64 hexadecimal digits; None of a current one whose name cannot be told.
        parent: the version it came from; None where the store does not say.
        created_at_ms: when it came to be, milliseconds since 1970; None where that is not recorded.
        message_count: None where its body is not stored any more and no commit counts it.
        is_head: it is the current one.
        is_stored: its messages can be read; of a retired one only the commit is left.
        reason, note, actor: of the rewrite that made it, "" where there was none (messages were appended).
        digest_format: of the current one, 1 to 5, by which it is named; None where none or several fit.
    """

    revision: str | None
    parent: str | None
    created_at_ms: int | None
    message_count: int | None
    is_head: bool = False
    is_stored: bool = True
    reason: str = ""
    note: str = ""
    actor: str = ""
    digest_format: int | None = None
