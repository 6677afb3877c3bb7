"""What an import changes: scans replace scans, people's words stay, and the same again is nothing."""

from __future__ import annotations

from monitor.inventory.change import Scanned, difference, with_scan, with_teams
from monitor.model import Dependency, Detection, Recipient, Sighting, System, Team, Use

SHOP = Scanned("platform", "shop", ("CN",), ())


def scan(*providers: str, line: int = 1) -> Detection:
    sighting = Sighting(path="requirements.txt", line=line, kind="package", what="x")
    return Detection(uses=tuple(Use(provider=p, confidence="medium", why="", sightings=(sighting,)) for p in providers), files=1)


def dependencies(teams: tuple[Team, ...], system: str = "shop") -> dict[str, Dependency]:
    return {d.provider: d for team in teams for s in team.systems if s.id == system for d in s.dependencies}


def test_a_first_scan_makes_team_and_system() -> None:
    teams = with_scan((), SHOP, scan("openai"))
    assert dependencies(teams)["openai"] == Dependency(provider="openai", called_from=("CN",), found=("requirements.txt:1",))
    assert difference((), teams) == [
        "+ team platform, name platform",
        "+ platform/shop, criticality medium",
        "+ platform/shop: openai, called from CN, substitutability medium",
    ]


def test_the_same_scan_again_changes_nothing() -> None:
    teams = with_scan((), SHOP, scan("openai", "baidu"))
    assert with_scan(teams, SHOP, scan("openai", "baidu")) == teams


def test_a_scan_takes_back_what_a_scan_gave_and_nothing_else() -> None:
    own = Dependency(provider="mistral", called_from=("DE",), owner="Kim")
    written = Team(
        id="platform", name="Platform", recipients=(Recipient(email="a@b.example"),), systems=(System(id="shop", dependencies=(own,)),)
    )
    other = Team(id="other", name="Other")
    teams = with_scan((other, written), SHOP, scan("openai", "mistral"))
    assert dependencies(teams)["mistral"] == own.model_copy(update={"called_from": ("CN",)}), "still a person's word"
    after = with_scan(teams, SHOP, scan("baidu"))
    assert set(dependencies(after)) == {"mistral", "baidu"}
    assert (after[0], after[1].recipients, after[1].name) == (other, written.recipients, "Platform")
    assert difference(teams, after) == [
        "- platform/shop: openai, called from CN, substitutability medium",
        "+ platform/shop: baidu, called from CN, substitutability medium",
    ]


def test_words_that_people_added_to_a_found_one_stay() -> None:
    teams = with_scan((), SHOP, scan("openai"))
    edited = dependencies(teams)["openai"].model_copy(update={"substitutability": "none", "owner": "Kim", "data_class": "personal"})
    system = System(id="shop", criticality="critical", dependencies=(edited,))
    again = with_scan((teams[0].model_copy(update={"systems": (system,)}),), SHOP, scan("openai", line=7))
    assert dependencies(again)["openai"] == edited.model_copy(update={"found": ("requirements.txt:7",)})
    assert again[0].systems[0].criticality == "critical"


def test_a_moved_line_is_no_news() -> None:
    assert difference(with_scan((), SHOP, scan("openai")), with_scan((), SHOP, scan("openai", line=9))) == []


def test_changed_fields_are_told_with_both_values() -> None:
    before = with_scan((), SHOP, scan("openai"))
    after = with_scan(before, Scanned("platform", "shop", ("CN", "HK"), ("CN",)), scan("openai"))
    assert difference(before, after) == ["~ platform/shop: openai: called from CN → CN HK, users in none → CN"]


def test_merging_keeps_the_teams_that_a_file_does_not_name() -> None:
    old, other, new = Team(id="a", name="A"), Team(id="b", name="B"), Team(id="a", name="A2")
    assert with_teams((old, other), [new], merge=True) == (new, other)
    assert with_teams((old, other), [new], merge=False) == (new,)
    assert with_teams((), [new], merge=False) == (new,)


def test_what_a_list_does_not_say_of_a_team_stays() -> None:
    scanned = with_scan((), SHOP, scan("openai"))
    told = Team(id="platform", name="Platform", recipients=(Recipient(email="a@example.com", timezone="UTC"),))
    both = with_teams(scanned, [told], merge=False)
    assert both == (told.model_copy(update={"systems": scanned[0].systems}),)
    assert with_teams(both, [Team(id="platform", name="Platform", systems=())], merge=False)[0].systems == ()
    assert with_teams(both, [Team(id="platform", name="P", systems=())], merge=False)[0].recipients == told.recipients
