"""The README of the example queries, made from their first lines. Print it: python -m tests.example_queries.index"""

from tests.example_queries.example import Example, examples

READERS = ("outlets", "volunteers", "editors and operators", "developers")
INTRODUCTION = """# Example queries

Each `NAME.graphql` is one use, with its variables in `NAME.variables.json` and the answer in `NAME.expected.json`
(a list of messages where it is a subscription). The tests run all of them, in this order, against Bangkok 2022 after
a few reports (`tests/example_queries`), so they work as they stand: paste one into GraphiQL at `/graphql`, or

```sh
jq -n --rawfile query 02-governor-result.graphql --slurpfile variables 02-governor-result.variables.json \\
  '{query: $query, variables: $variables[0]}' |
  curl -s http://127.0.0.1:8000/graphql -H 'Content-Type: application/json' -d @-
```

`# Token: ROLE` in a document means `Authorization: Bearer …` with a token of that role. Values such as
`<cursor of report 1>` in variables are to be taken from an earlier answer. In expected answers `<any Cursor>`,
`<any DateTime>`, `<any ID>` and `<any String>` stand for what differs from run to run.
"""


def readme() -> str:
    """Raises ValueError where an example is for nobody in the list."""
    known = examples()
    if strangers := [one.name for one in known if one.reader not in READERS]:
        raise ValueError(f"{strangers} are for nobody in {READERS}")
    return INTRODUCTION + "".join(_section(reader, known) for reader in READERS)


def _section(reader: str, known: list[Example]) -> str:
    lines = [
        f"| [{one.name}]({one.name}.graphql) | {one.kind} | {one.token or ''} | {one.what} |\n"
        for one in known
        if one.reader == reader
    ]
    return f"\n## For {reader}\n\n| file | kind | token | what |\n|---|---|---|---|\n" + "".join(lines)


if __name__ == "__main__":
    print(readme(), end="")
