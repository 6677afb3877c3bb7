"""One address per article. A link as written comes in, its canonical form goes out."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_\w*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|vero_id|oly_\w+_id|"
    r"ref_src|ref_url|cmpid|cmp|ocid|spm|at_medium|at_campaign|at_custom\d|smid|s_cid|ftag|guccounter|guce_\w+|_ga|wt_mc|xtor|sr_share|share_source",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_CONTROLS = re.compile(r"[\x00-\x20\x7f]")
_MAX_CHARS = 4_096
# What most links look like: nothing of it needs taking apart but the query.
_PLAIN = re.compile(r"(https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[\w./~%+,=@!()*'-]*)(?:\?([\w./~%+,:=@!()*'&-]*))?", re.ASCII)
_EXTRA_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+,\-.]*://)/+")


@lru_cache(512)  # one feed's links: asked for what is known of them, for their identity and for their documents
def canonical_url(link: str) -> str:
    """`link` with lower-case scheme and host, without default port, user info, fragment and tracking parameters, the rest sorted.

    Empty for anything that is not http or https, so that no `javascript:` link leaves the feed. Idempotent.
    """
    if len(link) <= _MAX_CHARS and (plain := _PLAIN.fullmatch(link)):
        query = _without_tracking(plain[2] or "")
        return f"{plain[1]}?{query}" if query else plain[1]
    try:
        parts = urlsplit(_CONTROLS.sub("", link)[:_MAX_CHARS])
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host or re.search(r"[\\<>\"]", host):
        return ""
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    return urlunsplit((scheme, netloc, parts.path or "/", _without_tracking(parts.query), ""))


def _without_tracking(query: str) -> str:
    pairs = [p for p in query.split("&") if p and not _TRACKING.fullmatch(p.split("=", 1)[0])]
    return "&".join(sorted(pairs, key=lambda p: p.split("=", 1)[0]))


def joined(base: str, link: str) -> str:
    """`link` as seen from `base`; slashes too many behind a scheme are dropped, and what cannot be joined is nothing."""
    try:
        return urljoin(base, _EXTRA_SLASHES.sub(r"\1", link))
    except ValueError:
        return ""
