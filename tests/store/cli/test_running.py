"""Invariant: a command's output comes in order and whole, or ends quietly when nobody wants it any more."""

from __future__ import annotations

import io
import os
import signal
import threading
from collections.abc import Iterator
from typing import TextIO

import pytest

from store.cancel import CancelToken
from store.cli.running import Output, run_interruptibly
from store.errors import NotAStore


@pytest.fixture
def pipe_without_reader() -> Iterator[TextIO]:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        yield stream


def test_texts_come_in_order_and_the_code_is_the_works_own() -> None:
    def work(token: CancelToken, output: Output) -> int:
        for i in range(1000):
            output.say(f"{i}\n")
        output.complain("one fault")
        return 1

    out, err = io.StringIO(), io.StringIO()
    assert run_interruptibly(work, out, err) == 1
    assert out.getvalue() == "".join(f"{i}\n" for i in range(1000))
    assert err.getvalue() == "one fault\n"


def test_an_error_of_the_work_reaches_the_caller() -> None:
    def work(token: CancelToken, output: Output) -> int:
        output.say("before")
        raise NotAStore("It is a picture.")

    out = io.StringIO()
    with pytest.raises(NotAStore):
        run_interruptibly(work, out, io.StringIO())
    assert out.getvalue() == "before"


def test_when_the_reader_goes_away_the_work_ends_quietly(pipe_without_reader: TextIO) -> None:
    said: list[int] = []

    def work(token: CancelToken, output: Output) -> int:
        while True:
            output.say("x" * 100_000)
            said.append(1)

    err = io.StringIO()
    assert run_interruptibly(work, pipe_without_reader, err) == 0
    assert len(said) < 1000
    assert err.getvalue() == ""


def test_ctrl_c_cancels_the_token_and_is_130() -> None:
    def work(token: CancelToken, output: Output) -> int:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        while True:
            output.say("more")

    assert run_interruptibly(work, io.StringIO(), io.StringIO()) == 130
