"""What a second start asks of the running window (2.13), through the real socket."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.instance import LINE_LIMIT_BYTES, TAKEN, Asked, Listening, MeetingPlace, can_meet, encode_asked, meet

RICH = "meerkat/realm-0.6.24-rich"

pytestmark = pytest.mark.skipif(not can_meet() or sys.platform != "linux", reason="needs local sockets and /proc")


@pytest.fixture
def place(own_paths, in_worker) -> MeetingPlace:
    return MeetingPlace(in_worker(lambda: own_paths.made(own_paths.meeting)), "name")


@pytest.fixture
def listen(place, in_worker):
    """Let a program listen at the place."""

    def begin(program) -> None:
        found = in_worker(lambda: meet(place, Asked()))
        assert isinstance(found, Listening)
        program.listen(found)

    return begin


@pytest.fixture
def guest(place, monkeypatch: pytest.MonkeyPatch):
    """A connection to the window, as a second start makes it."""
    monkeypatch.chdir(place.folder)  # a path that is short enough for a socket
    links: list[socket.socket] = []

    def connect() -> socket.socket:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        links.append(link)
        link.connect(place.socket.name)
        link.setblocking(False)
        return link

    yield connect
    for link in links:
        link.close()


def answer(qtbot, link: socket.socket) -> bytes:
    """What the window says, empty when it hangs up."""
    said: list[bytes] = []

    def heard() -> bool:
        try:
            said.append(link.recv(100))
        except BlockingIOError:
            return False
        except ConnectionResetError:
            said.append(b"")
        return True

    qtbot.waitUntil(heard, timeout=5000)
    return said[0]


def test_2_13_the_window_opens_what_a_second_start_asks_for_and_comes_to_the_front(
    qtbot, show_program, copy_sample, listen, guest
) -> None:
    program = show_program()
    listen(program)
    window = program.controller.window
    window.showMinimized()
    link = guest()
    link.sendall(encode_asked(Asked((str(copy_sample(RICH)),)), "name"))
    assert answer(qtbot, link) == TAKEN
    assert not window.windowState() & Qt.WindowState.WindowMinimized
    qtbot.waitUntil(lambda: len(program.controller.library.model.stores()) == 1)
    qtbot.waitUntil(lambda: program.controller.sessions.chosen() is not None)


def test_2_13_a_session_that_is_asked_for_is_shown(qtbot, show_program, copy_sample, listen, guest) -> None:
    realm = copy_sample(RICH)
    program = show_program(realm)
    listen(program)
    sessions = program.controller.sessions
    qtbot.waitUntil(lambda: sessions.chosen() is not None)
    wanted = sessions.model.row_at(5).summary.key.session_id
    assert sessions.chosen().key.session_id != wanted
    link = guest()
    link.sendall(encode_asked(Asked((), wanted), "name"))
    assert answer(qtbot, link) == TAKEN
    qtbot.waitUntil(lambda: sessions.chosen() is not None and sessions.chosen().key.session_id == wanted)


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xfe\n",
        b"{}\n",
        encode_asked(Asked(("/x",)), "another place"),
        b"x" * (LINE_LIMIT_BYTES + 100_000),
    ],
)
def test_2_13_a_guest_who_says_something_else_is_sent_away_and_nothing_happens(
    qtbot, show_program, listen, guest, line: bytes
) -> None:
    program = show_program()
    listen(program)
    link = guest()
    rest = memoryview(line)

    def sent() -> bool:
        nonlocal rest
        try:
            rest = rest[link.send(rest) :]
        except BlockingIOError:
            return False
        except (BrokenPipeError, ConnectionResetError):
            return True
        return not rest

    qtbot.waitUntil(sent)
    assert answer(qtbot, link) == b""
    assert program.controller.window.has_start


def test_2_13_a_guest_who_says_nothing_is_sent_away_after_a_while_and_holds_up_nobody(
    qtbot, show_program, listen, guest
) -> None:
    program = show_program()
    listen(program)
    silent, other = guest(), guest()
    other.sendall(encode_asked(Asked(), "name"))
    assert answer(qtbot, other) == TAKEN
    assert answer(qtbot, silent) == b""


def test_2_13_when_the_program_ends_the_socket_and_the_lock_are_free(show_program, listen, place, in_worker) -> None:
    program = show_program()
    listen(program)
    program.shutdown()
    assert not Path(place.socket).exists()
    again = in_worker(lambda: meet(place, Asked()))
    assert isinstance(again, Listening)
    again.close()
