#!/usr/bin/env python3
"""Scores a run on a generated town against its truth.

    bench/score_town.py TOWN --people people.csv --findings findings.json [--population 220000] [--years 6] [--json]

TOWN      the folder that `wider town` wrote (truth/ is read)
people    output of `wider people` (columns agency,mention,person)
findings  output of `wider findings --json`: an array of {id, pattern, people, mentions, children, agencies, met_on, says};
          children are mentions, "agency/mention"

A finding counts for a planted network if two or more of its children belong to it, they are at least half the children
it names, and it names at most 15 people; otherwise it counts as ordinary. Standard library only.
"""
import argparse
import collections
import csv
import datetime
import json
import pathlib
import sys


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def pairs(count):
    return count * (count - 1) // 2


def ratio(part, whole):
    return part / whole if whole else 1.0


def score_people(truth, found, twins):
    """Pairwise precision and recall by contingency: linear in the mentions, whatever the size of the clusters."""
    by_cell, by_truth, by_found = collections.Counter(), collections.Counter(), collections.Counter()
    missing = 0
    for mention, person in truth.items():
        cluster = found.get(mention)
        if cluster is None:
            missing += 1
            cluster = ("alone", mention)  # a mention that was never taken in is linked to nothing
        by_cell[(person, cluster)] += 1
        by_truth[person] += 1
        by_found[cluster] += 1
    both = sum(pairs(n) for n in by_cell.values())
    precision = ratio(both, sum(pairs(n) for n in by_found.values()))
    recall = ratio(both, sum(pairs(n) for n in by_truth.values()))
    clusters = collections.defaultdict(dict)
    for (person, cluster), count in by_cell.items():
        if person in twins:
            clusters[cluster][person] = count
    wrong_pairs = wrong_clusters = 0
    for members in clusters.values():
        here = sum(n * members.get(twins[p], 0) for p, n in members.items()) // 2
        wrong_pairs += here
        wrong_clusters += here > 0
    twin_both = sum(pairs(n) for (person, _), n in by_cell.items() if person in twins)
    twin_all = sum(pairs(n) for person, n in by_truth.items() if person in twins)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "mentions": len(truth),
        "mentions_not_taken_in": missing,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "twin_wrong_pairs": wrong_pairs,
        "twin_wrong_people": wrong_clusters,
        "twin_recall": ratio(twin_both, twin_all),
    }


def score_households(truth, found, household):
    """Households that linkage merges: at least two people of one are each put together with a person of the other. And
    people of different households that share the greater part of their mentions' clusters, which is less harmful."""
    people_in, clusters_of = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    for mention, person in truth.items():
        cluster = found.get(mention, ("alone", mention))
        people_in[cluster][person] += 1
        clusters_of[person][cluster] += 1
    met = collections.defaultdict(set)
    for people in people_in.values():
        homes = collections.defaultdict(set)
        for person in people:
            if person in household:
                homes[household[person]].add(person)
        for one in homes:
            for other in homes:
                if one < other:
                    met[(one, other)] |= {(a, b) for a in homes[one] for b in homes[other]}
    merged = sum(len({a for a, _ in pairs}) >= 2 and len({b for _, b in pairs}) >= 2 for pairs in met.values())
    main = collections.Counter()
    for person, clusters in clusters_of.items():
        main[clusters.most_common(1)[0][0]] += 1
    return {
        "households_merged": merged,
        "households_merged_per_10000": 10_000 * merged / max(1, len(clusters_of)),
        "people_merged_per_10000": 10_000 * sum(n - 1 for n in main.values()) / max(1, len(clusters_of)),
    }


def score_findings(findings, truth, children_of, days):
    """Which networks were found, and how many findings are ordinary."""
    network_of = collections.defaultdict(set)
    for network, children in children_of.items():
        for child in children:
            network_of[child].add(network)
    found, first_day = set(), {}
    ordinary = collections.Counter()
    for finding in findings:
        # A child may be named by several mentions; one whose mention is unknown to the truth stays a child of its own.
        children = {truth.get(name, name) for name in finding.get("children", [])}
        hits = collections.Counter(n for child in children for n in network_of.get(child, ()))
        counted = [n for n, k in hits.items() if k >= 2 and 2 * k >= len(children) and len(finding.get("people", [])) <= 15]
        if not counted:
            ordinary[finding.get("pattern", "?")] += 1
        for network in counted:
            found.add(network)
            day = finding.get("met_on", "")
            first_day[network] = min(first_day.get(network, day), day)
    total = sum(ordinary.values())
    return {
        "findings": len(findings),
        "networks": len(children_of),
        "networks_found": len(found),
        "networks_found_share": ratio(len(found), len(children_of)),
        "findings_per_network_found": ratio(len(findings) - total, len(found)),
        "networks_missed": sorted(set(children_of) - found),
        "ordinary": total,
        "ordinary_by_pattern": dict(ordinary),
        "ordinary_per_100000_a_year": total / (days["people"] / 100_000) / days["years"],
        "ordinary_per_working_day": total / days["working"],
        "false_for_each_true": total / max(1, len(found)),
    }


def working_days(first_year, last_year):
    """Mondays to Fridays less eight bank holidays a year."""
    day, end, count = datetime.date(first_year, 1, 1), datetime.date(last_year, 12, 31), 0
    while day <= end:
        count += day.weekday() < 5
        day += datetime.timedelta(days=1)
    return count - 8 * (last_year - first_year + 1)


def score(town, people=None, findings=None, population=220_000, first_year=2007, last_year=2012):
    """The report as a dictionary: of the people, of the findings, or of both."""
    truth = {f"{r['agency']}/{r['mention']}": r["person"] for r in rows(town / "truth/people.csv")}
    report = {}
    if people:
        twins = {r["person"]: r["twin"] for r in rows(town / "truth/twins.csv")}
        found = {f"{r['agency']}/{r['mention']}": r["person"] for r in rows(people)}
        report.update(score_people(truth, found, twins))
        household = {r["person"]: r["household"] for r in rows(town / "truth/households.csv")}
        report.update(score_households(truth, found, household))
    if findings:
        children_of = collections.defaultdict(set)
        for r in rows(town / "truth/networks.csv"):
            if r["role"] == "child":
                children_of[r["network"]].add(r["person"])
        days = {"people": population, "years": last_year - first_year + 1, "working": working_days(first_year, last_year)}
        with open(findings, encoding="utf-8") as file:
            report.update(score_findings(json.load(file), truth, children_of, days))
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("town", type=pathlib.Path)
    parser.add_argument("--people", type=pathlib.Path, help="output of `wider people`")
    parser.add_argument("--findings", type=pathlib.Path, help="output of `wider findings --json`")
    parser.add_argument("--population", type=int, default=220_000)
    parser.add_argument("--first-year", type=int, default=2007)
    parser.add_argument("--last-year", type=int, default=2012)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.people or arguments.findings):
        parser.error("nothing to score: give --people, --findings or both")
    report = score(arguments.town, arguments.people, arguments.findings, arguments.population, arguments.first_year,
                   arguments.last_year)
    if arguments.json:
        json.dump(report, sys.stdout, indent=2)
        print()
        return
    for name, value in report.items():
        print(f"{name:28} {value:.4f}" if isinstance(value, float) else f"{name:28} {value}")


if __name__ == "__main__":
    main()
