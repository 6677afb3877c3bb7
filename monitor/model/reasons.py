"""Why a source gave nothing, in words: for each reason code what it means and what the operator should do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from monitor.model.base import Reason


class Meaning(NamedTuple):
    """One line of docs/sources.md."""

    means: str
    do: str


REASONS: Mapping[Reason, Meaning] = {
    "timeout": Meaning(
        "no complete answer within the deadline, or no connection in time",
        "wait; if it stays, raise FOREWARNED_FETCH_DEADLINE_S or ask the publisher",
    ),
    "connection": Meaning(
        "the name does not resolve, the port is closed, or the connection broke before an answer",
        "check the host in the URL, then DNS and firewall of this machine",
    ),
    "tls": Meaning(
        "the certificate or the encrypted connection is not valid",
        "open the URL in a browser; the check is never switched off, so the publisher has to mend it",
    ),
    "protocol": Meaning("what came is not HTTP", "check scheme and port of the URL"),
    "truncated": Meaning("the body ended before its end; nothing of it is kept", "wait; it is asked in full again"),
    "decode": Meaning("the compression is damaged, nested too deep or unknown", "wait; if it stays, tell the publisher"),
    "too_large": Meaning(
        "the decoded body exceeds the limit", "choose a narrower feed of the publisher, or raise FOREWARNED_FETCH_MAX_MIB"
    ),
    "not_a_feed": Meaning(
        "the body is neither a feed nor what `format` promises, often a web page",
        "find the feed's address with `forewarned sources test URL`, or set `format: page`",
    ),
    "not_well_formed": Meaning(
        "the body is broken beyond what a tolerant parser mends", "wait for the next edition; if it stays, tell the publisher"
    ),
    "forbidden_dtd": Meaning(
        "the document brings declarations of its own, which feeds never need and attacks do",
        "ask the publisher, or take the source out of feeds.yaml",
    ),
    "entity_bomb": Meaning(
        "the document grows without bound when it is read", "take the source out of feeds.yaml; its host may be taken over"
    ),
    "empty_body": Meaning("the answer says success and holds nothing", "wait; if it stays, look at the URL in a browser"),
    "bad_status": Meaning(
        "the server answered with an error, whatever its body holds, or with an error page under status 200",
        "read the status in `detail`: 401 and 403 need another URL, 404 a new one, 5xx patience",
    ),
    "rate_limited": Meaning(
        "the server says that we ask too often (429)", "nothing: its Retry-After is kept; if it stays, give the source a longer `interval`"
    ),
    "gone": Meaning(
        "the publisher says that it is gone for good (410); it is not asked again",
        "find its successor and change `url` in feeds.yaml, or take the source out",
    ),
    "bad_redirect": Meaning(
        "a redirect leads nowhere, to a malformed address, or from https down to http", "open the URL in a browser and list where it ends"
    ),
    "redirect_loop": Meaning("redirects come back to where they were", "wait; if it stays, tell the publisher"),
    "too_many_redirects": Meaning("more than five redirects in a row", "open the URL in a browser and list where it ends"),
    "blocked_address": Meaning(
        "the host is a private, local or disguised address",
        "for a host of your own: `private: true` and FOREWARNED_ALLOW_PRIVATE_HOSTS; else take the source out",
    ),
    "blocked_scheme": Meaning("the URL, or a redirect, is neither http nor https", "list the http or https address"),
    "blocked_port": Meaning(
        "a redirect leads to a port that is neither 80, 443 nor the source's own", "list the final address if you trust it"
    ),
    "too_many_entries": Meaning("the feed holds more than 5,000 entries", "choose a narrower feed of the publisher"),
    "no_identity": Meaning("the entries cannot be told apart: no guid, no link, no title", "choose another feed of the publisher"),
    "parser_killed": Meaning(
        "reading the body took more time or memory than any honest feed needs",
        "wait for the next edition; if it stays, take the source out of feeds.yaml",
    ),
}
