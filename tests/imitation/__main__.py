"""The imitation as a process of its own: prints its address, serves until it is terminated or its parent has gone."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from datetime import date

from tests.imitation import Corpus, Imitation, Schedule
from tests.imitation.corpus import TODAY


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.imitation", description=__doc__)
    parser.add_argument("--records", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--one-day", type=int, default=0, help="so many records share one day of entry, change and publication")
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY)
    parser.add_argument("--odd", action="store_true", help="with the odd records")
    parser.add_argument("--mixed", type=float, default=0.0, metavar="SHARE", help="so large a share of the requests fails")
    parser.add_argument("--fault-seed", type=int, default=1)
    parser.add_argument("--enforce-rate", action="store_true", help="refuse what exceeds the documented limits")
    given = parser.parse_args()
    corpus = Corpus.generate(given.records, given.seed, one_day=given.one_day, today=given.today, odd=given.odd)
    schedule = Schedule.mixed(given.mixed, given.fault_seed) if given.mixed else None
    ended, parent = threading.Event(), os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with Imitation(corpus, schedule, given.enforce_rate, port=given.port) as service:
        sys.stdout.write(f"{service.url}\n")
        sys.stdout.flush()
        while not ended.wait(1) and os.getppid() == parent:
            pass


if __name__ == "__main__":
    main()
