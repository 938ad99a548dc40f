"""The country that is nowhere: its regions, provinces and constituencies, each named in the letters of its region."""

from dataclasses import dataclass

Names = tuple[str, str]  # in the election's own language, in English


@dataclass(frozen=True)
class Region:
    """`letters` tells which names people and buildings have there."""

    code: str
    names: Names
    letters: str
    provinces: tuple[Names, ...]


COUNTRY = ("mer", ("Meridia", "Meridia"))
OVERSEAS = ("overseas", ("Círculo do estrangeiro", "Voters abroad"))
CONSULATES = (
    ("Consulado em Pôrto Âmbar", "Consulate, Porto Ambar"),
    ("Πρεσβεία στη Λευκόπολη", "Embassy, Lefkopoli"),
    ("سفارة مدينة الرمال", "Embassy, Madinat al-Rimal"),
    ("საელჩო, ზღვისპირა", "Embassy, Zghvispira"),
    ("דואר צבאי", "Army post"),
    ("Navire « Étoile d’Ouest »", "Ship Étoile d’Ouest"),
)
REGIONS = (
    Region(
        "west",
        ("Costa d’Élvora", "Elvora Coast"),
        "latin",
        (
            ("São Tirésio", "Sao Tiresio"),
            ("Ílhara", "Ilhara"),
            ("Praça-a-Verde", "Praca-a-Verde"),
        ),
    ),
    Region(
        "north",
        ("Νέα Ακτή", "Nea Akti"),
        "greek",
        (
            ("Λευκή Πέτρα", "Lefki Petra"),
            ("Κάτω Λίμνη", "Kato Limni"),
            ("Όρμος", "Ormos"),
        ),
    ),
    Region(
        "south",
        ("وادي النور", "Wadi al-Nur"),
        "arabic",
        (
            ("عين الزهور", "Ain al-Zuhur"),
            ("جبل الريح", "Jabal al-Rih"),
            ("ساحل اللؤلؤ", "Sahil al-Lulu"),
        ),
    ),
)
HALVES = {
    "latin": (("Norte", "North"), ("Sul", "South")),
    "greek": (("Βορράς", "North"), ("Νότος", "South")),
    "arabic": (("الشمال", "North"), ("الجنوب", "South")),
}
BUILDINGS = {
    "latin": (("Escola", "School"), ("Mercado", "Market hall"), ("Junta de freguesia", "Parish office")),
    "greek": (("Σχολείο", "School"), ("Αγορά", "Market hall"), ("Κοινότητα", "Parish office")),
    "arabic": (("مدرسة", "School"), ("سوق", "Market hall"), ("مكتب البلدية", "Parish office")),
}
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def building(letters: str, number: int) -> Names:
    """The hall in which a station of this number stands."""
    own, english = BUILDINGS[letters][number % 3]
    shown = str(number).translate(ARABIC_DIGITS) if letters == "arabic" else str(number)
    return f"{own} {shown}", f"{english} {number}"
