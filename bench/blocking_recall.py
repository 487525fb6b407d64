#!/usr/bin/env python3
"""Whether the limits that `wider link` prints for what blocking missed hold the truth, on 20 fictitious towns.

    bench/blocking_recall.py [--wider build/release/wider] [--rows 6000] [--towns 20] [--least 16]

Each town is a lean file of person records (`wider town --persons-csv`). The truth is counted: pairs of rows of one person
that no blocking rule brings together (`wider link --candidates`). Fails when fewer than --least towns are held.
Standard library only.
"""
import argparse
import collections
import csv
import os
import re
import subprocess
import sys
import tempfile


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wider", default="build/release/wider")
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--towns", type=int, default=20)
    parser.add_argument("--least", type=int, default=16)
    arguments = parser.parse_args()
    wider = os.path.abspath(arguments.wider)
    held = 0
    for seed in range(1, arguments.towns + 1):
        with tempfile.TemporaryDirectory() as folder:
            people, pairs = os.path.join(folder, "people.csv"), os.path.join(folder, "candidates.csv")
            noise = ("0.1", "0.2", "0.35", "0.5")[seed % 4]
            subprocess.run([wider, "town", "--persons-csv", str(arguments.rows), "--seed", str(seed), "--noise", noise,
                            "--out", people], check=True, capture_output=True)
            linked = subprocess.run([wider, "link", people, "--id", "id", "--out", os.path.join(folder, "out.csv"),
                                     "--candidates", pairs], check=True, capture_output=True, text=True)
            person = {row["id"]: row["person"] for row in rows(people)}
            true = sum(n * (n - 1) // 2 for n in collections.Counter(person.values()).values())
            given = sum(person[row["id_left"]] == person[row["id_right"]] for row in rows(pairs))
        said = re.search(r"(\d+) found, (\d+) to (\d+) missed", linked.stdout + linked.stderr)
        least, most = int(said.group(2)), int(said.group(3))
        missed = true - given
        good = least <= missed <= most
        held += good
        print(f"seed {seed:2}, noise {noise}: {missed} of {true} pairs missed, limits {least} to {most}: "
              f"{'held' if good else 'NOT HELD'}", flush=True)
    print(f"the limits hold the truth on {held} of {arguments.towns} towns (at least {arguments.least} asked)")
    return 0 if held >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())
