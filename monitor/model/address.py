"""Mail addresses, in whatever script: what a person wrote comes in, what goes over the wire goes out."""

from __future__ import annotations

import re
import unicodedata

import idna

_ATOM = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]"
_LITERAL = re.compile(r"[A-Za-z0-9._+-]{1,64}@\[[0-9a-fA-F:.]+\]")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+")
_ASCII_LOCAL = re.compile(_ATOM + "+")
MAX_LOCAL, MAX_ADDRESS = 64, 254
"""Octets of the part before the sign and of the whole (RFC 5321)."""


def wire_address(address: str) -> str | None:
    """The address as servers take it: a domain beyond ASCII in its ASCII form (IDNA 2008), which is the same mailbox for every server,
    and a local part beyond ASCII as it is (RFC 6531, NFC). None for what is no address.
    """
    if _LITERAL.fullmatch(address):
        return address
    local, at, domain = address.rpartition("@")
    if not at or not _is_local(local):
        return None
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    written = f"{unicodedata.normalize('NFC', local)}@{domain}"
    short = len(written.partition("@")[0].encode()) <= MAX_LOCAL and len(written.encode()) <= MAX_ADDRESS
    return written if short and _DOMAIN.fullmatch(domain) else None


def _is_local(local: str) -> bool:
    """Letters, marks and digits of any script beside what ASCII allows: no signs that are invisible, reorder text or end a line."""
    known = "".join("a" if not sign.isascii() and unicodedata.category(sign)[0] in "LMN" else sign for sign in local)
    return _ASCII_LOCAL.fullmatch(known) is not None
