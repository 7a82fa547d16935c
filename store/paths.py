"""Where Burrow keeps its own files: never beside a user's store (rule 4 of the architecture).

Nothing is created by asking for a path; `made` creates a folder when something is about to be put into it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from store.blocking import may_wait

APP_NAME = "burrow"
"""Name of our folders in the places that the system gives to programs."""


@dataclass(frozen=True, slots=True)
class OwnPaths:
    """The four places of our own files.

    Attributes:
        data: what must last: notes of sessions, the record of changes with its backups, and the demo library.
        cache: what can be made again: the catalogue, and private snapshots of stores.
        config: settings.
        log: the log file.
    """

    data: Path
    cache: Path
    config: Path
    log: Path

    @classmethod
    def default(cls) -> OwnPaths:
        """The places that the system gives to a program of this user."""
        return cls(
            data=platformdirs.user_data_path(APP_NAME, appauthor=False),
            cache=platformdirs.user_cache_path(APP_NAME, appauthor=False),
            config=platformdirs.user_config_path(APP_NAME, appauthor=False),
            log=platformdirs.user_log_path(APP_NAME, appauthor=False),
        )

    @classmethod
    def under(cls, data_dir: Path) -> OwnPaths:
        """Everything in one folder, as `--data-dir` asks; made absolute, so that a change of folder moves nothing."""
        root = Path(os.path.abspath(data_dir.expanduser()))  # noqa: PTH100 - resolve() would read links, this is pure
        return cls(data=root, cache=root / "cache", config=root / "config", log=root / "log")

    @property
    def catalogue_file(self) -> Path:
        """The catalogue, a SQLite file."""
        return self.cache / "catalogue.sqlite3"

    @property
    def annotations_file(self) -> Path:
        """Our notes of sessions, a SQLite file."""
        return self.data / "annotations.sqlite3"

    @property
    def changes_file(self) -> Path:
        """The record of changes with what is needed to undo them, a SQLite file."""
        return self.data / "changes.sqlite3"

    @property
    def backups(self) -> Path:
        """Folder of the copies of whole stores that are made before changes."""
        return self.data / "backups"

    @property
    def scratch(self) -> Path:
        """Folder of the private snapshots."""
        return self.cache / "snapshots"

    @property
    def meeting(self) -> Path:
        """Folder where a second start finds the first one."""
        return self.cache / "instance"

    @property
    def demo(self) -> Path:
        """Folder of the demo library."""
        return self.data / "demo"

    @property
    def settings_file(self) -> Path:
        """The settings, as JSON."""
        return self.config / "settings.json"

    @property
    def log_file(self) -> Path:
        """The log; holds codes, sizes and ids, never text of a session."""
        return self.log / "burrow.log"

    def made(self, folder: Path) -> Path:
        """Make one of our folders, readable by this user alone, and return it.

        Args:
            folder: one of the four places or a folder below one; folders above them get the system's usual mode.
        """
        may_wait("make a folder")
        roots = (self.data, self.cache, self.config, self.log)
        ours = [part for part in (folder, *folder.parents) if any(part.is_relative_to(root) for root in roots)]
        if not ours:
            raise ValueError(f"not one of our folders: {folder}")
        ours[-1].parent.mkdir(parents=True, exist_ok=True)
        for part in reversed(ours):
            part.mkdir(mode=0o700, exist_ok=True)
        return folder
