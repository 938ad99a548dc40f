"""Takes the pictures of docs/images and writes docs/pages.md.

make pictures                                 all of them: some minutes, most of them for the night that is played
python -m bench.pictures --only kiosk,desk    those whose names have one of these in them
python -m bench.pictures --shortened          of fewer stations, to try it out
"""

import argparse
import sys

from playwright.sync_api import Browser, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from bench.night import ROOT, run
from bench.pictures import board, desk, gallery, phone
from bench.pictures.camera import Camera
from bench.pictures.night import Counted, held_at
from bench.played_night import chromium, played

THIRD = 0.36
BYTES_MAX = 8_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="parts of names, with commas between them")
    parser.add_argument("--shortened", action="store_true", help="play 600 stations")
    arguments = parser.parse_args()
    docs, only = ROOT / "docs", tuple(filter(None, arguments.only.split(",")))
    # The machine plays a night besides.
    expect.set_options(timeout=60_000)
    camera = Camera(docs / "images", only)
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        bangkok(browser, camera, shortened=arguments.shortened)
        meridia(browser, camera)
        browser.close()
    if not camera.faults:
        camera.clear_away()
    (docs / "pages.md").write_text(gallery.written(camera.shown, docs / "images"))
    size = sum(path.stat().st_size for path in (docs / "images").iterdir())
    print(f"{len(list((docs / 'images').iterdir()))} pictures, {size / 1e6:.1f} MB")
    for fault in camera.faults:
        print(fault)
    return 1 if camera.faults or size > BYTES_MAX else 0


def bangkok(browser: Browser, camera: Camera, *, shortened: bool) -> None:
    options = ("--speed", "0", "--photographs", "0.03", "--editors", "1", *(("--stations", "600") if shortened else ()))
    with played(*options, cut_seconds=4) as night:
        with held_at(night, THIRD * (600 / 6817 if shortened else 1)):
            board.during(browser, camera, night)
            counted = Counted(night)
            for app in (desk, phone):
                try:
                    app.take(browser, camera, counted)
                except (PlaywrightError, AssertionError) as error:
                    camera.faults.append(f"{app.__name__}: {error}")
        # Nobody looks at how the rest comes in.
        night.play_rest(*options, "--finals-only")
        board.after(browser, camera, night)


def meridia(browser: Browser, camera: Camera) -> None:
    """Another election, half counted; and Bangkok's as a rehearsal that has not begun."""
    package = ROOT / "data" / "meridia2019"
    with played("--speed", "0", package=package, cut_seconds=4) as night:
        data = ("--data-dir", str(night.folder))
        run("import", str(ROOT / "data" / "bkk2022"), "--rehearsal", *data)
        run("phase", "bkk-2022-rehearsal", "voting", *data)
        night.process.wait()
        board.elsewhere(browser, camera, night)


if __name__ == "__main__":
    sys.exit(main())
