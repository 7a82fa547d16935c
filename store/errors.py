"""The one tree of typed errors of the store side.

Every error carries a stable `code` for programs, a `sentence` for people that says what was found, and an `advice`
that says what can be done. Nothing here knows Qt, and no message body of a session is ever put into an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from store.values.changes import Refusal


class BurrowError(Exception):
    """Anything that Burrow itself raises on purpose.

    Attributes:
        code: stable, kebab-case; part of the command line's contract.
        sentence: one sentence for people, without the path's content.
        advice: one sentence about what can be done; may be empty.
    """

    code: ClassVar[str] = "error"

    def __init__(self, sentence: str, advice: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}".rstrip()


class Cancelled(BurrowError):
    """The work was cancelled by its token; its result is not wanted any more."""

    code = "cancelled"

    def __init__(self) -> None:
        super().__init__("The work was cancelled.")


class WouldBlock(BurrowError):
    """A function that reads files, runs SQL or decodes was called on a thread that may not wait (a defect)."""

    code = "would-block"


class OpenError(BurrowError):
    """A path cannot be opened as a store; the store as a whole is affected."""

    code = "cannot-open"


class PathMissing(OpenError):
    """There is nothing at the path."""

    code = "missing"


class PermissionDenied(OpenError):
    """The system does not let us read the path."""

    code = "no-permission"


class NotAnswering(OpenError):
    """The disk or the network folder of the path has not answered for a while; it may still."""

    code = "not-answering"


class GivenUp(OpenError):
    """A person did not want to wait any longer for a path that does not answer."""

    code = "given-up"


class EmptyFile(OpenError):
    """The file has no bytes."""

    code = "empty-file"


class NotAStore(OpenError):
    """The file is readable but is no database and no session document: text, a picture, anything else."""

    code = "not-a-store"


class EncryptedOrForeign(OpenError):
    """The file is neither text nor a SQLite database: encrypted, or of another program."""

    code = "encrypted-or-foreign"


class ForeignDatabase(OpenError):
    """A sound SQLite database, without the tables of a system that we know."""

    code = "foreign-database"


class NoStoreInFolder(OpenError):
    """The folder and the folders below it hold no store."""

    code = "no-store-in-folder"


class UnreadableGeneration(OpenError):
    """A store of a known system in a layout that this version does not read."""

    code = "unreadable-generation"


class DamagedDatabase(OpenError):
    """SQLite cannot read the file at all: cut short, overwritten, not sound."""

    code = "damaged-database"


class StoreVanished(OpenError):
    """The file was there and is not any more, or is another file now."""

    code = "vanished"


class ChangingTooFast(OpenError):
    """No consistent state could be read while a program writes."""

    code = "changing-too-fast"


class MaintenanceRunning(OpenError):
    """The store's own maintenance fence is held."""

    code = "maintenance-running"


class SnapshotTooLarge(OpenError):
    """A private copy would be over the limit, or there is no room for it.

    Attributes:
        can_read_in_place: the store could be read beside its writer, which touches its `-shm` file.
    """

    code = "snapshot-too-large"

    def __init__(self, sentence: str, advice: str = "", *, can_read_in_place: bool = True) -> None:
        super().__init__(sentence, advice)
        self.can_read_in_place = can_read_in_place


class SessionError(BurrowError):
    """One session cannot be read as asked; the others are unaffected."""

    code = "session-error"


class SessionMissing(SessionError):
    """No session with that id."""

    code = "session-missing"


class AmbiguousSession(SessionError):
    """More than one session begins with these characters."""

    code = "session-ambiguous"


class RevisionMissing(SessionError):
    """The session has no version of this name, or its messages are not stored any more."""

    code = "revision-missing"


class SessionChanged(SessionError):
    """The session is not the one any more that was indexed: read it again."""

    code = "session-changed"

    def __init__(self) -> None:
        super().__init__("The session has changed since it was opened.", "Reload to read it as it is now.")


class SessionDamaged(SessionError):
    """The session's record cannot be decoded as a whole."""

    code = "session-damaged"


class CopyRefused(BurrowError):
    """Nothing was copied: the place is taken or not fit for it, or the copy did not come out equal to its source."""

    code = "copy-refused"


class ChangeRefused(BurrowError):
    """A change was not made, and nothing was written.

    Attributes:
        refusal: why.
    """

    code = "refused"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence, refusal.advice)
        self.refusal = refusal


class UsageError(BurrowError):
    """The command line was used wrongly."""

    code = "usage"
