"""Plain words for events, offers and days in mails and calendars: nouns come in, short English phrases go out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from monitor.model import Event, EventType, Offer

_HAN = re.compile(r"[㐀-鿿豈-﫿]")


class Phrase(NamedTuple):
    """A measure's name, how its place is tied to it, and its verb before and after the day."""

    name: str
    place: str
    coming: str
    past: str


PHRASES: dict[EventType, Phrase] = {
    "access_restriction": Phrase("access", "from", "ends", "ended"),
    "service_ban": Phrase("ban", "in", "starts", "in force since"),
    "export_control": Phrase("export control", "for", "starts", "in force since"),
    "sanctions_listing": Phrase("sanctions listing", "in", "starts", "in force since"),
    "investment_restriction": Phrase("investment restriction", "for", "starts", "in force since"),
    "data_privacy": Phrase("data-protection measure", "in", "starts", "in force since"),
    "licensing_regulation": Phrase("licensing rule", "in", "starts", "in force since"),
    "antitrust": Phrase("antitrust measure", "in", "starts", "in force since"),
    "tariff": Phrase("tariff", "for", "starts", "in force since"),
    "divestiture": Phrase("forced sale", "in", "due", "was due"),
    "litigation": Phrase("court case", "in", "order due", "order since"),
    "relief": Phrase("relief", "in", "starts", "since"),
    "mitigation": Phrase("migration offer", "in", "starts", "since"),
}


def matter(event: Event, places: Iterable[str], product: str = "") -> str:
    """What it is about, built from the event's fields and never from foreign text: `API access from CN`."""
    phrase = PHRASES[event.type]
    name = f"API {phrase.name}" if event.type == "access_restriction" and product.lower() == "api" else phrase.name
    where = ", ".join(places)
    return f"{name} {phrase.place} {where}" if where else name


def headline(event: Event, places: Iterable[str], day: date, product: str = "") -> str:
    """The fact in a few words: `API access from CN ends 2024-07-09`."""
    phrase, where = PHRASES[event.type], matter(event, places, product)
    effective, comment = event.dates.effective, event.dates.comment
    if event.stage in ("suspended", "rescinded"):
        return f"{where} {event.stage}"
    if event.modality == "threatened":
        return f"{where} threatened"
    if event.stage in ("rumoured", "proposed"):
        return f"{where} {event.stage}" + (f", comments close {comment}" if comment and comment >= day else "")
    if effective is None:
        return f"{where} {event.stage.replace('_', ' ')}"
    return f"{where} {phrase.coming if effective >= day else phrase.past} {effective}"


def coming_days(event: Event) -> Iterator[tuple[str, str, date]]:
    """Each day the event states, with its role and its verb: `("effective", "ends", 2024-07-09)`."""
    if event.dates.effective:
        yield "effective", PHRASES[event.type].coming, event.dates.effective
    if event.dates.comment:
        yield "comment", "comments close", event.dates.comment


def countdown(deadline: date, day: date) -> str:
    """`13 days`, `1 day`, `today`."""
    left = (deadline - day).days
    return "today" if left == 0 else f"{left} day{'s' if left > 1 else ''}"


def left_words(deadline: date, day: date) -> str:
    """`13 days left`, `due today`."""
    return "due today" if deadline == day else f"{countdown(deadline, day)} left"


def weekday(day: date) -> str:
    """`Tue 2024-07-09`, the same in every locale."""
    return f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day.weekday()]} {day}"


def long_day(day: date) -> str:
    """`Wednesday 26 June 2024`, the same in every locale."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    return f"{names[day.weekday()]} {day.day} {months[day.month - 1]} {day.year}"


def offer_terms(offer: Offer) -> str:
    """An offer in words: `150 million free tokens until 2024-07-31`."""
    terms = {
        "free_tokens": f"{_amount(offer.amount)}free tokens",
        "free_credits": f"free credits{_worth(offer.amount)}",
        "price_cut": f"{offer.amount} % off" if offer.amount else "price cut",
        "migration_service": "migration service",
    }[offer.kind]
    return f"{terms} until {offer.until}" if offer.until else terms


def plural(count: int, noun: str) -> str:
    """`1 source`, `3 sources`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def ascii_text(text: str) -> str:
    """The text in ASCII, accents dropped; empty when nothing of it is ASCII."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").strip()


def text_lang(text: object) -> str:
    """`zh-Hans` for text with Chinese signs, else `en`: it chooses the right glyphs."""
    return "zh-Hans" if _HAN.search(str(text)) else "en"


def _amount(amount: str | None) -> str:
    if amount is None or not amount.isascii() or not amount.isdigit():
        return ""  # a bare number is what the field promises; anything else would be a guess of ours
    number = int(amount)
    for size, word in ((1_000_000_000, "billion"), (1_000_000, "million")):
        if number >= size:
            return f"{number / size:g} {word} "
    return f"{number:,} "


def _worth(amount: str | None) -> str:
    return f" worth {known}" if (known := _amount(amount).strip()) else ""
