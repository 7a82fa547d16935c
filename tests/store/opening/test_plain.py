"""A document is read whole, in a state that it had at one moment."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from store.blocking import must_not_wait
from store.cancel import CancelToken
from store.errors import Cancelled, ChangingTooFast, EmptyFile, NotAStore, OpenError, PathMissing, WouldBlock
from store.opening import read_plain

LIMIT = 32 * 1024 * 1024


def test_B1_a_document_is_read_whole_and_left_unchanged(
    tmp_path: Path, untouched: Callable[[Path], AbstractContextManager[None]]
) -> None:
    path = tmp_path / "documents" / "session.json"
    path.parent.mkdir()
    content = os.urandom(9 * 1024 * 1024)
    path.write_bytes(content)
    with untouched(path.parent):
        assert read_plain(path, CancelToken(), LIMIT) == content


def test_B1_a_document_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """(1-case-2)"""
    path = tmp_path / "session.json"
    with pytest.raises(PathMissing, match="There is no file “session.json”"):
        read_plain(path, CancelToken(), LIMIT)
    with pytest.raises(NotAStore, match="is a folder"):
        read_plain(tmp_path, CancelToken(), LIMIT)
    path.touch()
    with pytest.raises(EmptyFile, match="is empty"):
        read_plain(path, CancelToken(), LIMIT)
    path.write_bytes(b"12345")
    with pytest.raises(OpenError, match="too long for a document: 5 of at most 4 bytes"):
        read_plain(path, CancelToken(), 4)
    assert read_plain(path, CancelToken(), 5) == b"12345"


def test_B1_a_document_replaced_again_and_again_is_never_torn(tmp_path: Path) -> None:
    """(1-case-3)"""
    path = tmp_path / "session.json"
    script = (
        "import os, sys, time\n"
        "path, number = sys.argv[1], 0\n"
        "while True:\n"
        "    number += 1\n"
        "    with open(path + '.new', 'wb') as file: file.write((b'%06d\\n' % number) * 300000)\n"
        "    os.replace(path + '.new', path)\n"
        "    if number == 1: print('ready', flush=True)\n"
        "    time.sleep(0.05)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"ready\n"
    whole = 0
    try:
        for _ in range(10):
            try:
                lines = read_plain(path, CancelToken(), LIMIT).splitlines()
            except ChangingTooFast:
                continue
            assert len(set(lines)) == 1
            assert len(lines) == 300_000
            whole += 1
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    assert whole > 0


def test_B1_a_document_that_never_rests_is_said_to_be_changing_too_fast(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.write_bytes(b"{}")
    ended = threading.Event()

    def never_rest() -> None:
        while not ended.wait(0.002):
            os.utime(path)

    restless = threading.Thread(target=never_rest)
    restless.start()
    try:
        with pytest.raises(ChangingTooFast):
            read_plain(path, CancelToken(), LIMIT)
    finally:
        ended.set()
        restless.join()


def test_B1_reading_a_document_can_be_cancelled_and_is_refused_to_the_thread_that_draws(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.write_bytes(b"{}")
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        read_plain(path, token, LIMIT)
    with must_not_wait(), pytest.raises(WouldBlock):
        read_plain(path, CancelToken(), LIMIT)
