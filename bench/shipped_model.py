#!/usr/bin/env python3
"""Makes models/people.toml, the linkage model that hubs of few rows use, of a model that a large hub learnt.

    wider town --people 220000 --seed 21 --out T && wider init --hub H --simulated
    wider intake --hub H --manifest T/manifest.csv && wider model export --hub H --out learnt.toml
    bench/shipped_model.py learnt.toml > models/people.toml

What a place has of its own is left out: how often each address, postcode, day of birth and phone number of that town is
given. Their values then count as being as common as that town's are in the mean. How common names are stays, from ten
records on. Standard library only.
"""
import re
import sys

LOCAL = {"birth_date", "address", "postcode", "phone", "email"}
LEAST = 10


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.read().split("\n")
    if not lines or not any(line.startswith("version = ") for line in lines):
        sys.exit(f"{sys.argv[1]}: not a linkage model of wider")
    chance = {}
    section = ""
    for line in lines:
        if line.startswith("["):
            section = line.strip("[]")
        elif line.startswith("chance = ") and section.startswith("terms."):
            chance[section.removeprefix("terms.")] = float(line.split(" = ")[1])
    print("# The linkage model of hubs of few rows, made by bench/shipped_model.py of what a fictitious town of 220,000 people gives.")
    section = ""
    for line in lines:
        if line.startswith("# learnt from") or line.startswith("# adopted by"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
        parts = section.split(".")
        if parts[0] == "terms" and parts[1] in LOCAL:
            if len(parts) == 3 and line and not line.startswith("["):
                continue
            # A value that is not counted is taken to be given twice.
            if line.startswith("total = ") and chance[parts[1]] > 0:
                line = f"total = {round(2 / chance[parts[1]])}"
        elif len(parts) == 3 and parts[2] == "counts" and (given := re.fullmatch(r'".*" = (\d+)', line)) and int(given[1]) < LEAST:
            continue
        print(line)


if __name__ == "__main__":
    main()
