"""What may stand in a header or an envelope: foreign text and addresses come in, safe ones go out."""

from __future__ import annotations

import re
import unicodedata

from monitor.errors import DeliveryError

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+|[A-Za-z0-9._+-]{1,64}@\[[0-9a-fA-F:.]+\]")


def header_text(value: str) -> str:
    """A value that is safe in a header: no control, line or surrogate characters, and nothing that reads as an encoded word."""
    if value.isascii() and value.isprintable():
        return " ".join(value.replace("=?", "= ?").split())
    kept = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in value)
    kept = "".join(sign for sign in kept if unicodedata.category(sign) not in ("Cs", "Cf", "Cn"))
    return " ".join(kept.replace("=?", "= ?").split())


def checked_address(address: str) -> str:
    """The address; DeliveryError when it is none that a message can be sent to."""
    if not _ADDRESS.fullmatch(address):
        raise DeliveryError(f"{header_text(address)!r} is no mail address; correct it in the inventory", reason="bad_address")
    return address
