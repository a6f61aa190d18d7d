"""Normalisation: what it makes alike, and that every place in it leads back into the text as it is kept."""

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.screening.text import normalise, normalise_html

PIECES = "最佳第一步13８qQ：微信號臺ßﬁİ①\u0336\u200b\u202e\ufe0f👨\u200d👩@.a年月А𝐯\ud800\x00\n <>&;/bp\"'"
ANY_TEXT = st.text(st.one_of(st.characters(), st.sampled_from(PIECES)))
MARKUP = ("<b>", "</b>", "<p>", "</p>", "<br/>", "<li class='x'>", '<a href="a>b">', "<!-- x -->", '<img src="')
ENTITIES = ("&amp;", "&#24494;", "&#xFF36;", "&nbsp;", "&lt;", "&nope;", "&#0;", "&notit;")
ANY_HTML = st.lists(st.one_of(ANY_TEXT, st.sampled_from((*MARKUP, *ENTITIES)))).map("".join)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("ＶＸ：１２３", "vx:123"),
        ("加微信號，臺灣後臺", "加微信号,台湾后台"),
        ("最\u200b佳\ufeff", "最佳"),
        ("👨\u200d👩\u200d👧 ❤\ufe0f", "👨👩👧 ❤"),
        ("АВе ο", "abe o"),
        ("𝐕𝕏 ⓥⓧ Ⅴ", "vx vx v"),
        ("Straße ﬁn", "strasse fin"),
        ("\ud800", "\ufffd"),
    ],
)
def test_writings_of_the_same_become_alike(written, seen):
    assert normalise(written).text == seen


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("加<b>微</b>信", "加微信"),
        ("<p>加微</p><p>信</p>", "\n加微\n\n信\n"),
        ("一<br>二<BR/>三", "一\n二\n三"),
        ("&lt;b&gt; &amp; &#24494;&#x4FE1; &nbsp;", "<b> & 微信  "),
        ('<a href="https://x.example/?a>b">见</a>', "见"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("&nope; &amp", "&nope; &amp"),
        ("<unknown>微</unknown>信<!-- x -->", "微信"),
    ],
)
def test_of_html_what_a_page_shows_is_looked_at(html, text):
    assert normalise_html(html).text == text


def test_a_word_that_tags_and_entities_split_leads_back_to_all_of_it():
    html = "<p>请加<b>微</b>&#20449;，谢谢</p>"
    [(matched, start, end)] = normalise_html(html).find(re.compile("加微信"))
    assert (matched, html[start:end]) == ("加<b>微</b>&#20449;", "加<b>微</b>&#20449;")


def _every_span_leads_back(kept, again, data):
    if not kept.text:
        return
    start = data.draw(st.integers(0, len(kept.text) - 1))
    end = data.draw(st.integers(start + 1, len(kept.text)))
    since, until = kept.span(start, end)
    assert 0 <= since < until <= len(kept.original)
    seen = again(kept.original[since:until]).text
    assert kept.text[start] in seen
    assert kept.text[end - 1] in seen


@given(ANY_TEXT, st.data())
def test_a_span_of_plain_text_lies_inside_and_holds_its_first_and_last_character(text, data):
    kept = normalise(text)
    _every_span_leads_back(kept, normalise, data)
    assert list(kept.origins) == sorted(kept.origins)


@given(ANY_HTML, st.data())
def test_a_span_of_html_lies_inside_and_holds_its_first_and_last_character(html, data):
    kept = normalise_html(html)
    _every_span_leads_back(kept, normalise_html, data)
    assert list(kept.origins) == sorted(kept.origins)


@given(ANY_TEXT)
def test_what_is_normal_stays(text):
    once = normalise(text).text
    assert normalise(once).text == once or not once.isascii()


@given(ANY_TEXT)
def test_spread_text_is_its_letters_at_their_places(text):
    kept = normalise(text)
    assert all(kept.text[kept.spread.positions[at]] == char for at, char in enumerate(kept.spread.text))


@pytest.mark.parametrize(
    "hostile", ["<a\"'", '<a "', "<a ", "&#1", "<!--", "<b>", "&amp;", "\u200b", "最 ", "<p>&lt;\"<'"]
)
def test_ten_times_the_text_takes_about_ten_times_the_time(hostile):
    def seconds(times):
        began = process_time()
        kept = normalise_html(hostile * times)
        _ = kept.spread, kept.text and kept.span(0, len(kept.text))
        return process_time() - began

    seconds(10)
    short = min(seconds(2_000) for _ in range(3))
    assert min(seconds(20_000) for _ in range(3)) < 60 * short + 0.05
