"""The one place for uncaught errors: Python's three hooks, Qt's messages, and what jobs did not expect (B9).

Hooks are called on any thread; `happened` is emitted in the GUI thread, from the event loop, never from inside a paint.
The same error again is counted and not shown: a `data()` that raises under a view raises hundreds of times a second.
"""

from __future__ import annotations

import logging
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
    qVersion,
)

from store.errors import BurrowError

AGAIN_AFTER_S = 5.0
"""The same error is shown and logged again no earlier than this."""

KNOWN_AT_MOST = 200
"""Different errors that are told apart; the memory of them is emptied beyond that."""

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


@dataclass(frozen=True, slots=True)
class UncaughtError:
    """One error as it is shown.

    Attributes:
        sentence: what happened, for people.
        text: what to copy into a report: versions, traceback.
        earlier_count: how often the same error came since it was last shown.
    """

    sentence: str
    text: str
    earlier_count: int


class Uncaught(QObject):
    """Receives every error that nobody caught.

    Signals:
        happened (UncaughtError): one to show; GUI thread.
        interrupted: Ctrl+C on the terminal; GUI thread.
    """

    happened = Signal(object)
    interrupted = Signal()
    _arrived = Signal(object)

    def __init__(self, version: str) -> None:
        super().__init__()
        self._version = version
        self._lock = threading.Lock()
        self._last_shown_s: dict[str, float] = {}
        self._unshown: dict[str, int] = {}
        self._before: tuple[Any, ...] | None = None
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Put the hooks in place of what was there."""
        qt_before = qInstallMessageHandler(self._on_qt_message)
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook, qt_before)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable

    def uninstall(self) -> None:
        """Put back what was there before; calling it twice is harmless."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook, qt_before = self._before
            qInstallMessageHandler(qt_before)
            self._before = None

    def report(self, error: BaseException) -> None:
        """Take one error from any thread."""
        if isinstance(error, KeyboardInterrupt):
            self.interrupted.emit()
            return
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "-"
        # The log gets the place and the type. The message of a foreign exception may quote what was being read.
        message = error.sentence if isinstance(error, BurrowError) else ""
        lines = [f"{f.filename}:{f.lineno} in {f.name}" for f in frames]
        log_text = " | ".join(["uncaught", type(error).__name__, message, *lines])
        self._take(
            f"{type(error).__name__} {place}",
            f"Something unexpected happened in Burrow ({type(error).__name__}).",
            lambda: "".join(traceback.format_exception(error)),
            log_text,
        )

    def _take(self, key: str, sentence: str, make_text: Callable[[], str], log_text: str) -> None:
        now_s = time.monotonic()
        with self._lock:
            last_s = self._last_shown_s.get(key)
            if last_s is not None and now_s - last_s < AGAIN_AFTER_S:
                self._unshown[key] = self._unshown.get(key, 0) + 1
                return
            if len(self._last_shown_s) >= KNOWN_AT_MOST:
                self._last_shown_s.clear()
                self._unshown.clear()
            self._last_shown_s[key] = now_s
            earlier_count = self._unshown.pop(key, 0)
        logging.getLogger("burrow").error("%s", log_text)
        text = f"{self._versions()}\n\n{make_text()}"
        if sys.stderr is not None:
            print(text, file=sys.stderr)
        self._arrived.emit(UncaughtError(sentence, text, earlier_count))

    def _versions(self) -> str:
        return (
            f"Burrow {self._version} · Python {platform.python_version()} · Qt {qVersion()}"
            f" · {platform.system()} {platform.release()}"
        )

    @Slot(object)
    def _on_arrived(self, error: UncaughtError) -> None:
        self.happened.emit(error)

    def _on_exception(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        self.report(error)

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.report(arguments.exc_value)

    def _on_unraisable(self, unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_value is not None:
            self.report(unraisable.exc_value)

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        logging.getLogger("burrow").log(_LEVELS.get(kind, logging.WARNING), "Qt %s: %s", context.category, message)
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            self._take(f"Qt {message}", "Qt reported an error.", lambda: message, f"Qt error: {message}")
