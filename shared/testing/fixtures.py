"""The pytest plugin of this repository: real databases, brokers and HTTP clients. CONTRIBUTING.md lists them."""

import importlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import MetaData

from deploy.devstack.broker import Broker
from shared.clock import SettableClock
from shared.db.transaction import Database, Transaction
from shared.personal.settings import PersonalDataSettings
from shared.personal.vault import Vault
from shared.service import Service
from shared.testing.broker import SharedBroker, new_prefix, private_broker
from shared.testing.issuer import Issuer, Token
from shared.testing.lease import ROOT, leased
from shared.testing.postgres import Databases, create_tables, open_databases
from shared.testing.secrets import PERSONAL, secret_settings

DbFor = Callable[[str], Awaitable[Database]]
PlainDb = Callable[..., Awaitable[Database]]
ClientFor = Callable[..., Awaitable[httpx2.AsyncClient]]
ALONE = {"callback_look": False}
"""What keeps an app of a test from asking the world outside."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--broker",
        choices=["tansu", "kafka"],
        default=os.environ.get("TEST_BROKER", "tansu"),
        help="which broker the tests talk to (default: the embedded one; also TEST_BROKER)",
    )


# --- databases


@pytest.fixture(scope="session")
async def databases() -> AsyncIterator[Databases]:
    async with open_databases() as opened:
        yield opened


@pytest.fixture
def clock() -> SettableClock:
    """The clock of every database of this test. Stands at the real now until it is advanced."""
    return SettableClock()


@pytest.fixture
async def _open(databases: Databases) -> AsyncIterator[Callable[[Database], None]]:
    opened: list[Database] = []
    yield opened.append
    for db in opened:
        await db.close()
        await databases.give_back(db.url)


@pytest.fixture
def db_for(databases: Databases, clock: SettableClock, _open: Callable[[Database], None]) -> DbFor:
    """`await db_for("orders")`: a fresh database with that service's migrated schema."""

    async def make(service: str) -> Database:
        db = Database(service, await databases.of_service(service), pool_size=8, clock=clock)
        _open(db)
        return db

    return make


@pytest.fixture
def plain_db(databases: Databases, clock: SettableClock, _open: Callable[[Database], None]) -> PlainDb:
    """`await plain_db("orders", metadata)`: only the plumbing, plus the tables of a metadata that a test made up."""

    async def make(service: str, metadata: MetaData | None = None) -> Database:
        url = await databases.plumbing_only()
        if metadata is not None:
            await create_tables(url, metadata)
        db = Database(service, url, pool_size=8, clock=clock)
        _open(db)
        return db

    return make


@pytest.fixture
async def empty_database(databases: Databases) -> AsyncIterator[str]:
    """The URL of a database with nothing in it."""
    url = await databases.empty()
    yield url
    await databases.drop(url)


@pytest.fixture
async def db(request: pytest.FixtureRequest, db_for: DbFor) -> Database:
    """The database of the service whose tests these are (services/<name>/tests)."""
    parts = Path(request.node.path).relative_to(ROOT).parts
    if parts[0] != "services":
        raise LookupError("the fixture `db` belongs to a service's tests; use `db_for` here")
    return await db_for(parts[1])


class _RollBack(Exception):  # noqa: N818
    pass


@pytest.fixture
async def tx(db: Database) -> AsyncIterator[Transaction]:
    """An open transaction of `db` that is rolled back at the end. A test that needs a commit opens its own."""
    with suppress(_RollBack):
        async with db.transaction() as transaction:
            yield transaction
            raise _RollBack


# --- personal data


@pytest.fixture
def vault() -> Vault:
    """Opens and seals what the apps of `client_for` seal and open."""
    return Vault.of(PersonalDataSettings(database_url="", **PERSONAL))  # type: ignore[arg-type]


# --- HTTP


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def token(issuer: Issuer) -> Token:
    """`token("officer", "anna")`: a bearer token that the apps of `client_for` believe."""
    return issuer.token


@pytest.fixture
async def client_for(issuer: Issuer, clock: SettableClock) -> AsyncIterator[ClientFor]:
    """`await client_for("orders", db, token("merchant"), body_limit_bytes=2000)`: the service's API, in process."""
    async with AsyncExitStack() as stack:

        async def make(service: str | Service, db: Database, bearer: str = "", **settings: Any) -> httpx2.AsyncClient:
            declared = load_service(service) if isinstance(service, str) else service
            values = issuer.settings | secret_settings() | ALONE | {"database_url": db.url} | settings
            app = importlib.import_module("shared.http.app").make_app(declared, db, declared.settings(**values))
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
            client = httpx2.AsyncClient(transport=transport, base_url=f"http://{declared.name}.test", headers=headers)
            return await stack.enter_async_context(client)

        yield make


def load_service(name: str) -> Service:
    service: Service = importlib.import_module(f"services.{name}.app").service
    return service


# --- brokers


@pytest.fixture(scope="session")
def broker_kind(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--broker"))


@pytest.fixture(scope="session")
def _broker_address(broker_kind: str) -> Iterator[str]:
    with leased(broker_kind) as address:
        yield address


@pytest.fixture
async def broker(broker_kind: str, _broker_address: str) -> AsyncIterator[SharedBroker]:
    """The broker that all tests share, with a topic prefix of this test's own."""
    shared = SharedBroker(broker_kind, _broker_address, new_prefix())
    yield shared
    await shared.delete_topics()


@pytest.fixture
def own_broker(broker_kind: str, tmp_path: Path) -> Iterator[Broker]:
    """A broker for this test alone, which it may kill, wipe and restart."""
    with private_broker(broker_kind, tmp_path / "broker") as started:
        yield started
