"""The failures that the payment sandbox shows on demand."""

from pydantic import BaseModel, ConfigDict, Field


class Faults(BaseModel):
    """Set by `POST /faults` (what is not named goes back to its default). Counted ones are used up."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    decline: bool = Field(default=False, description="POST /payments/{id}/pay answers 402")
    fail_requests: int = Field(default=0, ge=0, description="the next n requests answer 503 and do nothing")
    lose_answers: int = Field(default=0, ge=0, description="the next n requests are carried out, but answer 503")
    delay_answers_ms: int = Field(default=0, ge=0, le=60_000)
    webhooks_stopped: bool = Field(default=False, description="no webhook is sent until this is false again")
    lose_webhooks: int = Field(default=0, ge=0, description="the next n attempts at delivery fail")
    delay_webhooks_ms: int = Field(default=0, ge=0, le=600_000)
    webhook_copies: int = Field(default=1, ge=1, le=20, description="how often each webhook is delivered")

    def fails_a_request(self) -> bool:
        return self._use_up("fail_requests")

    def loses_an_answer(self) -> bool:
        return self._use_up("lose_answers")

    def loses_a_webhook(self) -> bool:
        return self._use_up("lose_webhooks")

    def _use_up(self, name: str) -> bool:
        left: int = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return left > 0
