"""The rulebook of the regulation, and every rulebook that must not load."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from services.enforcement import rulebook_file
from services.enforcement.domain.errors import UnknownAct
from services.enforcement.domain.rulebook import Ending, RulebookError, Scope, Spread
from services.enforcement.tests.builders import RULEBOOK
from shared.contracts.effects import Effect

TEXT = (rulebook_file.FOLDER / "kuaishou-2020-02-12.yaml").read_text()

MEASURES = {
    "hide": ("6.5.1", Scope.LISTING, "list"),
    "delist": ("6.5.2", Scope.LISTING, "list order"),
    "publish_freeze": ("6.5.3", Scope.PROVIDER, "publish"),
    "freeze": ("6.5.4", Scope.LISTING, "list order renew"),
    "clear": ("6.5.5", Scope.LISTING, "list order renew use call_api"),
    "revoke_category": ("6.5.6", Scope.PROVIDER_CATEGORY, "list order publish"),
    "expel": ("2.7", Scope.ACCOUNTS, "list order renew use call_api publish account"),
    "payout_hold": ("6.5.8", Scope.PROVIDER, "settle"),
    "account_limit": ("6.5.8", Scope.PROVIDER, "account"),
    "publish_limit": ("6.5.8", Scope.PROVIDER, "publish"),
    "interim": ("6.5.9", Scope.AS_ORDERED, ""),
}
ENDS = {
    "hide": {Ending.PERIOD, Ending.LIFT},
    "delist": {Ending.REVIEW},
    "publish_freeze": {Ending.PERIOD, Ending.LIFT},
    "freeze": {Ending.PERIOD, Ending.LIFT},
    "clear": {Ending.LIFT},
    "revoke_category": {Ending.REQUALIFICATION},
    "expel": set(),
    "payout_hold": {Ending.LIFT},
    "account_limit": {Ending.LIFT},
    "publish_limit": {Ending.LIFT},
    "interim": {Ending.CASE, Ending.PERIOD},
}


def test_every_measure_of_the_regulation_blocks_what_it_must():
    found = {name: (row.clause, row.scope, set(row.effects)) for name, row in RULEBOOK.measures.items()}
    assert found == {name: (*row[:2], set(row[2].split())) for name, row in MEASURES.items()}


def test_every_measure_ends_as_it_must_and_by_appeal():
    found = {name: set(row.ends) for name, row in RULEBOOK.measures.items()}
    assert found == {name: ends | {Ending.APPEAL} for name, ends in ENDS.items()}


def test_what_hits_the_provider_spreads_over_its_accounts_and_what_hits_a_listing_does_not():
    for measure in RULEBOOK.measures.values():
        stays = measure.scope is Scope.LISTING
        assert (measure.spread, measure.spread_source) == (
            (Spread.NONE, "design-choice") if stays else (Spread.GROUP, "6.5.11")
        ), measure.id


def test_only_an_expulsion_needs_two_officers_and_has_measures_in_the_meantime():
    assert [measure.id for measure in RULEBOOK.measures.values() if measure.second_officer] == ["expel"]
    assert RULEBOOK.expulsion is not None
    assert RULEBOOK.is_grave(RULEBOOK.expulsion.sanctions)
    assert set(RULEBOOK.expulsion.interim.measures) == {"freeze", "publish_freeze", "payout_hold"}
    assert RULEBOOK.expulsion.interim.longest == timedelta(days=30)


def test_an_act_of_a_provider_may_say_that_a_listing_s_measure_spreads():
    text = TEXT.replace("[{measure: account_limit}, ", "[{measure: hide, period: 7d, spread: group}, ", 1)
    act = rulebook_file.build(rulebook_file.parse(text.encode())).act("data-crawling")
    assert act.ladder[0].sanctions[0].spread is Spread.GROUP


def test_a_market_may_know_no_expulsion():
    document = rulebook_file.parse(TEXT.encode())
    del document["expulsion"]
    assert rulebook_file.build(document).expulsion is None


def test_the_rulebook_is_in_force_from_12_february_2020_in_china():
    assert RULEBOOK.in_force_at == datetime(2020, 2, 11, 16, tzinfo=UTC)


def test_what_the_law_leaves_open_is_an_explicit_choice():
    choices = {choice.id: choice.source for choice in RULEBOOK.choices}
    assert choices["renewal-while-delisted"] == "design-choice"
    assert RULEBOOK.measures["delist"].leaves[Effect.RENEW] == "design-choice"
    assert RULEBOOK.act("off-platform-trade").ladder[0].source == "design-choice"


def test_the_ladder_rises_with_the_earlier_violations():
    act = RULEBOOK.act("defective-application")
    measures = [[sanction.measure for sanction in act.step(earlier).sanctions] for earlier in range(5)]
    assert measures == [["freeze"], ["freeze", "publish_freeze"], ["clear"], ["clear"], ["clear"]]
    assert act.step(0).sanctions[0].period == timedelta(days=30)


def test_an_act_that_is_not_in_the_rulebook_is_refused():
    with pytest.raises(UnknownAct, match="knows no act 'theft'"):
        RULEBOOK.act("theft")


def test_a_mended_comment_keeps_the_content_hash_and_a_changed_value_does_not():
    commented = rulebook_file.build(rulebook_file.parse(f"# mended\n{TEXT}".encode()))
    changed = rulebook_file.build(rulebook_file.parse(TEXT.replace("at_least: 300", "at_least: 200").encode()))
    assert commented.content_hash == RULEBOOK.content_hash
    assert changed.content_hash != RULEBOOK.content_hash


def test_clause_6_10_stays_a_text():
    document = rulebook_file.parse(b"clause: 6.10\nswitch: no\n")
    assert document == {"clause": "6.10", "switch": "no"}


BAD = {
    "an unknown effect": ("{list: 6.5.1}", "{fly: 6.5.1}", "measures[hide].blocks.fly"),
    "a measure without effects": ("blocks: {list: 6.5.1}", "blocks: {}", "measures[hide]: a measure blocks at least"),
    "a row without source": ("    source: 6.5.1\n", "", "measures[hide].source: Field required"),
    "a step without source": (
        "{after: 0, sanctions: [{measure: freeze, period: 30d}], source: design-choice}",
        "{after: 0, sanctions: [{measure: freeze, period: 30d}]}",
        "acts[defective-application].ladder[0].source: Field required",
    ),
    "a source that is none": ("source: 6.5.1\n", "source: because\n", "measures[hide].source: a source is a clause"),
    "an effect without source": ("{list: 6.5.1}", "{list: ''}", "measures[hide].blocks.list: a source is a clause"),
    "an unknown field": ("    source: 6.5.1\n", "    source: 6.5.1\n    colour: red\n", "measures[hide].colour"),
    "a duplicate measure": ("id: delist", "id: hide", "the same id stands twice: hide"),
    "a duplicate act": ("id: long-interruption", "id: data-crawling", "the same id stands twice: data-crawling"),
    "both blocked and left": ("leaves: {order: 6.5.1,", "leaves: {list: 6.5.1,", "both blocks and leaves name list"),
    "an ending without appeal": (
        "ends: {review: 6.5.2, appeal: design-choice}",
        "ends: {review: 6.5.2}",
        "measures[delist]: every measure ends by an overturned appeal",
    ),
    "an unknown ending": ("ends: {review:", "ends: {boredom:", "measures[delist].ends.boredom"),
    "an unknown measure": ("{measure: revoke_category}", "{measure: fine}", "there is no measure fine"),
    "an ordered measure on a ladder": ("{measure: clear}", "{measure: interim}", "interim is ordered case by case"),
    "a period on what has none": ("{measure: clear}", "{measure: clear, period: 7d}", "clear does not end by a period"),
    "a period of nothing": ("period: 30d", "period: 0s", "a period lasts longer than nothing"),
    "a bad period": ("period: 30d", "period: a month", "'a month' is not a duration"),
    "a listing's measure on a provider": (
        "[{measure: account_limit}, ",
        "[{measure: hide}, ",
        "act data-crawling is the provider's, but hide hits a listing",
    ),
    "a ladder that does not start": (
        "{after: 0, sanctions: [{measure: freeze,",
        "{after: 3, sanctions: [{measure: freeze,",
        "acts[defective-application]: the ladder starts with",
    ),
    "an unknown detector": ("detector: outage", "detector: rumour", "acts[defective-application].detector"),
    "a report with a condition": ("detector: outage", "detector: report", "detector report takes no condition"),
    "an outage without condition": ("detector: report", "detector: outage", "detector outage needs a condition"),
    "an unknown fact": ("fact: merchants_affected", "fact: weather", "unknown fact 'weather'"),
    "asking for an unknown fact": ("asks: [cause]", "asks: [mood]", "asks for unknown facts: mood"),
    "an unknown scope": ("scope: listing", "scope: everybody", "measures[hide].scope"),
    "an ordered measure with effects": ("blocks: {}", "blocks: {list: 6.5.9}", "one as_ordered names none"),
    "a version that is no date": ("version: 2020-02-12", "version: first", "version: String should match"),
    "no in-force date": ("in_force: {at:", "in_force: {when:", "in_force.at: Field required"),
    "an in-force date without zone": (
        'in_force: {at: "2020-02-12T00:00:00+08:00"',
        'in_force: {at: "2020-02-12T00:00:00"',
        "in_force.at: Input should have timezone info",
    ),
    "in force before announced": ('announced: {at: "2020', 'announced: {at: "2021', "in_force lies before announced"),
    "the same key twice": ("id: kuaishou\n", "id: kuaishou\nid: taobao\n", "the same key stands twice"),
    "an alias": (
        "title: {zh: 服务市场管理规范, en: Service market rules}",
        "title: &t {zh: a, en: b}\nx: *t",
        "aliases are not allowed",
    ),
    "a second document": ("id: kuaishou\n", "id: kuaishou\n---\n", "not readable as YAML"),
    "a broken line": ("id: kuaishou\n", "id: [kuaishou\n", "not readable as YAML"),
    "no spread": ("    spread: {none: design-choice}\n", "", "measures[hide].spread: Field required"),
    "two spreads": ("{none: design-choice}", "{none: design-choice, group: 6.5.11}", "measures[hide].spread"),
    "an unknown spread": ("{none: design-choice}", "{friends: design-choice}", "measures[hide].spread.friends"),
    "an expulsion of one account": (
        "    spread: {group: 6.5.11}\n    second_officer",
        "    spread: {none: 6.5.11}\n    second_officer",
        "measures[expel]: a measure that hits all accounts spreads over the group",
    ),
    "an expulsion by one officer": ("    second_officer: design-choice\n", "", "a second officer must approve it"),
    "an expulsion by an unknown measure": ("[{measure: expel}]\n", "[{measure: exile}]\n", "no measure exile"),
    "an unknown interim measure": ("measures: {freeze:", "measures: {thaw:", "thaw is no measure on listings"),
    "an interim measure without a longest time": (
        "    longest: 30d\n",
        "",
        "expulsion.interim.longest: Field required",
    ),
    "a missing act list": ("acts:\n", "deeds:\n", "acts: Field required"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_rulebook_is_refused_with_a_sentence_that_names_the_row(name):
    old, new, says = BAD[name]
    assert old in TEXT, "the test no longer fits the rulebook"
    with pytest.raises(RulebookError) as refused:
        rulebook_file.build(rulebook_file.parse(TEXT.replace(old, new, 1).encode()))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_alias_bomb_is_refused_before_it_expands():
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    with pytest.raises(RulebookError, match="aliases are not allowed"):
        rulebook_file.parse(bomb.encode())


def test_ten_megabytes_of_yaml_are_refused_unread(tmp_path):
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"a: b\n" * 2_000_000)
    with pytest.raises(RulebookError, match=r"huge\.yaml: 10000000 bytes; a rulebook has at most"):
        rulebook_file.load(path)


def test_yaml_nested_without_end_is_refused():
    with pytest.raises(RulebookError, match=r"nested too deep|not readable"):
        rulebook_file.parse(b"[" * 100_000)


@pytest.mark.parametrize("content", [b"", b"just text", b"- a\n- b\n", b"\xff\xfe\x00", b"{a: b}: c\n", b"&a *a"])
def test_what_is_no_mapping_is_refused(content):
    with pytest.raises(RulebookError):
        rulebook_file.build(rulebook_file.parse(content))


def test_a_tag_makes_no_python_object():
    document = rulebook_file.parse(b"id: !!python/object/apply:os.getcwd []\n")
    assert document == {"id": []}


def test_a_file_that_cannot_be_used_names_itself(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"id": "mine"}))
    with pytest.raises(RulebookError, match=r"mine\.yaml: version: Field required"):
        rulebook_file.load(path)
