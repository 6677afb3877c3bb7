"""The names and addresses of the hostile site; cases, server and runs agree on them here."""

from __future__ import annotations

import re

from tests.hostile.case import Case

DOMAIN = "hostile.example"
PUBLIC = "public." + DOMAIN
PUBLIC_ADDRESS = "93.184.216.34"
CANARY_ADDRESSES = ("127.0.0.9", "::1")
ELSEWHERE: dict[str, tuple[tuple[str, ...], ...]] = {
    PUBLIC: ((PUBLIC_ADDRESS,),),
    "inside." + DOMAIN: (("127.0.0.9",),),
    "inside6." + DOMAIN: (("::1",),),
    "mixed." + DOMAIN: ((PUBLIC_ADDRESS, "127.0.0.9"),),
    "intranet." + DOMAIN: (("10.0.0.1",),),
    "metadata." + DOMAIN: (("169.254.169.254",),),
    "rebinding." + DOMAIN: ((PUBLIC_ADDRESS,), ("127.0.0.9",)),
}
"""Names that lead to other addresses than the server's; several answers are given one after another."""


def source_id(group: str, case: Case) -> str:
    """The case's source, the first part of its host's name and of its path."""
    return f"{group}-{'-'.join(re.findall('[a-z0-9]+', case.name.lower()))}"[:60].rstrip("-")
