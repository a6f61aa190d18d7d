"""What a route asks for in its signature: the vault."""

from typing import Annotated

from fastapi import Depends, Request

from shared.personal.vault import Vault


def _vault(request: Request) -> Vault:
    state = request.app.state
    if not hasattr(state, "vault"):
        state.vault = Vault.of(state.settings)
    vault: Vault = state.vault
    return vault


Vaulted = Annotated[Vault, Depends(_vault)]
