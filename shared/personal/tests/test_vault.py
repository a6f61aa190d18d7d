"""What is about a person opens only with that person's key, and never again after the key was destroyed."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.db.engine import new_metadata
from shared.db.tables import add_plumbing
from shared.ids import new_id
from shared.personal import rotation
from shared.personal.keys import DamagedError, WrappingKeys, seal, unseal
from shared.personal.rotation import Progress, progress, refuse_unknown_keys, rotate
from shared.personal.settings import PersonalDataSettings
from shared.personal.tables import add_personal_data
from shared.personal.vault import Erased, Vault

metadata = new_metadata()
add_plumbing(metadata)
add_personal_data(metadata)
KEY = {name: base64.b64encode(bytes([n]) * 32).decode() for n, name in enumerate("abc")}


def a_vault(keys: str = f"a:{KEY['a']}", index: str = KEY["c"]) -> Vault:
    return Vault.of(PersonalDataSettings(database_url="", personal_keys=keys, blind_index_key=index))


@pytest.fixture
async def db(plain_db):
    return await plain_db("registry", metadata)


async def _sealed(db, vault, *texts):
    person = new_id()
    async with db.transaction() as tx:
        return person, [await vault.seal(tx, person, text) for text in texts]


async def _opened(db, vault, person, sealed):
    async with db.transaction() as tx:
        return await vault.unseal(tx, person, sealed)


async def test_what_was_sealed_opens_again_and_looks_different_each_time(db):
    person, (first, second) = await _sealed(db, a_vault(), "11010519491231002X", "11010519491231002X")
    assert first != second
    assert b"1101" not in first
    assert await _opened(db, a_vault(), person, first) == await _opened(db, a_vault(), person, second)


async def test_what_belongs_to_one_person_does_not_open_for_another(db):
    vault = a_vault()
    _, (mine,) = await _sealed(db, vault, "mine")
    other, _ = await _sealed(db, vault, "theirs")
    with pytest.raises(DamagedError):
        await _opened(db, vault, other, mine)


async def test_after_the_erasure_nothing_of_the_person_opens_and_nothing_new_is_sealed(db):
    vault = a_vault()
    person, (sealed,) = await _sealed(db, vault, "a name")
    async with db.transaction() as tx:
        assert await vault.erase(tx, person)
        assert not await vault.erase(tx, person)
    for act in (vault.unseal_bytes, vault.seal_bytes):
        with pytest.raises(Erased):
            async with db.transaction() as tx:
                await act(tx, person, sealed)


async def test_a_new_first_key_takes_over_in_batches_and_the_old_one_may_then_go(db):
    persons = [await _sealed(db, a_vault(), f"text {n}") for n in range(7)]
    both = a_vault(f"b:{KEY['b']},a:{KEY['a']}")
    with pytest.raises(ValueError, match="PERSONAL_KEYS lacks a: 7 persons' data could not be opened"):
        await refuse_unknown_keys(db, a_vault(f"b:{KEY['b']}"))
    shown: list[Progress] = []
    assert (await rotate(db, both, shown.append)).remaining == 0
    assert shown[-1].by_key == {"b": 7}
    only_new = a_vault(f"b:{KEY['b']}")
    await refuse_unknown_keys(db, only_new)
    for n, (person, (sealed,)) in enumerate(persons):
        assert await _opened(db, only_new, person, sealed) == f"text {n}"


async def test_a_rotation_that_was_stopped_goes_on_where_it_was(db, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    for n in range(5):
        await _sealed(db, a_vault(), str(n))
    both = a_vault(f"b:{KEY['b']},a:{KEY['a']}")

    class StopError(Exception):
        pass

    def stop(_):
        raise StopError

    with pytest.raises(StopError):
        await rotate(db, both, stop)
    async with db.transaction() as tx:
        assert (await progress(tx, "b")).remaining == 3
    assert (await rotate(db, both, lambda _: None)).remaining == 0


def test_the_blind_index_finds_equal_values_of_one_kind_only():
    vault, other = a_vault(), a_vault(index=KEY["b"])
    assert vault.index("phone", "13800000000") == vault.index("phone", "13800000000")
    assert vault.index("phone", "13800000000") != vault.index("bank_account", "13800000000")
    assert vault.index("phone", "13800000000") != other.index("phone", "13800000000")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("", "at least one key"),
        ("a", "32 bytes"),
        ("a:c2hvcnQ=", "32 bytes"),
        (f"a:{KEY['a']},a:{KEY['b']}", "each id once"),
        (f"with space:{KEY['a']}", "id:base64 pairs"),
    ],
)
def test_keys_that_cannot_be_used_are_refused_in_one_sentence(keys, says):
    with pytest.raises(ValueError, match=says):
        a_vault(keys)


def test_no_key_shows_in_the_settings_text():
    settings = PersonalDataSettings(database_url="", personal_keys=f"a:{KEY['a']}", blind_index_key=KEY["c"])
    assert KEY["a"] not in repr(settings)
    assert KEY["c"] not in str(settings)


@given(st.binary(), st.binary(max_size=40), st.integers(min_value=0))
def test_a_changed_byte_is_noticed(data, owner, at):
    key = bytes(32)
    sealed = seal(key, owner, data)
    assert unseal(key, owner, sealed) == data
    broken = bytearray(sealed)
    broken[at % len(broken)] ^= 1
    with pytest.raises(DamagedError):
        unseal(key, owner, bytes(broken))


def test_the_first_key_wraps_and_all_unwrap():
    keys = WrappingKeys.parse(f"b:{KEY['b']}, a:{KEY['a']}")
    old = WrappingKeys.parse(f"a:{KEY['a']}")
    person = new_id()
    assert keys.current == "b"
    assert keys.unwrap("a", person, old.wrap(person, bytes(32))) == bytes(32)
