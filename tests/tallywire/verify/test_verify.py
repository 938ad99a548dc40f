"""A log that is sound is called so; whatever somebody with the database changes is found, and the station named."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from counting.vocabulary import Role, TallyCoverage
from ledger.note import parse_key
from ledger.receipt import check_receipt
from tallywire.cli import build_cli
from tests.tallywire import auditor
from tests.tallywire.ledger_case import ENTRIES, Case, changed

ENTRY_UP = "{0} = jsonb_set({0}, '{{votes,0}}', to_jsonb(1 + ({0}->'votes'->>0)::int))"
ALL_UP = f"{ENTRY_UP.format('tally')}"
RECEIPT = "query Receipt($id: ID!) { tally(id: $id) { receipt state } }"


def test_a_log_with_all_kinds_of_entries_is_sound_and_its_numbers_are_told(case: Case) -> None:
    ran = case.verify()
    assert ran.exit_code == 0, ran.output
    assert f"OK: localhost/log/{case.election}, {ENTRIES} entries" in ran.stdout
    assert "2 of 6 stations have reported" in ran.stdout
    assert f"{case.election}/mayor: 281 ballots at 2 of 6 stations (2 final)" in ran.stdout
    assert "the log's key was taken from the server itself" in ran.stderr
    again = case.verify()
    assert again.exit_code == 0 and "taken from the server" not in again.stderr


@dataclass(frozen=True)
class Plant:
    """Statements ("$": the election), and what must be said of it."""

    sql: str
    says: tuple[str, ...]


def where(sequence: int) -> str:
    return f"WHERE election_id = '$' AND sequence = {sequence}"


PLANTS = {
    "one vote of a tally that counts": Plant(
        f"UPDATE log_entry SET {ALL_UP} {where(3)}",
        ("entry 3, $/a-1 (District A, no. 1)", "tally.votes was [21, 30, 40], is [22, 30, 40]"),
    ),
    "one vote of a tally that was replaced": Plant(
        f"UPDATE log_entry SET {ALL_UP} {where(1)}", ("entry 1, $/a-1", "[10, 5, 5], is [11, 5, 5]")
    ),
    "one vote of what stood before": Plant(
        f"UPDATE log_entry SET {ENTRY_UP.format('previous')} {where(3)}", ("entry 3, $/a-1", "previous.votes was")
    ),
    "one vote in the sealed copy and its tile as well": Plant(
        f"UPDATE log_entry SET {ALL_UP} {where(4)};"
        " UPDATE ledger_tile SET hashes = set_byte(hashes, 100, 255 - get_byte(hashes, 100)) WHERE election_id = '$'",
        ("entry 4, $/b-1",),
    ),
    "an entry taken out": Plant(
        f"DELETE FROM log_entry {where(4)}",
        ("entry 4, $/b-1 (District B, no. 1): the entry was removed", "votes [7, 8, 9]"),
    ),
    "the last entry taken out": Plant(
        f"DELETE FROM log_entry {where(10)}; UPDATE log_head SET sequence = 9 WHERE election_id = '$'",
        ("entry 10, $/b-1", "was removed after it was signed"),
    ),
    "an entry taken out, those behind it moved up": Plant(
        f"DELETE FROM log_entry {where(4)};"
        + "".join(f"UPDATE log_entry SET sequence = {n - 1} {where(n)};" for n in range(5, 11))
        + "UPDATE log_head SET sequence = 9 WHERE election_id = '$'",
        ("entry 4, $/b-1", "station was $/b-1, is $/b-2"),
    ),
    "two entries swapped": Plant(
        f"UPDATE log_entry SET sequence = 99 {where(2)}; UPDATE log_entry SET sequence = 2 {where(4)};"
        f" UPDATE log_entry SET sequence = 4 {where(99)}",
        ("entry 2, $/a-1", "entry 4, $/b-1", "station was $/a-1, is $/b-1"),
    ),
    "what is no number": Plant(
        f"UPDATE log_entry SET commitment = repeat('0', 64) {where(5)};"
        f" UPDATE log_entry SET reason = 'nothing' {where(9)}; UPDATE log_entry SET decided_by = 'e-0' {where(8)};"
        f" UPDATE log_entry SET is_test = true {where(2)}",
        (
            *("entry 5, $/b-2", "commitment was", "entry 9, $/b-3", "is nothing", "entry 8, $/b-2", "decidedBy was"),
            *("entry 2, $/a-1", "isTest was"),
        ),
    ),
    "a tile": Plant(
        "UPDATE ledger_tile SET hashes = set_byte(hashes, 1, 255 - get_byte(hashes, 1)) WHERE election_id = '$'",
        ("tile 0/000.p/10 is not a tile of the signed tree",),
    ),
    "the tally that is shown for a station": Plant(
        "UPDATE tally SET votes[1] = votes[1] + 1, valid_ballots = valid_ballots + 1"
        " WHERE station_id = '$/b-2' AND state = 'ACCEPTED'",
        ("$/b-2 (District B, no. 2): the tally shown", "votes of $/mayor/1 are shown as 51, by the entries 50"),
    ),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_change_made_behind_the_log_is_found_and_its_station_named(case: Case, name: str) -> None:
    assert case.verify().exit_code == 0
    case.sql(PLANTS[name].sql)
    ran = case.verify()
    assert ran.exit_code == 1 and "NOT sound" in ran.stderr, ran.output
    for text in PLANTS[name].says:
        assert text.replace("$", case.election) in ran.stdout, ran.stdout


def test_a_log_that_is_rewritten_and_signed_anew_by_its_own_key_does_not_pass_whoever_saw_it_before(case: Case) -> None:
    assert case.verify().exit_code == 0
    forked = f"UPDATE log_entry SET {ALL_UP} {where(2)};"
    forked += f"UPDATE log_entry SET {ENTRY_UP.format('previous')} {where(3)};"
    tables = ("ledger_head", "ledger_tile", "ledger_bundle", "ledger")
    case.sql(forked + "".join(f"DELETE FROM {table} WHERE election_id = '$';" for table in tables))
    case.sealed(ENTRIES)
    ran = case.verify()
    assert ran.exit_code == 1, ran.output
    assert f"entry 2, {case.election}/a-1 (District A, no. 1): the log was rewritten from here on" in ran.stdout
    # Both heads are shown, and what proves it to others is kept.
    assert ran.stdout.count("signed head:") == 2
    key = json.loads((case.copy_anew() / "keys").read_text())["keys"][0]["key"]
    value = json.loads((case.folder / "state.fork").read_text())
    leaf, small, large = (
        value["entries"][1]["leaf"],
        *(auditor.signed(value[name], key) for name in ("smaller", "larger")),
    )
    assert small[0] == large[0] == ENTRIES and small[1] != large[1] and json.loads(leaf)["sequence"] == 2
    proven = case.verify("--key", key, place=str(case.folder / "state.fork"))
    assert (
        proven.exit_code == 0 and f"entry 2 under the head of 10: ACCEPTED for {case.election}/mayor" in proven.stdout
    )
    # Who has seen nothing before cannot tell that; but that sheet does not add up any more.
    ran = case.verify("--forget", "--no-stations")
    assert f"entry 2, {case.election}/a-1 (District A, no. 1): its votes add up to 91, not to its 90" in ran.stdout


def test_a_log_that_was_cut_short_and_signed_anew_does_not_pass_whoever_saw_it_before(case: Case) -> None:
    assert case.verify().exit_code == 0
    cut = f"DELETE FROM log_entry {where(10)}; UPDATE log_head SET sequence = 9 WHERE election_id = '$';"
    tables = ("ledger_head", "ledger_tile", "ledger_bundle", "ledger")
    case.sql(cut + "".join(f"DELETE FROM {table} WHERE election_id = '$';" for table in tables))
    case.sealed(9)
    assert "a head of 10 entries was signed before, and this one has 9" in case.verify().stdout


def test_a_copy_is_verified_without_the_server_and_other_results_in_it_are_found(case: Case) -> None:
    folder = case.copy()
    ran = case.verify("--forget", place=str(folder))
    assert ran.exit_code == 0 and f"OK: localhost/log/{case.election}" in ran.stdout, ran.output

    def one_vote_more(results: list[dict[str, object]]) -> None:
        results[0]["rows"][0]["votes"] += 1  # type: ignore[index]

    whole = (folder / "results.json").read_bytes()
    changed(folder / "results.json", one_vote_more)
    ran = case.verify(place=str(folder))
    assert ran.exit_code == 1
    assert re.search(r"/mayor in \S+ \(.+\): votes of \S+ is served as \d+; the entries add up to \d+", ran.stdout)
    (folder / "results.json").write_bytes(whole)
    changed(folder / "results.json", _another_winner)
    ran = case.verify(place=str(folder))
    assert ran.exit_code == 1
    for what in ("share of", "whether", "margin is served as 1;", "decided is served as True;"):
        assert f"): {what}" in ran.stdout


def _another_winner(results: list[dict[str, Any]]) -> None:
    """The votes are true; what is said of them is not."""
    one = next(result for result in results if not result["decided"])
    one["rows"][0]["share"], one["rows"][-1]["leading"] = 0.9, not one["rows"][-1]["leading"]
    one["margin"], one["decided"] = 1, True


def test_a_copy_with_a_file_taken_out_or_changed_does_not_pass(case: Case) -> None:
    folder = case.copy()
    bundle, tile = folder / "tile/entries/000.p/10", folder / "tile/0/000.p/10"
    whole = bundle.read_bytes()
    bundle.write_bytes(whole.replace(b'"votes":[7,8,9]', b'"votes":[8,8,9]', 1))
    ran = case.verify(place=str(folder))
    assert ran.exit_code == 1 and f"entry 4, {case.election}/b-1" in ran.stdout
    bundle.unlink()
    tile.unlink()
    ran = case.verify(place=str(folder))
    assert ran.exit_code == 1 and "do not lead to the root that was signed for 10" in ran.stdout
    changed(folder / "definition.json", lambda value: value["stations"].pop())  # type: ignore[call-overload]
    bundle.write_bytes(whole)
    assert "definition.json is not the one" in case.verify(place=str(folder)).stdout
    (folder / "checkpoint").write_text((folder / "checkpoint").read_text().replace("\n10\n", "\n9\n"))
    ran = case.verify(place=str(folder))
    assert ran.exit_code == 1 and "cannot be trusted" in ran.stderr


def test_bad_input_is_told_in_one_line(case: Case, tmp_path: Path) -> None:
    for arguments, says in (
        ((str(tmp_path / "nowhere"),), "is no address"),
        ((case.night.url,), "name the election with --election"),
        ((case.night.url, "--election", "nothing"), "has no"),
        ((str(tmp_path),), "no list of keys"),
        ((case.night.url, "--key", "x"), "no verifier key"),
        (("http://127.0.0.1:9",), "cannot be reached"),
    ):
        ran = CliRunner().invoke(build_cli("verify"), ["verify", *arguments])
        assert ran.exit_code == 2 and says in ran.stderr and ran.stderr.count("\n") == 1, (arguments, ran.output)


def test_receipts_prove_offline_that_a_report_stands_in_the_log_held_ones_too(case: Case, tmp_path: Path) -> None:
    keys = json.loads((case.copy() / "keys").read_text())
    key = parse_key(keys["keys"][0]["key"])
    editor = case.night.api.as_(case.night.token(Role.EDITOR))
    assert case.night.api(RECEIPT, id=case.held_id)["tally"] is None
    found = editor(RECEIPT, id=case.held_id)["tally"]
    receipt = check_receipt(found["receipt"], [key])
    assert found["state"] == "HELD" and receipt.leaf["tally"] is None
    assert receipt.tally is not None and receipt.tally["votes"] == [4, 5, 6]
    assert receipt.tally["coverage"] == TallyCoverage.FINAL
    file = tmp_path / "mine.tlog-proof"
    file.write_text(found["receipt"])
    ran = case.verify("--key", str(key), place=str(file))
    assert ran.exit_code == 0 and f"{case.election}/a-2, votes [4, 5, 6]" in ran.stdout
    file.write_text(found["receipt"].replace("index 6", "index 5"))
    assert case.verify("--key", str(key), place=str(file)).exit_code == 1
    assert case.verify(place=str(file)).exit_code == 2
