"""A short factual sentence for an event, composed from its frame and never from an article.

In: an event's facts and display names. Out: one English line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from monitor.model import Event, EventType, Role, Stage

_STAGE: Final[dict[Stage, str]] = {
    "rumoured": ", reported but unconfirmed", "proposed": ", proposed", "announced": "", "final": ", adopted",
    "in_force": ", in force", "suspended": ", suspended", "rescinded": ", rescinded",
}  # fmt: skip
_PHRASE: Final[dict[EventType, str]] = {
    "access_restriction": "{who} restrict{s} access{in_places}{stage}{effective}",
    "service_ban": "{issuer} ban{s} {target}{abroad}{stage}{effective}",
    "export_control": "{issuer} control{s} exports{of_sectors}{to_places}{on_target}{stage}{effective}",
    "sanctions_listing": "{issuer} list{s} {target}{stage}{effective}",
    "investment_restriction": "{issuer} restrict{s} investment{in_places}{on_target}{sectors}{stage}{effective}",
    "data_privacy": "{issuer} act{s} against {target} over data protection{stage}{effective}",
    "licensing_regulation": "{issuer} regulate{s} {target}{abroad}{stage}{effective}",
    "antitrust": "{issuer} pursue{s} {target} over competition{stage}{effective}",
    "tariff": "{issuer} set{s} tariffs{goods_from}{sectors}{stage}{effective}",
    "divestiture": "{issuer} order{s} the divestiture of {target}{stage}{effective}",
    "litigation": "A court case{in_issuer} concerns {target}{stage}{effective}",
    "relief": "{issuer} ease{s} a measure on {target}{effective}",
    "mitigation": "{offering} offer{s} {cause} a way to switch",
}
_SHOWN: Final = 4
"""Names in a list before it is cut short."""


def title(event: Event, names: Mapping[str, str]) -> str:
    """What happened, to whom, where, how far it has come and from which day, e.g. `OpenAI restricts access in China (CN)`."""
    effective = event.dates.effective
    words = _parties(event, names) | _places(event, names) | _sectors(event)
    words |= {"stage": _STAGE[event.stage], "effective": f", effective {effective.isoformat()}" if effective else ""}
    words["s"] = "" if _is_plural(event) else "s"
    sentence = _PHRASE[event.type].format(**words)
    return sentence[0].upper() + sentence[1:] if sentence.startswith(("an ", "a ")) else sentence


def _is_plural(event: Event) -> bool:
    """Whether the sentence has several subjects: issuers, or the providers that act themselves."""
    held = list(event.providers.values())
    if event.type == "access_restriction":
        return (held.count("restricting") or held.count("targeted")) > 1
    return (held.count("alternative") if event.type == "mitigation" else len(event.issuing)) > 1


def _parties(event: Event, names: Mapping[str, str]) -> dict[str, str]:
    def holding(role: Role) -> str:
        return _listed(names.get(p, p) for p in sorted(p for p, held in event.providers.items() if held == role))

    restricting, targeted = holding("restricting"), holding("targeted")
    of_sectors = f"{_joined(event)} services" if event.sectors else "technology providers"
    return {
        "who": restricting or targeted or "a provider",
        "target": targeted or restricting or of_sectors,
        "on_target": f" (on {targeted})" if targeted else "",
        "offering": holding("alternative") or "a provider",
        "cause": f"{restricting or targeted or 'cut-off'} users",
    }


def _places(event: Event, names: Mapping[str, str]) -> dict[str, str]:
    def placed(prefix: str, places: Iterable[str]) -> str:
        listed = _listed(f"{names[p]} ({p})" if p in names else p for p in places)
        return f"{prefix}{listed}" if listed else ""

    abroad = [place for place in event.affected if place not in event.issuing]
    return {
        "issuer": placed("", event.issuing) or "an authority",
        "in_issuer": placed(" in ", event.issuing),
        "in_places": placed(" in ", event.affected),
        "to_places": placed(" to ", event.affected),
        "abroad": placed(" in ", abroad),
        "goods_from": placed(" on goods from ", abroad),
    }


def _sectors(event: Event) -> dict[str, str]:
    joined = _joined(event)
    return {"sectors": f" ({joined})" if joined else "", "of_sectors": f" of {joined} technology" if joined else ""}


def _joined(event: Event) -> str:
    return _listed(sector.replace("_", " ") for sector in event.sectors)


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    if len(shown) > _SHOWN + 1:
        shown = [*shown[:_SHOWN], f"{len(shown) - _SHOWN} others"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
