"""Is this the page at all? A page's title and lines come in; a refusal is raised when a guard, an error or a torso stands in its place.

Such pages come with status 200 and pass: as content they would be told as the loss of everything, and the next poll as its return.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.collect.failures import RefusedError
from monitor.collect.page.diff import Change
from monitor.collect.page.noise import counted

_SHORT_CHARS = 1_000
_TORSO_CHARS = 400
_ERROR_CHARS = 300
_SHRUNK, _KEPT = 0.3, 0.3
BELIEVED_AFTER = 2
"""So many polls in a row must have failed before the loss of most of a page is believed."""
ERROR_BELIEVED_AFTER = 14
"""The same when an error says itself that something is missing: waits double up to a day, so that is two weeks. What was seen to come
back came within eight days; until then the source is shown as failing."""

# What guards and error pages call themselves.
_TITLE = re.compile(
    r"(?:access denied|request access|just a moment|attention required|page not found|not found|forbidden|robot check|security check|"
    r"are you a (?:human|robot)|verify(?:ing)? you are human|service unavailable|bad gateway|federal register :: request access|"
    r"(?:site|scheduled|under) maintenance|temporarily unavailable|an error (?:has )?occurred|(?:sign|log) in\s*(?:$|[-–|:])|ddos|captcha|"
    r"访问被拒绝|页面不存在|页面未找到|系统维护|"
    r"(?:error )?(?:302|400|401|403|404|429|50[0234])\s*(?:$|[:–-]|found|forbidden|not found|internal|bad|service|gateway|temporarily))",
    re.IGNORECASE,
)
# What they say when their title tells nothing; believed of short pages only.
_WORDS = re.compile(
    r"enable (?:js|javascript)|javascript (?:is )?(?:disabled|required)|disable any ad blocker|verify (?:that )?you are (?:a )?human|"
    r"checking (?:your|if the site connection)|unusual traffic|captcha|"
    r"access (?:to this page )?(?:has been |is )?(?:denied|blocked)(?! (?:in|for|to|from)\b)|"
    r"don't have permission to access|request (?:was )?(?:blocked|could not be satisfied)|powered and protected by|ddos protection|"
    r"(?:temporarily|currently) unavailable(?! (?:in|for|to|from)\b)|"
    r"under maintenance|maintenance (?:mode|window)|something went wrong|internal server error|"
    r"too many requests|(?:page|resource|content)[^.]{0,40} (?:not|isn['’]t|n['’]t) (?:be )?(?:found|available)|"
    r"an? (?:unexpected )?error (?:has )?occurred|link may be broken|try reloading|try again (?:later|in a few)|error 5\d\d\b|"
    r"安全验证|人机验证|访问被拒绝|访问过于频繁|页面不存在|系统维护|请稍后再试",
    re.IGNORECASE,
)


def refuse_guard_page(title: str, lines: Sequence[str]) -> None:
    """RefusedError when there is no content, or when title or words are those of a guard or of an error."""
    content = " ".join(lines).strip()
    if not content.strip("- ·") and not title:
        raise RefusedError("empty_body", "the page has no content")
    if _TITLE.match(title):
        raise RefusedError("bad_status", f"the page says {title[:60]!r} instead of its content")
    if not content.strip("- ·"):
        raise RefusedError("empty_body", "the page has no content")
    if len(content) <= _SHORT_CHARS and (found := _WORDS.search(content)):
        raise RefusedError("bad_status", f"the page says {found[0][:60]!r} instead of its content")


def refuse_error(told: Change, failures: int) -> None:
    """RefusedError when an error's words have come in place of a part of the page, unless `failures` polls before have said so."""
    came = " ".join(told.added)
    if failures >= ERROR_BELIEVED_AFTER or len(came) > _ERROR_CHARS or len(" ".join(told.removed)) < _TORSO_CHARS:
        return
    if found := _WORDS.search(came):
        raise RefusedError(
            "truncated", f"the page says {found[0][:60]!r} where {len(told.removed)} passages stood; {_believed(ERROR_BELIEVED_AFTER)}"
        )


def refuse_torso(before: str, after: str, failures: int) -> None:
    """RefusedError when most of the page is gone, unless `failures` polls in a row before this one have said so."""
    if failures >= BELIEVED_AFTER or len(before) < _TORSO_CHARS or len(after) > len(before) * _SHRUNK:
        return
    known = counted(before)
    kept = sum((known & counted(after)).values()) / max(sum(known.values()), 1)
    if kept < _KEPT:
        raise RefusedError("truncated", f"the page shrank from {len(before):,} to {len(after):,} characters; {_believed(BELIEVED_AFTER)}")


def _believed(after: int) -> str:
    return f"it is believed when {after + 1} polls in a row find no more"
