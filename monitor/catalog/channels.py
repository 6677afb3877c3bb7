"""channels.yaml → channels by name. A path comes in, validated `Channel` nouns go out; no error ever quotes a URL or a key."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from monitor.catalog.yaml_file import Key, YamlFile, read_yaml
from monitor.model import Channel

DEFAULT: Final = Path("channels.yaml")
_SECRETS: Final = ("url", "secret", "old_secret")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9]*://\S+", re.IGNORECASE)
_KEY_BYTES: Final = range(24, 65)
"""What Standard Webhooks 1.0 allows."""


def load_channels(path: Path) -> dict[str, Channel]:
    """The channels of a file by name, none when the default file is absent; ConfigError with file and line for anything wrong.

    Each of `url`, `secret` and `old_secret` may stand in a file of its own instead: `url_file: /run/secrets/soc`.
    """
    if path == DEFAULT and not path.exists():
        return {}
    file = read_yaml(path)
    channels: dict[str, Channel] = {}
    for at, row in enumerate(file.rows("channels")):
        key: Key = ("channels", at)
        channel = file.build(Channel, _sealed(file, row, key), *key)
        if channel.name in channels:
            raise file.error(f"channel {channel.name!r} stands twice", *key, "name")
        (_check_webhook if channel.kind == "webhook" else _check_chat)(file, channel, key)
        channels[channel.name] = channel
    file.only("channels")
    return channels


def _sealed(file: YamlFile, row: dict[str, Any], key: Key) -> dict[str, Any]:
    """The row with its secrets sealed before anything can quote them."""
    sealed = dict(row)
    for name in _SECRETS:
        value, source = sealed.get(name), sealed.pop(f"{name}_file", None)
        if value is not None and source is not None:
            raise file.error(f"write {name} or {name}_file, not both", *key, name)
        if source is not None:
            value = _from_file(file, str(source), (*key, f"{name}_file"))
        if value is not None and not isinstance(value, str):
            raise file.error(f"{name}: is no text; put it in quotes", *key, name)
        if value is not None:
            sealed[name] = SecretStr(value.strip())
    return sealed


def _from_file(file: YamlFile, name: str, key: Key) -> str:
    try:
        return (file.path.parent / name).read_text("utf-8")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise file.error(f"{name} cannot be read: {why}", *key) from error


def _check_webhook(file: YamlFile, channel: Channel, key: Key) -> None:
    try:
        parts = urlsplit(channel.url.get_secret_value())
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web or parts.username or parts.fragment or re.search(r"[\s\\]", channel.url.get_secret_value()):
        raise file.error("url: write https://host/path, without a user, a fragment or spaces", *key, "url")
    if parts.scheme == "http" and not channel.private:
        raise file.error("url: only a channel marked `private: true` may do without https", *key, "url")
    if channel.secret is None:
        raise file.error("secret: is missing; receivers check by it who sent a message", *key)
    for name, secret in (("secret", channel.secret), ("old_secret", channel.old_secret)):
        if secret is not None and not _is_key(secret.get_secret_value()):
            raise file.error(f"{name}: write whsec_ and 24 to 64 random bytes in base64 (docs/channels.md)", *key, name)


def _check_chat(file: YamlFile, channel: Channel, key: Key) -> None:
    if not _SCHEME.fullmatch(channel.url.get_secret_value()):
        raise file.error("url: write an apprise URL such as slack://… or workflows://… (docs/channels.md)", *key, "url")
    if channel.secret is not None or channel.old_secret is not None:
        raise file.error("secret: a chat has none, its URL is the key", *key)


def _is_key(secret: str) -> bool:
    try:
        return secret.startswith("whsec_") and len(b64decode(secret.removeprefix("whsec_"), validate=True)) in _KEY_BYTES
    except NotBase64:
        return False
