"""The protocol that each system implements: how a store of that system is read.

Nothing above this line of the house knows which system a store is of. A backend object stands for one opened store. It
is thread-safe, holds no connection between calls, and every method that reads may be called from any thread that may
wait. A bad record never raises: it is a row, a message or a block that says so. What concerns the whole store raises an
OpenError, what concerns one session a SessionError.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from store.cancel import CancelToken
from store.values.checks import Finding, SessionCheck, SizeBreakdown
from store.values.following import Followed
from store.values.listing import CatalogueFacts, CensusRow
from store.values.message import ImageRef, Message, Outline, WholeRef
from store.values.revisions import Revision
from store.values.session import SessionDetail, SessionIds, SessionSummary, SortOrder
from store.values.store import StoreFacts, StoreKind
from store.values.texts import PlainMessage
from store.values.whole import WholeSession

if TYPE_CHECKING:
    from store.changing import Changing


class Backend(Protocol):
    """One opened store."""

    def facts(self, token: CancelToken) -> StoreFacts:
        """Say what the store is and how it is being read; counts its sessions."""
        ...

    def ids(self, order: SortOrder, token: CancelToken) -> SessionIds:
        """List the handles of all sessions in the given order."""
        ...

    def summaries(self, handles: Sequence[int], token: CancelToken) -> tuple[SessionSummary, ...]:
        """Read rows for handles, in their order; one summary for each, a damaged one where it cannot be read."""
        ...

    def matching_ids(self, beginning: str, token: CancelToken) -> tuple[str, ...]:
        """Session ids that are or begin with these characters; at most 10, the exact one alone."""
        ...

    def census(self, after_handle: int | None, limit: int, token: CancelToken) -> tuple[CensusRow, ...]:
        """Read the stored columns of the next sessions, in an order of the backend's own.

        Args:
            after_handle: of the last row of the page before; None for the first page.
            limit: rows at most; none come when the page before was the last.
        """
        ...

    def catalogue_facts(self, handles: Sequence[int], token: CancelToken) -> tuple[CatalogueFacts, ...]:
        """Read what the whole documents say, one answer a handle, in their order; "" is the id of one that is gone."""
        ...

    def running_ids(self, token: CancelToken) -> frozenset[str]:
        """Ids of the sessions that a program works on now (README, "Words": running)."""
        ...

    def detail(self, session_id: str, token: CancelToken) -> SessionDetail:
        """Read what the Info tab shows. Raises SessionMissing."""
        ...

    def unmasked(self, session_id: str, path: tuple[str | int, ...], token: CancelToken) -> str:
        """The stored JSON text of one masked metadata value, because a person asked for it."""
        ...

    def outline(self, session_id: str, token: CancelToken) -> Outline:
        """Index the session's messages. Raises SessionMissing, SessionDamaged."""
        ...

    def beginning(self, session_id: str, limit: int, token: CancelToken) -> tuple[Outline, tuple[Message, ...]] | None:
        """Read the first messages of a long session without indexing the rest; the outline is of these alone.

        A call whose result stands far beyond them is without it here. What is asked for by a place in a message
        (raw, whole, image) needs the index of all.

        Args:
            limit: messages at most.

        Returns:
            None when the session is short, so that `outline` is as quick. Raises SessionMissing, SessionDamaged.
        """
        ...

    def messages(self, session_id: str, begin: int, end: int, token: CancelToken) -> tuple[Message, ...]:
        """Decode messages [begin, end), oldest first, tool calls joined with their results.

        Raises:
            SessionChanged: the stored session is not the one any more that `outline` indexed.
        """
        ...

    def messages_at(self, session_id: str, numbers: Sequence[int], token: CancelToken) -> tuple[Message, ...]:
        """Decode single messages, in the order in which they are asked for. Raises SessionChanged."""
        ...

    def candidates(self, session_id: str, words: Sequence[str], begin: int, end: int, token: CancelToken) -> array[int]:
        """Messages of [begin, end) whose stored bytes could hold all the words, rising; found without decoding.

        Never too few: what is not named does not hold them, in whatever spelling. The results of a message's calls
        belong to it. Messages that are shown with others are not named.

        Args:
            words: runs of ASCII without white space, or text beyond ASCII that has one spelling only. Capitals do not
                matter. Without any, all messages are named.

        Raises:
            SessionChanged.
        """
        ...

    def plain_texts(
        self, session_id: str, numbers: Sequence[int], token: CancelToken
    ) -> tuple[PlainMessage | None, ...]:
        """The texts of single messages, in the order in which they are asked for, many times as fast as decoding.

        They say what `messages_at` says. None for a message of which more is shown than texts, or not all, or that is
        not stored in the usual spelling: it must be decoded. Raises SessionChanged.
        """
        ...

    def raw(self, session_id: str, message: int, token: CancelToken) -> bytes:
        """The exact stored bytes of a message's JSON value. Raises SessionChanged."""
        ...

    def whole(self, session_id: str, ref: WholeRef, token: CancelToken) -> str:
        """The uncut text of a block that was cut. Raises SessionChanged."""
        ...

    def image(self, session_id: str, ref: ImageRef, token: CancelToken) -> bytes:
        """The encoded bytes of an image, inline or from the blob store. Raises SessionError with the reason."""
        ...

    def revisions(self, session_id: str, token: CancelToken) -> tuple[Revision, ...]:
        """The versions of the transcript that are known, oldest first, the current one last.

        Raises SessionMissing, SessionDamaged.
        """
        ...

    def revision_messages(
        self, session_id: str, revision: str, begin: int, end: int, token: CancelToken
    ) -> tuple[Message, ...]:
        """Decode messages [begin, end) of one version, as `messages` does of the current one; fewer at its end.

        Args:
            revision: a name from `revisions`.

        Raises:
            RevisionMissing: there is none of this name, or its messages are not stored any more.
            SessionMissing, SessionDamaged.
        """
        ...

    def revision_raw(self, session_id: str, revision: str, message: int, token: CancelToken) -> bytes:
        """The exact stored bytes of a message of one version. Raises as `revision_messages` does."""
        ...

    def revision_whole(self, session_id: str, revision: str, ref: WholeRef, token: CancelToken) -> str:
        """The uncut text of a block that was cut, in one version. Raises as `revision_messages` does."""
        ...

    def checks(self, session_ids: Sequence[str], token: CancelToken) -> tuple[SessionCheck, ...]:
        """Prove what the store promises of sessions, one answer an id, in their order.

        A session that cannot be read has failed checks that say so, and so has one that is gone.
        """
        ...

    def sizes(self, session_id: str, token: CancelToken) -> SizeBreakdown:
        """Where the bytes of one session go. Raises SessionMissing."""
        ...

    def store_sizes(self, token: CancelToken) -> SizeBreakdown:
        """Where the bytes of the whole store go, its files beside the main one included."""
        ...

    def store_findings(self, token: CancelToken) -> tuple[Finding, ...]:
        """What is lost, orphaned or left over in the store as a whole, without what `checks` says of sessions."""
        ...

    def whole_session(self, session_id: str, token: CancelToken) -> WholeSession:
        """Read everything of one session exactly, for a copy; all or nothing. Raises SessionMissing, SessionDamaged."""
        ...

    def changing(self) -> Changing:
        """How the store is changed; where it may not be, its plans say why."""
        ...

    def has_changed(self) -> bool:
        """Whether the files moved since they were opened; looks at stamps only, runs no SQL."""
        ...

    def is_running(self) -> bool:
        """Whether a program works on the store now (README, "Words": running); looks at files only, runs no SQL."""
        ...

    def refresh(self, token: CancelToken) -> bool:
        """Read the newest state from now on; every later answer is of it or of a newer one.

        Returns:
            Whether there was a newer one that could be taken; False also while it is too early to copy it again.

        Raises:
            OpenError: the store cannot be read any more; what was read stays readable where a copy of it is held.
        """
        ...

    def follow(self, session_id: str, since: Outline, token: CancelToken) -> Followed:
        """Compare a session with an outline of it, and index what is new in it.

        Args:
            since: complete; as it came from `outline` or `follow`.

        Raises:
            SessionMissing, SessionDamaged.
        """
        ...

    def close(self) -> None:
        """Give back snapshots and caches; calling it twice is harmless."""
        ...


class System(Protocol):
    """One system whose stores can be read: how its stores are found and opened."""

    @property
    def kind(self) -> StoreKind:
        """Which system."""
        ...

    def main_files(self, folder: Path) -> tuple[Path, ...]:
        """Main files of the stores that lie directly in this folder; looks at names only, opens nothing.

        Of a store without a file that can be opened, what stands for it: opening that says what it is.
        """
        ...

    def open(self, path: Path, scratch: Path, token: CancelToken, *, is_in_place: bool = False) -> Backend:
        """Open one main file to look.

        Args:
            scratch: folder of ours for private snapshots.
            is_in_place: a person asked that this once it be read without one, though that touches its `-shm` file.

        Raises:
            NotAStore, ForeignDatabase: it is not of this system.
            OpenError: it is, and cannot be read; the subclass and the sentence say why.
        """
        ...
