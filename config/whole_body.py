"""Between the server and the pages: a request goes on when all of its body is here, or not at all."""

from collections.abc import Awaitable, Callable
from typing import Any

from tracking.collector import answers
from tracking.collector.patience import Patience, TooSlow
from tracking.collector.reading import Gone, Receive, TooLarge, read_body, read_headers

# Above what any page or address of the API reads, so that those can say by themselves what is too large.
MAX_BODY_BYTES = 10 * 1024 * 1024
BODY_S = 50.0

Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

TOO_LARGE = answers.refusal(413, "too_large", "The body is larger than anything that is read here.")
UNREADABLE = answers.refusal(400, "malformed_request", "The address may hold ASCII characters only.")


class WholeBody:
    """Calls `pages` with the body already read; half a body, whose client has gone, is nobody's request."""

    def __init__(self, pages: Application) -> None:
        self._pages = pages
        self._patience = Patience(BODY_S)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Read, then hand on."""
        try:
            scope["query_string"].decode("ascii")
            _, _, length = read_headers(scope["headers"])
            body = await read_body(receive, length, self._patience, most=MAX_BODY_BYTES)
        except Gone:
            return
        except UnicodeDecodeError:
            await _answer(send, UNREADABLE)
        except TooLarge:
            await _answer(send, TOO_LARGE)
        except TooSlow:
            await _answer(send, answers.TOO_SLOW)
        else:
            await self._pages(scope, _replay(body, receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Tell the body in one piece; after that only the client's leaving is news."""
    told = False

    async def tell() -> dict[str, Any]:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return tell


async def _answer(send: Send, answer: answers.Answer) -> None:
    await send(answer.start)
    await send(answer.body)
