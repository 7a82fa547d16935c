"""What of a transcript opens in a window of its own: whole texts, arguments and results, pictures. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.controllers.content_jobs import PreparedPicture, PreparedText, picture_work, text_work, whole_text_work
from app.controllers.saver import Saver
from app.controllers.text_window_controller import TextWindowController
from app.jobs import Newest, Query
from app.present.find import Hit, Needle
from app.present.one_line import one_line
from app.present.shown import KEYS_PER_BLOCK, Section, ShownMessage
from app.present.sizes import short_size
from app.saving import safe_name
from app.views.picture_window import PictureWindow
from app.views.transcript.layout import Record
from app.views.transcript.ops import Act, Spot
from store.values.message import ImageRef, ToolCallBlock, ToolResultBlock, WholePart, WholeRef
from store.values.store import SessionKey

if TYPE_CHECKING:
    from app.context import Context
    from store.cancel import CancelToken

_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/svg+xml": ".svg",
}
_PART_WORDS = {
    WholePart.TEXT: "text",
    WholePart.ARGUMENTS: "arguments",
    WholePart.RESULT: "result",
    WholePart.RAW: "stored JSON",
}


class ContentController(QObject):
    """Opens windows for parts of one transcript.

    Args:
        key: gives the session that is shown.
        place: a widget of the window to which the new ones belong.

    Signals:
        failed (BurrowError): something could not be read.
        noted (str): a sentence about what was saved.
    """

    failed = Signal(object)
    noted = Signal(str)

    def __init__(self, context: Context, key: Callable[[], SessionKey | None], place: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._key, self._place = context, key, place
        self._asked = Newest(context.jobs)

    def give_up(self) -> None:
        """Another session is shown: nothing that was asked for is wanted any more."""
        self._asked.cancel()

    @Slot(object, object)
    def open_spot(self, message: ShownMessage, spot: Spot) -> None:
        """Open what a spot is for, if that is a window."""
        key = self._key()
        if key is None:
            return
        if spot.act is Act.OPEN_WHOLE and isinstance(spot.payload, Record):
            self._open_text(f"Message {spot.payload.message + 1:,}, stored record", text_work(spot.payload.text))
        elif spot.act is Act.OPEN_WHOLE and isinstance(spot.payload, WholeRef):
            self._open_ref(key, message.index, spot.payload)
        elif spot.act is Act.OPEN_TEXT:
            self._open_part(key, message, spot.key)
        elif spot.act is Act.OPEN_IMAGE and isinstance(spot.payload, ImageRef):
            self._open_picture(key, message.index, spot.payload)

    def open_hit(self, row: int, hit: Hit, needle: Needle) -> None:
        """Open the whole text in which a hit lies that the transcript does not show."""
        key = self._key()
        if key is not None and hit.whole is not None:
            self._open_ref(key, row, hit.whole, lambda shown: shown.show_hit(needle, hit.begin))

    def _open_ref(
        self, key: SessionKey, row: int, ref: WholeRef, then: Callable[[TextWindowController], None] | None = None
    ) -> None:
        title = f"Message {row + 1:,}, whole {_PART_WORDS[ref.part]}"
        self._open_text(title, whole_text_work(self._context.library, key, ref), then)

    def _open_part(self, key: SessionKey, message: ShownMessage, part: int) -> None:
        """Open the arguments or the result of a call, cut or not."""
        number, section = divmod(part, KEYS_PER_BLOCK)
        stored = message.stored.blocks[number] if number < len(message.stored.blocks) else None
        if isinstance(stored, ToolCallBlock) and section == Section.INPUT:
            title = f"Message {message.index + 1:,}, arguments of {one_line(stored.name, 40) or 'a call'}"
            if stored.whole is None:
                self._open_text(title, text_work(stored.arguments))
            else:
                self._open_text(title, whole_text_work(self._context.library, key, stored.whole))
            return
        result = stored.result if isinstance(stored, ToolCallBlock) else stored
        if isinstance(result, ToolResultBlock):
            name = f" of {one_line(stored.name, 40)}" if isinstance(stored, ToolCallBlock) and stored.name else ""
            title = f"Message {message.index + 1:,}, result{name}"
            ref = getattr(result.blocks[0], "whole", None) if len(result.blocks) == 1 else None
            if isinstance(ref, WholeRef):
                self._open_text(title, whole_text_work(self._context.library, key, ref))
            else:
                texts = [str(getattr(inner, "text", "") or getattr(inner, "raw", "")) for inner in result.blocks]
                self._open_text(title, text_work("\n".join(text for text in texts if text)))

    def _open_text(
        self,
        title: str,
        work: Callable[[CancelToken], PreparedText],
        then: Callable[[TextWindowController], None] | None = None,
    ) -> None:
        def show(prepared: PreparedText) -> None:
            shown = TextWindowController(self._context, title, prepared, self._place.window())
            shown.saver.saved.connect(self.noted)
            shown.saver.failed.connect(self.failed)
            shown.window.show()
            if then is not None:
                then(shown)

        self._asked.run(Query("Reading the whole text", work), show, self.failed.emit)

    def _open_picture(self, key: SessionKey, row: int, ref: ImageRef) -> None:
        def show(picture: PreparedPicture) -> None:
            facts = f"{one_line(ref.media_type, 60) or 'unknown type'} · {short_size(len(picture.data))}"
            window = PictureWindow(
                self._context.looks.current, picture.image, picture.words, self._place.window(), facts
            )
            saver = Saver(self._context, window)
            name = safe_name(one_line(ref.name, 60) or f"message-{row + 1}-image", _ENDINGS.get(ref.media_type, ".bin"))
            window.save_asked.connect(lambda: saver.ask(name, picture.data))
            saver.saved.connect(self.noted)
            saver.failed.connect(self.failed)
            self._context.looks.changed.connect(window.set_look)
            window.show()

        work = picture_work(self._context.library, key, ref)
        self._asked.run(Query("Decoding a picture", work), show, self.failed.emit)
