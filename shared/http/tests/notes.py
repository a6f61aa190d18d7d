"""A made-up service to hold the HTTP laws against: notes that callers write, change and list."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, Uuid

from shared.contracts.event import Event
from shared.db.tables import add_plumbing
from shared.errors import Conflict, Invalid, NotFound
from shared.http import tests
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.fields import Line, Prose
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, check_version, etag
from shared.ids import new_id
from shared.service import Service
from shared.settings import ServiceSettings

metadata = MetaData()
add_plumbing(metadata)
Table("note", metadata, Column("id", Uuid, primary_key=True), Column("owner", Text, nullable=False),
      Column("title", Text, nullable=False), Column("version", Integer, nullable=False),
      Column("size", BigInteger, nullable=False, server_default="0"))  # fmt: skip
Table("late", metadata, Column("id", Uuid, primary_key=True))

router = APIRouter()
CanWrite = Annotated[Caller, requires(Role.MERCHANT)]


class NoteWritten(Event, wire="note.written", aggregate="note", key="note_id"):
    note_id: UUID


class NoteLocked(Conflict):
    code = "note-locked"
    title = "The note is locked"
    title_zh = "便签已锁定"


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Line
    text: Prose = ""
    size: int = 0


class NoteResponse(BaseModel):
    note_id: UUID
    title: str
    version: int


class Gate:
    """Holds calls back until enough of them are inside, so that they really overlap."""

    def __init__(self) -> None:
        self.close_for(0)

    def close_for(self, calls: int) -> None:
        self._missing = calls
        self._open = asyncio.Event()

    async def wait(self) -> None:
        self._missing -= 1
        if self._missing <= 0:
            self._open.set()
        await self._open.wait()


gate = Gate()


@router.post(
    "/v1/notes", operation_id="write_note", status_code=201, response_model=NoteResponse, responses=problems(Invalid)
)
async def write_note(body: Draft, caller: CanWrite, tx: Tx, once: Once) -> Any:
    if (kept := await once.kept()) is not None:
        return kept
    await gate.wait()
    note = NoteResponse(note_id=new_id(), title=body.title, version=1)
    await tx.driver.execute(
        "INSERT INTO note (id, owner, title, version, size) VALUES ($1, $2, $3, 1, $4)",
        note.note_id, caller.subject, note.title, body.size,
    )  # fmt: skip
    tx.record("write_note", f"note/{note.note_id}", new={"title": note.title})
    return once.answer(201, note, location=f"/v1/notes/{note.note_id}", headers={"etag": etag(1)})


@router.put(
    "/v1/notes/{note_id}",
    operation_id="change_note",
    response_model=NoteResponse,
    responses=problems(NotFound, NoteLocked),
)
async def change_note(
    note_id: UUID, body: Draft, caller: CanWrite, expected: IfMatch, tx: Tx, response: Response
) -> NoteResponse:
    row = await tx.driver.fetchrow("SELECT version FROM note WHERE id = $1 FOR UPDATE", note_id)
    if row is None:
        raise NotFound("There is no such note.")
    check_version(expected, row["version"])
    if body.title == "locked":
        raise NoteLocked("Nobody may change it now.", since="2020-02-12", by={"decision": note_id})
    await tx.driver.execute("UPDATE note SET title = $2, version = version + 1 WHERE id = $1", note_id, body.title)
    response.headers["etag"] = etag(expected + 1)
    return NoteResponse(note_id=note_id, title=body.title, version=expected + 1)


@router.post("/v1/notes/{note_id}/pin", operation_id="pin_note", status_code=201, response_model=NoteResponse,
             responses=problems(NotFound, NoteLocked))  # fmt: skip
async def pin_note(note_id: UUID, caller: CanWrite, tx: Tx, once: Once) -> Any:
    """Only the first pin is possible: a second one meets a changed state."""
    if (kept := await once.kept()) is not None:
        return kept
    await gate.wait()
    row = await tx.driver.fetchrow("SELECT title, version FROM note WHERE id = $1 FOR UPDATE", note_id)
    if row is None:
        raise NotFound("There is no such note.")
    if row["version"] != 1:
        raise NoteLocked("It is pinned already.")
    await tx.driver.execute("UPDATE note SET version = 2 WHERE id = $1", note_id)
    return once.answer(201, NoteResponse(note_id=note_id, title=row["title"], version=2))


@router.get("/v1/notes", operation_id="list_notes", response_model=PageOf[NoteResponse])
async def list_notes(tx: Tx, paging: Paging, title: Annotated[Line | None, Query()] = None) -> PageOf[NoteResponse]:
    after = UUID(paging.after["id"]) if paging.after else UUID(int=0)
    rows = await tx.driver.fetch(
        "SELECT id AS note_id, title, version FROM note WHERE id > $1 AND ($2::text IS NULL OR title = $2)"
        " ORDER BY id LIMIT $3",
        after, title, paging.limit + 1,
    )  # fmt: skip
    return paging.page([NoteResponse(**dict(row)) for row in rows], lambda note: {"id": note.note_id})


@router.post("/v1/late", operation_id="fail_late", response_model=Draft)
async def fail_late(body: Draft, caller: CanWrite, tx: Tx) -> Draft:
    """Everything succeeds but the commit: the constraint that refuses it is deferred."""
    await tx.driver.execute("INSERT INTO late VALUES ($1)", new_id())
    return body


@router.post("/v1/broken", operation_id="break_down", response_model=Draft)
async def break_down(body: Draft, tx: Tx) -> Draft:
    await tx.driver.execute("INSERT INTO late VALUES ($1)", new_id())
    raise ZeroDivisionError(f"a secret: {body.title}\nDETAIL: more of it")


@router.post("/v1/refused", operation_id="refuse_after_writing", response_model=Draft)
async def refuse_after_writing(body: Draft, tx: Tx) -> Draft:
    await tx.driver.execute("INSERT INTO late VALUES ($1)", new_id())
    raise Conflict("Written, then refused.")


@router.get("/v1/me", operation_id="who_am_i", response_model=dict[str, Any])
async def who_am_i(caller: Annotated[Caller, requires()]) -> dict[str, Any]:
    return {"subject": caller.subject, "roles": sorted(caller.roles)}


@router.get("/v1/context", operation_id="read_context", response_model=dict[str, str])
async def read_context(tx: Tx) -> dict[str, str]:
    return {"actor": tx.context.actor, "story": tx.context.correlation_id, "trace": tx.context.traceparent}


service = Service(
    name="notes", title="Notes", package=tests, settings=ServiceSettings, metadata=metadata, router=router
)
