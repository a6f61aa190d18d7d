"""What a route asks for in its signature: a look at callback addresses."""

from typing import Annotated

from fastapi import Depends, Request

from services.catalog.use_cases.reach import CallbackLook


def _looking(request: Request) -> CallbackLook:
    state = request.app.state
    if not hasattr(state, "callback_look"):
        state.callback_look = CallbackLook(state.settings)
    look: CallbackLook = state.callback_look
    return look


Looking = Annotated[CallbackLook, Depends(_looking)]
