"""Labels of sessions in the metadata of both documents (formats/meerkat.md §2.6 `session_labels`).

Only 0.6: the products of 0.7 drop them at their next turn, so that there they are Burrow's own.
"""

from __future__ import annotations

from store.errors import ChangeRefused
from store.meerkat.codec.strict_json import Json
from store.meerkat.outside.documents import metadata_value
from store.meerkat.outside.family import family_of_session
from store.meerkat.outside.metadata_change import change_metadata, note_revision
from store.meerkat.outside.refusals import refuse
from store.meerkat.outside.rows import StoredSession
from store.meerkat.outside.rules import metadata_of, runtime_state_of_session
from store.meerkat.outside.session_change import Circumstances, Made
from store.values.changes import LabelEdit, Refusal, RefusalCode

LABELS_KEY = "session_labels"
OWN_INSTEAD = "Labels of Burrow's own can be put on it instead."

MAX_LABEL_BYTES = 4_096
"""A longer key or value is none that any list shows."""


def label(stored: StoredSession, edit: LabelEdit, circumstances: Circumstances, made: Made) -> None:
    """Put labels on a session and take some away. Raises ChangeRefused."""
    _refuse_unfit(edit)
    if family_of_session(stored, circumstances.family).is_07:
        sentence = "A Meerkat of 0.7 has touched this session, and drops the labels of a session at its next turn."
        raise refuse(RefusalCode.GENERATION, sentence, OWN_INSTEAD)
    held = [_labels_in(metadata) for metadata in metadata_of(stored)]
    wanted = [_labelled(labels, edit) for labels in held]
    if held == wanted:
        raise ChangeRefused(Refusal(RefusalCode.ALREADY_SO, "The session has exactly these labels already."))
    if any(one != wanted[0] for one in wanted):
        sentence = "The two stored copies of this session have different labels, so that one of them would be lost."
        raise refuse(RefusalCode.ROWS_DIFFER, sentence, OWN_INSTEAD)
    note_revision(stored, made)
    if runtime_state_of_session(stored) == "attached":
        made.remarks.append(
            "A service may hold this session in memory; it would put its own labels back at its next turn."
        )
    labels: dict[str, Json] = dict(sorted(wanted[0].items()))
    change_metadata(stored, {LABELS_KEY: labels or None}, circumstances, made)


def _labels_in(metadata: bytes) -> dict[str, str]:
    """The labels of one document. Raises ChangeRefused where they are none that Meerkat reads."""
    value = metadata_value(metadata, LABELS_KEY)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise refuse(RefusalCode.DAMAGED, "The stored labels of this session are none that Meerkat reads.", OWN_INSTEAD)
    return {key: one for key, one in value.items() if isinstance(one, str)}


def _labelled(labels: dict[str, str], edit: LabelEdit) -> dict[str, str]:
    """Labels after an edit."""
    return {key: value for key, value in {**labels, **dict(edit.put)}.items() if key not in edit.removed}


def _refuse_unfit(edit: LabelEdit) -> None:
    """Refuse what no document can hold."""
    texts = [text for pair in edit.put for text in pair]
    if not all(key for key, _ in edit.put):
        raise refuse(RefusalCode.GUARD, "A label needs a key.")
    for text in texts:
        try:
            size = len(text.encode("utf-8"))
        except UnicodeEncodeError:
            raise refuse(RefusalCode.GUARD, "A label holds half of a character, which no store can keep.") from None
        if size > MAX_LABEL_BYTES:
            raise refuse(RefusalCode.GUARD, f"A label is too long: {size:,} bytes of at most {MAX_LABEL_BYTES:,}.")
