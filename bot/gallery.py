"""Pictures on their way to Telegram: drawn in a worker, sent up once, then named by its file id."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from bot.app import App
from bot.deliver import SendError
from bot.ledger_files import Files
from bot.pictures import Picture

InWorker = Callable[[Callable[[App], Any]], Awaitable[Any]]
log = logging.getLogger("paomo")


class Sent(NamedTuple):
    """What Telegram took."""

    message: int  # Telegram's id of it
    file: str | None = None  # Telegram's id of the picture in it


Way = Callable[[bytes | str | None], Awaitable[Sent]]  # sends PNG, or a file id, or text alone


class Gallery:
    """Sends pictures; what the ledger knows a file id of goes without being drawn."""

    def __init__(self, files: Files, in_worker: InWorker) -> None:
        """`files` belongs to the thread of the event loop."""
        self._files, self._in_worker = files, in_worker
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def send(self, picture: Picture, way: Way) -> Sent:
        """Sends by `way`: a file id where one is known and still good, else the PNG.

        `way` gets None when there is nothing to draw. While one chat's picture goes up the
        others who want the same wait for its id. Raises SendError.
        """
        if known := self._files.known(picture.name):
            try:
                return await way(known)
            except SendError as error:
                if not error.stale:
                    raise
                self._files.forget(picture.name)
        turn = self._turns.setdefault(picture.name, asyncio.Lock())
        async with turn:
            if not self._files.known(picture.name):
                sent = await way(await self._drawn(picture))
                if sent.file:
                    self._files.keep(picture.name, sent.file, picture.day)
                return sent
        return await way(self._files.known(picture.name))

    async def _drawn(self, picture: Picture) -> bytes | None:
        """The PNG; a fault in the drawing costs the picture, not the message it goes with."""
        try:
            png: bytes | None = await self._in_worker(lambda app: _draw(app, picture))
        except Exception:
            log.exception("%s could not be drawn", picture.name)
            return None
        return png


def of_app(app: App) -> Gallery:
    """A gallery that draws where it stands, for a program that does nothing beside."""

    async def here(job: Callable[[App], Any]) -> Any:
        return job(app)

    return Gallery(app.ledger.files, here)


def _draw(app: App, picture: Picture) -> bytes | None:
    from bot.draw import draw  # brings numpy and matplotlib

    return draw(app, picture)
