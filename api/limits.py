"""How much of a request is read: an application comes in, the same with a bound on bodies goes out.

The framework's own bound answers in plain text; here every error is a problem document.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Room for the manifests and bills of a large repository.
MAX_BODY_BYTES = 16 * 2**20


class BodyLimit:
    """Ends the reading of a body beyond `MAX_BODY_BYTES`, announced or not, with status 413."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a receive that counts."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAX_BODY_BYTES:
                raise HTTPException(413, "Content too large")
            return message

        await self.app(scope, counted if scope["type"] == "http" else receive, send)
