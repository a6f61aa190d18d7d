"""One look at a server that misbehaves: always an answer in time, never more than asked for, never inside."""

import asyncio
import errno
import hashlib
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import ClientSession, ClientTimeout

from services.monitoring.prober.look import BODY_MOST, look
from services.monitoring.prober.pulse import Pulse
from services.monitoring.tests.servers import a_wayward_server
from shared.addresses import parse_networks
from shared.way_out import guarded_connector, look_up

LOOPBACK = parse_networks(["127.0.0.0/8"])
TIMEOUT_MS = 1_000


@pytest.fixture
async def wayward():
    async with a_wayward_server() as server:
        yield server


@pytest.fixture
async def looking():
    """`await looking(url, allowed=..., lookup=...)`: one look with a timeout of a second."""
    threads = ThreadPoolExecutor(2)

    async def once(url, *, allowed=LOOPBACK, ports=(80, 443), lookup=look_up, late_since=lambda _: 0.0):
        connector = guarded_connector(allowed, ports, threads, lookup)
        async with ClientSession(
            connector=connector, timeout=ClientTimeout(total=None), auto_decompress=False
        ) as session:
            return await look(
                session, "north", url, timeout_ms=TIMEOUT_MS, clock_ms=lambda: 1_000, late_since=late_since
            )

    yield once
    threads.shutdown()


@pytest.mark.parametrize(
    ("path", "up", "reason"),
    [
        ("/", True, ""),
        ("/hang", False, "timeout"),
        ("/hang-in-body", False, "timeout"),
        ("/drip", False, "timeout"),
        ("/stream", True, ""),
        ("/bomb", True, ""),
        ("/redirect", False, "too many redirects"),
        ("/redirect-once", True, ""),
        ("/redirect-inside", None, "unmonitorable"),
        ("/redirect-scheme", None, "unmonitorable"),
        ("/garbage", False, ""),
        ("/big-head", False, ""),
        ("/cut", False, ""),
    ],
)
async def test_a_look_always_ends_with_an_answer(wayward, looking, path, up, reason):
    begun = time.monotonic()
    found = await looking(wayward.base + path)
    assert time.monotonic() - begun < TIMEOUT_MS / 1000 + 0.5
    assert found.vote.up is up
    assert found.vote.reason.startswith(reason)


@pytest.mark.parametrize(
    ("status", "up"),
    [(status, True) for status in (200, 204, 301, 401, 405, 429)]
    + [(status, False) for status in (404, 410, 500, 503)],
)
async def test_what_a_status_means(wayward, looking, status, up):
    wayward.status = status
    assert (await looking(wayward.base + "/")).vote.up is up


async def test_an_endless_stream_is_left_at_the_limit(wayward, looking):
    await looking(wayward.base + "/stream")
    assert wayward.sent < 100 * BODY_MOST


async def test_redirects_are_followed_a_few_times_only(wayward, looking):
    await looking(wayward.base + "/redirect")
    assert wayward.asked["/redirect"] == 4


async def test_a_dead_server_is_down(looking):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        assert (await looking(url)).vote.reason == "connection refused"


async def test_a_failed_look_is_kept_as_it_was(wayward, looking):
    wayward.status = 503
    found = await looking(wayward.base + "/")
    assert found.evidence is not None
    assert hashlib.sha256(found.evidence.document).hexdigest() == found.evidence.hash == found.vote.evidence_hash
    document = json.loads(found.evidence.document)
    assert (document["status"], document["reason"], document["vantage"]) == (503, "status 503", "north")
    assert document["peers"] == [wayward.base.removeprefix("http://").replace(":", " ")]


INSIDE = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1%25eth0]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/",
    "http://10.0.0.1/",
    "http://224.0.0.1/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://user:secret@8.8.8.8/",
    "http://8.8.8.8@127.0.0.1/",
    "http://8.8.8.8:22/",
    "http://8.8.8.8:6379/",
    "ftp://8.8.8.8/",
    "file:///etc/passwd",
    "gopher://8.8.8.8/",
    "javascript:alert(1)",
    "//8.8.8.8/",
    "http://[::1",
    "http://8.8.8.8:99999/",
    "/relative",
    "",
]


@pytest.mark.parametrize("url", INSIDE)
async def test_no_spelling_leads_inside(looking, url):
    found = await looking(url, allowed=())
    assert not found.vote.up
    assert found.vote.up is None or "DNS" in found.vote.reason, found.vote.reason


def answers(*addresses):
    """A name server that gives these addresses, one list per question."""
    lists = iter(addresses)

    def lookup(host, port):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(lists)]

    return lookup


async def test_a_name_with_one_answer_inside_is_refused_whole(looking):
    found = await looking("http://two.example/", allowed=(), lookup=answers(["8.8.8.8", "10.0.0.1"]))
    assert found.vote.up is None


async def test_a_name_is_resolved_once_and_the_checked_address_is_used(wayward, looking):
    """A second answer, as a rebinding name server would give it, is never asked for."""
    port = wayward.base.rpartition(":")[2]
    found = await looking(f"http://rebind.example:{port}/", lookup=answers(["127.0.0.1"]))
    assert found.vote.up is True


async def test_a_redirect_to_a_name_that_leads_inside_is_refused(wayward, looking):
    def lookup(host, port):
        return look_up("10.0.0.1" if host == "localhost" else host, port)

    async def to_localhost(writer):
        await wayward._redirect(writer, "http://localhost/")

    wayward.do_answer = to_localhost
    found = await looking(wayward.base + "/", lookup=lookup)
    assert found.vote.up is None


async def test_a_fault_of_our_own_machine_is_no_failure_of_theirs(looking):
    def exhausted(host, port):
        raise OSError(errno.EMFILE, "Too many open files")

    def broken(host, port):
        raise RuntimeError("a mistake in our own code")

    for lookup in (exhausted, broken):
        found = await looking("http://fine.example/", lookup=lookup)
        assert found.vote.up is None
        assert found.vote.reason.startswith("we could not look")


async def test_a_name_that_does_not_exist_is_a_failure(looking):
    def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert (await looking("http://gone.example/", lookup=unknown)).vote.up is False


async def test_a_timeout_while_our_own_process_stood_still_is_no_failure(wayward, looking):
    pulse = Pulse()
    beating = asyncio.create_task(pulse.run())
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(looking(wayward.base + "/hang", late_since=pulse.late_since))
    await asyncio.sleep(0.1)
    time.sleep(TIMEOUT_MS / 1000)  # noqa: ASYNC251 - this is the fault
    found = await waiting
    beating.cancel()
    assert found.vote.up is None
    assert "too slow" in found.vote.reason
    assert (await looking(wayward.base + "/hang", late_since=pulse.late_since)).vote.up is False
