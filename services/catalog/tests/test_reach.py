"""The callback address: tricks in its writing, where it leads, and whether anything answers there."""

import socket
from time import monotonic, sleep

import pytest
from aiohttp import web

from services.catalog.domain.screening.finding import Severity
from services.catalog.domain.screening.subject import Fault, Observations, Reach
from services.catalog.settings import CatalogSettings
from services.catalog.tests.asking import a_body, create, problem
from services.catalog.tests.builders import a_content
from services.catalog.tests.detecting import findings_of
from services.catalog.use_cases.reach import CallbackLook

LOOPBACK = {"callback_allow_networks": ["127.0.0.0/8"]}


def a_look(lookup=None, **values):
    settings = CatalogSettings(database_url="postgresql://nobody@127.0.0.1/nothing", **values)
    return CallbackLook(settings, lookup) if lookup else CallbackLook(settings)


def leading_to(*addresses):
    return lambda host, port: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


@pytest.fixture
async def served():
    """The address of something that answers, though with an error."""

    async def refuse(request):
        return web.Response(status=405)

    app = web.Application()
    app.router.add_route("*", "/callback", refuse)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/callback"
    await runner.cleanup()


# --- as it is written


@pytest.mark.parametrize(
    "url",
    [
        "https://user@app.example.com/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://app.internal/cb",
        "https://db.svc.cluster.local/",
        "https://router.lan",
        "https://intranet/cb",
        "https://app.example.com\\@evil.cn/",
        "https://app.example.com/#/cb",
        "https://%61pp.example.com/",
    ],
)
def test_a_tricky_address_blocks_without_a_look(url):
    [finding] = findings_of(a_content(callback_url=url))
    assert (finding.detector, finding.clause, finding.severity, finding.matched) == (
        "callback-address", "4.3.3", Severity.BLOCKS, url,
    )  # fmt: skip


def test_a_name_in_other_letters_goes_to_the_reviewer():
    [finding] = findings_of(a_content(callback_url="https://xn--fiqs8s.example.com/"))
    assert finding.severity is Severity.WARNS


@pytest.mark.parametrize(
    "url", ["https://app.example.com/cb?x=1", "http://app.example.com:8080/", "https://8.8.8.8/cb", "https://a-b.c1.cn"]
)
def test_a_plain_address_is_left_alone(url):
    assert findings_of(a_content(callback_url=url)) == ()


# --- as it is looked at


async def test_whatever_answers_will_do(served):
    assert await a_look(**LOOPBACK).look_at(served) == Reach(served)


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("10.1.2.3",), ("169.254.169.254",), ("8.8.8.8", "192.168.1.1"), ("100.64.0.1",)]
)
async def test_a_name_that_leads_inside_is_not_called(addresses):
    looked = await a_look(leading_to(*addresses)).look_at("https://app.example.com/cb")
    assert looked == Reach("https://app.example.com/cb", Fault.DENIED)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://user@x/"])
async def test_a_literal_that_leads_inside_is_not_called(url):
    assert (await a_look().look_at(url)).fault is Fault.DENIED


async def test_an_unusual_port_is_not_called():
    looked = await a_look(leading_to("8.8.8.8"), callback_ports=[443]).look_at("https://app.example.com:6379/")
    assert looked.fault is Fault.DENIED


async def test_a_name_that_leads_nowhere_is_told(served):
    def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert (await a_look(unknown).look_at("https://app.example.com/")).fault is Fault.UNKNOWN
    assert (await a_look().look_at(f"https://{'a' * 64}.example.com/")).fault is Fault.UNKNOWN


async def test_a_closed_door_is_told():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{door.getsockname()[1]}/"
        assert (await a_look(**LOOPBACK).look_at(url)).fault is Fault.SILENT


async def test_a_door_that_speaks_no_tls_is_told(served):
    looked = await a_look(**LOOPBACK).look_at(served.replace("http:", "https:"))
    assert looked.fault in (Fault.UNTRUSTED, Fault.SILENT)


async def test_a_look_ends_in_time_however_slow_the_name_is():
    def slow(host, port):
        sleep(1.5)
        return []

    began = monotonic()
    assert (await a_look(slow, callback_look_seconds=0.05).look_at("https://app.example.com/")).fault is Fault.SILENT
    assert monotonic() - began < 1.2


async def test_nothing_is_looked_at_without_an_address_or_where_that_is_switched_off():
    assert await a_look().look_at("") is None
    assert await a_look(callback_look=False).look_at("https://app.example.com/") is None


# --- what is said of it


@pytest.mark.parametrize(("fault", "severity"), [
    (Fault.DENIED, Severity.BLOCKS), (Fault.UNKNOWN, Severity.WARNS), (Fault.UNTRUSTED, Severity.WARNS),
    (Fault.SILENT, Severity.WARNS),
])  # fmt: skip
def test_only_where_nothing_must_go_blocks(fault, severity):
    content = a_content()
    [finding] = findings_of(content, seen=Observations(callback=Reach(content.callback_url, fault)))
    assert (finding.field, finding.severity, finding.clause) == ("callback_url", severity, "4.3.3")


def test_a_look_at_another_address_says_nothing():
    assert findings_of(a_content(), seen=Observations(callback=Reach("https://other.example.com/", Fault.DENIED))) == ()


# --- by HTTP


async def test_a_submission_whose_callback_leads_inside_is_refused(seller, db, client_for, token):
    provider = await client_for("catalog", db, token("provider", "shop"), callback_look=True)
    created = await create(provider, callback_url="http://127.0.0.1:5432/callback")
    assert created.json()["findings"] == []
    refused = await provider.post(f"{created.headers['location']}/submission")
    assert problem(refused) == (409, "screening-blocked")
    assert [(f["detector"], f["field"]) for f in refused.json()["findings"]] == [("callback-address", "callback_url")]


async def test_a_submission_whose_callback_answers_waits_for_review(seller, db, client_for, token, served):
    provider = await client_for("catalog", db, token("provider", "shop"), callback_look=True, **LOOPBACK)
    created = await create(provider, callback_url=served)
    submitted = await provider.post(f"{created.headers['location']}/submission")
    assert (submitted.status_code, submitted.json()["state"], submitted.json()["findings"]) == (200, "submitted", [])


async def test_a_dry_run_looks_only_when_it_is_asked_to(seller, db, client_for, token):
    provider = await client_for("catalog", db, token("provider", "shop"), callback_look=True)
    body = a_body(callback_url="http://127.0.0.1:5432/callback")
    assert (await provider.post("/v1/screenings", json=body)).json()["findings"] == []
    looked = (await provider.post("/v1/screenings", json=body | {"look": True})).json()
    assert (looked["blocks"], looked["can_be_submitted"]) == (1, False)
