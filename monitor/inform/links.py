"""Links that need no login: whom or what they stand for and a secret come in, signed tokens go out, and back again.

A signature is HMAC-SHA256 (RFC 2104) cut to 128 bits; tokens are compared in constant time.
"""

from __future__ import annotations

import ipaddress
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac
from typing import Final
from urllib.parse import urlsplit

_SIGNATURE_BYTES: Final = 16
MAX_URL: Final = 900
"""A header line may have 998 octets (RFC 5322), and a web address has no place to be folded at."""
_CARRIED: Final = re.compile(r"https?://[!-;=?-~]+")
"""What may stand between the angle brackets of a header."""


def is_reachable(base_url: str) -> bool:
    """Whether a mail program elsewhere can follow links to it: a web address in ASCII that does not name the reader's own machine."""
    name = (urlsplit(base_url).hostname or "").rstrip(".")
    if not _CARRIED.fullmatch(base_url) or name == "localhost" or name.endswith(".localhost"):
        return False
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return True
    return not (address.is_loopback or address.is_unspecified)


def unsubscribe_url(base_url: str, key: str, recipient: str, teams: Iterable[str]) -> str | None:
    """Where `recipient` stops mails about `teams`; the same for the same arguments. None where nobody else could follow the link, or
    where no header could carry it, as for an alert about dozens of teams at once.
    """
    url = f"{base_url.rstrip('/')}/unsubscribe/{unsubscribe_token(key, recipient, teams)}"
    return url if is_reachable(base_url) and len(url) <= MAX_URL else None


def unsubscribe_token(key: str, recipient: str, teams: Iterable[str]) -> str:
    """The recipient and the teams, readable, with a signature: it needs no row and stays good when the inventory forgets the address."""
    said = _coded(json.dumps([recipient, *sorted(set(teams))]).encode())
    return f"{said}.{_signature(key, f'unsubscribe/{said}')}"


def unsubscribe_subject(key: str, token: str) -> tuple[str, tuple[str, ...]] | None:
    """The recipient and the teams of a token that was signed with `key`, else None."""
    said, _, signature = token.rpartition(".")
    if not _is_same(signature, _signature(key, f"unsubscribe/{said}")):
        return None
    recipient, *teams = json.loads(urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    return recipient, tuple(teams)


def team_token(key: str, team: str) -> str:
    """The token of a team's calendar and feed; another key gives another one."""
    return _signature(key, f"team/{team}")


def team_of(token: str, keys: Mapping[str, str]) -> str | None:
    """The team whose token it is, else None; as long in finding one as in finding none."""
    found = [team for team, key in sorted(keys.items()) if _is_same(token, team_token(key, team))]
    return found[0] if found else None


def _signature(key: str, said: str) -> str:
    return _coded(hmac(bytes.fromhex(key), said.encode("utf-8", "replace"), sha256)[:_SIGNATURE_BYTES])


def _is_same(given: str, expected: str) -> bool:
    return compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _coded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
