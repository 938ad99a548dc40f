"""Photographs of tally sheets, as tallies name them."""

import strawberry
from strawberry import Private

from db.evidence import Photograph

PATH = "/evidence/"


@strawberry.type(description="A photograph of the tally sheet. `url` serves it; `sha256` is what the ledger holds.")
class Evidence:
    photograph: Private[Photograph]

    @strawberry.field(description="Of the file as its reporter sent it, in hex.")
    def sha256(self) -> str:
        return self.photograph.sha256

    @strawberry.field(description="Of what `url` serves.")
    def media_type(self) -> str:
        return self.photograph.public_media_type

    @strawberry.field(description="Of what `url` serves.")
    def bytes(self) -> int:
        return self.photograph.public_bytes

    @strawberry.field(description="On this server; `?width=320` and `?width=1280` are narrower, as JPEG.")
    def url(self) -> str:
        return PATH + self.photograph.sha256

    @strawberry.field(
        description=(
            "Of what `url` serves, in hex: the same as `sha256`, unless place, device or the like had to be taken out."
        )
    )
    def public_sha256(self) -> str:
        return self.photograph.public_sha256

    @strawberry.field(description="Pixels, upright.")
    def width(self) -> int:
        return self.photograph.width

    @strawberry.field(description="Pixels, upright.")
    def height(self) -> int:
        return self.photograph.height
