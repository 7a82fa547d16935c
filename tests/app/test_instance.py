"""One running Burrow (2.13): a second start hands over and ends; nothing that lies in its way stops a start.

The other instance is a real process, or a real socket that behaves as none of ours would.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.instance import (
    LINE_LIMIT_BYTES,
    PATHS_LIMIT,
    PROTOCOL,
    TAKEN,
    Asked,
    BadLine,
    Listening,
    MeetingPlace,
    can_meet,
    decode_asked,
    encode_asked,
    meet,
)

pytestmark = pytest.mark.skipif(not can_meet(), reason="no local sockets: every start has a window of its own")

HOLDER = """
import sys
from pathlib import Path
from app.instance import Asked, Listening, MeetingPlace, decode_asked, TAKEN, meet
place = MeetingPlace(Path(sys.argv[1]), "name")
here = meet(place, Asked())
assert isinstance(here, Listening)
print("listening", flush=True)
if sys.argv[2] == "silent":
    sys.stdin.read()
here.socket.setblocking(True)
link, _ = here.socket.accept()
asked = decode_asked(link.recv(1 << 20), "name")
link.sendall(TAKEN)
print(ascii(asked), flush=True)
link.close()
"""


@pytest.fixture
def place(tmp_path: Path) -> MeetingPlace:
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o700)
    return MeetingPlace(folder, "name")


@pytest.fixture
def holder(place: MeetingPlace, repo_root: Path, in_worker) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Start another process that is the first instance at the place."""
    started: list[subprocess.Popen[str]] = []

    def start(how: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOLDER, str(place.folder), how]
        process = subprocess.Popen(command, cwd=repo_root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def listening_at(place: MeetingPlace) -> Listening:
    found = meet(place, Asked())
    assert isinstance(found, Listening)
    return found


def test_2_13_a_second_start_hands_over_its_paths_and_learns_that_they_were_taken(place, holder) -> None:
    first = holder("answering")
    assert meet(place, Asked(("/a b/ü", "/odd-\udcff"), "01a0", is_demo=False)) is True
    assert first.communicate()[0] == ascii(Asked(("/a b/ü", "/odd-\udcff"), "01a0")) + "\n"


def test_2_13_one_that_holds_the_lock_and_never_answers_delays_a_start_by_a_third_of_a_second_at_most(
    place, holder
) -> None:
    holder("silent")
    assert meet(place, Asked()) is False


def test_2_13_what_a_killed_instance_left_behind_is_taken_over(place, holder) -> None:
    first = holder("silent")
    first.kill()
    first.wait()
    assert place.socket.exists()
    listening_at(place).close()
    assert not place.socket.exists()


def test_2_13_after_the_first_one_ended_the_next_start_is_the_first(place) -> None:
    first = listening_at(place)
    first.close()
    first.close()
    listening_at(place).close()


@pytest.mark.parametrize("which", ["socket", "lock"])
@pytest.mark.parametrize("kind", ["file", "folder", "link", "pipe"])
def test_2_13_something_else_in_the_place_stops_no_start_and_stays_as_it_is(place, which: str, kind: str) -> None:
    path: Path = getattr(place, which)
    if kind == "file":
        path.write_bytes(b"\0alien")
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("/nowhere")
    else:
        os.mkfifo(path)
    before = path.lstat()
    found = meet(place, Asked())
    if isinstance(found, Listening):  # a file can be locked whatever is in it
        assert (which, kind) == ("lock", "file")
        found.close()
    else:
        assert found is False
    assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)


def test_2_13_a_folder_that_others_may_enter_is_no_meeting_place(place) -> None:
    place.folder.chmod(0o755)
    assert meet(place, Asked()) is False


