"""What was written, read again and compared with what was to be made of it. Threads that may wait."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from store.changing import Image, ImageState
from store.meerkat.outside.comparing import compare_rows, image_state
from store.meerkat.outside.refusals import in_words_of_a_refusal, refuse
from store.values.changes import RefusalCode


def prove_written(connection: sqlite3.Connection, folder: Path, image: Image) -> None:
    """Compare rows and files with an image.

    Args:
        connection: another one than that which wrote, so that what it reads comes from the files.
        folder: of the realm.

    Raises:
        ChangeRefused: they are not what was to be made of them (VERIFY_FAILED).
    """
    with in_words_of_a_refusal():
        rows = compare_rows(connection, image)
    state = image_state(rows, folder, image)
    if state is ImageState.AFTER:
        return
    sentence = "The session was read again and is not what was to be written."
    if state is ImageState.PARTLY:
        sentence = "The rows of the session were changed, but not all of its files could be."
    raise refuse(RefusalCode.VERIFY_FAILED, sentence, "Look at it in Changes, where its old state is kept.")
