"""Sentences as providers write them: honest ones that nothing may be found in, and others that must not get through."""

from pathlib import Path

import pytest

from services.catalog.tests.detecting import told


def sentences(kind):
    """One on each line of `prose/<kind>.txt`."""
    return (Path(__file__).parent / "prose" / f"{kind}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("sentence", sentences("honest"))
def test_an_honest_sentence_has_no_finding(sentence):
    assert told(f"，{sentence}。") == []


@pytest.mark.parametrize("sentence", sentences("dishonest"))
def test_a_dishonest_sentence_has_one(sentence):
    assert told(f"，{sentence}。")
