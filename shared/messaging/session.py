"""A database session that holds advisory locks, and loses them when its process freezes or dies."""

import asyncpg


async def open_session(url: str, seconds: int) -> asyncpg.Connection:
    """Outside of any pool. Whoever says nothing for `seconds` is cut off, and its locks are free."""
    limits = ("idle_session_timeout", "idle_in_transaction_session_timeout", "statement_timeout")
    return await asyncpg.connect(
        url, timeout=5, command_timeout=seconds, server_settings={name: f"{seconds}s" for name in limits}
    )
