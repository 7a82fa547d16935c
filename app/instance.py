"""One running Burrow: how a second start finds the first one and hands over what it was asked to open. No Qt here.

A lock that the system gives up with its process says who is the first; nothing that is left behind by a crash has to be
recognised. The first one listens at a local socket in a folder that only this user can enter. Whatever goes wrong here,
a lock that cannot be taken, a socket that nobody answers, a file of another kind in its place, the start goes on with a
window of its own, at most `ANSWER_LIMIT_S` later.

What is handed over is a line of JSON with its length limited and each value checked; it can ask for no more than a
person who starts the program could.
"""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.local_socket import LocalSocket, has_local_sockets, new_local_socket, user_of_peer

if sys.platform != "win32":
    import fcntl

PROTOCOL = 1
"""Of the line; a running Burrow that speaks another one is left alone."""

ANSWER_LIMIT_S = 0.3
"""So long a second start waits for the first one in all."""

LINE_LIMIT_BYTES = 256 * 1024
PATHS_LIMIT, PATH_LIMIT_CHARS, SESSION_LIMIT_CHARS, TOKEN_LIMIT_CHARS = 1000, 4096, 256, 256
TAKEN = b'{"burrow": 1, "taken": true}\n'

_ADDRESS_LIMIT_BYTES = 100
_RETRY_S = 0.01


@dataclass(frozen=True, slots=True)
class Asked:
    """What a second start asks of the first one.

    Attributes:
        paths: to open, absolute; with none the window is only brought to the front.
        session: id of a session to show, or the beginning of one.
        is_demo: open the demo library.
        token: what Wayland gave to the second start, by which the window may come to the front.
    """

    paths: tuple[str, ...] = ()
    session: str = ""
    is_demo: bool = False
    token: str = ""


class BadLine(ValueError):
    """The line is not what a second start writes."""


def encode_asked(asked: Asked, place: str) -> bytes:
    """The line for what is asked.

    Args:
        place: name of the meeting place, so that nobody answers for another one.
    """
    values = {
        "burrow": PROTOCOL,
        "place": place,
        "paths": list(asked.paths),
        "session": asked.session,
        "demo": asked.is_demo,
        "token": asked.token,
    }
    return json.dumps(values).encode("ascii") + b"\n"


