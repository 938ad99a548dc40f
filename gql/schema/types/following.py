"""Where a follower's numbers come from, and how old they are."""

from datetime import datetime
from zoneinfo import ZoneInfo

import strawberry
from strawberry import Private

from gql.context import Info
from gql.following import Followed, FollowState
from gql.schema.types.scalars import Language

strawberry.enum(
    FollowState,
    description=(
        "FOLLOWING: verified up to the origin's newest head. AWAY: the origin cannot be reached. REFUSED: what it"
        " serves does not verify. In both of these what was verified before is served on."
    ),
)


@strawberry.type(description="A follower's origin, and how it stands with it.")
class Following:
    facts: Private[Followed]
    zone: Private[ZoneInfo]

    @strawberry.field(description="The address of the service whose log this is a verified copy of.")
    def origin(self) -> str:
        return self.facts.origin

    @strawberry.field
    def state(self) -> FollowState:
        return self.facts.state

    @strawberry.field(description="So many entries are verified, and served here.")
    def size(self) -> int:
        return self.facts.size

    @strawberry.field(description="When the origin last showed what verifies: older than a few seconds is old.")
    def verified_at(self) -> datetime | None:
        moment = self.facts.verified_at
        return moment.astimezone(self.zone) if moment else None

    @strawberry.field(description="What does not verify, or why the origin cannot be reached.")
    def reason(self) -> str | None:
        return self.facts.reason

    @strawberry.field(
        description="The key with which this node cosigns the heads that it verified, as verifiers take it."
    )
    def witness(self, info: Info) -> str | None:
        return info.context.services.witness

    @strawberry.field(description="Signed heads of the origin that cannot both be true, where there are such.")
    def heads(self) -> list[str]:
        return list(self.facts.heads)


def followed_notice(followed: Followed, language: Language | None) -> str | None:
    """What pages say of a copy that is not fresh; None where it is."""
    english = language is Language.EN
    when = followed.verified_at.strftime("%H:%M:%S UTC") if followed.verified_at else "–"
    if followed.state is FollowState.REFUSED and followed.heads:
        return (
            f"{followed.origin} has signed two contradictory logs. These are the results verified at {when}"
            if english
            else f"{followed.origin} ลงนามรับรองข้อมูลสองชุดที่ขัดแย้งกัน ตัวเลขนี้คือที่ตรวจสอบแล้วเมื่อ {when}"
        )
    if followed.state is FollowState.REFUSED:
        return (
            f"What {followed.origin} now serves does not verify. These are the results verified at {when}"
            if english
            else f"ข้อมูลที่ {followed.origin} ส่งมาตรวจสอบไม่ผ่าน ตัวเลขนี้คือที่ตรวจสอบแล้วเมื่อ {when}"
        )
    if followed.state is FollowState.AWAY:
        return (
            f"{followed.origin} cannot be reached. These are the results verified at {when}"
            if english
            else f"ติดต่อ {followed.origin} ไม่ได้ ตัวเลขนี้คือที่ตรวจสอบแล้วเมื่อ {when}"
        )
    return None
