"""What changed on a page: cosmetic pairs that must give nothing, real pairs that must be told, each beside the other."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.collect.document import clean_text
from monitor.collect.page.diff import Change, change
from monitor.collect.page.noise import counted, key_of
from tests.collect.pages import CLAUSES, COUNTRIES, NEWS, entry, html, news, paragraphs, rows

TERMS = paragraphs(CLAUSES)
MANY = (
    *COUNTRIES[:-1],
    "Guyana",
    "Haiti",
    "India",
    "Japan",
    "Kenya",
    "Laos",
    "Malta",
    "Nepal",
    "Oman",
    "Peru",
    "Qatar",
    "Rwanda",
    "Samoa",
    "Tonga",
)
LIST = rows(COUNTRIES)


def between(before: str, after: str) -> Change | None:
    return change(*(clean_text(entry(page).html) for page in (before, after)))


COSMETIC = {
    "the same": (html(TERMS), html(TERMS)),
    "space and case": (html(TERMS), html(TERMS.replace("<p>", "<p>\n  ").replace("service", "Service").replace(" of ", "  of\t"))),
    "quotes and dashes": (html("<p>The “old” rule – it’s void.</p>"), html('<p>The "old" rule - it\'s void</p>')),
    "markup": (
        html(TERMS),
        html(f"<div><section>{TERMS.replace('<p>', '<div class=x><span>').replace('</p>', '</span></div>')}</section></div>"),
    ),
    "paragraphs joined": (html(TERMS), html(f"<p>{' '.join(CLAUSES)}</p>")),
    "numbering": (html(rows(f"{n}. {c}" for n, c in enumerate(CLAUSES))), html(rows(f"{n}.1 {c}" for n, c in enumerate(CLAUSES, 5)))),
    "list in another order": (html(LIST), html(rows(reversed(COUNTRIES)))),
    "clauses moved": (html(TERMS), html(paragraphs((*CLAUSES[2:], *CLAUSES[:2])))),
    "new menu": (html(LIST), html(LIST, before="<nav><ul><li>Careers<li>Blog</ul></nav>")),
    "cookie banner": (html(LIST), html(LIST, before='<div id="onetrust-banner-sdk">We use cookies. <button>Accept</button></div>')),
    "banner without a name": (html(LIST), html(LIST + "<p>We use cookies to improve the site. Accept all or change your settings.</p>")),
    "last updated": (html(LIST + "<p>Last updated 3 minutes ago</p>"), html(LIST + "<p>Last updated: June 25, 2024 at 09:12 UTC</p>")),
    "date of rendering": (html(LIST + "<p>Today is Tuesday, June 25, 2024</p>"), html(LIST + "<p>Today is Wednesday, June 26, 2024</p>")),
    "clock": (html(LIST + "<p>12:01:33</p>"), html(LIST + "<p>14:59:00</p>")),
    "Chinese stamp": (html(LIST + "<p>更新时间：2024-06-25 09:12</p>"), html(LIST + "<p>更新时间：2024年6月26日</p>")),
    "counter": (html(TERMS + "<p>1,204 views</p>"), html(TERMS + "<p>1,377 views</p>")),
    "counter in a sentence": (html("<p>Rules for all, 12 comments so far</p>"), html("<p>Rules for all, 13 comments so far</p>")),
    "Chinese counter": (html(TERMS + "<p>浏览量：10</p>"), html(TERMS + "<p>浏览量：2033</p>")),
    "results": (html(LIST + "<p>Displaying 1 - 10 of 3022 results.</p>"), html(LIST + "<p>Displaying 1 - 10 of 3023 results.</p>")),
    "session id": (
        html("<p>Your visit 9f86d081884c7d659a2feaa0c55ad015 is logged here</p>"),
        html("<p>Your visit a3f5c1e09b2d4c6f8e7a0b1c2d3e4f50 is logged here</p>"),
    ),
    "request id": (html(TERMS + "<p>Request ID: Zx81-k</p>"), html(TERMS + "<p>Request ID: pp-77</p>")),
    "hidden mail": (html("<p>Write to legal@vendor.example now.</p>"), html("<p>Write to [email&#160;protected] now.</p>")),
    "keys": (html(TERMS + "<div>⌘I</div>"), html(TERMS + "<div>Ctrl+I</div>")),
    "copyright": (html(TERMS + "<p>© 2024 Vendor</p>"), html(TERMS + "<p>© 2025 Vendor Inc.</p>")),
    "related": (
        html(TERMS + "<h3>Related articles</h3>" + rows(["How to pay", "What is new"])),
        html(TERMS + "<h3>Related articles</h3>" + rows(["Who we are", "What comes"])),
    ),
    "rotating class": (html(TERMS + '<div class="recommended">Read A</div>'), html(TERMS + '<div class="recommended">Read B</div>')),
    "pager": (html(news(NEWS) + "<ul class=pager><li>Page 303</ul>"), html(news(NEWS) + "<ul class=pager><li>Page 304</ul>")),
    "names listed in another order": (html(f"<p>{', '.join(MANY)}</p>"), html(f"<p>{', '.join(reversed(MANY))}.</p>")),
    "leading zero": (html("<p>In force from 2024年3月5日 on</p>"), html("<p>In force from 2024年03月05日 on</p>")),
    "ordinal": (html("<p>Effective August 8th 2023</p>"), html("<p>Effective August 8, 2023</p>")),
    "marks of an empty list": (html(TERMS + rows(["a.", "(b)", "iv."])), html(TERMS)),
    "a film": (html(TERMS + "<div>Play Video</div>"), html(TERMS)),
    "a switch of languages": (html(TERMS), html("<div>English</div><div>Français</div><div>简体中文</div>" + TERMS)),
    "other languages": (html(TERMS), html("<p>Other language versions →</p><p>日本語 (ja-JP) 한국어 (ko-KR)</p>" + TERMS)),
    "items on lines of their own": (
        html(
            "<p>You pay for what follows from the account: (a) your "
            + "long and winding " * 8
            + "use; (b) the content; or (c) a breach.</p>"
        ),
        html(
            paragraphs(
                [
                    "You pay for what follows from the account:",
                    "(a) your " + "long and winding " * 8 + "use",
                    "(b) the content or",
                    "(c) a breach.",
                ]
            )
        ),
    ),
    "LLC": (html("<p>A contract with Vendor, L.L.C., of Delaware</p>"), html("<p>A contract with Vendor, LLC, of Delaware</p>")),
}


@pytest.mark.parametrize("case", COSMETIC)
def test_cosmetic_changes_are_none(case: str) -> None:
    before, after = COSMETIC[case]
    assert between(before, after) is None
    assert between(after, before) is None


CHINESE = (
    "我们有权对"
    + "、".join(["恶意注册", "存在异常风险", "违反法律", "违反协议"] * 8)
    + "的行为进行判断，"
    + "，".join(["删除内容", "要求整改"] * 5)
)
REAL: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "a country goes": (LIST, rows(c for c in COUNTRIES if c != "Chad"), (), ("- Chad",)),
    "the last country goes": (LIST, rows(COUNTRIES[:-1]), (), ("- Zambia",)),
    "a country comes": (LIST, rows((*COUNTRIES, "Zimbabwe")), ("- Zimbabwe",), ()),
    "one goes and one comes": (LIST, rows(("Aruba", *COUNTRIES[:-1])), ("- Aruba",), ("- Zambia",)),
    "yes becomes no": ("<dl><dt>Chad<dd>Yes</dl>", "<dl><dt>Chad<dd>No</dl>", ("- Chad · No",), ("- Chad · Yes",)),
    "a cell": (
        "<table><tr><td>Chad<td>5</table>",
        "<table><tr><td>Chad<td>6</table>",
        ("- Chad · 6",),
        ("- Chad · 5",),
    ),
    "a number": ("<p>Fees rise by 5%.</p>", "<p>Fees rise by 50%.</p>", ("Fees rise by 50%.",), ("Fees rise by 5%.",)),
    "a currency": ("<p>It costs $5.</p>", "<p>It costs €5.</p>", ("It costs €5.",), ("It costs $5.",)),
    "who may do what to whom": ("<p>We may bar you.</p>", "<p>You may bar we.</p>", ("You may bar we.",), ("We may bar you.",)),
    "an effective date": (
        "<p>Effective July 1, 2024</p>",
        "<p>Effective July 9, 2024</p>",
        ("Effective July 9, 2024",),
        ("Effective July 1, 2024",),
    ),
    "what now begins with a stamp's word": (
        "<p>All may use it.</p>",
        "<p>All may use it.</p><p>Updated terms bar accounts from unsupported places.</p><p>Now the ban is in force.</p>",
        ("Updated terms bar accounts from unsupported places.", "Now the ban is in force."),
        (),
    ),
    "one sentence of a long paragraph": (
        f"<p>{' '.join(CLAUSES)}</p>",
        f"<p>{' '.join(CLAUSES).replace('sixty', 'ninety')}</p>",
        (CLAUSES[3].replace("sixty", "ninety"),),
        (CLAUSES[3],),
    ),
    "one item of a long sentence": (
        "<p>You pay for what follows from: (a) your " + "long and winding " * 8 + "use; (b) the content; or (c) a breach.</p>",
        "<p>You pay for what follows from: (a) your " + "long and winding " * 8 + "use; (b) the account; or (c) a breach.</p>",
        ("(b) the account; or",),
        ("(b) the content; or",),
    ),
    "a country goes from a line of many": (
        f"<p>We serve people in {', '.join(MANY)}, and Zambia.</p>",
        f"<p>We serve people in {', '.join(c for c in MANY if c != 'Fiji')}, and Zambia.</p>",
        (),
        ("Fiji",),
    ),
    "an answer that others have too": (
        "<p>Is it served in Chad? No.</p><p>Is it served in Fiji? Yes.</p>",
        "<p>Is it served in Chad? Yes.</p><p>Is it served in Fiji? Yes.</p>",
        ("Is it served in Chad? Yes.",),
        ("Is it served in Chad? No.",),
    ),
    "an answer in a long paragraph": (
        f"<p>{' '.join(CLAUSES)} Is it served in Chad? No. Is it served in Fiji? Yes.</p>",
        f"<p>{' '.join(CLAUSES)} Is it served in Chad? Yes. Is it served in Fiji? Yes.</p>",
        ("Is it served in Chad? Yes.",),
        ("Is it served in Chad? No.",),
    ),
    "one sentence of a short paragraph that moved": (
        f"<p>You may share it. It is free to use.</p>{TERMS}",
        f"{TERMS}<p>You may not sell it. It is free to use. You may share it.</p>",
        ("You may not sell it.",),
        (),
    ),
    "a sentence at the end of a paragraph that is now long": (
        f"<p>{CLAUSES[0]} {CLAUSES[1]}</p>",
        f"<p>{CLAUSES[0]} {CLAUSES[1]} {CLAUSES[2]}</p>",
        (CLAUSES[2],),
        (),
    ),
    "one clause while others are joined": (
        paragraphs(CLAUSES),
        f"<p>{CLAUSES[0]} {CLAUSES[1]}</p><p>{CLAUSES[2]}</p><p>{CLAUSES[3].replace('sixty', 'ninety')}</p>",
        (CLAUSES[3].replace("sixty", "ninety"),),
        (CLAUSES[3],),
    ),
    "a condition before a clause goes": (
        f"<p>Unless you live in Fiji, {CLAUSES[0].lower()}</p>",
        f"<p>{CLAUSES[0]}</p>",
        (CLAUSES[0],),
        (f"Unless you live in Fiji, {CLAUSES[0].lower()}",),
    ),
    "a heading parted from its text while a country goes": (
        f"<p>Fees {CLAUSES[2]}</p>{LIST}",
        f"<h2>Fees</h2><p>{CLAUSES[2]}</p>" + rows(c for c in COUNTRIES if c != "Chad"),
        (),
        ("- Chad",),
    ),
    "a clause of a long Chinese sentence": (
        f"<p>{CHINESE}，终止服务。</p>",
        f"<p>{CHINESE}，停止服务。</p>",
        (f"{CHINESE}，停止服务。",),
        (f"{CHINESE}，终止服务。",),
    ),
    "a plan of one letter": ("<p>Plan A is free.</p>", "<p>Plan B is free.</p>", ("Plan B is free.",), ("Plan A is free.",)),
    "a Chinese sentence": (
        "<p>" + "用户应当遵守本协议的全部内容并对账号负责。" * 10 + "</p>",
        "<p>" + "用户应当遵守本协议的全部内容并对账号负责。" * 10 + "我们将停止向该地区提供服务。</p>",
        ("我们将停止向该地区提供服务。",),
        (),
    ),
}


@pytest.mark.parametrize("case", REAL)
def test_real_changes_are_told(case: str) -> None:
    before, after, added, removed = REAL[case]
    assert between(html(before), html(after)) == Change(added, removed)


def listed(**lists: Iterable[str]) -> str:
    """A page of lists, each under its heading."""
    return html("".join(f"<h2>{head.replace('_', ' ')}</h2>{rows(names)}" for head, names in lists.items()))


FEWER = tuple(name for name in COUNTRIES if name != "Chad")
BARRED = ("Iran", "Syria")
RELISTED: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "a country leaves one of two lists": (
        listed(API=COUNTRIES, App=COUNTRIES), listed(API=FEWER, App=COUNTRIES), (), ("- Chad · API",)
    ),
    "a country comes to the second of two lists": (
        listed(API=COUNTRIES, App=FEWER), listed(API=COUNTRIES, App=COUNTRIES), ("- Chad · App",), ()
    ),
    "a country goes from where it is served to where it is not": (
        listed(Supported=COUNTRIES, Not_supported=BARRED),
        listed(Supported=FEWER, Not_supported=("Chad", *BARRED)),
        ("- Chad · Not supported",),
        ("- Chad · Supported",),
    ),
    "the same in Chinese": (
        listed(支持的地区=COUNTRIES, 不支持的地区=BARRED),
        listed(支持的地区=FEWER, 不支持的地区=("Chad", *BARRED)),
        ("- Chad · 不支持的地区",),
        ("- Chad · 支持的地区",),
    ),
    "beside a country that is new": (
        listed(API=COUNTRIES, App=COUNTRIES), listed(API=FEWER, App=(*COUNTRIES, "Zimbabwe")), ("- Zimbabwe",), ("- Chad · API",)
    ),
}  # fmt: skip
SAME_LISTS: dict[str, tuple[str, str]] = {
    "lists in another order": (listed(API=COUNTRIES, App=FEWER), listed(App=FEWER, API=COUNTRIES)),
    "lists cut elsewhere": (listed(One=COUNTRIES[:5], Two=COUNTRIES[5:]), listed(One=COUNTRIES[:6], Two=COUNTRIES[6:])),
    "a heading is told in other words": (
        html(f"<h2>Countries of the API</h2>{rows(COUNTRIES)}<h2>App</h2>{rows(COUNTRIES)}"),
        html(f"<h2>Countries of the  API.</h2>{rows(COUNTRIES)}<h2>App</h2>{rows(COUNTRIES)}"),
    ),
    "the list stands once more": (listed(API=COUNTRIES), listed(API=COUNTRIES, On_phones=COUNTRIES).replace("On phones", "Home")),
    "a heading that was written as a row": (
        html(f"<p>What we do</p>{rows(('Purposes', 'Ghana'))}<p>Why we do it</p>{rows(('Purposes', 'Fiji'))}"),
        html(f"<p>What we do</p>{rows(('Purposes', 'Ghana'))}<p>Purposes</p><p>Why we do it</p>{rows(('Fiji',))}"),
    ),
    "a short list of what is read most turns": (
        listed(Top_notes=("Ghana", "Fiji"), All=COUNTRIES), listed(Top_notes=("Ghana", "Chad"), All=COUNTRIES)
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RELISTED)
def test_a_row_that_changes_its_list_is_told_with_the_list(case: str) -> None:
    before, after, added, removed = RELISTED[case]
    assert between(before, after) == Change(added, removed)
    assert between(after, before) == Change(removed, added)


@pytest.mark.parametrize("case", SAME_LISTS)
def test_rows_whose_list_tells_nothing_of_them_are_no_change(case: str) -> None:
    before, after = SAME_LISTS[case]
    assert between(before, after) is None
    assert between(after, before) is None


TOP = ("Designations relating to chips", "June 25, 2024")


@pytest.mark.parametrize(
    ("after", "added", "removed"),
    [
        ((TOP, *NEWS[:3]), 1, 0),
        ((TOP, *NEWS), 1, 0),
        ((TOP, NEWS[0], *NEWS[2:]), 1, 1),
        (NEWS[:3], 0, 1),
        ((TOP,), 1, 0),
    ],
    ids=["one rolls off", "the list grows", "one is taken out of the middle", "the last is taken back", "all are new after a long gap"],
)
def test_rows_that_roll_off_a_list_of_news_are_not_removed(after: tuple[tuple[str, str], ...], added: int, removed: int) -> None:
    told = between(html(news(NEWS)), html(news(after)))
    assert told is not None
    assert (len(told.added), len(told.removed)) == (added, removed)


def test_a_change_reads_well_and_is_bounded() -> None:
    told = Change(("- Chad", "You may."), ("- Mali",))
    assert (told.text(), told.lead) == ("Added to the page:\n- Chad\nYou may.\nRemoved from the page:\n- Mali", "Chad")
    assert Change((), ("- Mali",)).lead == "no longer: Mali"
    many = Change(tuple(f"Clause {n} of the new terms." for n in range(5_000)), ("word " * 5_000,))
    assert len(many.text()) < 25_000
    assert "… and " in many.text()
    assert many.text().endswith(" …")


@given(st.lists(st.sampled_from(CLAUSES), unique=True, min_size=1), st.lists(st.sampled_from([" ", "\n"]), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_the_same_sentences_joined_in_any_way_are_no_change(clauses: list[str], joints: list[str]) -> None:
    joined = "".join(clause + joint for clause, joint in zip(clauses, joints, strict=False))
    assert change("\n".join(clauses), joined) is None
    told = change("\n".join(clauses), joined + "\nAnother rule binds you.")
    assert told == Change(("Another rule binds you.",), ())


def test_joining_many_passages_that_begin_alike_takes_no_time() -> None:
    before = "\n".join(f"You may not do {n} with it" for n in range(8_000))
    after = "\n".join(f"You may not do {n} with that" for n in range(8_000))
    begun = time.process_time()
    assert change(before, after) is not None
    assert time.process_time() - begun < 5


def test_what_a_page_that_is_too_long_to_keep_pushes_over_the_end_is_not_removed() -> None:
    clauses = [f"Clause {n} binds whoever uses part {n} of the service. Learn more." for n in range(6_000)]
    longer = ["A new clause stands before all others and binds whoever reads it.", *clauses]
    told = between(html(paragraphs(clauses)), html(paragraphs(longer)))
    assert told == Change((longer[0],), ())
    assert between(html(paragraphs(longer)), html(paragraphs(clauses))) == Change((), (longer[0],))


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_a_text_never_differs_from_itself(text: str) -> None:
    assert change(text, text) is None
    assert key_of(key_of(text)) == key_of(text) or not text.isascii()


@given(st.lists(st.sampled_from(COUNTRIES), unique=True), st.lists(st.sampled_from(COUNTRIES), unique=True))
@settings(max_examples=60, deadline=None)
def test_a_list_tells_exactly_the_difference_of_its_sets(before: list[str], after: list[str]) -> None:
    told = change("\n".join(f"- {c}" for c in before), "\n".join(f"- {c}" for c in after)) or Change((), ())
    assert {c[2:] for c in told.added} == set(after) - set(before)
    assert {c[2:] for c in told.removed} == set(before) - set(after)


HOSTILE = {
    "clocks": "12:00 " * 30_000 + "x",
    "digits": "1" * 200_000 + "x",
    "dots": "a." * 100_000,
    "hex": "abcdef" * 30_000,
    "mail": "a.b+" * 50_000 + "@",
    "months": "jan " * 50_000,
    "sentences": "A b. " * 40_000,
    "items": "a; (b) " * 40_000,
    "names": "a , " * 60_000,
    "languages": "ab (ab-ab) " * 20_000,
    "rows": "- 1 of 2\n" * 20_000,
    "cookies": "we use cookies " * 13_000,
    "dashes": "a-" * 100_000,
    "last": ("last updated " * 30 + "\n") * 500,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_comparing_time_stays_linear(case: str) -> None:
    begun = time.process_time()
    counted(HOSTILE[case])
    assert time.process_time() - begun < 3