def test_2_13_a_path_too_long_for_a_socket_is_met_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["a-long-name-of-a-folder"] * 8)
    folder.mkdir(parents=True, mode=0o700)
    place = MeetingPlace(folder, "name")
    first = listening_at(place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        descriptor = os.open(folder, os.O_RDONLY)
        link.connect(f"/proc/self/fd/{descriptor}/{place.socket.name}")
        os.close(descriptor)
    first.close()


def test_2_13_other_own_files_and_another_screen_are_another_place(tmp_path: Path) -> None:
    names = {
        MeetingPlace.of(tmp_path, tmp_path / own, {"DISPLAY": screen}).name
        for own in ("one", "two")
        for screen in (":0", ":1")
    }
    assert len(names) == 4


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{",
        b"[]\n",
        b"[" * 100_000,
        json.dumps({"burrow": PROTOCOL + 1, "place": "name", "paths": [], "session": "", "demo": False}).encode(),
        json.dumps({"burrow": PROTOCOL, "place": "other", "paths": [], "session": "", "demo": False}).encode(),
        json.dumps({"burrow": PROTOCOL, "place": "name", "paths": "abc", "session": "", "demo": False}).encode(),
        encode_asked(Asked(("relative",)), "name"),
        encode_asked(Asked(("/with\0zero",)), "name"),
        encode_asked(Asked(("/" + "x" * 5000,)), "name"),
        encode_asked(Asked(("/x",) * (PATHS_LIMIT + 1)), "name"),
        encode_asked(Asked(session="x" * 300), "name"),
        encode_asked(Asked(session="\ud800"), "name"),
        encode_asked(Asked(token="\ud800"), "name"),
        encode_asked(Asked(("/\ud800",)), "name"),
    ],
)
def test_2_13_a_line_that_no_second_start_writes_is_refused(line: bytes) -> None:
    with pytest.raises(BadLine):
        decode_asked(line, "name")


@given(st.binary(max_size=200))
def test_2_13_no_bytes_do_anything_but_be_refused(line: bytes) -> None:
    with pytest.raises(BadLine):
        decode_asked(line, "name")


@given(
    st.lists(st.text(st.characters(exclude_characters="\0"), max_size=40).map(lambda name: "/" + name), max_size=5),
    st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=40),
    st.booleans(),
)
def test_2_13_what_is_asked_arrives_as_it_was_asked(paths: list[str], session: str, is_demo: bool) -> None:
    asked = Asked(tuple(paths), session, is_demo)
    line = encode_asked(asked, "name")
    assert line.count(b"\n") == 1
    assert len(line) < LINE_LIMIT_BYTES
    assert decode_asked(line, "name") == asked
    assert TAKEN.endswith(b"\n")


def test_2_13_of_two_starts_at_once_one_is_the_first_and_the_other_hands_over_or_stands_alone(
    place, repo_root: Path, in_worker
) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom app.instance import *\n"
        "found = meet(MeetingPlace(Path(sys.argv[1]), 'name'), Asked())\n"
        "print(type(found).__name__, flush=True)\ntime.sleep(1)\n"
    )
    command = [sys.executable, "-c", program, str(place.folder)]
    both = [subprocess.Popen(command, cwd=repo_root, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[0].strip() for process in both]
    assert sorted(said) == ["Listening", "bool"]


@pytest.fixture
def start(repo_root: Path, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the program, offscreen, with own files below the test's folder."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, own: str = "own") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "app", "--data-dir", str(tmp_path / own), *arguments]
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        process = subprocess.Popen(command, cwd=repo_root, env=environment, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.terminate()
        process.communicate(timeout=20)


def wait_until_one_answers(tmp_path: Path, own: str = "own") -> None:
    """Wait for the window of a first instance: only that sends a guest away who says nothing of use."""
    folder = tmp_path / own / "cache" / "instance"
    deadline = time.monotonic() + 20
    while not (found := list(folder.glob("*.sock"))):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    descriptor = os.open(folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(20)
        link.connect(f"/proc/self/fd/{descriptor}/{found[0].name}")
        link.sendall(b"nothing\n")
        assert link.recv(10) == b""
    os.close(descriptor)


def test_2_13_a_second_burrow_ends_with_0_and_the_first_one_opens_its_path(
    start, copy_sample, tmp_path: Path, in_worker
) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-rich")
    first = start()
    wait_until_one_answers(tmp_path)
    second = start(str(realm))
    assert second.wait(timeout=20) == 0
    assert first.poll() is None
    settings = tmp_path / "own" / "config" / "settings.json"
    deadline = time.monotonic() + 20
    while not (settings.exists() and str(realm) in settings.read_text("utf-8")):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_2_13_a_burrow_with_other_own_files_or_for_a_picture_stands_alone(
    start, copy_sample, tmp_path: Path, in_worker
) -> None:
    realm = copy_sample("meerkat/realm-0.6.24-rich")
    first = start()
    wait_until_one_answers(tmp_path)
    picture = start("--screenshot", str(tmp_path / "out.png"), str(realm))
    other = start(str(realm), own="other")
    wait_until_one_answers(tmp_path, "other")
    assert picture.wait(timeout=30) == 0
    assert (tmp_path / "out.png").exists()
    assert first.poll() is None
    assert other.poll() is None
