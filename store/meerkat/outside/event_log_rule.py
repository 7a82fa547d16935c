"""Rule (3) of formats/meerkat.md §3.10: before a commit is added, the session's event log must be one that goes on.

Meerkat writes an event for each commit that its log lacks, the next time that it lists or loads. A log that it cannot
read, or a `.seq` beside it that does not hold the number of its last event, makes that fail for the whole realm. An
empty `.seq` is the one thing that may be mended: without it Meerkat goes on from the log itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from store.cancel import CancelToken
from store.errors import ChangeRefused
from store.meerkat.findings.event_logs import read_event_log
from store.meerkat.outside.realm_files import read_for_removal
from store.meerkat.outside.refusals import refuse
from store.meerkat.outside.session_change import FileChange, Made
from store.meerkat.outside.session_files import SEQUENCE, log_of
from store.values.changes import RefusalCode

EMPTY_SEQ: Final = (
    "The file that counts the session's events is empty, as the command line often leaves it; it is removed first,"
    " since Meerkat could not list its realm otherwise."
)
_ADVICE: Final = "“Check Store…” says which line it is; nothing was changed."
_LARGEST: Final = (1 << 64) - 1


def ask_event_log(folder: Path, session_id: str, made: Made, token: CancelToken) -> None:
    """Ask whether a commit may be added to a session; an empty `.seq` is taken away with it.

    Args:
        folder: of the realm.

    Raises:
        ChangeRefused: EVENT_LOG_UNREADABLE.
    """
    log = read_event_log(folder / log_of(session_id), token)
    if log.bad_line or log.is_torn:
        where = f"line {log.bad_line:,} of its event log" if log.bad_line else "the last line of its event log"
        raise _unreadable(f"Meerkat could not list this session's realm after a commit: {where} is no event.")
    made.state.append(f"log {log.size_bytes} {log.lines} {log.last_seq}".encode())
    seq = read_for_removal(folder, f"{SEQUENCE}/{session_id}.seq")
    if seq is None or seq.before is None:
        return
    made.state.append(b"seq " + seq.before[:64])
    text = seq.before.decode("utf-8", "replace").strip()
    if not text:
        made.files.append(FileChange(seq.path, seq.before, None, seq.mode, seq.mtime_ns, is_first=True))
        made.remarks.append(EMPTY_SEQ)
        return
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 20 else -1
    if not 0 < number <= _LARGEST:
        raise _unreadable("The file that counts this session's events holds no number; Meerkat could add none.")
    if number < (log.last_seq or 0):
        raise _unreadable("The file that counts this session's events is behind its log; Meerkat could add none.")


def _unreadable(sentence: str) -> ChangeRefused:
    return refuse(RefusalCode.EVENT_LOG_UNREADABLE, sentence, _ADVICE)
