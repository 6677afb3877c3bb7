"""Rules and heads vote: what comes in is a verdict and the rules' signals, what goes out is the verdict with the rules' word added.

Heads learn from many voices and generalise; rules read the plain sentence exactly. A rule's answer adds to the probability of that
answer, the more the surer the rule is of its event; unsure rules have no vote.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from monitor.model import Role, Signal
from monitor.understand.learned.encoder import Floats
from monitor.understand.learned.page import DATE_ROLES, ROLES, STAGES, TYPES, Page
from monitor.understand.learned.verdict import Verdict

VOTES: Mapping[str, float] = dict.fromkeys(("primary", "stage", "role", "place", "sector", "day", "offer"), 0.25)
"""What a wholly sure rule adds, per field; chosen on voices left out of training. A vote on relevance doubled the false alerts."""
SURE = 0.6
"""Rules less sure than this have no vote; from here on it grows to the whole at 1."""


def voted(page: Page, verdict: Verdict, found: Sequence[Signal], votes: Mapping[str, float] = VOTES) -> Verdict:
    """The verdict after the vote of the live signals' strongest one."""
    live = [signal for signal in found if not signal.background]
    lead = max(live, key=lambda s: s.confidence, default=None)
    if lead is None or lead.confidence <= SURE:
        return verdict
    weight = (lead.confidence - SURE) / (1 - SURE)
    roles = {p: role for s in reversed(live) for p, role in s.providers.items() if role != "mentioned"}
    issuing, affected, sectors = ({x for s in live for x in getattr(s, field)} for field in ("issuing", "affected", "sectors"))
    places = [entity.key for entity in page.places]
    offered = {(offer.kind, offer.amount) for s in live for offer in s.offers if offer.amount}
    told = [getattr(lead.dates, role) for role in DATE_ROLES]
    today, days = _days(verdict, page, told, weight * votes["day"])
    return replace(
        verdict,
        today=today,
        days=days,
        primary=_chosen(verdict.primary, TYPES.index(lead.type), weight * votes["primary"]),
        stage=_chosen(verdict.stage, STAGES.index(lead.stage), weight * votes["stage"]),
        roles=_without_mix_ups(
            _rows(verdict.roles, [ROLES.index(roles[e.key]) if e.key in roles else None for e in page.providers], weight * votes["role"]),
            [e.key for e in page.providers],
            live,
            page.staying,
        ),
        issuing=_each(verdict.issuing, [key in issuing for key in places], weight * votes["place"]),
        affected=_each(verdict.affected * _open_to(lead, places, page.homes), [key in affected for key in places], weight * votes["place"]),
        sectors=_each(verdict.sectors, [e.key in sectors for e in page.sectors], weight * votes["sector"]),
        offers=_raised(verdict.offers, [(term.kind, term.amount) in offered for term in page.terms], votes["offer"]),
    )


def _without_mix_ups(rows: Floats, providers: Sequence[str], live: Sequence[Signal], staying: Collection[str]) -> Floats:
    """A provider that rules read beside the one that cuts off, in another role or as going on as before, does not cut off itself;
    and the one that cuts off is not what its users can switch to.

    Heads take the rival that goes on serving for one more actor, and are sure of it; nothing harms its users more than that error.
    """
    told = {p: role for s in reversed(live) for p, role in s.providers.items()}
    acting = {p for s in live for p, role in s.providers.items() if role == "restricting"}
    for row, provider in zip(rows, providers, strict=True):
        role = ROLES[int(np.argmax(row[: len(ROLES)]))]
        if acting and provider not in acting and role == "restricting" and (provider in told or provider in staying):
            _move(row, role, told.get(provider, "mentioned"))
        elif provider in acting and role == "alternative":
            _move(row, role, "restricting")
    return rows


def _move(row: Floats, role: Role, to: Role) -> None:
    row[ROLES.index(to)] += row[ROLES.index(role)]
    row[ROLES.index(role)] = 0


def _open_to(lead: Signal, places: Sequence[str], homes: Collection[str]) -> Floats:
    """0 for a place that only tells where the banned or leaving provider comes from, else 1: a state bans in its own land.

    Heads take "the Russian maker" for users in Russia where no other place stands near.
    """
    only_home = lead.type in ("service_ban", "access_restriction") and bool(lead.affected)
    return np.array([not (only_home and key in homes and key not in lead.affected) for key in places], np.float32)


def _rows(rows: Floats, told: Sequence[int | None], weight: float) -> Floats:
    """For each row, the answer the rules give; None for a row they say nothing of."""
    moved = [row if index is None else _chosen(row, index, weight) for row, index in zip(rows, told, strict=True)]
    return np.array(moved, np.float32).reshape(rows.shape)


def _chosen(row: Floats, index: int, weight: float) -> Floats:
    """One answer of several: its probability moves towards 1 by `weight`, the others give way."""
    moved = row * (1 - weight)
    moved[index] += weight
    return np.asarray(moved, np.float32)


def _days(verdict: Verdict, page: Page, told: Sequence[date | None], weight: float) -> tuple[Floats, Floats]:
    """The chances of the publication day and of the text's days; per role the first place of the day that rules tell wins the vote."""
    today, days = verdict.today.copy(), verdict.days.copy()
    keys, published = [e.key.split("@")[0] for e in page.days], page.published
    for role, day in enumerate(told):
        if day is None or (day.isoformat() not in keys and (day != published or role >= len(today))):
            continue
        today[role : role + 1] *= 1 - weight
        days[:, role] *= 1 - weight
        if day.isoformat() in keys:
            days[keys.index(day.isoformat()), role] += weight
        else:
            today[role] += weight
    return today, days


def _each(row: Floats, told: Sequence[bool], weight: float) -> Floats:
    """Answers that stand for themselves: each moves towards what the rules say."""
    return np.asarray(row * (1 - weight) + weight * np.array(told, np.float32), np.float32) if len(row) else row


def _raised(row: Floats, told: Sequence[bool], weight: float) -> Floats:
    """Answers that rules may only speak for: what they did not find they do not deny."""
    return np.asarray(row + (1 - row) * weight * np.array(told, np.float32), np.float32) if len(row) else row
