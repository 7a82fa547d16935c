"""Invariant: progress is seen on a terminal only, never in what a program reads, and leaves nothing behind (1.9)."""

from __future__ import annotations

import io
import time

from store.cancel import CancelToken
from store.cli.progress_line import SHOWN_AFTER_S
from store.cli.running import Output, run_interruptibly


class Terminal(io.StringIO):
    """A stream that says that a person reads it."""

    def isatty(self) -> bool:
        return True


def seen_after(text: str) -> str:
    """What a terminal's line shows in the end: everything up to the last erasure is gone."""
    return text.rpartition("\r\x1b[K")[2]


def long_work(token: CancelToken, output: Output) -> int:
    for done in range(8):
        token.report(done * 1000, 8000, "Reading the list", "sessions")
        time.sleep(SHOWN_AFTER_S / 4)
    output.say("done\n")
    return 0


def test_1_9_long_work_says_on_a_terminal_how_far_it_is_and_takes_it_back() -> None:
    out, err = io.StringIO(), Terminal()
    assert run_interruptibly(long_work, out, err) == 0
    assert "of 8,000 sessions" in err.getvalue()
    assert seen_after(err.getvalue()) == ""
    assert out.getvalue() == "done\n"


def test_3_5_a_step_of_which_nothing_is_counted_says_how_long_it_lasts() -> None:
    def work(token: CancelToken, output: Output) -> int:
        token.report(0, 0, "Letting SQLite check the whole file", "")
        time.sleep(SHOWN_AFTER_S * 1.5)
        return 0

    err = Terminal()
    assert run_interruptibly(work, io.StringIO(), err) == 0
    assert "Letting SQLite check the whole file: 0 s" in err.getvalue()
    assert seen_after(err.getvalue()) == ""


def test_1_9_nothing_is_said_where_no_terminal_reads_it() -> None:
    out, err = Terminal(), io.StringIO()
    assert run_interruptibly(long_work, out, err) == 0
    assert err.getvalue() == ""


def test_1_9_a_line_of_standard_error_stands_alone() -> None:
    def work(token: CancelToken, output: Output) -> int:
        long_work(token, output)
        output.complain("one fault")
        return 1

    err = Terminal()
    assert run_interruptibly(work, io.StringIO(), err) == 1
    assert seen_after(err.getvalue()) == "one fault\n"


def test_1_9_output_that_is_seen_itself_is_not_mixed_with_progress() -> None:
    def work(token: CancelToken, output: Output) -> int:
        output.say("first\n")
        return long_work(token, output)

    out, err = Terminal(), Terminal()
    assert run_interruptibly(work, out, err) == 0
    assert err.getvalue() == ""
