#!/usr/bin/env python3
"""How fast a fictitious town's files are taken in, durably, through the command.

    bench/intake_run.py --wider build/release/wider [--people 220000] [--seed 1] [--runs 5] [--live] [--town DIR]

Each run makes a new hub and does what the town's intake.sh does. Prints for each run the entries a second, the seconds, the
processor seconds for a million entries and the load of the machine before it, then the medians. --live takes in through the
control socket of a hub that is being served instead. --town uses a town that is there already. The hub is made under the
current folder, so that its disk is the one measured. Standard library only.

The rate needs a quiet machine: two cores are busy meanwhile. The processor seconds hold on a busy one too: two cores can take in
no more than a million entries in half of them.
"""
import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time


def json_of(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    return json.loads(result.stdout)


def processor_seconds(process=None):
    """Of a running process, or of all children that have ended."""
    if process is None:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serve(wider, hub):
    server = subprocess.Popen([wider, "serve", "--hub", hub, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if not re.search(r"http://", server.stdout.readline()):
        sys.exit("the hub is not served")
    return server


def one_run(wider, town, folder, live):
    hub = os.path.join(folder, "hub")
    subprocess.run([wider, "init", "--hub", hub, "--simulated"], check=True, capture_output=True)
    server = serve(wider, hub) if live else None
    try:
        os.sync()
        load = os.getloadavg()[0]
        before = processor_seconds(server)
        report = json_of([wider, "--json", "intake", "--hub", hub, "--manifest", os.path.join(town, "manifest.csv")])
        used = processor_seconds(server) - before
    finally:
        if server:
            server.kill()  # not asked to stop: it would settle first, which is another measurement
            server.wait()
        shutil.rmtree(folder)
    rate, per_million = report["entries"] / report["seconds"], used / report["entries"] * 1e6
    print(f"read {report['read']}, accepted {report['accepted']}, held back {report['held_back']}: {report['entries']:,} entries at {rate:,.0f} a second "
          f"({report['seconds']:.2f} s; {per_million:.2f} processor seconds a million; load {load:.1f})", flush=True)
    return rate, per_million


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wider", default="build/release/wider")
    parser.add_argument("--people", type=int, default=220_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--town")
    arguments = parser.parse_args()
    wider = os.path.abspath(arguments.wider)
    folder = tempfile.mkdtemp(prefix="wider-intake-", dir=".")
    try:
        town = arguments.town or os.path.join(folder, "town")
        if not arguments.town:
            subprocess.run([wider, "town", "--people", str(arguments.people), "--seed", str(arguments.seed), "--out", town], check=True, capture_output=True)
        runs = []
        for number in range(arguments.runs):
            os.mkdir(os.path.join(folder, str(number)))
            runs.append(one_run(wider, town, os.path.join(folder, str(number)), arguments.live))
            time.sleep(1)
        print(f"median of {len(runs)}: {median([run[0] for run in runs]):,.0f} entries a second, {median([run[1] for run in runs]):.2f} processor seconds a million")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
