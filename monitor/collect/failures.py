"""How a fetch says no on the inside. A reason comes in, at the door of the fetch a `FetchFailure` goes out."""

from __future__ import annotations

from datetime import datetime

from monitor.model import FetchFailure, Hold, Reason

_DETAIL_CHARS = 300


class RefusedError(Exception):
    """Why a fetch ends without a response; becomes a `FetchFailure` at the door."""

    def __init__(self, reason: Reason, detail: str, status: int | None = None, retry_after_s: int | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.status, self.retry_after_s = reason, detail, status, retry_after_s
        self.hold: Hold | None = None

    def failure(self, url: str, now: datetime) -> FetchFailure:
        """This refusal as a value that names the URL."""
        detail = "".join(c if c.isprintable() else " " for c in f"{url}: {self.detail}")[:_DETAIL_CHARS]
        return FetchFailure(
            reason=self.reason, detail=detail, retrieved_at=now, status=self.status, retry_after_s=self.retry_after_s, hold=self.hold
        )


class HeldBackError(Exception):
    """A source was not asked, because its host told another one to leave it alone until then: nobody's failure."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(f"{host} is left alone until {until:%Y-%m-%d %H:%M:%SZ}")
        self.until = until


class OddError(Exception):
    """A feed is beyond the strict reader; says why. The tolerant reader takes it."""
