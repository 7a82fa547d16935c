"""How a command runs: its work on a worker thread, its output and the keyboard on the calling thread.

Python delivers Ctrl+C to the main thread only, and not while it waits inside SQLite; so the main thread must be free.
It writes what the work hands it, in order, and on Ctrl+C cancels the token, which interrupts the statement.
"""

from __future__ import annotations

import io
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TextIO

from store.cancel import CancelToken
from store.cli.exit_code import ExitCode
from store.cli.progress_line import ProgressLine
from store.errors import Cancelled

_WAITING_TEXTS = 64
"""How many texts the work may be ahead of the reader; it then waits, so that memory stays flat before a slow pipe."""

_PATIENCE_S = 0.1
"""How often whoever waits looks whether it still should."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A question to a person, and where the answer goes."""

    text: str
    answers: queue.Queue[str] = field(default_factory=lambda: queue.Queue(1))


class Output:
    """What a command says, and asks, from its worker thread."""

    def __init__(self, stdout: TextIO, stderr: TextIO, token: CancelToken, stdin: TextIO | None = None) -> None:
        self._stdout, self._stderr, self._token, self._stdin = stdout, stderr, token, stdin
        self._progress = ProgressLine(stdout, stderr, token)
        self._texts: queue.Queue[tuple[TextIO, str] | _Question | None] = queue.Queue(_WAITING_TEXTS)
        self._stop: CancelToken | None = None

    @property
    def can_ask(self) -> bool:
        """Whether a person sits at a terminal who can be asked something."""
        return self._stdin is not None and self._stdin.isatty() and self._stderr.isatty()

    def ask(self, question: str) -> str:
        """Ask a person and wait for the line that is typed, without white space around it; "" at the end of input.

        Raises:
            Cancelled: Ctrl+C in place of an answer.
        """
        asked = _Question(question)
        self._put(asked)
        while True:
            self._token.check()
            try:
                return asked.answers.get(timeout=_PATIENCE_S)
            except queue.Empty:
                continue

    @contextmanager
    def stopping(self, stop: CancelToken) -> Iterator[None]:
        """For the time of the block Ctrl+C cancels this token, and the command goes on to its end."""
        self._stop = stop
        try:
            yield
        finally:
            self._stop = None

    def stop_gently(self) -> bool:
        """Stop what is to be stopped by Ctrl+C now; False if that is the command itself."""
        stop = self._stop
        if stop is None:
            return False
        stop.cancel()
        return True

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
        if isinstance(item, _Question):
            self._progress.give_way(self._stderr)
            self._stderr.write(item.text)
            self._stderr.flush()
            item.answers.put("" if self._stdin is None else self._stdin.readline().strip())
            return True
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

    def _put(self, item: tuple[TextIO, str] | _Question | None) -> None:
        while True:
            self._token.check()
            try:
                self._texts.put(item, timeout=_PATIENCE_S)
                return
            except queue.Full:
                continue


def run_interruptibly(
    work: Callable[[CancelToken, Output], int], stdout: TextIO, stderr: TextIO, stdin: TextIO | None = None
) -> int:
    """Run a command to its end, to Ctrl+C, or until nobody reads its output.

    Args:
        stdin: where a person answers questions; None if nobody can be asked.

    Returns:
        The work's exit code; 130 after Ctrl+C; 0 when the reader of the output went away, as `head` does.
    """
    token = CancelToken()
    output = Output(stdout, stderr, token, stdin)
    with _heeding(output), ThreadPoolExecutor(1, thread_name_prefix="command") as pool:
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


@contextmanager
def _heeding(output: Output) -> Iterator[None]:
    """For the time of the block Ctrl+C stops a change between two sessions, where one is being made."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if not output.stop_gently() and callable(before):
            before(number, frame)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
