#!/usr/bin/env python3
"""Links people whom nothing here was built on: the sample data of pseudopeople, a simulated population of the United
States (10,000 people in households; BSD licence, from PyPI), as its census, its tax forms and files cut out of them.

    bench/other_people.py [--wider build/release/wider] [--results FILE]

Nothing is said to wider but the name of the column of ids. Dates stand month first, everybody shares one postcode, some
rows say "Child F" or "Lady of the house" for a forename. Precision and recall are over pairs. Makes a virtual
environment under build/other_people. Exits with 1 where a figure lies below its bound.
"""
import argparse
import collections
import csv
import pathlib
import subprocess
import sys
import tempfile
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "build/other_people"
PACKAGES = ["pseudopeople==1.3.1", "setuptools<81"]
TRUTH = "simulant_id"


def enter_environment():
    """Runs this script again by the environment's Python, which has pseudopeople."""
    if pathlib.Path(sys.prefix) == ENVIRONMENT:
        return
    if not (ENVIRONMENT / "installed").exists():
        print("making the virtual environment with pseudopeople", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([ENVIRONMENT / "bin/pip", "install", "--quiet", *PACKAGES], check=True)
        (ENVIRONMENT / "installed").touch()
    sys.exit(subprocess.run([ENVIRONMENT / "bin/python", *sys.argv]).returncode)


def write(frame, name, columns, folder):
    """The file of these columns (new name: old name, or a function of the row's columns), with ids of its own."""
    path = folder / f"{name}.csv"
    rows = frame.astype(object).where(frame.notna(), "").to_dict("records")
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", TRUTH, *columns])
        for number, row in enumerate(rows):
            values = [what(row) if callable(what) else row[what] for what in columns.values()]
            writer.writerow([f"{name}{number}", row[TRUTH], *values])
    return path


def score(wider, files, options, folder):
    """Precision, recall and the number of true pairs of one run."""
    out = folder / "linked.csv"
    subprocess.run([wider, "link", *files, "--id", "id", *options, "--out", out], check=True, capture_output=True)
    truth = {}
    for path in files:
        with open(path, newline="") as text:
            truth.update((row["id"], row[TRUTH]) for row in csv.DictReader(text))
    with open(out, newline="") as text:
        said = [(truth[row["id"]], row["person"]) for row in csv.DictReader(text)]

    def pairs(groups):
        return sum(count * (count - 1) // 2 for count in collections.Counter(groups).values())

    right, together, true = pairs(said), pairs(p for _, p in said), pairs(t for t, _ in said)
    return right / max(together, 1), right / max(true, 1), true, together - right


def make(folder):
    """The files: name → path."""
    import pseudopeople

    warnings.filterwarnings("ignore")
    names = {"first_name": "first_name", "last_name": "last_name"}
    home = {"address": lambda row: f"{row['street_number']} {row['street_name']}".strip(), "city": "city", "zipcode": "zipcode"}
    born = {"date_of_birth": "date_of_birth", "sex": "sex"}
    made = {}
    for name, seed in (("one", 11), ("two", 12)):
        census = pseudopeople.generate_decennial_census(seed=seed)
        made[f"census_{name}"] = write(census, f"census_{name}", names | born | home, folder)
        made[f"births_{name}"] = write(census, f"births_{name}", names | born, folder)
    tax = pseudopeople.generate_taxes_w2_and_1099(seed=1)
    at = "mailing_address_"
    where = {"address": lambda row: f"{row[at + 'street_number']} {row[at + 'street_name']}".strip(), "city": at + "city"}
    made["tax"] = write(tax, "tax", names | where, folder)
    homes = {}

    def phone(row):
        number = homes.setdefault((row["household_id"], row["last_name"]), len(homes))
        return f"0770{number:07}"

    made["phones"] = write(tax, "phones", names | {"phone": phone}, folder)
    return made


# What is linked, with which options; least precision and recall, or, where hardly anybody is there twice, the most wrong
# pairs.
RUNS = [
    ("two censuses, between", ["census_one", "census_two"], ["--between"], .995, .96, None),
    ("two censuses as one", ["census_one", "census_two"], [], .99, .94, None),
    ("one census: who is there twice?", ["census_one"], [], 0, .5, 10),
    ("tax forms: names and addresses, no birth dates", ["tax"], [], .98, .88, None),
    ("tax forms: names and a family's telephone", ["phones"], [], .97, .80, None),
    ("names, birth dates, sex, between", ["births_one", "births_two"], ["--between"], .99, .96, None),
    ("names, birth dates, sex as one", ["births_one", "births_two"], [], .98, .94, None),
]


def main():
    enter_environment()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wider", default=str(ROOT / "build/release/wider"))
    parser.add_argument("--results", help="where the table is written too")
    arguments = parser.parse_args()
    lines = ["| what | true pairs | precision | recall | F1 | wrong pairs |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    below = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        made = make(folder)
        for what, files, options, least_precision, least_recall, most_wrong in RUNS:
            precision, recall, true, wrong = score(arguments.wider, [made[file] for file in files], options, folder)
            f1 = 2 * precision * recall / max(precision + recall, 1e-9)
            good = precision >= least_precision and recall >= least_recall and (most_wrong is None or wrong <= most_wrong)
            below += not good
            lines.append(f"| {what} | {true:,} | {precision:.4f} | {recall:.4f} | {f1:.4f} | {wrong:,} |"
                         + ("" if good else " **below its bound**"))
    print("\n".join(lines))
    if arguments.results:
        pathlib.Path(arguments.results).write_text("\n".join(lines) + "\n")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
