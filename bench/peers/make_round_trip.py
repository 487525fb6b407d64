#!/usr/bin/env python3
"""Trains Splink's demonstration models and writes them, with a sample of Splink's own predictions, to tests/splink/.

    make_round_trip.py --data FOLDER [--out tests/splink] [--pairs 1500]

Needs the packages of requirements.txt; run by hand when Splink or a model changes. tests/splink_round_trip.py then
compares what wider gives with it. The sample is of the pairs with the least hash of their ids, so that it is the same
whoever makes it; the number of all pairs is kept too.
"""
import argparse
import csv
import hashlib
import pathlib
import subprocess
import sys
import tempfile

from splink_models import DATA_SETS
from tables import prepare

HERE = pathlib.Path(__file__).resolve().parent
KEYS = ["source_left", "id_left", "source_right", "id_right"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent.parent / "tests/splink")
    parser.add_argument("--pairs", type=int, default=1500)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in ["fake_1000", "febrl_4", "historical_50k"]:
        data_set = DATA_SETS[name]
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            files = []
            for file in data_set.files:
                prepare(arguments.data / file, folder / file, data_set.concat)
                files.append(folder / file)
            model = arguments.out / f"{name}.json"
            command = [sys.executable, HERE / "splink_run.py", name, "--out", folder / "r.json", "--clusters", folder / "c.csv"]
            subprocess.run(command + ["--model", model, "--predictions", folder / "p.csv", *files], check=True)
            with open(folder / "p.csv", newline="", encoding="utf-8") as file:
                pairs = list(csv.DictReader(file))
        hashed = sorted(pairs, key=lambda pair: hashlib.sha256("|".join(pair[k] for k in KEYS).encode()).hexdigest())
        with open(arguments.out / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["all_pairs", len(pairs), "", "", ""])
            writer.writerow(KEYS + ["match_weight"])
            for pair in sorted(hashed[: arguments.pairs], key=lambda pair: [pair[k] for k in KEYS]):
                writer.writerow([pair[k] for k in KEYS] + [f"{float(pair['match_weight']):.9f}"])


if __name__ == "__main__":
    main()
