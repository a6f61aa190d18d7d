"""How alike texts and logos are, and that their signatures lead to what is alike."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.domain import looks
from services.catalog.domain.shingles import letters_of
from services.catalog.domain.similarity import ALIKE, COMMON_TO, FARTHEST, SHORTEST, compare, likeness, sign
from services.catalog.tests.builders import a_content

HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 1_500)]
LATIN = "abcdefghijklmnopqrstuvwxyz"
LETTERS = st.text(st.sampled_from([*HAN[:40], *LATIN]), max_size=200)


def a_text(rng, length=400, alphabet=HAN):
    """Words as frequent as words are, so that texts share many of them."""
    words = ["".join(rng.choices(alphabet, k=2 if alphabet is HAN else rng.randint(2, 8))) for _ in range(600)]
    made = ""
    while len(made) < length:
        made += rng.choices(words, weights=[1 / (rank + 5) for rank in range(len(words))])[0]
    return made


def edited(rng, text, share, alphabet=HAN):
    """Replaced, preceded by another one or left out, each with the same probability."""
    made = ""
    for char in text:
        other = rng.choice(alphabet)
        made += rng.choice((other, other + char, "")) if rng.random() < share else char
    return made


def reachable(one, other):
    """Whether the search would compare the two."""
    return bool(set(one.bands) & set(other.bands)) and (one.sketch ^ other.sketch).bit_count() <= FARTHEST


@given(LETTERS)
def test_a_text_is_wholly_like_itself(text):
    assert likeness(text, text) == (1.0 if text else 0.0)


@given(LETTERS, LETTERS)
@settings(max_examples=60)
def test_likeness_is_a_share_and_the_same_from_both_sides(one, other):
    assert 0.0 <= likeness(one, other) == likeness(other, one) <= 1.0


@given(LETTERS)
@settings(max_examples=40)
def test_a_signature_is_the_same_wherever_it_is_made_and_fits_its_columns(text):
    signature = sign(text)
    assert signature == sign(text)
    if len(text) < SHORTEST:
        assert signature is None
    else:
        assert signature is not None
        assert all(-(1 << 31) <= band < 1 << 31 for band in signature.bands)
        assert signature.sketch.bit_length() <= 1_024


@pytest.mark.parametrize(("alphabet", "found_of_60"), [(HAN, 60), (LATIN, 54)], ids=["chinese", "latin"])
def test_copies_with_a_tenth_edited_are_found_and_judged_alike(alphabet, found_of_60):
    rng, found = random.Random(11), 0
    for _ in range(60):
        text = a_text(rng, 500 if alphabet is HAN else 1_000, alphabet)
        copy = edited(rng, text, 0.1, alphabet)
        found += reachable(sign(text), sign(copy)) and likeness(text, copy) >= ALIKE
    assert found >= found_of_60


def test_texts_of_different_words_that_share_half_of_their_sentences_are_not_alike():
    rng = random.Random(3)
    template = a_text(rng, 300)
    for _ in range(30):
        assert likeness(template + a_text(rng, 300), template + a_text(rng, 300)) < ALIKE


def test_moving_paragraphs_around_hides_nothing():
    rng = random.Random(4)
    parts = [a_text(rng, 120) for _ in range(5)]
    assert likeness("".join(parts), "".join(reversed(parts))) > 0.95


def windows_of(text):
    signature = sign(text)
    assert signature is not None
    return signature.windows


def _all_from_one_template(rng, count):
    """Texts of different providers that consist of one template and a name."""
    template = a_text(rng, 200)
    return [windows_of(f"{a_text(rng, 8)}{template}") for _ in range(count)]


def test_what_many_unrelated_providers_write_makes_nobody_alike():
    mine, *others = _all_from_one_template(random.Random(5), COMMON_TO + 1)
    assert min(compare(mine, [("somebody", windows) for windows in others])) >= ALIKE
    assert max(compare(mine, list(enumerate(others)))) == 0.0


def test_a_copy_is_alike_also_among_many_that_use_its_template():
    rng = random.Random(6)
    template = a_text(rng, 200)
    original = a_text(rng, 150)
    mine = windows_of(template + edited(rng, original, 0.05))
    others = [windows_of(template + a_text(rng, 30)) for _ in range(COMMON_TO)]
    found = compare(mine, [*enumerate(others), ("victim", windows_of(template + original))])
    assert found[-1] >= ALIKE > max(found[:-1])


def test_the_same_text_is_the_same_however_many_have_it():
    windows = windows_of(a_text(random.Random(7)))
    assert compare(windows, [(house, windows) for house in range(COMMON_TO)]) == [1.0] * COMMON_TO


def test_own_repetitions_make_nothing_common():
    mine, *others = _all_from_one_template(random.Random(8), COMMON_TO + 1)
    assert min(compare(mine, [(None, windows) for windows in others])) >= ALIKE


def test_spacing_width_case_and_invisible_characters_do_not_count():
    plain = a_content(name="Fast Print", summary="批量打印，自动合并。", details="<p>支持电子面单</p>")
    dressed = a_content(
        name="ＦＡＳＴ\u200b print", summary="批量 打印 自动\u200b合并", details="<p>支持<b>电子</b>面单</p>"
    )
    assert letters_of(plain) == letters_of(dressed) == "fastprint批量打印自动合并支持电子面单"


@given(st.integers(-(1 << 63), (1 << 63) - 1), st.sets(st.integers(0, 63), max_size=looks.FARTHEST))
def test_a_logo_that_differs_in_few_bits_shares_a_band(one, turned):
    other = one ^ sum(1 << bit for bit in turned)
    assert looks.likeness(one, other) == looks.likeness(other, one) == 1 - len(turned) / 64
    if looks.bands_of(one) and looks.bands_of(other):
        assert set(looks.bands_near(one)) & set(looks.bands_of(other))


@pytest.mark.parametrize("plain", [0, -(1 << 63), -1, 0b1111])
def test_a_logo_with_nothing_to_see_is_like_no_other(plain):
    assert looks.bands_of(plain) == looks.bands_near(plain) == ()
