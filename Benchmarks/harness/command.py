"""The command line of `script/bench`."""

import argparse
import contextlib
import fnmatch
import json
import os
import resource
import shutil
import signal
import sys
import tempfile

from . import phoenix  # noqa: F401  (adds its scenarios to `scenarios.ALL`)
from . import programs, report, scenarios
from .programs import BenchError, log
from .servers import Subject


def parse(arguments):
    width = max(map(len, scenarios.ALL))
    listing = "\n".join(f"  {name:{width}}  {text}" for name, (text, _) in scenarios.ALL.items())
    parser = argparse.ArgumentParser(
        prog="script/bench", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Runs the benchmarks against a release build of Parley and prints one table.",
        epilog=f"scenarios (all of them by default)\n{listing}\n\nHow it measures: Benchmarks/README.md")
    parser.add_argument("scenario", nargs="*", help="which to run, in this order; `phoenix-*` for all that begin so")
    parser.add_argument("--quick", action="store_true", help="short windows, one round, fewer messages: to see that it works")
    parser.add_argument("--rounds", type=int, help="pairs of Parley and bare for the ratios (default 3, quick 1)")
    parser.add_argument("--json", metavar="FILE", help="write every single result there")
    parser.add_argument("--no-build", action="store_true", help="take .build/release/parley as it is")
    parser.add_argument("--server", metavar="FILE", help="another server executable; `bare` tries the suite on the bare loop")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="one more setting for the server")
    parser.add_argument("--directory", metavar="DIR", help="where the data goes, on the disk to measure (default .build/bench)")
    options = parser.parse_args(arguments)
    chosen = {pattern: fnmatch.filter(scenarios.ALL, pattern) for pattern in options.scenario}
    unknown = [pattern for pattern, names in chosen.items() if not names]
    if unknown:
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(scenarios.ALL)}")
    options.scenario = [name for pattern in options.scenario for name in chosen[pattern]]
    if options.rounds is not None and not 1 <= options.rounds <= 20:
        parser.error("--rounds is from 1 to 20")
    if any("=" not in setting for setting in options.env):
        parser.error("--env takes NAME=VALUE")
    return options


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < 12000:
        log(f"only {hard} descriptors are allowed: the scenarios with 10,000 connections will fail")


@contextlib.contextmanager
def work_folder(parent):
    os.makedirs(parent, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="run-", dir=parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(options):
    programs.build_c()
    if options.server:
        binary = None if options.server == "bare" else os.path.abspath(options.server)
    else:
        binary = programs.build_server(not options.no_build)
    rounds = options.rounds or (1 if options.quick else 3)
    machine = report.machine()
    steal = report.steal_seconds()
    with work_folder(options.directory or programs.OUTPUT) as folder:
        environment = dict(setting.split("=", 1) for setting in options.env)
        # Enough accounts that each is in about as many rooms as a person is, ten or twenty.
        subject = Subject(binary, folder, 200 if options.quick else 800, environment)
        subject.prepare()
        run = scenarios.Run(subject, rounds, options.quick)
        rows = scenarios.run_scenarios(run, options.scenario or list(scenarios.ALL))
    machine["stolen_cpu_s"] = round(report.steal_seconds() - steal, 1)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": machine, "rows": [vars(row) for row in rows], "results": run.results}, file, indent=1)
    print(f"{machine['cores']} × {machine['processor']}, Linux {machine['kernel']}, revision {machine['revision']}; load "
          f"{machine['load_average_at_start']:.1f} at the start, {machine['stolen_cpu_s']} s of CPU stolen by the host; "
          f"medians of {rounds} round{'s' if rounds > 1 else ''}{', quick' if options.quick else ''}\n")
    print(report.table(rows))
    return 0 if all(row.met is not False for row in rows) else 1


def main(arguments=None):
    options = parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    raise_descriptor_limit()
    try:
        return measure(options)
    except BenchError as error:
        log(f"script/bench: {error}")
        return 2
    except KeyboardInterrupt:
        return 130
