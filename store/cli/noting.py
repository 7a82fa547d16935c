"""What a person noted of sessions, for commands that list or print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from store.cancel import CancelToken
from store.cli.running import Output
from store.cli.visible import visible_line
from store.own import Annotations, AnnotationsUnusable
from store.values.notes import Noted, with_notes
from store.values.session import SessionSummary
from store.values.store import SessionKey

Notes = Mapping[SessionKey, Noted]

NO_NOTES: Notes = MappingProxyType({})


def read_notes(annotations: Annotations, token: CancelToken, output: Output) -> Notes:
    """Everything that is noted, of all sessions; nothing, and a sentence, while our own file cannot be read."""
    try:
        return annotations.noted(None, token)
    except AnnotationsUnusable as error:
        output.complain(f"burrow: {visible_line(str(error))}")
        return {}


def noted_rows(summaries: Sequence[SessionSummary], notes: Notes) -> Sequence[SessionSummary]:
    """Rows with what is noted of their sessions."""
    if not notes:
        return summaries
    return [with_notes(one, notes[one.key]) if one.key in notes else one for one in summaries]
