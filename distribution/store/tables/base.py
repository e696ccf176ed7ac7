"""The base of every table: one catalogue of tables, with a name for every constraint."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

#: A migration can only drop a constraint whose name it knows, and SQLite gives none of its own.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Stored(SQLModel):
    """Base of every table.

    Tables do not validate what they are given: they are filled from nouns that did, and hold CHECK constraints.
    """

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Numbered(Stored):
    """Base of the tables whose rows have no better key than a number."""

    id: int | None = Field(default=None, primary_key=True)

    def require_id(self) -> int:
        """Return the number of a row that is stored.

        Raises
        ------
        ValueError
            If it is not stored yet.
        """
        if self.id is None:
            raise ValueError("the row has no number before it is stored")
        return self.id
