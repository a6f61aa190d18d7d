"""One database and one login role per service, with no way from one into another."""

from collections.abc import Mapping

import asyncpg


async def prepare(admin_url: str, passwords: Mapping[str, str]) -> str:
    """Creates what is missing; safe to repeat. Returns the server's own identifier.

    Passwords hold only letters, digits, `-` and `_`.
    """
    admin = await asyncpg.connect(admin_url)
    try:
        roles = {row["rolname"] for row in await admin.fetch("SELECT rolname FROM pg_roles")}
        existing = {row["datname"] for row in await admin.fetch("SELECT datname FROM pg_database")}
        for service, password in passwords.items():
            verb = "ALTER" if service in roles else "CREATE"
            await admin.execute(
                f"{verb} ROLE {service} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}'"
            )
            if service not in existing:
                await admin.execute(f"CREATE DATABASE {service} OWNER {service}")
        for database in (*passwords, "postgres", "template1"):
            # PUBLIC may connect anywhere unless told otherwise.
            await admin.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
        return str(await admin.fetchval("SELECT system_identifier FROM pg_control_system()"))
    finally:
        await admin.close()
