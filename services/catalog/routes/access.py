"""What several routes of the catalog ask for besides their transaction and their caller."""

from typing import Annotated

from fastapi import Depends, Request

from services.catalog.settings import CatalogSettings


def _settings(request: Request) -> CatalogSettings:
    settings: CatalogSettings = request.app.state.settings
    return settings


Knobs = Annotated[CatalogSettings, Depends(_settings)]
