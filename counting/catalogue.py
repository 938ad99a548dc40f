"""The texts of messages, from the gettext catalogues beside this module: the one place here that reads files."""

from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from counting.vocabulary import Language


def _load(language: Language) -> GNUTranslations:
    """Compiled in memory, so that a plain checkout needs no build step."""
    locale = language.value.lower()
    path = files("counting") / "locale" / locale / "LC_MESSAGES" / "rules.po"
    with path.open("rb") as source:
        catalog = read_po(source, locale=locale, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


CATALOGUES = {language: _load(language) for language in Language}


def text(key: str, language: Language, number: int | None = None) -> str:
    """The text under a key, in the plural of `number` where it has plurals. KeyError: no such text."""
    catalogue = CATALOGUES[language]
    # gettext itself answers a text with plurals in its singular, so plurals are asked for first.
    found = key if number is None else catalogue.ngettext(key, key, number)
    if found == key:
        found = catalogue.gettext(key)
    if found == key:
        raise KeyError(key)
    return found
