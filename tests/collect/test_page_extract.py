"""A page's HTML as lines: content without frame, rows as one line, damaged markup, guards in the place of pages."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.collect.failures import RefusedError
from monitor.collect.page.extract import page_lines
from monitor.model import Reason
from tests.collect.pages import ADDRESS, entry, html, lines, news, rows


def test_a_page_is_one_entry_whose_identity_is_the_address_asked_for() -> None:
    found = entry(html(rows(["Albania"])), url="https://vendor.example/en-us/countries?session=4711")
    assert (found.guid, found.url, found.title, found.lang) == (ADDRESS, ADDRESS, "Supported countries", "en")
    assert found.html == "Supported countries<br>- Albania"


FRAMES = {
    "elements": "<nav>Menu</nav><footer>Imprint</footer><aside>Tip</aside><form>Join <button>Go</button></form><dialog>Hi</dialog>",
    "roles": '<div role="navigation">Menu</div><div role="dialog">Hello</div><section role=contentinfo>Imprint</section>',
    "names": '<div class="cookie-banner">We value you</div><div id="main-menu">Menu</div><ul class="pagination"><li>1</ul>'
    '<div class="related-articles">Other</div><div class="breadcrumb">Home</div><div class="block sidenav">Left</div>',
    "code": "<script>var x = '</p>'</script><style>p{}</style><noscript>On</noscript><template>t</template><svg><title>i</title></svg>",
    "comments": "<!-- Menu --><!---->",
}


@pytest.mark.parametrize("case", FRAMES)
def test_the_frame_is_left_out(case: str) -> None:
    assert page_lines(f"<body>{FRAMES[case]}<p>Content that is longer than all of its frame, as content is.</p></body>") == [
        "Content that is longer than all of its frame, as content is."
    ]


def test_what_is_called_like_a_frame_but_holds_the_page_is_content() -> None:
    assert page_lines('<div class="modal"><p>All of the terms stand here.</p></div>') == ["All of the terms stand here."]


BLOCKS = {
    "<ul><li>Albania<li>Algeria</ul>": ["- Albania", "- Algeria"],
    "<ul><li>Asia<ul><li>Japan<li>Korea</ul><li>Europe</ul>": ["- Asia", "- Japan", "- Korea", "- Europe"],
    "<table><tr><th>Place<th>Since<tr><td>Chad<td>2024</table>": ["- Place · Since", "- Chad · 2024"],
    "<dl><dt>China<dd>No<dt>Chad<dd>Yes</dl>": ["- China", "- China · No", "- Chad", "- Chad · Yes"],
    "<p>One<p>Two<br>three": ["One", "Two", "three"],
    "<p>A <b>bold</b> <span class=item>word</span> &amp; more</p>": ["A bold word & more"],
    "<div>loose <div>inner</div> end</div>": ["loose", "inner", "end"],
    "<li>" + "word " * 100 + "<p>second</p></li>": ["- " + ("word " * 100).strip(), "second"],
    "<h2>Head</h2>\n\n text\n over\tlines": ["Head", "text over lines"],
    "</p></div>stray<ul><li>x</b></i></li></ul></table>": ["stray", "- x"],
    "<p>a < b and c > d": ["a < b and c > d"],
}


@pytest.mark.parametrize("markup", BLOCKS)
def test_a_line_per_block(markup: str) -> None:
    assert page_lines(markup) == BLOCKS[markup]


def test_a_row_of_news_is_one_line() -> None:
    assert lines(html(news([("Designations", "June 20, 2024")])))[1:] == ["- Designations · June 20, 2024 - Actions"]


def test_plain_text_keeps_its_lines() -> None:
    assert entry("Terms\n\n1 < 2 & so on\n", "text/plain").html == "Terms<br>1 &lt; 2 &amp; so on"


REFUSED: dict[str, tuple[str, str, Reason]] = {
    "no content": ("<html><body><script>x</script></body></html>", "text/html", "empty_body"),
    "a PDF": ("%PDF-1.7", "application/pdf", "not_a_feed"),
    "a refusal": ("<title>Access Denied</title><p>You may not.</p>", "text/html", "bad_status"),
    "a guard": ("<title>\nJust a moment...</title><p>Checking.</p>", "text/html", "bad_status"),
    "a guard without title": ("<p id=c>Please enable JS and disable any ad blocker</p>", "text/html", "bad_status"),
    "a sign-in": ("<title>Sign in</title><p>Welcome back</p>", "text/html", "bad_status"),
    "an error": ("<title>Vendor</title><h1>Something went wrong</h1>", "text/html", "bad_status"),
    "maintenance": ("<title>Vendor</title><p>The site is under maintenance.</p>", "text/html", "bad_status"),
    "a Chinese error": ("<title>提示</title><p>访问过于频繁，请稍后再试</p>", "text/html", "bad_status"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_page(case: str) -> None:
    body, kind, reason = REFUSED[case]
    with pytest.raises(RefusedError) as refused:
        entry(body, kind)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "The API is currently unavailable in China.",
        "Access is blocked for accounts in unsupported regions.",
        "Sign in with a passkey: terms",
    ],
)
def test_content_that_speaks_of_what_guards_speak_of_is_content(text: str) -> None:
    assert lines(html(f"<p>{text}</p>", title=text))[0] == text


NESTED = {
    "divs": "<div>" * 200_000,
    "rows": "<li class=item>" * 200_000,
    "cards": '<div class="a-b-c-card">' * 100_000 + "x",
    "names": f'<p class="{"nav-" * 50_000}">x</p>' * 3,
    "spans": "<span>x" * 200_000,
    "ends": "</div>" * 200_000,
}


@pytest.mark.parametrize("case", NESTED)
def test_hostile_nesting_takes_no_more_than_its_size(case: str) -> None:
    begun = time.process_time()
    page_lines(NESTED[case])
    assert time.process_time() - begun < 20  # what grows with the square would take hours


@given(
    st.lists(
        st.sampled_from(["<ul>", "<li>", "</li>", "</ul>", "<tr>", "<td>", "<dl>", "<dt>", "<dd>", "<p>", "</p>", "<div class=row>", "w "])
    )
)
@settings(max_examples=100, deadline=None)
def test_no_word_is_lost_in_damaged_lists(pieces: list[str]) -> None:
    assert " ".join(page_lines("".join(pieces))).count("w") >= pieces.count("w ")
