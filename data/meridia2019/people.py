"""Who stands in Meridia: lists in several scripts, and people whom nobody bears the name of."""

import random

from places import Names

# A list's name is all there is to it: no party stands beside it, and but for one no colour.
LISTS: tuple[tuple[Names, str], ...] = (
    (("Movimento da Maré", "Tide Movement"), ""),
    (("Συμμαχία του Βορρά", "Alliance of the North"), ""),
    (("حزب الأفق", "Horizon Party"), ""),
    (("Verdes & Livres", "Greens & Free"), "#1b7f3b"),
    (("União «Farol»", 'Union "Lighthouse"'), ""),
    (("Lista dos Pescadores d’Ílhara", "Fishers of Ilhara"), ""),
    (("ליסטת האי", "Island List"), ""),
)
# Shares of the lists by the letters of a region; parts of 100.
SUPPORT = {
    "latin": (31, 6, 9, 18, 14, 20, 2),
    "greek": (12, 38, 7, 16, 19, 3, 5),
    "arabic": (15, 5, 44, 11, 16, 2, 7),
    "abroad": (22, 17, 19, 26, 8, 3, 5),
}
GIVEN = {
    "latin": (("Inês", "Ines"), ("João", "Joao"), ("Conceição", "Conceicao"), ("Álvaro", "Alvaro"), ("Zé", "Ze")),
    "greek": (("Δήμητρα", "Dimitra"), ("Ιάσων", "Iason"), ("Θάλεια", "Thalia"), ("Ορέστης", "Orestis"), ("Ηώ", "Io")),
    "arabic": (("ليلى", "Layla"), ("يوسف", "Yusuf"), ("سلمى", "Salma"), ("إدريس", "Idris"), ("هدى", "Huda")),
}
FAMILY = {
    "latin": (("d’Água-Brava", "d’Agua-Brava"), ("Quintã", "Quinta"), ("Môrzedo", "Morzedo"), ("Ferrálio", "Ferralio")),
    "greek": (("Ακταίου", "Aktaiou"), ("Πετράκος", "Petrakos"), ("Λιμναίου", "Limnaiou"), ("Ανεμώνης", "Anemonis")),
    "arabic": (("الساحلي", "al-Sahili"), ("النوراني", "al-Nurani"), ("الريحاني", "al-Rihani"), ("بن واد", "Ben Wad")),
}


def people(letters: str, number: int, rng: random.Random) -> list[Names]:
    """So many of them, none twice in one contest."""
    pairs = [(given, family) for given in GIVEN[letters] for family in FAMILY[letters]]
    return [(f"{g[0]} {f[0]}", f"{g[1]} {f[1]}") for g, f in rng.sample(pairs, number)]
