#!/usr/bin/env python3
"""Splink's own demonstration models, run by wider, give Splink's match weights to 1e-6. Standard library only.

    splink_round_trip.py WIDER DATA

WIDER is the program, DATA the folder with the public data sets (fake_1000.csv, febrl_4a.csv, febrl_4b.csv,
historical_50k.csv). tests/splink/ holds each model as Splink 4.0.17 saved it, the number of pairs Splink scored and a
sample of their weights (bench/peers/make_round_trip.py makes both). Exit status 77 when a data set is not there.
"""
import csv
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "bench/peers"))
from tables import prepare  # noqa: E402

DATA_SETS = {
    "fake_1000": (["fake_1000.csv"], ()),
    "febrl_4": (["febrl_4a.csv", "febrl_4b.csv"], ()),
    "historical_50k": (["historical_50k.csv"], ("first_name_surname_concat", "first_name", "surname")),
}


def weights(path, skip=0):
    with open(path, newline="", encoding="utf-8") as file:
        for _ in range(skip):
            next(file)
        return {(r["source_left"], r["id_left"], r["source_right"], r["id_right"]): float(r["match_weight"]) for r in csv.DictReader(file)}


def check(wider, data, name, folder):
    files, concat = DATA_SETS[name]
    made = []
    for file in files:
        prepare(data / file, folder / file, concat)
        made.append(folder / file)
    command = [wider, "link", *made, "--splink", HERE / f"splink/{name}.json", "--out", folder / "o.csv", "--pairs", folder / "p.csv", "--pairs-threshold", "0"]
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if run.returncode != 0:
        return f"wider failed: {run.stderr}"
    got, wanted = weights(folder / "p.csv"), weights(HERE / f"splink/{name}.csv", skip=1)
    with open(HERE / f"splink/{name}.csv", encoding="utf-8") as file:
        count = int(next(file).split(",")[1])
    if len(got) != count:
        return f"{len(got)} pairs where Splink scored {count}"
    missing = [pair for pair in wanted if pair not in got]
    if missing:
        return f"{len(missing)} of Splink's pairs are not there"
    most = max(abs(got[pair] - weight) for pair, weight in wanted.items())
    if most > 1e-6:
        return f"a weight differs by {most}"
    print(f"  {name}: {count} pairs as Splink's, {len(wanted)} weights compared, greatest difference {most:.1e}")
    return None


def main():
    wider, data = sys.argv[1], pathlib.Path(sys.argv[2])
    passed = failed = skipped = 0
    for name, (files, _) in DATA_SETS.items():
        absent = [file for file in files if not (data / file).exists()]
        if absent:
            print(f"  {name}: skipped, {', '.join(absent)} is not in the data folder")
            skipped += 1
            continue
        with tempfile.TemporaryDirectory() as folder:
            problem = check(wider, data, name, pathlib.Path(folder))
        if problem:
            print(f"  {name}: FAILED: {problem}")
            failed += 1
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 77 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
