#!/usr/bin/env python3
"""Scores `wider link` on public data with a known truth: score_link.py PROGRAM FOLDER.

Each set is linked without labels, and the pairs of rows put together are compared with the truth: pairwise precision,
recall and F1. A set below its floor fails. Ends with "N passed, N failed, N skipped".
"""
import collections
import csv
import hashlib
import os
import subprocess
import sys
import tempfile
import time


def pairs(n):
    return n * (n - 1) // 2


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream, skipinitialspace=True))


def febrl_entity(record_id):
    return record_id.split("-")[1]  # rec-1070-org, rec-1070-dup-0


class Set:
    def __init__(self, name, files, identifier, columns, truth, floor, options=()):
        self.name, self.files, self.identifier, self.columns = name, files, identifier, columns
        self.truth, self.floor, self.options = truth, floor, options


FEBRL = {"forename": "given_name", "surname": "surname", "birth_date": "date_of_birth", "postcode": "postcode",
         "address": "address_1", "town": "suburb"}
SETS = [
    Set("historical_50k", ["historical_50k.csv"], "unique_id",
        {"forename": "first_name", "surname": "surname", "full_name": "full_name", "birth_date": "dob",
         "postcode": "postcode_fake", "town": "birth_place", "sex": "gender", "occupation": "occupation"},
        lambda row: row["cluster"], 0.94),
    Set("historical_50k by connected components, for comparison", ["historical_50k.csv"], "unique_id",
        {"forename": "first_name", "surname": "surname", "full_name": "full_name", "birth_date": "dob",
         "postcode": "postcode_fake", "town": "birth_place", "sex": "gender", "occupation": "occupation"},
        lambda row: row["cluster"], 0, ("--components",)),
    Set("historical_50k, labels of half", ["historical_50k.csv"], "unique_id",
        {"forename": "first_name", "surname": "surname", "full_name": "full_name", "birth_date": "dob",
         "postcode": "postcode_fake", "town": "birth_place", "sex": "gender", "occupation": "occupation"},
        lambda row: row["cluster"], 0.96, ("--labels", "known_as")),
    Set("febrl_4 between files", ["febrl_4a.csv", "febrl_4b.csv"], "rec_id", FEBRL,
        lambda row: febrl_entity(row["rec_id"]), 0.998, ("--between",)),
    Set("febrl_1", ["febrl_1.csv"], "rec_id", FEBRL, lambda row: febrl_entity(row["rec_id"]), 0.995),
    Set("febrl_2", ["febrl_2.csv"], "rec_id", FEBRL, lambda row: febrl_entity(row["rec_id"]), 0.995),
    Set("fake_1000", ["fake_1000.csv"], "unique_id", {}, lambda row: row["cluster"], 0.97),
]


def labelled(entity):
    """Whether an entity is of the half whose labels training sees: by a hash of its name."""
    return hashlib.sha256(entity.encode()).digest()[0] % 2 == 0


def with_labels(path, one, scratch):
    """A copy of the file with a column of labels, filled for one half of the entities."""
    rows = read_rows(path)
    copy = os.path.join(scratch, os.path.basename(path))
    with open(copy, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=[*rows[0], "known_as"])
        writer.writeheader()
        for row in rows:
            entity = one.truth(row)
            writer.writerow({**row, "known_as": entity if labelled(entity) else ""})
    return copy


def score(program, folder, one, scratch):
    paths = [os.path.join(folder, name) for name in one.files]
    half = "--labels" in one.options
    if half:
        paths = [with_labels(path, one, scratch) for path in paths]
    out = os.path.join(scratch, "people.csv")
    command = [program, "link", *paths, "--id", one.identifier, *one.options, "--out", out]
    for standard, column in one.columns.items():
        command += ["--column", f"{standard}={column}"]
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began

    truth = {}
    for number, path in enumerate(paths):
        for row in read_rows(path):
            truth[row[one.identifier]] = (one.truth(row), number)
    between = "--between" in one.options

    def count(groups):
        """Pairs in the groups of (file number); between files only where asked."""
        total = 0
        for files in groups.values():
            total += pairs(len(files))
            if between:
                total -= sum(pairs(n) for n in collections.Counter(files).values())
        return total

    answered, said, right, true = set(), collections.defaultdict(list), collections.defaultdict(list), collections.defaultdict(list)
    # With labels, pairs of the half that training did not see count; a wrong pair across the halves counts half.
    for row in read_rows(out):
        if row["id"] in answered or row["id"] not in truth:
            raise ValueError(f"a row is answered twice or is unknown in {one.name}")
        answered.add(row["id"])
        entity, number = truth[row["id"]]
        said[row["person"]].append(number)
        right[(row["person"], entity)].append(number)
    if len(answered) != len(truth):
        raise ValueError(f"{len(truth) - len(answered)} rows of {one.name} are not answered")
    for entity, number in truth.values():
        true[entity].append(number)
    if half:
        unseen = {row: entity for row, (entity, _) in truth.items() if not labelled(entity)}
        right = {key: files for key, files in right.items() if not labelled(key[1])}
        true = {entity: files for entity, files in true.items() if not labelled(entity)}
        inside = collections.defaultdict(list)
        for row in read_rows(out):
            if row["id"] in unseen:
                inside[row["person"]].append(0)
        across = sum(len(inside.get(person, [])) * (len(files) - len(inside.get(person, []))) for person, files in said.items())
        hits, claimed, wanted = count(right), count(inside) + across / 2, count(true)
    else:
        hits, claimed, wanted = count(right), count(said), count(true)
    precision, recall = hits / max(claimed, 1), hits / max(wanted, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    good = f1 >= one.floor
    print(f"{one.name}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f} "
          f"(floor {one.floor}), {len(truth)} rows in {seconds:.1f} s: {'good' if good else 'BELOW ITS FLOOR'}", flush=True)
    return good


def main():
    program, folder = sys.argv[1:3]
    passed = failed = skipped = 0
    for one in SETS:
        if not all(os.path.exists(os.path.join(folder, name)) for name in one.files):
            print(f"{one.name}: skipped, its files are not there")
            skipped += 1
            continue
        with tempfile.TemporaryDirectory() as scratch:
            try:
                good = score(program, folder, one, scratch)
            except (subprocess.CalledProcessError, OSError, KeyError, ValueError) as problem:
                print(f"{one.name}: failed: {problem}")
                good = False
        passed, failed = passed + good, failed + (not good)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
