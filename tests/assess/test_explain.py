"""Why a score moved: causes that sum to the difference."""

from __future__ import annotations

from datetime import UTC, datetime

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
    assert cause.why == "stage announced → in force; stage 0.84 → 1.00"
    assert any(c.why.startswith("New: ") for c in explain_delta(before, score([told, other], question())))
    assert any(c.why.startswith("No longer counts: ") for c in explain_delta(before, score([], question())))
    assert explain_delta(before, before) == []


def test_only_like_is_compared_with_like() -> None:
    one = score([], question())
    with pytest.raises(UsageError, match="one provider"):
        explain_delta(one, score([], question("baidu")))
    with pytest.raises(UsageError, match="methodology"):
        explain_delta(one, one.model_copy(update={"methodology_version": "0.9.0"}))
