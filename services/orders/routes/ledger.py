"""What finance sees of the ledger."""

from typing import Annotated

from fastapi import APIRouter

from services.orders import queries
from services.orders.schemas import BalanceResponse
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging

router = APIRouter(tags=["ledger"])
CanSeeMoney = Annotated[Caller, requires(Role.FINANCE, Role.AUDITOR)]


@router.get("/ledger/balances", operation_id="list_balances", response_model=PageOf[BalanceResponse])
async def list_balances(_: CanSeeMoney, tx: Tx, paging: Paging) -> PageOf[BalanceResponse]:
    """Every account's balance, derived from its postings; all of them together are zero."""
    after = paging.after["account"] if paging.after else ""
    page = paging.page(await queries.balances(tx, after, paging.limit + 1), lambda row: {"account": row["account"]})
    return PageOf(items=[BalanceResponse(**row) for row in page.items], next=page.next)
