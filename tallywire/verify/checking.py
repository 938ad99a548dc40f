"""One check from end to end: copy, verify, compare with what is served, look at photographs."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ledger.cut_line import cut_line_of
from ledger.fork import Story, first_difference, fork_document
from ledger.merkle import leaf_hash, root_of
from ledger.note import VerifierKey
from ledger.strict_json import strict
from ledger.terms import BadDefinitionError
from ledger.verify import BadResultsError, Copy, Fault, Verified, result_differences, result_fault, verify
from tallywire.verify.copying import CHECKPOINT, read_copy, read_keys, read_sealed
from tallywire.verify.cuts import chosen, cut_faults, cut_path
from tallywire.verify.fetching import SourceError, UnsoundError
from tallywire.verify.memory import Memory
from tallywire.verify.photographs import look_at
from tallywire.verify.served import Served, smallest_areas, station_faults
from tallywire.verify.source import Saved, Source
from tallywire.verify.witnessed import Chosen, Witnesses, choose

RESULTS = "results.json"
# Every sheet is compared where there are no more than this; in larger elections where it is asked for.
SHEETS_COMPARED = 1_000
AREAS_SEARCHED = 25
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`stations`, `cuts` None: where there are few. `photographs`, `files`: where they are had.

    `witnesses`: those that must have cosigned the head.
    """

    stations: bool | None = None
    photographs: Source | None = None
    cuts: bool | None = None
    files: Source | None = None
    witnesses: Witnesses = field(default_factory=Witnesses)


@dataclass(slots=True)
class Outcome:
    """Sound where there is no fault, and nothing that `unchecked` names: what could not be had, though it was wanted.

    `notes` say what was not asked to be checked, or rests on trust. `fork`: evidence that two stories were signed,
    where that is a fault.
    """

    verified: Verified
    memory: Memory
    faults: list[Fault]
    notes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    fork: bytes | None = None

    @property
    def sound(self) -> bool:
        return not self.faults and not self.unchecked

    def cannot(self, place: str, error: SourceError) -> None:
        """What is served is wrong, or it could not be had at all."""
        if isinstance(error, UnsoundError):
            self.faults.append(Fault(place, str(error)))
        else:
            self.unchecked.append(f"{place}: {error}")


async def check(
    source: Source, served: Served | None, keys: list[VerifierKey], memory: Memory | None, wanted: Wanted, told: Told
) -> Outcome:
    """Raises SourceError, BadNoteError."""
    known = keys or (memory.keys if memory else [])
    trusted = await read_keys(source, known)
    chosen_head = await choose(
        source,
        trusted.trusted,
        wanted.witnesses,
        size_min=memory.seen.head.size if memory else 0,
        live=served is not None,
    )
    if isinstance(source, Saved):
        # The copy is of this head, whatever was signed since.
        await source.keep(CHECKPOINT, chosen_head.checkpoint)
    head, copy = await read_copy(
        source, chosen_head.checkpoint, trusted.trusted, lambda done, of: told("Fetching the log", done, of)
    )
    copy = await _with_sealed(source, copy, head.root)
    try:
        found = await asyncio.to_thread(verify, copy, trusted.trusted, memory.seen if memory else None)
    except BadDefinitionError as error:
        raise UnsoundError(str(error)) from error
    kept = Memory(copy.checkpoint.decode(), trusted.trusted, found.hashes, dict(memory.photographs) if memory else {})
    outcome = Outcome(found, kept, found.faults)
    outcome.notes += chosen_head.told()
    if len(chosen_head.cosigned) < wanted.witnesses.quorum:
        outcome.faults.append(_uncosigned(chosen_head, wanted.witnesses))
    if memory is not None and root_of(found.hashes) == head.root:
        outcome.fork = _fork(memory, copy, found, trusted.trusted)
    if trusted.first_met:
        outcome.notes.append("the log's key was taken from the server itself: compare it, or name it with --key")
    await _check_results(source, served, copy, outcome, wanted, told)
    if wanted.files is not None and wanted.cuts is not False:
        await _check_cuts(wanted.files, copy, outcome, wanted.cuts, told, copied=served is None)
    if wanted.photographs is not None:
        await _check_photographs(wanted.photographs, outcome, told)
    return outcome


def _uncosigned(chosen_head: Chosen, witnesses: Witnesses) -> Fault:
    missing = ", ".join(key.name for key in witnesses.keys if key not in chosen_head.cosigned)
    return Fault(
        "head",
        f"{len(chosen_head.cosigned)} of the {witnesses.quorum} witnesses wanted have cosigned the head of"
        f" {chosen_head.size} entries, or a newer one; not {missing}",
    )


def _fork(memory: Memory, copy: Copy, found: Verified, keys: list[VerifierKey]) -> bytes | None:
    """Evidence for others where the head seen before and this one cannot both be true."""
    index = first_difference(memory.hashes, found.hashes)
    leaf = None if index is None else copy.entries[index]
    before, now = Story(memory.checkpoint, memory.hashes), Story(copy.checkpoint.decode(), found.hashes)
    return fork_document(before, now, keys, (None, leaf)) if before.head.origin == now.head.origin else None


