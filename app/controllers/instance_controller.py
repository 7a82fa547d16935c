"""Takes over what a second start hands to this one, and brings the window to the front. GUI thread only.

The socket is a local one and never waited for: the event loop tells when there is something to take, and a guest that
says nothing, too much or something else is sent away.
"""

from __future__ import annotations

import contextlib
import logging
import os

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.instance import LINE_LIMIT_BYTES, TAKEN, Asked, BadLine, Listening, decode_asked
from app.local_socket import LocalSocket

GUESTS_LIMIT = 8
GUEST_LIMIT_MS = 1000
"""How long a guest may take to say what it wants."""

_PART_BYTES = 64 * 1024


class Guest(QObject):
    """One connection, from its beginning until its line is complete or it is sent away.

    Signals:
        said (Asked): the line was understood; whoever hears it answers with `thank`.
        left: it is gone.
    """

    said = Signal(object)
    left = Signal()

    def __init__(self, link: LocalSocket, place: str, parent: QObject) -> None:
        super().__init__(parent)
        self._link, self._place, self._line = link, place, b""
        self._notifier = QSocketNotifier(link.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        QTimer.singleShot(GUEST_LIMIT_MS, self, self.send_away)

    def thank(self) -> None:
        """Say that it was taken over."""
        # A guest that went meanwhile opens a window of its own; nobody else has to know.
        with contextlib.suppress(OSError):
            self._link.sendall(TAKEN)

    @Slot()
    def send_away(self) -> None:
        """End the connection; calling it twice is harmless."""
        if self._link.fileno() < 0:
            return
        self._notifier.setEnabled(False)
        self._link.close()
        self.left.emit()
        self.deleteLater()

    @Slot()
    def _on_readable(self) -> None:
        try:
            part = self._link.recv(_PART_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            part = b""
        self._line += part
        if self._line.endswith(b"\n"):
            self._understand()
        elif not part or len(self._line) > LINE_LIMIT_BYTES:
            self.send_away()

    def _understand(self) -> None:
        try:
            asked = decode_asked(self._line, self._place)
        except BadLine as error:
            logging.getLogger("burrow").warning("a second start was not understood: %s", error)
        else:
            self.said.emit(asked)
        self.send_away()


class InstanceController(QObject):
    """Receives what second starts ask for.

    Signals:
        asked (Asked): paths are to be opened; the window is in front already.
    """

    asked = Signal(object)

    def __init__(self, listening: Listening, window: QWidget) -> None:
        super().__init__(window)
        self._listening, self._window = listening, window
        self._guests: list[Guest] = []
        self._notifier = QSocketNotifier(listening.socket.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_guest)

    def stop(self) -> None:
        """Listen no longer; before the socket is closed."""
        self._notifier.setEnabled(False)
        for guest in tuple(self._guests):
            guest.send_away()

    @Slot()
    def _on_guest(self) -> None:
        try:
            link, _address = self._listening.socket.accept()
        except OSError:
            return
        if len(self._guests) >= GUESTS_LIMIT:
            link.close()
            return
        link.setblocking(False)
        guest = Guest(link, self._listening.place.name, self)
        self._guests.append(guest)
        guest.said.connect(self._on_said)
        guest.left.connect(self._on_left)

    @Slot(object)
    def _on_said(self, asked: Asked) -> None:
        guest = self.sender()
        if isinstance(guest, Guest):
            guest.thank()
        self._raise(asked.token)
        self.asked.emit(asked)

    @Slot()
    def _on_left(self) -> None:
        self._guests = [guest for guest in self._guests if guest is not self.sender()]

    def _raise(self, token: str) -> None:
        """Bring the window to the front, as far as the desktop lets a program do so."""
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token  # Qt takes it from there when a window is to be activated
        state = self._window.windowState()
        self._window.setWindowState(state & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
