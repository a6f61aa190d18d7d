"""The market as a person meets it: requests over HTTP, and waiting until something that was said has arrived."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx2

PATIENCE = 5
"""How often something is asked that a part is away for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, and what came back after `seconds`."""

    service: str
    method: str
    path: str
    status: int
    body: Any
    headers: Mapping[str, str]
    seconds: float

    def __getitem__(self, member: str) -> Any:
        return self.body[member]

    @property
    def version(self) -> str:
        """The version for `If-Match` of a later change."""
        return self.headers.get("etag") or f'"v{self.body["version"]}"'

    @property
    def code(self) -> str:
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""

    def expect(self, *statuses: int) -> "Answer":
        if self.status not in (statuses or (200, 201, 202)):
            raise UnexpectedAnswerError(self)
        return self


class UnexpectedAnswerError(RuntimeError):
    """The market answered something else than the story tells."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(
            f"{answer.method} {answer.path} ({answer.service}) was answered {answer.status}: {answer.body}"
        )
        self.answer = answer


class NotArrivedError(RuntimeError):
    """What should have become true did not in time."""


Tokens = Callable[[str, str], Awaitable[str]]
Listener = Callable[[Answer], None]


class Person:
    """Somebody with a role. Every POST carries a new Idempotency-Key unless one is given."""

    def __init__(self, market: "Market", role: str, subject: str) -> None:
        self._market = market
        self.role = role
        self.subject = subject

    async def get(self, service: str, path: str, **query: Any) -> Answer:
        return await self._market.ask(service, "GET", path, who=self, query=query)

    async def post(self, service: str, path: str, body: Any = None, *, version: str = "", key: str = "") -> Answer:
        headers = {"Idempotency-Key": key or uuid4().hex} | ({"If-Match": version} if version else {})
        return await self._market.ask(service, "POST", path, who=self, body=body or {}, headers=headers)

    async def upload(self, service: str, path: str, content: bytes, media_type: str, **query: Any) -> Answer:
        """The body is a file."""
        headers = {"Idempotency-Key": uuid4().hex, "Content-Type": media_type}
        return await self._market.ask(service, "POST", path, who=self, body=content, query=query, headers=headers)

    async def put(self, service: str, path: str, body: Any, *, version: str) -> Answer:
        return await self._market.ask(service, "PUT", path, who=self, body=body, headers={"If-Match": version})


class Market:
    """`clients` by service; `tokens(role, subject)` gives bearer tokens; `listener` hears of every answer."""

    def __init__(
        self, clients: Mapping[str, httpx2.AsyncClient], tokens: Tokens, listener: Listener | None = None
    ) -> None:
        self.clients = clients
        self._tokens = tokens
        self.listener = listener
        self.correlation_id = ""
        self.public = Person(self, "", "")

    def as_(self, role: str, subject: str) -> Person:
        return Person(self, role, subject)

    async def ask(
        self,
        service: str,
        method: str,
        path: str,
        *,
        who: Person | None = None,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A part that is away for the moment is asked again, if asking twice is harmless."""
        sent = dict(headers or {})
        if who is not None and who.role:
            sent["Authorization"] = f"Bearer {await self._tokens(who.role, who.subject)}"
        if self.correlation_id:
            sent["X-Correlation-Id"] = self.correlation_id
        for attempt in range(PATIENCE):
            answer = await self._ask_once(service, method, path, body, query, sent)
            if answer.status != 503 or not (method == "GET" or "Idempotency-Key" in sent):
                break
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)) * (attempt + 1))
        return answer

    async def _ask_once(
        self, service: str, method: str, path: str, body: Any, query: Mapping[str, Any] | None, sent: Mapping[str, str]
    ) -> Answer:
        began = perf_counter()
        sending: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        reply = await self.clients[service].request(
            method, path, params=dict(query or {}), headers=dict(sent), **sending
        )
        content = reply.json() if "json" in reply.headers.get("content-type", "") else reply.text
        answer = Answer(service, method, path, reply.status_code, content, reply.headers, perf_counter() - began)
        if self.listener is not None:
            self.listener(answer)
        return answer


async def until(
    what: str,
    ask: Callable[[], Awaitable[Answer]],
    holds: Callable[[Answer], bool],
    *,
    seconds: float = 20,
    pause: float = 0.02,
) -> Answer:
    """Asks again and again until the answer `holds`; if it never does, says what was waited for and came last."""
    deadline = perf_counter() + seconds
    while True:
        answer = await ask()
        if holds(answer):
            return answer
        if perf_counter() > deadline:
            raise NotArrivedError(
                f"{what}: not within {seconds:g} s; the last answer was {answer.status} {answer.body}"
            )
        await asyncio.sleep(pause)
