#!/usr/bin/env python3
"""kill -9 while a town is being taken in, then verify, 20 times; at the end everything is there, once.

    tests/kill_intake.py build/release/wider [rounds]

After each kill the ledger must verify, and what `wider ledger verify` counts may never go down. When the last intake has run
to its end, a second intake of the same files must add nothing, read must equal accepted + held back + already had, and the ledger
must hold as many entries as one that nobody killed.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time


def json_of(command):
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed ({result.returncode}):\n{result.stdout}{result.stderr}")
    return json.loads(result.stdout)


def main():
    wider = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    chance = random.Random(20090303)
    folder = tempfile.mkdtemp(prefix="wider-kill-")
    try:
        town, hub = os.path.join(folder, "town"), os.path.join(folder, "hub")
        subprocess.run([wider, "town", "--people", "15000", "--seed", "5", "--out", town], check=True, capture_output=True, timeout=300)
        subprocess.run([wider, "init", "--hub", hub, "--simulated"], check=True, capture_output=True, timeout=60)
        intake = [wider, "--json", "intake", "--hub", hub, "--manifest", os.path.join(town, "manifest.csv")]
        entries, killed = 0, 0
        for _ in range(rounds):
            process = subprocess.Popen(intake, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.005, 0.3))
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            report = json_of([wider, "--json", "ledger", "verify", "--hub", hub])
            if not report["good"] or report["entries"] < entries:
                sys.exit(f"after a kill: {report}; there had been {entries} entries")
            entries = report["entries"]
        whole = json_of(intake)
        again = json_of(intake)
        for report in (whole, again):
            if report["read"] != report["accepted"] + report["held_back"] + report["already_had"]:
                sys.exit(f"rows are missing: {report}")
        if again["entries"] != 0 or again["already_had"] != again["read"]:
            sys.exit(f"the same files added something: {again}")
        fresh = os.path.join(folder, "fresh")
        subprocess.run([wider, "init", "--hub", fresh, "--simulated"], check=True, capture_output=True, timeout=60)
        reference = json_of([wider, "--json", "intake", "--hub", fresh, "--manifest", os.path.join(town, "manifest.csv")])
        if reference["read"] != again["read"]:
            sys.exit(f"another number of rows without kills: {reference}")
        entries_of = lambda folder: json_of([wider, "--json", "ledger", "verify", "--hub", folder])["entries"]
        if entries_of(hub) != entries_of(fresh):
            sys.exit(f"{entries_of(hub)} entries after kills, {entries_of(fresh)} without: something is lost or there twice")
        print(f"{rounds} rounds, {killed} killed in mid-intake; {entries} entries before the last run; all {again['read']} rows there once")
        if killed < rounds // 2:
            sys.exit("too few runs were killed before their end: the test shows nothing")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
