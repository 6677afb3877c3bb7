"""The bundled data is what the product promises: enough sources and providers, each name with one owner, a real episode."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pycountry
import pytest

from monitor.catalog import load_catalog, load_episode, load_sources
from monitor.model import Provider

ROOT = Path(__file__).resolve().parents[2]
PROVIDERS = load_catalog().providers
# The markets whose events the product must name at least.
PLACES = ("US", "CN", "EU", "GB", "DE", "FR", "IT", "NL", "IE", "JP", "KR", "TW", "HK", "MO", "IN", "RU", "BR", "AU", "CA", "IR", "KP")


def test_at_least_forty_sources_each_with_a_reason_to_trust_it() -> None:
    sources = load_sources(ROOT / "feeds.yaml")
    assert len(sources) >= 40
    assert {"regulator", "news", "vendor", "vendor_terms"} <= {source.kind for source in sources}
    assert [source.id for source in sources if not source.why] == []


def test_at_least_400_providers() -> None:
    assert len(PROVIDERS) >= 400


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda p: p.id)
def test_provider_has_a_name_a_sector_and_a_real_home(provider: Provider) -> None:
    assert provider.aliases
    assert provider.sectors
    assert provider.home is None or pycountry.countries.get(alpha_2=provider.home) is not None


def test_look_alike_packages_are_never_mapped() -> None:
    packages = {package for provider in PROVIDERS.values() for package in provider.packages}
    assert not packages & {"pkg:pypi/minimax", "pkg:pypi/deepseek"}


def test_places_carry_chinese_names() -> None:
    places = load_catalog().places
    assert [code for code in PLACES if code not in places or not places[code].zh] == []


def test_episode_is_bilingual_and_spans_the_founding_weeks() -> None:
    episode = load_episode()
    languages = Counter(arrival.entry.lang for arrival in episode.arrivals)
    assert len(episode.arrivals) >= 40
    assert languages["zh"] >= 12
    assert languages["en"] >= 12
    assert all(a.entry.published_at and a.entry.published_at <= a.retrieved_at for a in episode.arrivals)
    assert all(a.entry.url.startswith("http") for a in episode.arrivals)
