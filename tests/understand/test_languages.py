"""Languages that are read in part: their places and providers are linked, their dates found, and English is not misread by them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from monitor.cli.tagging import tagged
from monitor.understand.dates import find_dates


def record(title: str, lang: str) -> dict[str, Any]:
    """The record with its explanation."""
    row = {"id": "x", "title": title, "body": "", "published": "2025-03-03", "lang": lang}
    return next(iter(tagged([json.dumps(row)], explain=True)))


@pytest.mark.parametrize(
    ("lang", "title", "provider", "place"),
    [
        ("ko", "이탈리아 당국, 딥시크 서비스 차단 명령", "deepseek", "IT"),
        ("ja", "イタリア当局、ディープシークの提供停止を命令", "deepseek", "IT"),
        ("ru", "В Италии запретили приложение Telegram", "telegram", "IT"),
        ("ru", "Власти Казахстана ограничили доступ к Яндексу и Telegram", "telegram", "KZ"),
        ("pt", "Turquia bloqueia o Telegram a partir de sexta-feira", "telegram", "TR"),
        ("de", "Die Schweiz sperrt Telegram für Behörden", "telegram", "CH"),
        ("fr", "La Turquie bloque Telegram", "telegram", "TR"),
        ("es", "Turquía bloquea Telegram", "telegram", "TR"),
    ],
)
def test_names_are_linked(lang: str, title: str, provider: str, place: str) -> None:
    found = record(title, lang)["explain"]["gate"]
    assert provider in {m["provider"] for m in found["providers"]}
    assert place in {j for p in found["places"] for j in p["jurisdictions"]}


@pytest.mark.parametrize(
    "title", ["Google bans chinos at the office", "Russo says Microsoft must stop", "Apple sells an americano machine"]
)
def test_words_of_other_languages_are_no_places_in_english(title: str) -> None:
    assert record(title, "en")["explain"]["gate"]["places"] == []


@pytest.mark.parametrize(
    ("text", "lang", "published", "expected"),
    [
        ("自2025/06/01起禁用", "zh", "2025-05-12", "2025-06-01"),
        ("公司称自2024-05-06起停止服务", "zh", "2024-03-15", "2024-05-06"),
        ("【柏林02/09/2025電】自01/10/2025起停止提供", "zh", "2025-09-02", "2025-10-01"),
        ("RIYADH, 01/07/2025 - Zoom will stop sales on 01/09/2025.", "en", "2025-07-01", "2025-09-01"),
        ("It was signed on 25/03/2025 and applies from 01/04/2025.", "en", "2025-03-30", "2025-04-01"),
        ("It was signed on 03/25/2025 and applies from 04/01/2025.", "en", "2025-03-30", "2025-04-01"),
        ("大模型业者要在公布后45天内完成登记", "zh", "2025-03-05", "2025-04-19"),
    ],
)
def test_days_in_figures(text: str, lang: str, published: str, expected: str) -> None:
    days = {m.day for m in find_dates(text, date.fromisoformat(published), lang)}
    assert date.fromisoformat(expected) in days


def test_a_day_that_may_be_read_two_ways_is_left_out() -> None:
    assert find_dates("The rule applies from 05/06/2025.", date(2025, 1, 20), "en") == []
