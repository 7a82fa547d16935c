"""In which digest format the revisions of a stored graph are named (formats/meerkat.md §1.4, §3.2). Pure."""

from __future__ import annotations

from typing import Final

from store.meerkat.reference.history import History
from store.meerkat.shapes.digests import DigestFormat

_LIKELY_06: Final = (DigestFormat.F1, DigestFormat.F2, DigestFormat.F3)
_LIKELY_07: Final = (DigestFormat.F3, DigestFormat.F2, DigestFormat.F1)


def form_of(history: History, *, is_07: bool) -> DigestFormat | None:
    """The format in which the body of a graph's head makes the head; None where it makes it in none.

    Only those of releases that are written for are tried; where several fit, what the store's own releases write.
    """
    head = history.body(history.head)
    if head is None:
        return None
    likely = _LIKELY_07 if is_07 else _LIKELY_06
    return next((form for form in likely if head.messages.digest(form) == history.head), None)
