#!/usr/bin/env python3
"""The golden run: tests/golden/golden.py PROGRAM [--renew]

A small town is written (always the same), its files and a few spoilt rows are taken in, and what comes out is compared with
the text files beside this one: counts by kind, who was taken for whom, the planted networks, the findings with their proofs.
Whatever changes an answer shows here as a diff, in words that do not depend on row numbers. --renew writes the files anew:
read their diff before you commit it. Standard library only. Exit status: 0 the same, 1 not.
"""
import collections
import csv
import difflib
import hashlib
import json
import os
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
RENEW = "--renew" in sys.argv[2:]
HERE = os.path.dirname(os.path.abspath(__file__))
# With this seed each pattern that ships gives a finding.
TOWN = ["--people", "2000", "--seed", "13", "--networks", "6"]
PAST = "2010-12-31"
DIFF_LINES = 60


def wider(*words, folder):
    done = subprocess.run([PROGRAM, *words], cwd=folder, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"wider {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def spoil(folder):
    """Three rows that cannot become records, as the last delivery."""
    manifest = os.path.join(folder, "town", "manifest.csv")
    rows = rows_of(manifest)
    concerns = next(row["file"] for row in rows if row["format"] == "education-concerns")
    with open(os.path.join(folder, "town", concerns), newline="", encoding="utf-8-sig") as stream:
        header, row = list(csv.reader(stream))[:2]
    with open(os.path.join(folder, "town", "spoilt.csv"), "w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(header)
        out.writerow(["", *row[1:]])
        out.writerow(["CN99/000002", "31/02/2012", *row[2:]])
        out.writerow(["CN99/000003", *row[1:], "one too many"])
    with open(manifest, "a", encoding="utf-8") as stream:
        stream.write(f"spoilt.csv,education,education-concerns,{max(row['delivered'] for row in rows)}\n")


def kind_of(mention):
    """KIND-ID#n, and a kind may hold dashes itself: "sexual-health-SH1"."""
    words = mention.split("-")
    return "-".join(words[: next(i for i, word in enumerate(words) if i > 0 and not word.islower())])


def counts(taken, held, mentions):
    yield "What was taken in (wider intake, wider held-back)"
    for name in ("files", "read", "accepted", "held_back", "already_had", "entries"):
        yield f"  {name.replace('_', ' ')}: {taken[name]}"
    yield "Kept, with a note"
    for issue, count in sorted(taken["noted"].items()):
        yield f"  {count} {issue}"
    yield "Held back"
    for row in held:
        yield f"  {row['file']} row {row['row']}, column '{row['column']}': {row['reason']}"
    yield "Mentions of people, by agency and kind of record"
    for (agency, kind), count in sorted(collections.Counter((row["agency"], kind_of(row["mention"])) for row in mentions).items()):
        yield f"  {agency} {kind}: {count}"


def clusters(rows):
    members = collections.defaultdict(set)
    for row in rows:
        members[row["person"]].add(f"{row['agency']}/{row['mention']}")
    return members


def pairs(groups):
    return sum(len(group) * (len(group) - 1) // 2 for group in groups)


def people(mentions, truth):
    found = clusters(mentions)
    true = clusters(truth)
    true_of = {mention: person for person, group in true.items() for mention in group}
    parts = collections.Counter()  # of one found and one true person: mentions
    for person, group in found.items():
        parts.update((person, true_of.get(mention, mention)) for mention in group)
    together = sum(count * (count - 1) // 2 for count in parts.values())
    yield "People (wider people, held against the truth)"
    yield f"  {len(found)} people of {sum(map(len, found.values()))} mentions; in truth {len(true)}"
    yield f"  pairs put together: {pairs(found.values())}, of them right: {together}, of {pairs(true.values())} in truth"
    partition = sorted(" ".join(sorted(group)) for group in found.values())
    yield f"  digest of who is whom: {hashlib.sha256(chr(10).join(partition).encode()).hexdigest()[:16]}"
    yield "People by number of mentions"
    for size, count in sorted(collections.Counter(len(group) for group in found.values()).items()):
        yield f"  {size}: {count}"
    yield "Several people taken for one (the first mention of each)"
    for group in sorted(sorted(group) for group in found.values()):
        firsts = {}
        for mention in group:
            firsts.setdefault(true_of.get(mention, mention), mention)
        if len(firsts) > 1:
            yield "  " + " | ".join(firsts.values())
    yield "One person taken for several, with at least two mentions in each (the first of each)"
    person_of = {mention: person for person, group in found.items() for mention in group}
    for group in sorted(sorted(group) for group in true.values()):
        several = collections.defaultdict(list)
        for mention in group:
            if mention in person_of:
                several[person_of[mention]].append(mention)
        firsts = [members[0] for members in several.values() if len(members) > 1]
        if len(firsts) > 1:
            yield "  " + " | ".join(firsts)


def networks(planted, truth, findings):
    person_of = {f"{row['agency']}/{row['mention']}": row["person"] for row in truth}
    members = collections.defaultdict(lambda: collections.defaultdict(set))
    for row in planted:
        members[row["network"]][row["role"]].add(row["person"])
    yield "Planted networks, and what is found of each (by the mentions in proofs)"
    for network, roles in sorted(members.items()):
        yield f"  {network}: " + ", ".join(f"{len(roles[role])} {role}" for role in sorted(roles))
        for finding in findings:
            named = {person_of.get(mention) for mention in finding["mentions"]}
            touched = {role: len(named & people) for role, people in sorted(roles.items()) if named & people}
            if touched:
                yield f"    {finding['pattern']}, met on {finding['met_on']}: " + ", ".join(f"{count} {role}" for role, count in touched.items())


def told(title, findings):
    yield f"{title}: {len(findings)}"
    blocks = []
    for finding in findings:
        block = [f"{finding['pattern']}, met on {finding['met_on']}, received {finding['received'][:10]}: {finding['says']}",
                 f"  held by {', '.join(finding['agencies'])}; by chance {finding['expected_by_chance']:.6f}; grade {finding['strength']}"]
        block += [f"  proof {record}" for record in finding["proof"]]
        block += [f"  child {child}" for child in finding["children"]]
        blocks.append(block)
    for block in sorted(blocks, key=lambda lines: (lines[0].split(", ")[1], lines)):
        yield from block


def run(folder):
    wider("town", *TOWN, "--out", "town", folder=folder)
    spoil(folder)
    wider("init", "--hub", "hub", "--simulated", folder=folder)
    taken = json.loads(wider("intake", "--hub", "hub", "--manifest", "town/manifest.csv", "--json", folder=folder))
    wider("people", "--hub", "hub", "--out", "people.csv", folder=folder)
    held = json.loads(wider("held-back", "--hub", "hub", "--json", folder=folder))
    findings = json.loads(wider("findings", "--hub", "hub", "--json", folder=folder))
    past = json.loads(wider("findings", "--hub", "hub", "--as-known-at", PAST, "--json", folder=folder))
    mentions = rows_of(os.path.join(folder, "people.csv"))
    truth = rows_of(os.path.join(folder, "town", "truth", "people.csv"))
    planted = rows_of(os.path.join(folder, "town", "truth", "networks.csv"))
    return {
        "counts.txt": counts(taken, held, mentions),
        "people.txt": people(mentions, truth),
        "networks.txt": networks(planted, truth, findings),
        "findings.txt": [*told("Findings", findings), "", *told(f"Findings as known at {PAST}", past)],
    }


def main():
    differs = False
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in run(folder).items():
            text = "".join(line + "\n" for line in lines)
            path = os.path.join(HERE, name)
            before = ""
            if os.path.exists(path):
                with open(path, encoding="utf-8") as stream:
                    before = stream.read()
            if text == before:
                print(f"the same: {name}")
                continue
            differs = True
            diff = list(difflib.unified_diff(before.splitlines(), text.splitlines(), f"tests/golden/{name}, as expected", f"{name}, as it is now", lineterm=""))
            print("\n".join(diff[:DIFF_LINES]))
            if len(diff) > DIFF_LINES:
                print(f"… and {len(diff) - DIFF_LINES} more lines")
            if RENEW:
                with open(path, "w", encoding="utf-8") as stream:
                    stream.write(text)
                print(f"renewed: {name}")
    if differs and not RENEW:
        print("An answer has changed. Where that is what was meant: ./dev golden --renew, read the diff, commit it with the change.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
