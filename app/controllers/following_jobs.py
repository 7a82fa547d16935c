"""What following a session asks of a worker thread: plain functions from frozen values to frozen values, without Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.controllers.transcript_jobs import FIRST_MESSAGES, page_around, page_before
from app.present.show_message import show_message
from app.views.transcript.estimate import Guess
from app.views.transcript.following import Newer, guessed_from
from app.views.transcript.landing import Landing, landing_of
from store.values.following import Followed
from store.values.message import Outline
from store.values.session import SessionSummary
from store.values.store import SessionKey

if TYPE_CHECKING:
    from store import Library, Lists
    from store.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class Shown:
    """What a view shows of a session, as far as following it needs it.

    Attributes:
        outline: complete.
        first, last: the messages on the screen, first and last; equal to the count when there are none.
        is_at_end: the end is to be kept in view.
        loaded: messages that the view holds.
        guess: how it guesses heights.
    """

    outline: Outline
    first: int
    last: int
    is_at_end: bool
    loaded: frozenset[int]
    guess: Guess


@dataclass(frozen=True, slots=True)
class FollowAnswer:
    """A session as it is now.

    Attributes:
        summary: its row with what is noted of it; None when it is not where it was.
        newer: what the view has to know; None when the transcript is as it was.
    """

    key: SessionKey
    summary: SessionSummary | None
    newer: Newer | None


def follow_work(
    library: Library, lists: Lists, key: SessionKey, handle: int | None, shown: Shown
) -> Callable[[CancelToken], FollowAnswer]:
    """Work that reads what is new in a session, and what of it the view shows.

    Args:
        handle: of its row in the list.
    """

    def work(token: CancelToken) -> FollowAnswer:
        backend = library.backend(key.store)
        followed = backend.follow(key.session_id, shown.outline, token)
        rows = backend.summaries((handle,), token) if handle is not None else ()
        summary = next((row for row in lists.with_notes(rows, token) if row.key == key), None)
        if followed.outline is shown.outline:
            return FollowAnswer(key, summary, None)
        outline, kept = followed.outline, followed.kept
        landing = landing_of(shown.outline, outline, kept)
        messages = []
        for begin, end in _spans(wanted_rows(shown, followed, landing)):
            stored = backend.messages(key.session_id, begin, end, token)
            messages += [show_message(message) for message in stored]
        heights_px = guessed_from(outline, kept, shown.guess)
        stale = frozenset(followed.redrawn)
        newer = Newer(shown.outline, outline, landing, kept, stale, tuple(messages), shown.guess, heights_px)
        return FollowAnswer(key, summary, newer)

    return work


def wanted_rows(shown: Shown, followed: Followed, landing: Landing) -> set[int]:
    """The messages that the view needs at once, so that nothing that is seen is blank for a moment."""
    outline, kept = followed.outline, followed.kept
    stale = [row for row in followed.redrawn if row in shown.loaded]
    near = [row for row in stale if shown.first <= row <= shown.last]
    wanted = {*near, *stale[-FIRST_MESSAGES:]}
    if shown.is_at_end:
        begin, end = page_before(outline, outline.count)
        begin = max(begin, end - FIRST_MESSAGES)
    elif kept and shown.last < kept - 1:
        return wanted
    else:
        begin = max(landing.row_of(shown.first) - FIRST_MESSAGES // 4, 0) if shown.first < kept or not kept else kept
        begin, end = page_around(outline, begin, 2 * FIRST_MESSAGES)
    return wanted | {row for row in range(begin, end) if row >= kept}


def _spans(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rows as half-open ranges, rising."""
    spans: list[tuple[int, int]] = []
    for row in sorted(rows):
        if spans and spans[-1][1] == row:
            spans[-1] = (spans[-1][0], row + 1)
        else:
            spans.append((row, row + 1))
    return spans
