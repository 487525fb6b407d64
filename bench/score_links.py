#!/usr/bin/env python3
"""Pairwise precision, recall and F1 of a `wider link` output against the truth in the input files. Standard library only.

  score_links.py --out OUT.csv --id COLUMN (--truth-column COLUMN | --truth-digits COLUMN) [--between] FILE...

--truth-column: rows with the same value are one person. --truth-digits: rows whose value holds the same first number are.
--between: only pairs of rows of different files count.
"""
import argparse
import csv
import os
import re
from collections import Counter


def pairs(sizes):
    return sum(n * (n - 1) // 2 for n in sizes)


def count(groups, between):
    """Pairs within groups; groups is a list of (group key, source)."""
    total = pairs(Counter(key for key, _ in groups).values())
    return total - pairs(Counter(groups).values()) if between else total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--id", required=True)
    parser.add_argument("--truth-column")
    parser.add_argument("--truth-digits")
    parser.add_argument("--between", action="store_true")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    column = arguments.truth_column or arguments.truth_digits
    truth = {}
    for path in arguments.files:
        with open(path, newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file, skipinitialspace=True):
                row = {key.strip(): (value or "").strip() for key, value in row.items() if key}
                value = row[column]
                if arguments.truth_digits:
                    value = re.search(r"\d+", value).group()
                truth[os.path.basename(path), row[arguments.id]] = value
    with open(arguments.out, newline="", encoding="utf-8") as file:
        said = {(row["source"], row["id"]): row["person"] for row in csv.DictReader(file)}
    if set(said) != set(truth):
        raise SystemExit(f"the output names {len(set(said) - set(truth))} unknown rows and lacks {len(set(truth) - set(said))}")
    true_pairs = count([(truth[row], row[0]) for row in truth], arguments.between)
    said_pairs = count([(said[row], row[0]) for row in truth], arguments.between)
    both = count([((truth[row], said[row]), row[0]) for row in truth], arguments.between)
    precision = both / said_pairs if said_pairs else 1.0
    recall = both / true_pairs if true_pairs else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    print(f"rows {len(truth)}  true pairs {true_pairs}  found pairs {said_pairs}  precision {precision:.4f}  recall {recall:.4f}  F1 {f1:.4f}")


if __name__ == "__main__":
    main()
