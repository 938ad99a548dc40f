"""Clearing away: only what nobody named, only after a while, and never what another photograph uses too."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from counting.vocabulary import ElectionPhase
from db.database import Database
from tallywire.evidence.store import Store, place
from tallywire.evidence.tidying import Tidied, tidy, tidy_incoming
from tests.conftest import Night
from tests.elections import small_election
from tests.gql.documents import SUBMIT, sheet
from tests.served import Api
from tests.tallywire.evidence.conftest import beside
from tests.tallywire.evidence.pictures import encoded, get, picture, put, sha256, traces


@pytest.fixture(scope="module")
def night(served: Night) -> Night:
    """An election of its own, where nothing stands yet."""
    return beside(served, small_election("tidied"), ElectionPhase.VOTING, ElectionPhase.COUNTING)


async def _tidied(night: Night, folder: Path, *, dry_run: bool = False, hours: float = 0) -> Tidied:
    database = await Database.open(night.database_url)
    store = Store(None, folder / "evidence" / "store")
    tidied = await tidy(database, store, datetime.now(UTC) - timedelta(hours=hours), dry_run=dry_run)
    await database.close()
    return tidied


async def test_what_nobody_named_goes_and_what_a_tally_or_another_photograph_needs_stays(
    night: Night, volunteer: Api, another: Api, editor: Api, folder: Path
) -> None:
    await _tidied(night, folder)
    kept, confirmed, forgotten = (encoded(picture(seed, (700, 500)), exif=traces()) for seed in (80, 81, 82))
    for content in (kept, confirmed, forgotten):
        assert put(volunteer, content).status_code == 201
    # The public copy of the forgotten one, sent by somebody as a photograph of its own.
    copy = get(volunteer, sha256(forgotten)).content
    assert put(volunteer, copy).status_code == 201
    tally = sheet(night, "a-1", (3, 2, 1), contest="mayor", evidence=[sha256(kept), sha256(copy)], id="tidy-1")
    assert volunteer(SUBMIT, input=tally)["submitTally"]["__typename"] == "TallyAccepted"
    same = {**tally, "clientTallyId": "tidy-2", "evidence": [sha256(confirmed)]}
    assert another(SUBMIT, input=same)["submitTally"]["tally"]["confirmations"] == 1
    objects = folder / "evidence" / "store"
    assert (await _tidied(night, folder, hours=1)).photographs == 0
    expected = Tidied(1, len(forgotten))
    assert await _tidied(night, folder, dry_run=True) == expected
    assert get(editor, sha256(forgotten)).status_code == 200
    assert await _tidied(night, folder) == expected
    assert await _tidied(night, folder) == Tidied(0, 0)
    assert get(editor, sha256(forgotten)).status_code == 404
    assert not (objects / place(sha256(forgotten))).exists()
    for content in (kept, confirmed, copy):
        assert get(editor, sha256(content)).status_code == 200
        assert get(editor, sha256(content), "?width=320").status_code == 200
    assert put(volunteer, forgotten).status_code == 201


def test_half_received_files_go_when_nobody_can_be_sending_them_any_more(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in ("incoming-old", "incoming-new", "somebody's"))
    for path in (old, new, other):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7_200,) * 2)
    os.utime(other, (time.time() - 7_200,) * 2)
    assert tidy_incoming(tmp_path) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"incoming-new", "somebody's"}
    assert tidy_incoming(tmp_path / "nowhere") == 0


def test_a_photograph_that_the_store_lost_is_told_as_trouble_and_not_as_a_photograph_that_never_was(
    volunteer: Api, folder: Path
) -> None:
    content = encoded(picture(83))
    put(volunteer, content)
    (folder / "evidence" / "store" / place(sha256(content))).unlink()
    lost = get(volunteer, sha256(content))
    assert (lost.status_code, lost.json()["code"], lost.headers["retry-after"]) == (503, "UNAVAILABLE", "5")
    assert httpx.get(f"{volunteer.url}/healthz").status_code == 200
