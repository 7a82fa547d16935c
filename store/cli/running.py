"""How a command runs: its work on a worker thread, its output and the keyboard on the calling thread.

Python delivers Ctrl+C to the main thread only, and not while it waits inside SQLite; so the main thread must be free.
It writes what the work hands it, in order, and on Ctrl+C cancels the token, which interrupts the statement.
"""

from __future__ import annotations

import io
import os
import queue
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TextIO

from store.cancel import CancelToken
from store.cli.exit_code import ExitCode
from store.cli.progress_line import ProgressLine
from store.errors import Cancelled

_WAITING_TEXTS = 64
"""How many texts the work may be ahead of the reader; it then waits, so that memory stays flat before a slow pipe."""

_PATIENCE_S = 0.1
"""How often whoever waits looks whether it still should."""


class Output:
    """What a command says, from its worker thread."""

    def __init__(self, stdout: TextIO, stderr: TextIO, token: CancelToken) -> None:
        self._stdout, self._stderr, self._token = stdout, stderr, token
        self._progress = ProgressLine(stdout, stderr, token)
        self._texts: queue.Queue[tuple[TextIO, str] | None] = queue.Queue(_WAITING_TEXTS)

    def say(self, text: str) -> None:
        """Write to standard output. Raises Cancelled when nobody listens any more."""
        self._put((self._stdout, text))

    def complain(self, text: str) -> None:
        """Write a line to standard error."""
        self._put((self._stderr, text + "\n"))

    def end(self) -> None:
        """Say that nothing more comes."""
        self._put(None)

    def write_next(self) -> bool:
        """Write what comes next, on the calling thread; False at the end."""
        try:
            item = self._texts.get(timeout=_PATIENCE_S)
        except queue.Empty:
            self._progress.show()
            return True
        if item is None:
            return False
        stream, text = item
        self._progress.give_way(stream)
        stream.write(text)
        if stream is self._stderr:
            stream.flush()
        self._progress.show()
        return True

    def clear_progress(self) -> None:
        """Take back what says how far the command is."""
        self._progress.clear()

    def _put(self, item: tuple[TextIO, str] | None) -> None:
        while True:
            self._token.check()
            try:
                self._texts.put(item, timeout=_PATIENCE_S)
                return
            except queue.Full:
                continue


def run_interruptibly(work: Callable[[CancelToken, Output], int], stdout: TextIO, stderr: TextIO) -> int:
    """Run a command to its end, to Ctrl+C, or until nobody reads its output.

    Returns:
        The work's exit code; 130 after Ctrl+C; 0 when the reader of the output went away, as `head` does.
    """
    token = CancelToken()
    output = Output(stdout, stderr, token)
    with ThreadPoolExecutor(1, thread_name_prefix="command") as pool:
        try:
            result = pool.submit(_carry_out, work, token, output)
            try:
                while output.write_next():
                    pass
            finally:
                output.clear_progress()
            stdout.flush()
            return _code_of(result)
        except KeyboardInterrupt:
            token.cancel()
            _forget(stdout)
            return ExitCode.INTERRUPTED
        except BrokenPipeError:
            token.cancel()
            _forget(stdout)
            return ExitCode.WELL


def _carry_out(work: Callable[[CancelToken, Output], int], token: CancelToken, output: Output) -> int:
    try:
        return work(token, output)
    finally:
        if not token.is_cancelled:
            output.end()


def _code_of(result: Future[int]) -> int:
    try:
        return result.result()
    except Cancelled:
        return ExitCode.INTERRUPTED


def _forget(stream: TextIO) -> None:
    """Lead a stream to nowhere: what is left in it must not wait for a reader, nor fail when the interpreter ends."""
    try:
        descriptor = stream.fileno()
    except io.UnsupportedOperation:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
