"""What became of an outlet's goods in a round, and what is left."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from distribution.domain.types import Code


class StockReport(SQLModel):
    """An outlet's account of one commodity at the end of a round, in whole packs."""

    outlet_code: Code = Field(max_length=64, description="code of the outlet")
    commodity_code: Code = Field(max_length=64, description="code of the commodity")
    collected_packs: int = Field(
        default=0, ge=0, le=10**9, sa_type=BigInteger, description="packs the outlet has fetched from a warehouse"
    )
    offtake_packs: int = Field(ge=0, le=10**9, sa_type=BigInteger, description="packs handed out to people")
    loss_packs: int = Field(default=0, ge=0, le=10**9, sa_type=BigInteger, description="packs lost or spoilt")
    closing_packs: int = Field(ge=0, le=10**9, sa_type=BigInteger, description="packs that are left")
    reason: str = Field(default="", max_length=1000, description="what became of lost packs")


class StockAccount(StockReport):
    """The account with what the service knows itself; opening + received + moved in = offtake + loss + moved out + closing."""

    opening_packs: int = Field(ge=0, sa_type=BigInteger, description="packs that lay there when the round was computed")
    delivered_packs: int = Field(ge=0, sa_type=BigInteger, description="packs accepted from trucks, by the receipts")
    moved_in_packs: int = Field(
        default=0, ge=0, sa_type=BigInteger, description="packs that the union had another outlet give to this one"
    )
    moved_out_packs: int = Field(
        default=0, ge=0, sa_type=BigInteger, description="packs that the union had this outlet give to another one"
    )