async def _with_sealed(source: Source, copy: Copy, root: bytes) -> Copy:
    """Where the entries are not those that were signed, what was signed is fetched too, to tell them apart."""
    if root_of([leaf_hash(leaf) for leaf in copy.entries]) == root:
        return copy
    # The head is verified by now; its size is what was asked for.
    size = len(copy.entries)
    sealed = await read_sealed(source, size)
    return Copy(copy.checkpoint, copy.definition, copy.entries, copy.tiles, sealed.get)


async def _check_results(
    source: Source, served: Served | None, copy: Copy, outcome: Outcome, wanted: Wanted, told: Told
) -> None:
    found = outcome.verified
    try:
        results = await _results(source, served, copy, found)
        if results is None:
            outcome.notes.append(f"there is no {RESULTS}: results are added up, and compared with nothing")
            return
        differences = result_differences(found, results)
    except SourceError as error:
        outcome.cannot("results", error)
        return
    except BadResultsError as error:
        outcome.faults.append(Fault("results", str(error)))
        return
    outcome.faults += [result_fault(found, one) for one in differences]
    if served is not None:
        await _check_stations(served, outcome, [(one.contest, one.area) for one in differences], wanted.stations, told)


async def _results(source: Source, served: Served | None, copy: Copy, found: Verified) -> list[dict[str, Any]] | None:
    """As they are served at the head's position, or as they lie in a folder. Raises SourceError."""
    if served is not None:
        terms = found.terms
        results = await served.results(terms.election, terms.epoch, found.head.size, list(terms.contests))
        if isinstance(source, Saved):
            await source.keep(RESULTS, json.dumps(results, ensure_ascii=False).encode())
        return results
    content = await source.get(RESULTS)
    try:
        return None if content is None else list(strict(content))
    except (ValueError, TypeError) as error:
        raise UnsoundError(f"{RESULTS} cannot be read: {error}") from error


async def _check_stations(
    served: Served,
    outcome: Outcome,
    differing: list[tuple[str, str]],
    stations: bool | None,
    told: Told,
) -> None:
    """The tallies that are shown for stations: all of them, or those where a result differs, to name the station."""
    found = outcome.verified
    sheets = sum(len(station.registers) for station in found.terms.stations.values())
    places: list[tuple[str, str | None]] = list(smallest_areas(found, differing)[:AREAS_SEARCHED])
    if stations or (stations is None and sheets <= SHEETS_COMPARED):
        places = [(contest, None) for contest in found.terms.contests]
    if not places:
        return
    terms = found.terms
    try:
        faults: list[Fault] = []
        for done, (contest, area) in enumerate(places, start=1):
            async for station in served.stations(terms.election, contest, area, len(terms.stations)):
                if contest in terms.stations[station["id"]].registers:
                    faults += station_faults(found, contest, station)
            told("Comparing stations", done, len(places))
        if not await served.is_at(terms.election, terms.epoch, found.head.size):
            outcome.notes.append("the count goes on: the tallies shown for stations were not compared")
            return
    except SourceError as error:
        outcome.cannot("stations", error)
        return
    except (KeyError, TypeError, ValueError) as error:
        outcome.faults.append(Fault("stations", f"they are not served as they should be: {error!r}"))
        return
    outcome.faults += faults
    if differing and not faults:
        outcome.notes.append("each station's own tally is served as the entries have it: the sums over them are wrong")


async def _check_cuts(
    source: Source, copy: Copy, outcome: Outcome, every: bool | None, told: Told, *, copied: bool
) -> None:
    """`copied`: a folder, which need not have them."""
    newest = cut_line_of(outcome.verified.head.extensions)
    if newest is None:
        outcome.notes.append("the head names no cut: no results file was checked")
        return
    numbers = chosen(newest, every)
    try:
        if copied and not every and await source.get(cut_path(newest.number)) is None:
            outcome.notes.append("there are no results files of cuts here: none was checked")
            return
        faults = await cut_faults(source, copy, outcome.verified, newest, numbers, told)
    except SourceError as error:
        outcome.cannot("cuts", error)
        return
    outcome.faults += faults
    outcome.notes.append(
        f"{len(numbers)} of {newest.number + 1} cuts were held against the entries"
        + ("" if len(numbers) > newest.number else "; --cuts takes all")
    )


async def _check_photographs(source: Source, outcome: Outcome, told: Told) -> None:
    try:
        looked = await look_at(
            *(source, outcome.verified, outcome.memory.photographs),
            lambda done, of: told("Looking at photographs", done, of),
        )
    except SourceError as error:
        outcome.cannot("photographs", error)
        return
    outcome.faults += looked.faults
    outcome.memory.photographs |= looked.copies
    named, copies = len(outcome.verified.photographs), len(looked.copies) - looked.proven
    outcome.notes.append(
        f"{named} photographs are named; {looked.proven} are the files that were sent,"
        f" {copies} are copies without place and device, {len(looked.missing)} are not there"
    )
    outcome.notes += looked.missing
