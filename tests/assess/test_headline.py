"""What a headline says of the act."""

from __future__ import annotations

import pytest

from monitor.assess.headline import enacts, is_listing, is_plain, told_by
from monitor.model import EventType


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Norway bans TikTok from ministries", "act"),
        ("Norway to ban TikTok from ministries", "act"),
        ("Norway could ban TikTok", "chance"),
        ("Norway weighs curbs on chips", "chance"),
        ("Oslo expected to block the app", "chance"),
        ("Beijing slams Norway over its ban of TikTok", "opinion"),
        ("Senator urges Apple to drop TikTok", "opinion"),
        ("Why Norway banned TikTok", "opinion"),
        ("Apple urged to remove TikTok by senator", "opinion"),
        ("Norway bans writers from Weibo", "opinion"),
        ("Norway blocks tweets about the strike", "opinion"),
        ("Norway suspends TikTok after protest of an opposition leader", "act"),
        ("Opposition leader promises to ban TikTok", "opinion"),
        ("TikTok no longer banned on ministries' phones in Norway", "act"),
        ("Opposition to Norway's ban of TikTok grows", "opinion"),
        ("A party's founder is no longer banned from YouTube", "opinion"),
        ("Instagram restores the accounts of a former minister", "opinion"),
        ("FTC accuses Meta of keeping a monopoly", "act"),
        ("U.S. Accuses Meta of Keeping a Monopoly", "act"),
        ("Meta accuses FTC of overreach", "opinion"),
        ("Norway sues Meta in a case that could break it up", "act"),
        ("Plan of Norway that could ban TikTok", "chance"),
        ("Norway's parliament passes bill that could ban TikTok", "chance"),
        ("Premier signs bill that could ban TikTok", "act"),
        ("Norway bans Meta from mining posts to train its models", "act"),
        ("US accuses China of hacking Microsoft", "opinion"),
        ("Senator in EU accuses X of illegal ads", "opinion"),
    ],
)
def test_what_a_title_tells(title: str, told: str) -> None:
    assert told_by(title) == told


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("States sue Meta over ads for minors", True),
        ("EU launches first step of investigation into Meta", True),
        ("Ban of TikTok goes into effect in Norway", True),
        ("Norway declines to comment on ban of TikTok", False),
        ("Norway limits access to some tweets", False),
        ("TikTok bans AI deepfakes as Norway weighs ban", False),
        ("Norway fines Meta over location data", True),
        ("Meta to pay 20 million dollars to settle claims of Norway", True),
        ("States slap Meta with suit over privacy", True),
        ("Norway's premier signs executive order on AI", True),
        ("Norway sues Meta over its ads", True),
        ("Norwegian watchdog opens formal probe of Meta", True),
        ("Norway orders state firms to drop iPhones", True),
        ("Exchange leaves Norway over new rules", True),
        ("Maker delays launch of its chatbot in Norway", True),
        ("Maker added to Norway's blacklist", True),
        ("Meta wins appeal against fine in Norway", False),
        ("Meta to pay publishers of Norway 50 million dollars", False),
        ("Google settles in new office in Norway", False),
        ("Norway unveils long-awaited draft cloud rules", False),
        ("Norway plans to ban the app", False),
        ("Bids faces new regulatory delays in Norway", False),
        ("Norway makes Apple remove apps", False),
        ("Chip maker added to list", False),
        ("Norway reportedly blocked the app", False),
        ("Operator says rules on export controls are near", False),
        ("Has Norway banned it?", False),
        ("App gets a chance to avoid being banned", False),
    ],
)
def test_which_titles_a_machine_can_hardly_misread(title: str, plain: bool) -> None:
    assert is_plain(title, "service_ban") == plain


@pytest.mark.parametrize(
    ("title", "kind", "plain"),
    [
        ("Norway opens security probe of Micron", "antitrust", False),
        ("Norway opens probe of Google", "antitrust", True),
        ("Norway halts purchase by Binance", "divestiture", False),
        ("Norway orders Meta to sell Giphy", "divestiture", True),
        ("Norway orders issuer to stop", "litigation", False),
        ("Norwegian court orders suspension of Telegram", "litigation", True),
    ],
)
def test_a_headline_is_plain_about_the_kind_that_it_tells(title: str, kind: EventType, plain: bool) -> None:
    assert is_plain(title, kind) == plain


@pytest.mark.parametrize("title", ["NORWAY BANS TIKTOK", "Ceo Of Maker Blasts Ban", "Norway COULD ban TikTok", "Why Norway Banned TikTok"])
def test_capitals_tell_nothing(title: str) -> None:
    assert told_by(title) == told_by(title.lower()) == told_by(title.upper())
    assert is_plain(title, "service_ban") == is_plain(title.upper(), "service_ban") == (title == "NORWAY BANS TIKTOK")


def test_a_state_that_takes_a_maker_over_is_told_plainly() -> None:
    assert is_plain("Dutch government takes control of chipmaker Nexperia", "divestiture")


@pytest.mark.parametrize(
    ("title", "brings"),
    [
        ("Implementation of Additional Export Controls: Certain Chips; Entity List Modification", True),
        ("Framework for Artificial Intelligence Diffusion", True),
        ("Imposition of Special Measure", True),
        ("Prohibition on an App", True),
        ("Implementation of Additional Export Controls: Certain Chips; Correction", False),
        ("Implementation of Additional Export Controls: Certain Chips; Extension of Comment Period", False),
        ("Clarification of Controls; Expansion of License Exception for Governments", False),
        ("Revision of License Requirements of Certain Cameras", False),
        ("Request for Comments on Additional Controls", False),
        ("Revocation of Additional Tariffs on Semiconductors", False),
        ("Revocation of Validated End-User Authorizations", True),
        ("Adjusting Imports of Semiconductors: Exclusion of Laptops", False),
        ("Expansion of Validated End-User Authorization", False),
        ("Termination of Additional Export Controls", False),
        ("Notice of a Meeting", False),
    ],
)
def test_what_the_title_of_an_official_act_brings(title: str, *, brings: bool) -> None:
    assert enacts(title) == brings


@pytest.mark.parametrize(
    ("title", "is_list"),
    [
        ("Additions to the Entity List", True),
        ("US adds 28 firms to its export control list, a blacklist", True),
        ("Implementation of Additional Export Controls: Certain Chips; Entity List Modification", False),
    ],
)
def test_who_adds_firms_to_a_list_and_who_controls_more(title: str, *, is_list: bool) -> None:
    assert is_listing(title, ["A quote of something else."]) == is_list


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Google Is a Monopolist in Maps, Judge Says", True),
        ("Meta misused data of Norwegians, court finds", True),
        ("Judge says Apple does not have a monopoly over apps", False),
        ("Court finds Apple not liable for monopolistic practices", False),
        ("Judge rules Google can keep Chrome in monopoly case", False),
        ("Judge says Google's monopoly appeal must wait", False),
        ("Judge rules Google hid messages in monopoly case", False),
        ("Court rules TikTok ban violates free speech", False),
        ("Court upholds Apple's control of its store", False),
        ("Chinese groups take to clouds to evade US export controls", False),
        ("US fines Huawei unit that circumvented export controls", True),
    ],
)
def test_what_a_court_finds_and_what_is_only_a_step(title: str, *, plain: bool) -> None:
    assert is_plain(title, "licensing_regulation") == plain
