"""The settings: one frozen object made at the door and passed in. The environment comes in, a `Settings` goes out.

This is the only module that reads the environment. Every field is described in docs/settings.md.
"""

from __future__ import annotations

import ipaddress
import os
import re
from datetime import datetime
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from monitor.clock import Clock, clock_from
from monitor.errors import ConfigError

PREFIX = "FOREWARNED_"


def data_dir() -> Path:
    """The folder for the database and the demo's output (XDG data dir)."""
    return Path(platformdirs.user_data_dir("forewarned", appauthor=False))


class Settings(BaseSettings):
    """Everything an operator can set, from `FOREWARNED_*` variables; immutable after start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    # Where rows live: sqlite:///PATH or postgresql://…; empty means SQLite in the XDG data dir.
    database_url: str = ""
    # The file that lists the sources.
    feeds: Path = Path("feeds.yaml")
    # The file with webhooks and chats (docs/channels.md); the default file may be absent.
    channels: Path = Path("channels.yaml")
    # smtp://[user:pass@]host:port or smtps://…; without it digests are composed and kept queued.
    smtp_url: SecretStr | None = None
    # What becomes of a mail that may have arrived: hold (a person decides) or resend (with the same Message-ID).
    on_doubt: Literal["hold", "resend"] = "hold"
    # Who agrees to mails for a newly listed address: ask (itself, by a link in one mail, where base_url can be followed) or operator.
    opt_in: Literal["ask", "operator"] = "operator"
    # The From address of every mail.
    mail_from: str = "Forewarned <forewarned@localhost>"
    # How people reach this service; links in mails and dossiers start with it.
    base_url: str = "http://127.0.0.1:8000"
    # Hosts and CIDRs that feeds and channels marked `private: true` may reach although they are not public (comma list).
    allow_private_hosts: str = ""
    # Seconds for one source, over the whole redirect chain.
    fetch_deadline_s: float = Field(default=20, gt=0, le=600)
    # Largest decoded body, MiB.
    fetch_max_mib: float = Field(default=8, gt=0, le=256)
    # Requests under way at once, over all hosts.
    fetch_at_once: int = Field(default=50, ge=1, le=1000)
    # No source is polled more often than this, whatever it or feeds.yaml says.
    poll_floor_s: int = Field(default=1800, ge=0)
    # Who may record decisions over HTTP: a comma list of NAME:SHA256 as `forewarned token NAME` prints it; empty means nobody.
    editor_keys: str = ""
    # The process's clock starts at this instant and runs on (replays and tests).
    now: datetime | None = None
    # Log lines for people (text) or machines (json).
    log: Literal["text", "json"] = "text"

    @field_validator("now")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("give a zone, e.g. 2024-06-26T00:00:00Z")
        return value

    # A bad value below would show only when a mail is due, and would cost that mail.
    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _names_a_host(value.get_secret_value(), ("smtp", "smtps")):
            raise ValueError("write smtp://[user:pass@]host:port or smtps://…")
        wish = dict(parse_qsl(urlsplit(value.get_secret_value()).query)) if value is not None else {}
        if not wish.keys() <= {"tls"} or wish.get("tls", "required") not in ("required", "optional"):
            raise ValueError("only ?tls=required or ?tls=optional may follow the address")
        return value

    @field_validator("mail_from")
    @classmethod
    def _address(cls, value: str) -> str:
        address = parseaddr(value)[1]
        local, _, domain = address.rpartition("@")
        if not (local and domain and address.isascii() and value.isprintable()):
            raise ValueError("write an address such as Forewarned <forewarned@example.com>")
        return value

    @field_validator("base_url")
    @classmethod
    def _web(cls, value: str) -> str:
        if not _names_a_host(value, ("http", "https")):
            raise ValueError("write http://host or https://host, with :port and a path where needed")
        return value

    @field_validator("allow_private_hosts")
    @classmethod
    def _networks(cls, value: str) -> str:
        for entry in value.split(","):
            if "/" in entry:
                ipaddress.ip_network(entry.strip(), strict=False)
        return value

    @field_validator("editor_keys")
    @classmethod
    def _editors(cls, value: str) -> str:
        for entry in _listed(value):
            if not re.fullmatch(r"[^\s:,][^:,]*:[0-9a-f]{64}", entry):
                raise ValueError("write NAME:SHA256, as `forewarned token NAME` prints it, with a comma between two")
        return value

    @cached_property
    def clock(self) -> Clock:
        """The process's clock."""
        return clock_from(self.now)

    @property
    def store_url(self) -> str:
        """The database to open: the configured one, else SQLite in the data dir."""
        return self.database_url or f"sqlite:///{data_dir() / 'forewarned.sqlite'}"

    @property
    def private_hosts(self) -> tuple[str, ...]:
        """The opted-in private hosts and CIDRs, trimmed."""
        return tuple(_listed(self.allow_private_hosts))

    @property
    def editors(self) -> dict[str, str]:
        """Who may record decisions over HTTP, by the SHA-256 of the key."""
        return {digest: name for name, _, digest in (entry.partition(":") for entry in _listed(self.editor_keys))}


def _listed(value: str) -> list[str]:
    """The entries of a comma list, trimmed."""
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def _names_a_host(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False


def load_settings() -> Settings:
    """The settings of this process; ConfigError for an unknown `FOREWARNED_*` name or a bad value."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise ConfigError(f"unknown setting {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise ConfigError(f"{name}: {first['msg']}") from error
