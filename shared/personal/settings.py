"""The settings of a service that keeps personal data."""

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class PersonalDataSettings(ServiceSettings):
    personal_keys: SecretStr = Field(
        default=SecretStr(""),
        description="id:base64 of 32 bytes, comma-separated; the first seals, the others only still open",
    )
    blind_index_key: SecretStr = Field(
        default=SecretStr(""),
        description="base64 of 32 bytes; with another key no equal value is found again until all is indexed anew",
    )
    blind_index_key_before: SecretStr = Field(
        default=SecretStr(""),
        description="the one before, only for the command that indexes anew",
    )
