"""README.md of a new package: what to fill in, in which order, and what each column is."""

from tallywire.new_election.answers import Answers
from tallywire.new_election.columns import COLUMNS, LATER
from tallywire.package.source import WORKBOOK

HEAD = """# {name}

Fill in the tables {where}, from the top: areas, contests, candidates,
stations, registers. The rows that stand there are examples; whatever stands in <angle brackets> is yours to write, and
rows are yours to add and to take away. Then, in this folder,

    tallywire import .

names every fault by file, row and column, and loads nothing until there is none. Import again as often as you like,
until the first report of the night has come in; after that the election stays as it is.
"""
LATER_HEAD = """
## Later, where you have them
"""


def readme(answers: Answers, shape: str) -> str:
    where = f"in `{WORKBOOK}`, a sheet each" if shape == "xlsx" else "here, with any spreadsheet or editor"
    parts = [HEAD.format(name=answers.name_en or answers.name, where=where)]
    for table, columns in COLUMNS.items():
        title = f"sheet `{table}`" if shape == "xlsx" else f"{table}.csv"
        rows = "\n".join(f"| `{name}` | {what} |" for name, what in columns.items())
        parts.append(f"\n## {title}\n\n| column | |\n|---|---|\n{rows}\n")
    later = "\n".join(f"- `{table}`: {what}" for table, what in LATER.items())
    return "".join([*parts, LATER_HEAD, "\n", later, "\n"])
