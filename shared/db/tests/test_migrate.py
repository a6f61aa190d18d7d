"""One Alembic environment for every service: upgrade, check, and revisions by number."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest

import services
from shared.db import migrate

TABLES = """
from sqlalchemy import Column, Integer, Table, Text
from shared.db.engine import new_metadata
from shared.db.tables import add_plumbing

metadata = new_metadata()
add_plumbing(metadata)
{more}
"""
FIRST = """
from alembic import op
from shared.db.migrations.plumbing import create_plumbing

revision = "0001"
down_revision = None

def upgrade() -> None:
    create_plumbing(op)
"""


@pytest.fixture
def make_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path)])

    def make(name: str, more: str = "") -> Path:
        versions = tmp_path / name / "migrations" / "versions"
        versions.mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        (tmp_path / name / "tables.py").write_text(TABLES.format(more=more))
        (versions / "0001_plumbing.py").write_text(FIRST)
        return versions

    return make


async def test_the_first_revision_makes_exactly_the_plumbing_that_tables_declare(make_service, empty_database):
    make_service("sample_a")
    await migrate.upgrade("sample_a", empty_database)
    assert await migrate.differences("sample_a", empty_database) == ""


async def test_upgrading_twice_and_at_the_same_time_does_it_once(make_service, empty_database):
    make_service("sample_b")
    driver = await asyncpg.connect(empty_database)
    replicas = [await _upgrade_in_a_process("sample_b", empty_database) for _ in range(2)]
    assert [await replica.wait() for replica in replicas] == [0, 0]
    await migrate.upgrade("sample_b", empty_database)
    assert await driver.fetchval("SELECT version_num FROM alembic_version") == "0001"
    await driver.close()


async def _upgrade_in_a_process(service: str, url: str) -> asyncio.subprocess.Process:
    code = (
        "import services, sys; services.__path__[:] = sys.argv[3:];"
        "from shared.db import migrate; migrate.upgrade_sync(*sys.argv[1:3])"
    )
    return await asyncio.create_subprocess_exec(sys.executable, "-c", code, service, url, *services.__path__)


async def test_a_table_without_revision_is_told_and_becomes_the_next_number(make_service, empty_database):
    versions = make_service("sample_c", 'Table("thing", metadata, Column("id", Integer, primary_key=True))')
    await migrate.upgrade("sample_c", empty_database)
    assert "thing" in await migrate.differences("sample_c", empty_database)
    await migrate.write_revision("sample_c", empty_database, "things")
    assert (versions / "0002_things.py").exists()
    await migrate.upgrade("sample_c", empty_database)
    assert await migrate.differences("sample_c", empty_database) == ""


def _services_with_revisions() -> list[str]:
    root = Path(services.__file__).parent
    return sorted(path.parents[1].name for path in root.glob("*/migrations/versions") if any(path.glob("[0-9]*.py")))


@pytest.mark.parametrize("service", _services_with_revisions())
async def test_the_revisions_of_each_service_agree_with_its_tables(service: str, empty_database: str):
    await migrate.upgrade(service, empty_database)
    assert await migrate.differences(service, empty_database) == ""
