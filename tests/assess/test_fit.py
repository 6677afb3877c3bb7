"""What a thread carries of its claims."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given

from monitor.assess.constants import ESTABLISHED_ORIGINS
from monitor.assess.fit import Thread, within_reach
from monitor.assess.measure import Claim, Said, claims
from monitor.assess.tally import Tally
from monitor.model import Report
from tests.assess.strategies import many_reports, quick

_INCLUSIVE = ("principals", "named", "affected", "sectors")


@given(many_reports())
@quick
def test_what_is_agreed_on_is_carried_as_if_every_voice_were_weighed(reports: list[Report]) -> None:
    told = [claim for report in reports for claim in claims(report)]
    thread = Thread(told)
    for facet in Said._fields:
        assert thread.carried[facet] == _weighed(told, facet)  # type: ignore[index]
    rested = Thread(told[:-1])
    rested.rest()
    rested.add(told[-1])
    assert rested.carried == thread.carried


@given(many_reports())
@quick
def test_a_thread_that_is_out_of_reach_fits_no_claim(reports: list[Report]) -> None:
    told = [claim for report in reports for claim in claims(report)]
    for n, claim in enumerate(told):
        threads = [Thread(told[at:n]) for at in range(n)]
        near = {number for number, _ in within_reach(claim, range(n), threads.__getitem__)}
        assert not [number for number, thread in enumerate(threads) if number not in near and thread.match(claim) is not None]


def _weighed(told: Sequence[Claim], facet: str) -> frozenset[str]:
    tally: Tally[str] = Tally()
    prints = set()
    for claim in told:
        if claim.reprint not in prints:
            prints.add(claim.reprint)
            weight = 1.0 if facet in ("families", "kinds") else claim.clarity
            for word in getattr(claim.said, facet):
                tally.tell(word, claim.report.document.origin_group, weight, claim.primary)
    return tally.kept(ESTABLISHED_ORIGINS) if facet in _INCLUSIVE else tally.kept()
