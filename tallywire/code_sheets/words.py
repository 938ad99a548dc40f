"""What stands on the slips, in Thai and English."""

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date, format_time

from counting.vocabulary import Language, Role

BUDDHIST_ERA = 543
# The page of the apps where a code is typed; an outlet's program trades it through the API.
PAGES = {Role.VOLUNTEER: "/volunteer", Role.EDITOR: "/desk", Role.OPERATOR: "/desk", Role.OUTLET: "/"}


@dataclass(frozen=True, slots=True)
class Words:
    """`steps` by role; the others are filled with what they name."""

    title: str
    rehearsal: str
    told: str
    sheet: str
    printed: str
    slip: dict[Role, str]
    station: str
    everywhere: str
    steps: dict[Role, tuple[str, ...]]
    once: str
    until: str
    secret: str
    no_scan: str
    contact: str


DESK_STEPS_TH = ("สแกน QR ด้วยเครื่องที่จะใช้ทำงาน", "ใส่ชื่อที่ใช้เรียก แล้วกดตกลง", "เก็บเครื่องไว้กับตัว หายให้แจ้งทันที")
DESK_STEPS_EN = (
    "Scan the QR with the device you will work on",
    "Say what to call you",
    "Lost the device? Say so at once",
)
OUTLET_STEPS_TH = ("แลกรหัสเป็นโทเค็นครั้งเดียว ด้วย mutation enrol ที่ /graphql", "เก็บโทเค็นไว้ที่เซิร์ฟเวอร์ ไม่ใช่ในหน้าเว็บ")
OUTLET_STEPS_EN = (
    "Trade the code for a token once: mutation enrol at /graphql",
    "Keep the token on your server, not in a page",
)
WORDS = {
    Language.TH: Words(
        title="บัตรลงทะเบียน · {election}",
        rehearsal="ซ้อม",
        told="ผู้ประสาน: ตัดตามเส้นประ แจกคนละใบ จดว่าใบไหนให้ใคร ไว้ในสมุดเท่านั้น · ใบที่เหลือฉีกทิ้งก่อนเริ่มนับ",
        sheet="แผ่น {place}",
        printed="พิมพ์ {date}",
        slip={
            Role.VOLUNTEER: "บัตรอาสา",
            Role.EDITOR: "บัตรบรรณาธิการ",
            Role.OPERATOR: "บัตรผู้ดูแลระบบ",
            Role.OUTLET: "บัตรสื่อ",
        },
        station="หน่วย <b>{number}</b> {area}",
        everywhere="ทั้งการเลือกตั้ง",
        steps={
            Role.VOLUNTEER: (
                "เปิดกล้องมือถือ สแกน QR ที่บ้านก่อนวันเลือกตั้ง",
                "กด “ติดตั้ง” แล้วซ้อมหนึ่งใบ",
                "หลังปิดหีบ ถ่ายใบ พิมพ์ ทวน ส่ง ไม่มีเน็ตก็ส่งได้",
            ),
            Role.EDITOR: DESK_STEPS_TH,
            Role.OPERATOR: DESK_STEPS_TH,
            Role.OUTLET: OUTLET_STEPS_TH,
        },
        once="ใช้ได้ครั้งเดียว",
        until="ถึง {date} {time} น.",
        secret="อย่าถ่ายรูปบัตรลงโซเชียล",
        no_scan="สแกนไม่ได้: เปิด {address} แล้วพิมพ์เลข 12 หลัก",
        contact="ผู้ประสาน โทร ____________________",
    ),
    Language.EN: Words(
        title="Enrolment codes · {election}",
        rehearsal="REHEARSAL",
        told="Coordinator: cut along the dashes, one slip a person, note on paper who got which",
        sheet="Sheet {place}",
        printed="printed {date}",
        slip={
            Role.VOLUNTEER: "Volunteer",
            Role.EDITOR: "Editor",
            Role.OPERATOR: "Operator",
            Role.OUTLET: "Outlet",
        },
        station="Station <b>{number}</b> {area}",
        everywhere="everywhere",
        steps={
            Role.VOLUNTEER: (
                "Scan the QR with your phone, at home",
                "Tap “Install”, and practise one sheet",
                "When polls close: photograph, type, check, send",
            ),
            Role.EDITOR: DESK_STEPS_EN,
            Role.OPERATOR: DESK_STEPS_EN,
            Role.OUTLET: OUTLET_STEPS_EN,
        },
        once="Works once",
        until="until {date} {time}",
        secret="Never photograph this slip for social media",
        no_scan="Cannot scan: open {address} and type the 12 digits",
        contact="Coordinator, phone ____________________",
    ),
}


def day(moment: datetime, language: Language) -> str:
    """22 พ.ค. 2565, in the calendar of the language."""
    if language is Language.TH:
        return f"{format_date(moment, 'd MMM', locale='th')} {moment.year + BUDDHIST_ERA}"
    return format_date(moment, "d MMM y", locale="en_GB")


def clock(moment: datetime, language: Language) -> str:
    return format_time(moment, "HH:mm", locale="th" if language is Language.TH else "en_GB")
