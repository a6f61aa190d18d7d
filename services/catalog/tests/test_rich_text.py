"""Of somebody's HTML only harmless markup is kept, and sanitising it again changes nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.rich_text import ATTRIBUTES, TAGS, images_in, sanitise

IMAGE = "/v1/images/" + "a1" * 32


@pytest.mark.parametrize(
    ("given_html", "kept", "removed"),
    [
        ("<script>alert(1)</script>打单", "打单", ("script",)),
        ("<SCRIPT SRC=//evil.example/x.js></SCRIPT>打单", "打单", ("script",)),
        ("<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)", ("scr", "script")),
        ("<p onclick=alert(1) style='color:red'>打单</p>", "<p>打单</p>", ("p onclick", "p style")),
        ("<img src=x onerror=alert(1)>", "", ("img src", "img onerror")),
        ("<img src='data:image/png;base64,AAAA'>", "", ("img src",)),
        ("<img src='https://evil.example/pixel.png'>", "", ("img src",)),
        (f"<img src='{IMAGE}/../../listings'>", "", ("img src",)),
        ("<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>", "", ("svg", "a xlink:href", "text")),
        ("<iframe src='https://evil.example'></iframe>打单", "打单", ("iframe",)),
        ("<style>p{display:none}</style><p>打单</p>", "<p>打单</p>", ("style",)),
        ("<!-- 加微信 --><p>打单</p>", "<p>打单</p>", ("comment",)),
        ("<div class=x><p id=y>打单</p></div>", "<p>打单</p>", ("div", "p id")),
        ("<form action=//evil.example><input name=password></form>打单", "打单", ("form", "input")),
    ],
)
def test_what_runs_hides_or_loads_from_elsewhere_is_taken_out_and_named(given_html, kept, removed):
    sanitised = sanitise(given_html)
    assert (sanitised.html, sanitised.removed) == (kept, removed)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#10;script:alert(1)",
        "&#x6a;avascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "http://app.example.com",
        "//app.example.com",
        "/v1/listings",
        "https://user@app.example.com",
        "https://аpple.example",
        "https:\\\\app.example.com",
    ],
)
def test_a_link_leads_to_a_plain_https_address_or_nowhere(address):
    assert "href" not in sanitise(f'<a href="{address}">帮助</a>').html


def test_headings_lists_tables_links_and_kept_images_stay():
    html = (
        "<h2>功能</h2><p>批量<strong>打单</strong>，<em>自动</em>合单<br>一键发货</p><ul><li>打印</li></ul>"
        '<table><tbody><tr><th colspan="2">套餐</th></tr><tr><td>月付</td><td>年付</td></tr></tbody></table>'
        f'<img src="{IMAGE}"><a href="https://app.example.com/help?a=1&amp;b=2" rel="noopener nofollow">帮助</a>'
    )
    assert sanitise(html).html == html
    assert sanitise(html).removed == ()
    assert images_in(html) == ("a1" * 32,)


@pytest.mark.parametrize(
    ("plain", "kept"),
    [
        ("第一行\n第二行\n\n第三行", "第一行\n第二行\n\n第三行"),
        ("订单量<100 & 店铺>3", "订单量&lt;100 &amp; 店铺&gt;3"),
        ("a<b，b<c", "a&lt;b，b&lt;c"),
        ("🙂 ¥99.00 “引号” 'x'", "🙂 ¥99.00 “引号” 'x'"),
    ],
)
def test_plain_text_stays_as_it_is_but_escaped(plain, kept):
    assert sanitise(plain).html == kept
    assert sanitise(plain).removed == ()


PIECES = st.sampled_from(
    [
        "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "&", "&lt;", "&#x3c;", "&amp;lt;", "'", '"', "`",
        "=", "\x00", "\u202e", "\u200b", "<script>", "</script>", "<p>", "</p>", "<a href=", "javascript:", " ", "\n",
        "https://a.example", "<img src=", IMAGE, " onerror=alert(1)", "<table>", "<tr>", "<td>", "<caption>", "<svg>",
        "<math>", "<mtext>", "<style>", "</style>", "<b>", "<i>", "</b>", "<li>", "<h1>", "<template>", "<noscript>",
        "<title>", "<textarea>", "<select>", "<option>", "<frameset>", "<body onload=x>", "<mglyph>", "<br>", "打单",
        "<annotation-xml>", "<foreignObject>",
    ]
)  # fmt: skip
HTML = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join))


@given(HTML)
def test_whatever_comes_only_allowed_markup_is_left_and_sanitising_again_changes_nothing(html):
    kept = sanitise(html).html
    assert sanitise(kept).html == kept
    for name, inside in re.findall(r"<([^\s>/]+)((?:\s[^>]*)?)>", kept):
        assert name in TAGS
        attributes = re.findall(r'\s([a-z]+)="([^"]*)"', inside)
        assert re.sub(r'\s[a-z]+="[^"]*"', "", inside) == ""
        for attribute, value in attributes:
            assert attribute in ATTRIBUTES.get(name, set()) | ({"rel"} if name == "a" else set())
            assert attribute != "href" or value.lower().startswith("https://")
            assert attribute != "src" or value == IMAGE


@pytest.mark.parametrize(
    "piece",
    ["<b>", "<a><table>", "<table><b>", "<ul><li>", "<", "<a", "&", '<p a="', "<a x='", "<p a=1 ", "<!--", "</p>"],
)
def test_no_text_of_the_longest_length_takes_long(piece):
    html = (piece * 20_000)[:20_000]
    kept = sanitise(html).html
    assert sanitise(kept).html == kept
