"""Files of a session beside its database: event log, the log's numbers, projections (formats/meerkat.md §1.6).

What lies in a realm's folder is hostile until proved otherwise: no link is followed, and only what is a file or a
folder and lies in the realm itself is read, changed or removed. Nothing of a user's is ever replaced by renaming.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from store.blocking import may_wait
from store.changing import FileImage
from store.errors import ChangeRefused
from store.meerkat.outside.refusals import not_written, refuse
from store.meerkat.outside.session_change import FileChange, digest_of
from store.syncing import sync_folder
from store.values.changes import RefusalCode

MAX_FILE_BYTES: Final = 512 * 1024 * 1024
"""A longer file is not kept in memory, so that no change that removes it could be taken back."""

_READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_MAKE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def read_for_removal(folder: Path, relative: str) -> FileChange | None:
    """A file or folder as something that is to be removed; None where there is none.

    Args:
        folder: of the realm.
        relative: path below it, with slashes; that of a folder ends with one.

    Raises:
        ChangeRefused: it is no file of the realm, or cannot be read.
    """
    path = _path(folder, relative)
    try:
        status = path.lstat()
        if relative.endswith("/"):
            if not stat.S_ISDIR(status.st_mode):
                raise _foreign(relative)
            return FileChange(relative, b"", None, stat.S_IMODE(status.st_mode), status.st_mtime_ns)
        data = _read(path, relative)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise not_written(error, path) from error
    return FileChange(relative, data, None, stat.S_IMODE(status.st_mode), status.st_mtime_ns)


def change_file(folder: Path, change: FileChange) -> None:
    """Bring one file to what it is to be. Raises ChangeRefused: it could not be done, or something is in the way."""
    may_wait("change a file")
    path = _path(folder, change.path)
    try:
        if change.after is None:
            _remove(path, change)
        else:
            _make(folder, path, change)
    except OSError as error:
        raise not_written(error, path) from error


def digest_of_file(folder: Path, image: FileImage) -> str | None:
    """Names the bytes of a file as it is now, as FileImage does; None where there is none. "" where it is no file."""
    path = _path(folder, image.path)
    try:
        status = path.lstat()
        if image.path.endswith("/"):
            return digest_of(b"") if stat.S_ISDIR(status.st_mode) else ""
        if not stat.S_ISREG(status.st_mode):
            return ""
        return digest_of(_read(path, image.path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return ""


def finish_file(folder: Path, image: FileImage) -> None:
    """Remove a file that a change was to remove, if it is still the one that it found. Raises ChangeRefused."""
    if digest_of_file(folder, image) == image.after_digest:
        return
    there = read_for_removal(folder, image.path)
    if there is None or image.after_digest is not None or digest_of(there.before) != digest_of(image.before):
        raise refuse(
            RefusalCode.CANNOT_WRITE, f"“{image.path}” is not what the change found there; it was not touched."
        )
    change_file(folder, there)


def _path(folder: Path, relative: str) -> Path:
    """Where a file of the realm lies. Raises ChangeRefused where a link leads out of it."""
    parts = relative.rstrip("/").split("/")
    if relative.startswith("/") or any(part in ("", ".", "..") for part in parts):
        raise _foreign(relative)
    path = folder.joinpath(*parts)
    parent = path.parent
    if os.path.realpath(parent) != os.path.join(os.path.realpath(folder), *parts[:-1]):  # noqa: PTH118 - compared as text
        raise _foreign(relative)
    return path


def _foreign(relative: str) -> ChangeRefused:
    return refuse(
        RefusalCode.CANNOT_WRITE, f"“{relative}” is a link, or no file of this realm; it is not touched.", "Look at it."
    )


def _read(path: Path, relative: str) -> bytes:
    descriptor = os.open(path, _READ)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _foreign(relative)
        if status.st_size > MAX_FILE_BYTES:
            raise refuse(
                RefusalCode.NO_BACKUP, f"“{relative}” is too large to be kept for an undo: {status.st_size:,} bytes."
            )
        pieces = []
        while piece := os.read(descriptor, 1 << 20):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def _remove(path: Path, change: FileChange) -> None:
    if change.path.endswith("/"):
        try:
            path.rmdir()
        except FileNotFoundError:
            return
    else:
        try:
            status = path.lstat()
        except FileNotFoundError:
            return
        if change.before is None or (status.st_size, status.st_mtime_ns) != (len(change.before), change.mtime_ns):
            raise refuse(RefusalCode.CANNOT_WRITE, f"“{change.path}” was changed meanwhile; it was not removed.")
        path.unlink()
    sync_folder(path.parent)


def _make(folder: Path, path: Path, change: FileChange) -> None:
    """Make a file or folder again, with its permissions and its time; what is there already and equal stays."""
    assert change.after is not None
    if change.path.endswith("/"):
        with suppress(FileExistsError):
            path.mkdir(mode=change.mode)
            path.chmod(change.mode)
            sync_folder(path.parent)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, _MAKE, 0o600)
    except FileExistsError:
        if digest_of_file(folder, change.image()) == digest_of(change.after):
            return
        raise refuse(
            RefusalCode.CANNOT_WRITE, f"Something else stands at “{change.path}” now; it was not touched."
        ) from None
    try:
        try:
            view = memoryview(change.after)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fchmod(descriptor, change.mode)
            os.utime(descriptor, ns=(change.mtime_ns, change.mtime_ns))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        path.unlink(missing_ok=True)  # half a file would be taken for the whole one
        raise
    sync_folder(path.parent)
