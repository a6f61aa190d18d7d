"""What a provider says about its listing: the value that is screened, reviewed and shown."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.catalog.domain.rich_text import images_in
from shared.contracts.catalog import Plan


@dataclass(frozen=True, slots=True)
class Content:
    """`details` is rich text as the sanitiser left it; all other texts are plain, and whoever shows them escapes them.

    `logo` and `screenshots` are addresses (SHA-256) of kept images. `functions` are what the product does, one line
    each, `scopes` the open platform's data that it asks for.
    """

    category: str
    name: str
    summary: str = ""
    details: str = ""
    callback_url: str = ""
    support_url: str = ""
    plans: tuple[Plan, ...] = ()
    logo: str = ""
    screenshots: tuple[str, ...] = ()
    help_url: str = ""
    functions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()

    def texts(self) -> Iterator[tuple[str, str]]:
        """The texts that people read, with the names of their fields."""
        yield "name", self.name
        yield "summary", self.summary
        yield "details", self.details
        for index, plan in enumerate(self.plans):
            yield f"plans[{index}].title", plan.title
        for index, function in enumerate(self.functions):
            yield f"functions[{index}]", function

    def images(self) -> Iterator[tuple[str, str]]:
        """The addresses of the kept images that it shows, with the names of their fields."""
        if self.logo:
            yield "logo", self.logo
        for index, address in enumerate(self.screenshots):
            yield f"screenshots[{index}]", address
        for address in images_in(self.details):
            yield "details", address
