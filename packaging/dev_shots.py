"""Draws the README's pictures: the program itself on the demo library, light and dark.

Run by `dev.py shots` with the Python of the environment. The demo library is made anew in a temporary folder, with the
same content each time; only the words for its days follow the calendar.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "packaging" / "pictures"
SIZE = "1280x800"
THEMES = ("light", "dark")


def draw(folder: Path) -> list[Path]:
    """Draw one picture for each theme into a folder, and say where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    burrow = Path(sys.executable).with_name("burrow")
    drawn = [folder / f"window-{theme}.png" for theme in THEMES]
    with tempfile.TemporaryDirectory(prefix="burrow-shots-") as own:
        for theme, picture in zip(THEMES, drawn, strict=True):
            command = [str(burrow), "--data-dir", own, "--demo", "--theme", theme]
            command += ["--size", SIZE, "--screenshot", str(picture)]
            subprocess.run(command, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, check=True)
    return drawn


def main() -> int:
    """Draw, and print where."""
    try:
        for picture in draw(PICTURES):
            print(picture.relative_to(ROOT))
    except subprocess.CalledProcessError as error:
        print(f"Burrow could not draw its picture: it ended with code {error.returncode}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
