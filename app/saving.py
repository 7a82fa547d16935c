"""Saving what is shown to a file that a person chose, never into a store's folder. Worker threads."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from store.blocking import may_wait
from store.cancel import CancelToken
from store.errors import BurrowError

NAME_CHARS = 80
_UNSAFE = re.compile(r"[^\w.,()+=-]+")
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


class NotSaved(BurrowError):
    """A copy could not be written; nothing is half there."""

    code = "not-saved"


def safe_name(words: str, ending: str) -> str:
    """A file name made of any words, which no system takes for anything but a file in the chosen folder.

    Args:
        ending: with its dot.
    """
    name = _UNSAFE.sub("-", words).strip("-. ")[:NAME_CHARS].strip("-. ") or "unnamed"
    return f"{'_' if _RESERVED.match(name) else ''}{name}{ending}"


def save_work(path: Path, data: bytes, replaces: bool, store_folders: Sequence[Path]) -> Callable[[CancelToken], Path]:
    """Work that writes a file whole or not at all.

    Args:
        replaces: a person agreed that a file of this name is replaced.
        store_folders: of opened stores, into which nothing is written.
    """

    def work(token: CancelToken) -> Path:
        may_wait("save a copy")
        token.check()
        folder = Path(os.path.realpath(path.parent))
        if any(folder == Path(os.path.realpath(store)) for store in store_folders):
            raise NotSaved(
                "Nothing was written: this folder belongs to a store that is open here.", "Choose another folder."
            )
        try:
            _write(path, data, replaces)
        except FileExistsError:
            raise NotSaved(
                f"Nothing was written: “{path.name}” is there already.", "Save again under another name."
            ) from None
        except OSError as error:
            raise NotSaved(
                f"“{path.name}” could not be written: {error.strerror}.", "Choose another folder."
            ) from error
        return path

    return work


def _write(path: Path, data: bytes, replaces: bool) -> None:
    """Write beside the place and put it there at once."""
    if not replaces:
        # Claims the name, so that a file that came meanwhile is not lost.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    descriptor, beside = tempfile.mkstemp(prefix=".burrow-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        if not replaces:
            with contextlib.suppress(OSError):
                path.unlink()
        raise
