"""Ways out besides mail: what the operator set up, and how one handing over ended."""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from monitor.model.base import Noun

ChannelKind = Literal["webhook", "chat"]
CHANNEL_NAME: Final = r"^[a-z0-9][a-z0-9-]{0,39}$"
_PREFIX: Final = "channel:"


class Channel(Noun):
    """A webhook, or a chat behind an apprise URL, that an inventory can name as a recipient. Its URL is a secret as well."""

    name: str = Field(pattern=CHANNEL_NAME)
    kind: ChannelKind
    url: SecretStr
    secret: SecretStr | None = None
    """Of a webhook: `whsec_` and the key in base64 (Standard Webhooks 1.0)."""
    old_secret: SecretStr | None = None
    """The key before, signed with beside the new one until every receiver knows that."""
    private: bool = False
    """Whether it may be in the operator's own network, as far as FOREWARNED_ALLOW_PRIVATE_HOSTS opens it."""

    @property
    def address(self) -> str:
        """What it is called as a recipient."""
        return channel_address(self.name)

    @property
    def where(self) -> str:
        """Where it leads, as far as it may be shown: a webhook's host, a chat's service."""
        parts = urlsplit(self.url.get_secret_value())
        return parts.hostname or "" if parts.scheme in ("http", "https") else parts.scheme


def channel_address(name: str) -> str:
    """`channel:soc`; no mail address has a colon."""
    return _PREFIX + name


def channel_of(address: str) -> str | None:
    """The name in an address of a channel; None for a mail address."""
    return address.removeprefix(_PREFIX) if address.startswith(_PREFIX) else None


class SendResult(Noun):
    """How one sending ended. `retry`: surely not taken, or safe to repeat; `in_doubt`: perhaps taken, must not be repeated."""

    state: Literal["sent", "failed", "retry", "in_doubt"]
    reason: str = ""
    blame: Literal["", "recipient", "message", "server"] = ""
    """What a failure or a retry is about: `server` concerns every other mail as well, and an operator has to look."""
    status: int | None = None
    """The HTTP status that was answered, where there was one."""
    wait_s: int | None = None
    """How long the other side asked to be left alone, in seconds."""
    gone: bool = False
    """Whether the other side wants nothing more (410)."""
