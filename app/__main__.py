"""The program `burrow`: the command line where it is asked for, else the window; Qt is imported for the window only."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.options import (
    WINDOW_HELP,
    Options,
    missing_display,
    parse_options,
    wants_command_line,
    wants_window_help,
)
from store import OwnPaths, Surroundings
from store.errors import BurrowError

if TYPE_CHECKING:
    from app.instance import Listening


def main(argv: Sequence[str] | None = None) -> int:
    """Run Burrow with these arguments; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if wants_command_line(arguments):
        from store.cli import main as run_command

        code = run_command(arguments, sys.stdout, sys.stderr, sys.stdin)
        if wants_window_help(arguments):
            print(WINDOW_HELP, end="")
        return code
    try:
        options = parse_options(arguments)
    except BurrowError as error:
        return _complain(str(error))
    if options.screenshot is not None and sys.platform.startswith("linux"):
        # A picture needs no screen, and has exactly the size asked for when no window manager has a say.
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.display import dead_display

    sentence = missing_display(sys.platform, os.environ) or dead_display(sys.platform, os.environ)
    return _complain(sentence) if sentence else _run_window(options)


def begin_start() -> None:
    """Do what makes the start of the window fast; called before Qt is loaded.

    Nothing that the start makes is garbage, so nothing is collected; the program does it later, in the GUI thread. The
    other half is done by then: this module has imported the store side. The binding reads the source of each module
    that is imported after it, to see how that one uses Qt.
    """
    gc.disable()


def _run_window(options: Options) -> int:
    """Show the window until it is closed."""
    begin_start()
    paths = OwnPaths.default() if options.data_dir is None else OwnPaths.under(options.data_dir)
    listening = _meet(options, paths)
    if listening is True:
        return 0
    from PySide6.QtWidgets import QApplication

    from app.bootstrap import build
    from app.settings import read_settings

    settings = read_settings(paths.settings_file)
    application = QApplication(["burrow"])
    application.setApplicationName("burrow")
    application.setApplicationDisplayName("Burrow")
    application.setDesktopFileName("burrow")
    application.setStyle("Fusion")
    if options.screenshot is None:
        options = replace(options, surroundings=Surroundings.of_process())
    program = build(application, options, paths, settings)
    program.controller.closed.connect(application.quit)
    if not isinstance(listening, bool):
        program.listen(listening)
    sentence = ""
    if options.screenshot is None:
        program.controller.start()
        code = application.exec()
    else:
        from app.screenshot import Screenshot

        picture = Screenshot(program.controller, program.context.jobs, options.screenshot)
        picture.done.connect(application.exit)
        program.controller.start()
        code = application.exec()
        sentence = picture.sentence
    program.shutdown()
    if sentence:
        _complain(sentence)
    if not program.is_clean:
        # A worker that hangs in the system must not keep the process alive when its window is gone.
        sys.stderr.flush()
        os._exit(code)
    return code


def _meet(options: Options, paths: OwnPaths) -> Listening | bool:
    """Become the first instance, or hand over to it, unless the arguments ask for a window of its own; see `meet`."""
    wants_own = options.screenshot is not None or options.theme or options.zoom_percent is not None
    from app.instance import Asked, MeetingPlace, can_meet, meet

    if wants_own or not can_meet():
        return False
    try:
        place = MeetingPlace.of(paths.made(paths.meeting), paths.config, os.environ)
    except OSError:
        return False
    # What Wayland gives to a start, so that the window that answers it may come to the front.
    token = os.environ.get("XDG_ACTIVATION_TOKEN", "")
    return meet(place, Asked(options.paths, options.session, options.is_demo, token))


def _complain(sentence: str) -> int:
    if sys.stderr is not None:
        print(f"burrow: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
