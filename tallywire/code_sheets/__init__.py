"""Sheets of enrolment codes to print, cut and hand out: whom each code is for, and the page that shows it."""

from tallywire.code_sheets.allotment import Allotment, UnknownPlaceError, allot
from tallywire.code_sheets.page import Print, render, sheet_count

__all__ = ["Allotment", "Print", "UnknownPlaceError", "allot", "render", "sheet_count"]