def decode_asked(line: bytes, place: str) -> Asked:
    """What a line asks for. Raises BadLine."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine("no JSON") from error
    if not isinstance(values, dict) or values.get("burrow") != PROTOCOL or values.get("place") != place:
        raise BadLine("of another program, version or place")
    paths, is_demo = values.get("paths"), values.get("demo")
    if not isinstance(paths, list) or len(paths) > PATHS_LIMIT or not isinstance(is_demo, bool):
        raise BadLine("no list of paths")
    return Asked(
        paths=tuple(_absolute(path) for path in paths),
        session=_word(values.get("session"), SESSION_LIMIT_CHARS),
        is_demo=is_demo,
        token=_word(values.get("token"), TOKEN_LIMIT_CHARS),
    )


def _absolute(value: object) -> str:
    path = _text(value, PATH_LIMIT_CHARS)
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise BadLine("a path that no file can have") from error
    if not os.path.isabs(path):  # noqa: PTH117 - a name, not a file
        raise BadLine("a path that is not absolute")
    return path


def _word(value: object, limit: int) -> str:
    """Text of ASCII, as ids and tokens are."""
    word = _text(value, limit)
    if not word.isascii():
        raise BadLine("an id or token that is not ASCII")
    return word


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit or "\0" in value:
        raise BadLine("a value is no text or too long")
    return value


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """Where the instances of one user, one set of own files and one screen meet.

    Attributes:
        folder: which only this user may enter.
        name: of the lock and the socket in it.
    """

    folder: Path
    name: str

    @classmethod
    def of(cls, folder: Path, own: Path, environment: Mapping[str, str]) -> MeetingPlace:
        """The place of everybody with the same own files on the same screen.

        Args:
            folder: for lock and socket.
            own: the folder of the settings: another one, another Burrow.
            environment: as in `os.environ`; a window on another screen would not be seen.
        """
        screen = [environment.get(name, "") for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")]
        key = "\0".join([str(own), *screen]).encode("utf-8", "surrogateescape")
        return cls(folder, f"{zlib.crc32(key):08x}")

    @property
    def lock(self) -> Path:
        """The file that the first one holds locked."""
        return self.folder / f"{self.name}.lock"

    @property
    def socket(self) -> Path:
        """Where the first one listens."""
        return self.folder / f"{self.name}.sock"


class Listening:
    """The first instance's end: the lock and the socket, until `close`.

    Attributes:
        place: where.
        socket: listening, not blocking.
    """

    def __init__(self, place: MeetingPlace, lock: int, listener: LocalSocket) -> None:
        self.place = place
        self.socket = listener
        self._lock = lock

    def close(self) -> None:
        """Let the next start be the first one; calling it twice is harmless."""
        if self._lock < 0:
            return
        # The socket's name goes while the lock is still held: afterwards it may be another one's.
        self.place.socket.unlink(missing_ok=True)
        self.socket.close()
        os.close(self._lock)
        self._lock = -1


def can_meet() -> bool:
    """Whether this system has what it takes; where it has not, every start has a window of its own."""
    return has_local_sockets()


def meet(place: MeetingPlace, asked: Asked) -> Listening | bool:
    """Become the first instance, or hand over to it.

    Returns:
        What the first one listens with; True when another one has taken over; False when there is another one that
        does not answer, or no meeting at all.
    """
    try:
        lock = _open_lock(place)
    except OSError as error:
        logging.getLogger("burrow").warning("no meeting of instances: %s", error.strerror)
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return _hand_over(place, asked)
    try:
        return Listening(place, lock, _listen(place))
    except OSError as error:
        os.close(lock)
        logging.getLogger("burrow").warning("nobody can hand over to this instance: %s", error.strerror)
        return False


def _open_lock(place: MeetingPlace) -> int:
    """Open the file to lock; raises OSError also when what lies there is not ours alone."""
    folder = place.folder.lstat()
    if not stat.S_ISDIR(folder.st_mode) or folder.st_uid != os.getuid() or folder.st_mode & 0o077:
        raise PermissionError(0, "the folder is not this user's alone")
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    lock = os.open(place.lock, flags, 0o600)
    if not stat.S_ISREG(os.fstat(lock).st_mode):
        os.close(lock)
        raise FileExistsError(0, "something else lies where the lock should")
    return lock


def _listen(place: MeetingPlace) -> LocalSocket:
    """Listen at the place; whoever holds the lock may clear away a socket that a crash left behind, and only that."""
    try:
        if stat.S_ISSOCK(place.socket.lstat().st_mode):
            place.socket.unlink()
    except FileNotFoundError:
        pass
    listener = new_local_socket()
    try:
        with _short_address(place) as address:
            listener.bind(address)
        place.socket.chmod(0o600)
        listener.listen(8)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


class _short_address:  # noqa: N801 - used like a function
    """An address of the socket that is short enough for the system, while the block lasts."""

    def __init__(self, place: MeetingPlace) -> None:
        self._place = place
        self._folder = -1

    def __enter__(self) -> str:
        """The path itself, or a way to it through the open folder."""
        if len(os.fsencode(self._place.socket)) <= _ADDRESS_LIMIT_BYTES:
            return str(self._place.socket)
        self._folder = os.open(self._place.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self._folder}/{self._place.socket.name}"

    def __exit__(self, *_error: object) -> None:
        """Close the folder."""
        if self._folder >= 0:
            os.close(self._folder)


def _hand_over(place: MeetingPlace, asked: Asked) -> bool:
    """Ask the one that holds the lock, which may be about to listen only; whether it answered in time."""
    line = encode_asked(asked, place.name)
    if len(line) > LINE_LIMIT_BYTES:
        return False
    deadline = time.monotonic() + ANSWER_LIMIT_S
    while (left_s := deadline - time.monotonic()) > 0:
        with new_local_socket() as link:
            link.settimeout(left_s)
            try:
                with _short_address(place) as address:
                    link.connect(address)
                if user_of_peer(link) not in (os.getuid(), None):  # where it is not told, the folder has to do
                    return False
                link.settimeout(max(deadline - time.monotonic(), 0.001))
                link.sendall(line)
                return _read_answer(link, deadline) == TAKEN
            except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
                time.sleep(_RETRY_S)
            except OSError:
                return False
    return False


def _read_answer(link: LocalSocket, deadline: float) -> bytes:
    """What comes until the end of a line, the deadline, or more than an answer has."""
    answer = b""
    while len(answer) < len(TAKEN) and not answer.endswith(b"\n"):
        link.settimeout(max(deadline - time.monotonic(), 0.001))
        part = link.recv(len(TAKEN) - len(answer))
        if not part:
            break
        answer += part
    return answer
