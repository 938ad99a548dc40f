"""Migrations only add: the code of the release before works on the tables of this one.

What would break older code (dropping, renaming, other types, NOT NULL without a default, narrower constraints) stands
only in a migration that says `FLOOR`, the oldest revision whose code works after it: docs/operations.md.
"""

import ast
import re
from pathlib import Path

import pytest

VERSIONS = Path(__file__).parent.parent.parent / "db" / "migrations" / "versions"
# Up to here nobody had installed anything.
FIRST_RELEASE = "0008"
NARROWING = {"create_check_constraint", "create_unique_constraint", "create_foreign_key", "create_exclude_constraint"}
TAKING_AWAY = {"drop_table", "drop_column", "rename_table", "alter_column", "drop_table_comment", "batch_alter_table"}
SQL = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|VIEW|FUNCTION|TYPE)|RENAME\s+(TO|COLUMN)|SET\s+NOT\s+NULL|ALTER\s+COLUMN\s+\S+\s+TYPE"
    r"|SET\s+DATA\s+TYPE|TRUNCATE|DELETE\s+FROM)\b",
    re.IGNORECASE,
)


def faults(text: str) -> list[str]:
    """What of a migration would break code that does not know it."""
    tree = ast.parse(text)
    if any(isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "FLOOR" for node in tree.body):
        return []
    upgrade = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    calls = [node for node in ast.walk(upgrade) if isinstance(node, ast.Call)]
    fresh = {_first(call) for call in calls if _name(call) == "create_table"}
    freed = {_first(call) for call in calls if _name(call) == "drop_constraint"}
    found = [fault for call in calls if (fault := _fault(call, fresh, freed))]
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return found + [match.group(0) for sql in texts for match in SQL.finditer(sql) if not _in(tree, "downgrade", sql)]


def _in(tree: ast.Module, function: str, sql: str) -> bool:
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    return any(isinstance(node, ast.Constant) and node.value == sql for one in found for node in ast.walk(one))


def _fault(call: ast.Call, fresh: set[str], freed: set[str]) -> str | None:
    name = _name(call)
    if name in TAKING_AWAY and _first(call) not in fresh:
        return f"{name}({_first(call)})"
    if name == "add_column":
        column = call.args[1]
        given = {keyword.arg: keyword.value for keyword in getattr(column, "keywords", ())}
        nullable = not (isinstance(given.get("nullable"), ast.Constant) and not given["nullable"].value)  # type: ignore[attr-defined]
        return None if nullable or "server_default" in given else f"add_column({_first(call)}): NOT NULL, no default"
    if name in (
        "create_check_constraint",
        "create_unique_constraint",
        "create_foreign_key",
        "create_exclude_constraint",
    ):
        # Dropped and made again under its name: widened, as words are added to an enum.
        table = call.args[1].value if len(call.args) > 1 and isinstance(call.args[1], ast.Constant) else ""
        return None if table in fresh or _first(call) in freed else f"{name}({_first(call)})"
    if name == "create_index":
        unique = any(k.arg == "unique" and isinstance(k.value, ast.Constant) and k.value.value for k in call.keywords)
        table = call.args[1].value if isinstance(call.args[1], ast.Constant) else ""
        return f"create_index({_first(call)}): unique" if unique and table not in fresh else None
    return None


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _first(call: ast.Call) -> str:
    return str(call.args[0].value) if call.args and isinstance(call.args[0], ast.Constant) else ""


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("[0-9]*.py")), ids=lambda path: path.stem)
def test_a_migration_since_the_first_release_takes_nothing_from_older_code(path: Path) -> None:
    assert path.stem[:4] <= FIRST_RELEASE or faults(path.read_text()) == []


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ('op.drop_column("tally", "note")', "drop_column(tally)"),
        ('op.drop_table("cut")', "drop_table(cut)"),
        ('op.alter_column("tally", "note", new_column_name="remark")', "alter_column(tally)"),
        ('op.rename_table("tally", "report")', "rename_table(tally)"),
        (
            'op.add_column("tally", sa.Column("mood", sa.String(), nullable=False))',
            "add_column(tally): NOT NULL, no default",
        ),
        ('op.create_check_constraint("short", "tally", "length(note) < 9")', "create_check_constraint(short)"),
        ('op.create_index("one_note", "tally", ["note"], unique=True)', "create_index(one_note): unique"),
        ('op.execute("ALTER TABLE tally ALTER COLUMN note SET NOT NULL")', "SET NOT NULL"),
        ('op.execute("ALTER TABLE tally DROP COLUMN note")', "DROP COLUMN"),
    ],
)
def test_what_breaks_older_code_is_found_unless_the_migration_names_its_floor(step: str, fault: str) -> None:
    text = f"def upgrade():\n    {step}\n\n\ndef downgrade():\n    pass\n"
    assert faults(text) == [fault]
    assert faults(f'FLOOR = "0009"\n{text}') == []


@pytest.mark.parametrize(
    "step",
    [
        'op.add_column("tally", sa.Column("mood", sa.String(), nullable=True))',
        'op.add_column("tally", sa.Column("mood", sa.String(), nullable=False, server_default="calm"))',
        'op.create_table("mood", sa.Column("id", sa.Integer(), nullable=False))',
        'op.create_index("by_note", "tally", ["note"], unique=False)',
        'op.drop_constraint("role", "reporter"); op.create_check_constraint("role", "reporter", "role <> \'\'")',
        'op.create_table("mood", sa.Column("id", sa.Integer())); op.create_index("one", "mood", ["id"], unique=True)',
    ],
)
def test_what_older_code_does_not_mind_is_let_through(step: str) -> None:
    assert faults(f"def upgrade():\n    {step}\n\n\ndef downgrade():\n    op.drop_table('mood')\n") == []
