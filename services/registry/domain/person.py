"""Whom a provider names: its legal representative, its contacts, and the account it is paid to.

What it says of them is sealed under a key of each person's own. Kept in the clear is only which fields are stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class PersonRole(StrEnum):
    REPRESENTATIVE = "representative"
    SUPPORT_CONTACT = "support_contact"
    SECURITY_CONTACT = "security_contact"
    SETTLEMENT_ACCOUNT = "settlement_account"


FIELDS: dict[PersonRole, tuple[str, ...]] = {
    PersonRole.REPRESENTATIVE: ("name", "identity_number"),
    PersonRole.SUPPORT_CONTACT: ("name", "email", "phone"),
    PersonRole.SECURITY_CONTACT: ("name", "email", "phone"),
    PersonRole.SETTLEMENT_ACCOUNT: ("bank_name", "bank_code", "account_name", "account_number"),
}

Details = Mapping[str, str]
"""What is said of one person, in plain text: field by field, without those left empty. Only ever in memory."""


@dataclass(eq=False)
class Person:
    """`sealed` holds the details under the key of `person_id`; None means that nothing is stated yet."""

    person_id: UUID
    provider_id: UUID
    role: PersonRole
    sealed: bytes | None = field(default=None, repr=False)
    stated: list[str] = field(default_factory=list)

    def unstated(self) -> tuple[str, ...]:
        """The fields that are still missing, by their names in the application."""
        return tuple(f"{self.role}.{name}" for name in FIELDS[self.role] if name not in self.stated)

    def state(self, sealed: bytes | None, details: Details) -> None:
        self.sealed, self.stated = sealed, [name for name in FIELDS[self.role] if details.get(name)]

    def forget(self, stranger: UUID) -> None:
        """The key of the person was destroyed. Whoever is stated in this role later is a stranger with another key."""
        self.person_id, self.sealed, self.stated = stranger, None, []


@dataclass(frozen=True, slots=True)
class Statement:
    """All that a provider states about itself. An empty text means that it is not stated yet."""

    legal_name: str
    registered_address: str = ""
    website: str = ""
    persons: Mapping[PersonRole, Details] = field(default_factory=dict, repr=False)

    def of(self, role: PersonRole) -> Details:
        return {name: value for name, value in self.persons.get(role, {}).items() if value}
