"""Ten thousand open subscriptions on one process: memory of each, and all of them back after kill -9.

python -m bench.crowd [--readers 10000] [--groups 20]
"""

import argparse
import asyncio
import sys

from bench.fanout_control import Child


async def measure(readers: int, groups: int) -> int:
    crowd = await Child.start("bench.fanout_readers")
    server = await Child.start("bench.fanout_servers", "direct")
    port = await server.line()
    empty = await server.ask("stats")
    opened = await crowd.ask("connect", port, readers, groups)
    full = await server.ask("stats")
    kib = (full["rss"] - empty["rss"]) / readers / 1024
    print(f"{readers:,} subscriptions in {groups} groups: {kib:.1f} KiB each, open in {opened:.1f} s")
    server.process.kill()
    await server.process.wait()
    again = await Child.start("bench.fanout_servers", "direct", str(port))
    await again.line()
    while await crowd.ask("lost_count") < readers:  # noqa: ASYNC110 - asked of another process
        await asyncio.sleep(0.05)
    await crowd.ask("close")
    before = await again.ask("stats")
    seconds = await crowd.ask("connect", port, readers, groups)
    executions, after = await again.ask("executions"), await again.ask("stats")
    print(
        f"after kill -9 all {readers:,} are answered again in {seconds:.1f} s, by {executions:.0f} executions and"
        f" {(after['cpu'] - before['cpu']) / readers * 1e6:.0f} µs of CPU each"
    )
    await crowd.ask("counted")
    await again.ask("publish", groups)
    while await crowd.ask("seen") < readers:  # noqa: ASYNC110 - asked of another process
        await asyncio.sleep(0.05)
    counted = await crowd.ask("counted")
    ages = sorted(counted["latencies"])
    print(f"and one change later each of them has it, the last sampled after {ages[-1] * 1e3:.0f} ms")
    await crowd.end()
    await again.end()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--groups", type=int, default=20)
    arguments = parser.parse_args()
    return asyncio.run(measure(arguments.readers, arguments.groups))


if __name__ == "__main__":
    sys.exit(main())
