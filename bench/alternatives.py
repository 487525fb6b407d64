#!/usr/bin/env python3
"""Whether the weights of alternative partitions mean what they say, on fictitious towns.

    bench/alternatives.py [--wider build/release/wider] [--rows 20000] [--towns 4] [--first-seed 1]

Links lean files of person records (`wider town --persons-csv`), and asks of every uncertain component which alternative is
the truth. Prints, by weight, how often alternatives of that weight are it (reliability), the Brier score beside that of
always saying how often the adopted partition is right, and how often the truth is among the alternatives at all. Fails
when a band of weights with 200 alternatives or more is off by more than 0.15. Standard library only.
"""
import argparse
import collections
import csv
import os
import subprocess
import sys
import tempfile


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def as_sets(labels):
    groups = collections.defaultdict(set)
    for name, label in labels.items():
        groups[label].add(name)
    return {frozenset(group) for group in groups.values()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wider", default="build/release/wider")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--towns", type=int, default=4)
    parser.add_argument("--first-seed", type=int, default=1)
    arguments = parser.parse_args()
    wider = os.path.abspath(arguments.wider)
    said, adopted, held, components = [], [], 0, 0
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.towns):
        with tempfile.TemporaryDirectory() as folder:
            people, file = os.path.join(folder, "people.csv"), os.path.join(folder, "alternatives.csv")
            subprocess.run([wider, "town", "--persons-csv", str(arguments.rows), "--seed", str(seed), "--out", people],
                           check=True, capture_output=True)
            subprocess.run([wider, "link", people, "--id", "id", "--out", os.path.join(folder, "out.csv"),
                            "--alternatives", file], check=True, capture_output=True)
            person = {row["id"]: row["person"] for row in rows(people)}
            found = collections.defaultdict(lambda: collections.defaultdict(dict))
            weight = {}
            for row in rows(file):
                found[row["component"]][row["alternative"]][row["id"]] = row["cluster"]
                weight[(row["component"], row["alternative"])] = float(row["weight"])
            for component, alternatives in found.items():
                components += 1
                truth = as_sets({name: person[name] for name in next(iter(alternatives.values()))})
                hit = False
                for number, labels in alternatives.items():
                    right = as_sets(labels) == truth
                    hit = hit or right
                    said.append((weight[(component, number)], right))
                    if number == "1":
                        adopted.append(said[-1])
                held += hit
                assert abs(sum(weight[(component, number)] for number in alternatives) - 1) < 1e-4
    print(f"{components} uncertain components; the truth is among their alternatives in {held / max(1, components):.3f}")
    bad = 0
    for low in [0, .02, .1, .2, .3, .4, .5, .6, .7, .8, .9]:
        high = {0: .02, .02: .1}.get(low, low + .1)
        band = [(w, r) for w, r in said if low <= w < high + 1e-9 * (high == 1)]
        if not band:
            continue
        mean, share = sum(w for w, _ in band) / len(band), sum(r for _, r in band) / len(band)
        off = len(band) >= 200 and abs(mean - share) > .15
        bad += off
        print(f"weight {low:4.2f} to {high:4.2f}: {len(band):6} alternatives, mean weight {mean:.3f}, right {share:.3f}{'  OFF' if off else ''}")
    brier = sum((w - r) ** 2 for w, r in adopted) / max(1, len(adopted))
    share = sum(r for _, r in adopted) / max(1, len(adopted))
    print(f"adopted partition right in {share:.3f}; Brier score of its weight {brier:.4f}, of that share alone {share * (1 - share):.4f}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
