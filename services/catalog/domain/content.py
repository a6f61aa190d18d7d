"""What a provider says about its listing: the value that is screened, reviewed and shown."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.contracts.catalog import Plan


@dataclass(frozen=True, slots=True)
class Content:
    """All texts are plain text; whoever shows them escapes them."""

    category: str
    name: str
    summary: str = ""
    details: str = ""
    callback_url: str = ""
    support_url: str = ""
    plans: tuple[Plan, ...] = ()

    def texts(self) -> Iterator[tuple[str, str]]:
        """The texts that people read, with the names of their fields."""
        yield "name", self.name
        yield "summary", self.summary
        yield "details", self.details
        for index, plan in enumerate(self.plans):
            yield f"plans[{index}].title", plan.title
