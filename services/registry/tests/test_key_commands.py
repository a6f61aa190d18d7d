"""The commands of who runs the registry: exchanging the keys that personal data is sealed and indexed under."""

import asyncio
import base64

import pytest

from services.registry import reindex
from services.registry.app import service
from services.registry.tests.builders import an_applicant
from shared.personal import __main__ as personal
from shared.personal.rotation import keys_are_known
from shared.service import Running
from shared.testing.secrets import PERSONAL, secret_settings

NEW_KEY = "new:" + base64.b64encode(b"k" * 32).decode()


def _settings(keys):
    return service.settings.model_validate({"database_url": "", **keys})


@pytest.fixture
def command(db, monkeypatch, capsys):
    """`await command(main, "rotate", PERSONAL_KEYS=…)`: its exit code, and what it said and complained about."""

    async def run(main, *arguments, **environment):
        kept = {name.upper(): value for name, value in secret_settings().items()}
        for name, value in (kept | {"DATABASE_URL": db.url} | environment).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["command", *arguments])
        code = await asyncio.to_thread(main)
        return code, *capsys.readouterr()

    return run


async def test_keys_are_rotated_with_progress_and_the_old_one_may_go(db, command):
    await an_applicant(db)
    both = f"{NEW_KEY},{PERSONAL['personal_keys']}"
    named = "services.registry.app:service"
    code, said, _ = await command(personal.main, named, "status", PERSONAL_KEYS=both)
    assert (code, said) == (0, "0 of 4 persons' keys are under new; {'test': 4}\n")
    code, said, _ = await command(personal.main, named, "rotate", PERSONAL_KEYS=both)
    assert code == 0
    assert said.endswith("4 of 4 persons' keys are under new; {'new': 4}\n")
    with pytest.raises(ValueError, match="PERSONAL_KEYS lacks new: 4 persons' data could not be opened"):
        await keys_are_known(Running(db, _settings(PERSONAL)))
    await keys_are_known(Running(db, _settings(PERSONAL | {"personal_keys": NEW_KEY})))


async def test_a_rotation_without_the_old_key_says_what_is_missing(db, command):
    await an_applicant(db)
    code, _, complaint = await command(personal.main, "services.registry.app:service", "rotate", PERSONAL_KEYS=NEW_KEY)
    assert code == 1
    assert complaint == "personal data: PERSONAL_KEYS lacks the key test, under which data was kept\n"


async def test_the_index_is_made_anew_only_with_both_keys(db, command):
    await an_applicant(db)
    code, _, complaint = await command(reindex.main)
    assert (code, complaint) == (1, "reindex: BLIND_INDEX_KEY_BEFORE must be 32 bytes in base64\n")
    new = base64.b64encode(b"i" * 32).decode()
    keys = {"BLIND_INDEX_KEY": new, "BLIND_INDEX_KEY_BEFORE": PERSONAL["blind_index_key"]}
    code, said, _ = await command(reindex.main, **keys)
    assert (code, said.splitlines()[-1]) == (0, "1 providers are indexed under the new key")
