"""What a route asks for in its signature: its transaction."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request

from shared.context import current_context, set_context
from shared.db.transaction import Transaction
from shared.http.auth import actor_of


async def _transaction(request: Request) -> AsyncIterator[Transaction]:
    context = replace(current_context(), actor=await actor_of(request))
    set_context(context)
    async with request.app.state.db.transaction(context) as tx:
        yield tx


Tx = Annotated[Transaction, Depends(_transaction, scope="function")]
"""One request, one transaction. With this scope it commits before the answer is sent, and a failed commit is told."""
