"""What may stand in a header or an envelope: foreign text and addresses come in, safe ones go out."""

from __future__ import annotations

import unicodedata

from monitor.errors import DeliveryError
from monitor.model.address import wire_address


def header_text(value: str) -> str:
    """A value that is safe in a header: no control, line or surrogate characters, and nothing that reads as an encoded word."""
    if value.isascii() and value.isprintable():
        return " ".join(value.replace("=?", "= ?").split())
    kept = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in value)
    kept = "".join(sign for sign in kept if unicodedata.category(sign) not in ("Cs", "Cf", "Cn"))
    return " ".join(kept.replace("=?", "= ?").split())


def checked_address(address: str) -> str:
    """The address as it goes over the wire; DeliveryError when it is none that a message can be sent to."""
    written = wire_address(address)
    if written is None:
        raise DeliveryError(f"{header_text(address)!r} is no mail address; correct it in the inventory", reason="bad_address")
    return written
