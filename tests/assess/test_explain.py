"""Why a score moved: causes that sum to the difference."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from monitor.assess.explain import explain_delta
from monitor.assess.score import score
from monitor.errors import UsageError
from monitor.model import Event
from tests.assess.builders import ban, event, notice, question
from tests.assess.strategies import many_events, quick


@given(many_events(), many_events())
@quick
def test_explain_delta(before: list[Event], after: list[Event]) -> None:
    old, new = score(before, question()), score(after, question())
    assert sum(cause.points for cause in explain_delta(old, new)) == new.score - old.score


def test_causes_name_what_moved() -> None:
    told, other = event(notice()), event(ban("b", "CN", "openai", stage="proposed"))
    before = score([told], question())
    after = score([told], question(as_of=datetime(2024, 7, 10, tzinfo=UTC)))
    (cause,) = explain_delta(before, after)
    assert cause.points == after.score - before.score > 0
    assert cause.why.endswith(", effective 2024-07-09: in force now, announced before.")
    assert cause.why.startswith("OpenAI restricts access in China")
    assert any(c.why.startswith("New: ") for c in explain_delta(before, score([told, other], question())))
    assert any(c.why.startswith("No longer counts: ") for c in explain_delta(before, score([], question())))
    assert explain_delta(before, before) == []


def test_a_change_reads_like_a_briefing() -> None:
    def said(before: Event, after: Event, *, later: int = 0) -> str:
        old, new = score([before], question()), score([after], question(as_of=question().as_of + timedelta(days=later)))
        (cause,) = explain_delta(old, new)
        return cause.why.rpartition(": ")[2] if later == 0 else cause.why

    told = event(notice())
    near = said(told, told, later=7)
    assert "its day, 2024-07-09, comes near: " in near
    assert near.endswith(" days left.")
    single, double = (event(*(ban(tag, "CN", "openai") for tag in tags)) for tags in ("a", "ab"))
    assert "more independent origins or a primary source tell it" in said(single, double)
    fading = said(single, single, later=90)
    assert "no news of it for longer" in fading
    assert "disputed" in said(single, single.model_copy(update={"disputed": True}))


def test_only_like_is_compared_with_like() -> None:
    one = score([], question())
    with pytest.raises(UsageError, match="one provider"):
        explain_delta(one, score([], question("baidu")))
    with pytest.raises(UsageError, match="methodology"):
        explain_delta(one, one.model_copy(update={"methodology_version": "0.9.0"}))
