#!/usr/bin/env python3
"""The Python Record Linkage Toolkit on one data set: blocks, compares, classifies without labels (its ECM classifier),
clusters by components; writes what it took and found, as splink_run.py does.

    recordlinkage_run.py DATASET --out RESULT.json --clusters CLUSTERS.csv FILE...

Settings as its documentation shows them for FEBRL: Jaro-Winkler at 0.85 for names, exact or Damerau-Levenshtein for the
rest, several blocking passes, binary features.
"""
import argparse
import json
import os
import time

import pandas
import recordlinkage

SETTINGS = {  # (how, column), and blocking passes
    "febrl": ([("name", "given_name"), ("name", "surname"), ("exact", "date_of_birth"), ("exact", "soc_sec_id"), ("exact", "postcode"), ("text", "address_1")],
              [["given_name"], ["surname"], ["date_of_birth"], ["soc_sec_id"], ["postcode"]]),
    "historical_50k": ([("name", "first_name"), ("name", "surname"), ("exact", "dob"), ("exact", "postcode_fake"), ("exact", "birth_place"), ("exact", "occupation")],
                       [["first_name", "surname"], ["surname", "dob"], ["first_name", "dob"], ["postcode_fake", "first_name"], ["postcode_fake", "surname"], ["dob", "birth_place"]]),
    "fake_1000": ([("name", "first_name"), ("name", "surname"), ("exact", "dob"), ("exact", "city"), ("text", "email")],
                  [["first_name"], ["surname"], ["dob"], ["email"]]),
    "persons": ([("name", "forename"), ("name", "surname"), ("exact", "birth_date"), ("exact", "postcode"), ("text", "address"), ("exact", "phone"), ("exact", "nhs_number")],
                [["nhs_number"], ["phone"], ["surname", "birth_date"], ["forename", "birth_date"], ["postcode", "forename"], ["postcode", "surname"], ["postcode", "birth_date"]]),
}
IDS = {"febrl": "rec_id", "historical_50k": "unique_id", "fake_1000": "unique_id", "persons": "id"}


def component_roots(count, pairs):
    parent = list(range(count))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in pairs:
        a, b = root(a), root(b)
        parent[max(a, b)] = min(a, b)
    return [root(i) for i in range(count)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_set")
    parser.add_argument("--out", required=True)
    parser.add_argument("--clusters", required=True)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    kind = "febrl" if arguments.data_set.startswith("febrl") else arguments.data_set
    fields, passes = SETTINGS[kind]
    seconds = {}
    last = time.perf_counter()

    def lap(stage):
        nonlocal last
        now = time.perf_counter()
        seconds[stage] = now - last
        last = now

    frames = []
    for path in arguments.files:
        frame = pandas.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
        frame["source"] = os.path.basename(path)
        frames.append(frame)
    rows = pandas.concat(frames, ignore_index=True)
    sides = [rows[rows["source"] == os.path.basename(path)] for path in arguments.files]
    lap("read")
    indexer = recordlinkage.Index()
    for columns in passes:
        indexer.block(columns)
    candidates = indexer.index(*sides) if len(sides) == 2 else indexer.index(rows)
    compare = recordlinkage.Compare(n_jobs=os.cpu_count())
    for how, column in fields:
        if how == "exact":
            compare.exact(column, column, label=column)
        else:
            compare.string(column, column, method="jarowinkler" if how == "name" else "damerau_levenshtein", threshold=0.85, label=column)
    features = compare.compute(candidates, *(sides if len(sides) == 2 else [rows]))
    lap("compare")
    classifier = recordlinkage.ECMClassifier(init="jaro", binarize=0.5, max_iter=100, atol=1e-4)
    matches = classifier.fit_predict(features)
    lap("train")
    roots = component_roots(len(rows), matches)
    lap("cluster")
    out = pandas.DataFrame({"source": rows["source"], "id": rows[IDS[kind]], "person": roots})
    out.to_csv(arguments.clusters, index=False)
    lap("write")
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump({"seconds": seconds, "pairs": len(candidates), "clusters": len(set(roots))}, file, indent=2)


if __name__ == "__main__":
    main()
