"""What is said of persons stays sealed: in no table, fact, audit record, kept answer, log or problem document."""

import json

import pytest

from services.registry.tests.acting import a_form, act, apply, submitted
from shared.db.transaction import Database

MARK = "330106199001019990"


async def everything_in(db: Database) -> list[str]:
    """All rows of all tables, as text."""
    async with db.transaction() as tx:
        tables = await tx.driver.fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
        )
        query = "SELECT coalesce(string_agg(to_jsonb(t)::text, E'\\n'), '') FROM \"{}\" t"
        return [await tx.driver.fetchval(query.format(table["relname"])) for table in tables]


async def test_nothing_about_a_person_is_anywhere_in_the_clear(db, as_, caplog, capsys):
    officer, provider = await as_("officer"), await as_("provider", "account-1")
    path, answer = await submitted(provider)
    persons = (await provider.get(f"{path}/personal-data")).json()["persons"]
    secrets = {
        value
        for details in persons.values()
        for name, value in details.items()
        if name not in ("bank_name", "bank_code", "account_name")
    }
    assert len(secrets) >= 8
    withdrawn = await act(provider, f"{path}/withdrawal", answer.headers["etag"])
    shown = [withdrawn.text, (await officer.get(path)).text, (await provider.get(path)).text, caplog.text]
    shown += [*capsys.readouterr(), *await everything_in(db)]
    everything = json.dumps(shown, ensure_ascii=False)
    assert [secret for secret in secrets if secret in everything or secret.encode().hex() in everything] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"representative": {"name": "王示例", "identity_number": MARK}},
        {"representative": {"name": "王示例", "identity_number": [MARK]}},
        {"representative": MARK},
        {"representative": {"name": f"{MARK}\x00", "identity_number": MARK * 20}},
        {"support_contact": {"name": "李示例", "email": f"{MARK}@", "phone": MARK * 3}},
        {"security_contact": {"name": "李示例", "email": f"a@{MARK}", "phone": f"{MARK}x"}},
        {
            "settlement_account": {
                "bank_name": "b",
                "bank_code": MARK,
                "account_name": MARK,
                "account_number": "x" + MARK,
            }
        },
        {"legal_name": f"{MARK}\n", "website": f"ftp://{MARK}"},
        {"unified_social_credit_code": MARK},
    ],
)
async def test_what_is_refused_is_not_repeated(db, as_, caplog, capsys, wrong):
    provider = await as_("provider", "account-1")
    refused = await apply(provider, **wrong)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"]
    logged = [caplog.text, *capsys.readouterr()]
    assert "http.refused" in str(logged)
    shown = [refused.text, *logged, *await everything_in(db)]
    assert not any(MARK in text for text in shown)


async def test_a_broken_body_is_not_repeated(db, as_, caplog, capsys):
    provider = await as_("provider", "account-1")
    text = json.dumps(a_form(representative={"name": MARK, "identity_number": MARK}))[:-9]
    headers = {"Idempotency-Key": "key-1", "content-type": "application/json"}
    refused = await provider.post("/v1/providers", content=text, headers=headers)
    assert refused.status_code == 400
    assert not any(MARK in shown for shown in (refused.text, caplog.text, *capsys.readouterr()))
