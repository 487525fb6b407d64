#!/usr/bin/env python3
"""The whole way of the data on fictitious towns: generate, take in, link, find; then how right it was and how hard the
town is, each figure beside its bound.

    bench/town_run.py --wider build/release/wider --people 220000 --seed 1 [5 …] [--alone] [--naive] [--also-empty]
                      [--keep DIR] [--markdown FILE]

Prints each stage's wall time and peak memory, then one table for all seeds; bench/score_town.py is the judge.
--also-empty runs the same town with no network planted; --alone scores each agency's own records; --naive scores the
rule without its controls; --markdown also writes the table to a file. Ends with status 1 when a bound is not kept.
Standard library only.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import score_town

AGENCIES = ["social-care", "police", "health", "education", "licensing", "prosecution"]


class Stages:
    """Runs commands one by one and remembers how long each took and the most memory any of them had."""

    def __init__(self):
        self.seconds = {}
        self.peak_mib = 0.0

    def run(self, stage, command, env=None, stdout=subprocess.DEVNULL):
        """Prints its wall time, peak memory and its own report of stages; ends the program when it fails."""
        start = time.monotonic()
        process = subprocess.Popen(command, env=env, stdout=stdout, stderr=subprocess.PIPE, text=True)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.seconds[stage] = time.monotonic() - start
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"{stage} failed:\n{errors[-2000:]}")
        self.peak_mib = max(self.peak_mib, usage.ru_maxrss / 1024)
        print(f"{stage:<28} {self.seconds[stage]:8.2f} s   {usage.ru_maxrss / 1024:8.0f} MiB")
        for line in errors.splitlines():
            if line.startswith("  ") and line.rstrip().endswith(" s"):
                print("    " + line.strip())
        sys.stdout.flush()


def say(report, names):
    for name in names:
        value = report[name]
        print(f"    {name:28} {value:.4f}" if isinstance(value, float) else f"    {name:28} {value}")
    sys.stdout.flush()


def run_town(arguments, seed, networks, folder):
    """One town from nothing to scored. Returns the reports by name, and the stages."""
    town, hub = folder / "town", folder / "hub"
    people, findings = folder / "people.csv", folder / "findings.json"
    wider = os.path.abspath(arguments.wider)
    stages, reports = Stages(), {}
    print(f"== {arguments.people} people, seed {seed}" + (", no network planted" if networks == 0 else ""))
    stages.run("generate", [wider, "town", "--people", str(arguments.people), "--seed", str(seed), "--networks",
                            str(networks), "--out", str(town)])
    stages.run("init", [wider, "init", "--hub", str(hub), "--simulated"])
    stages.run("take in", ["sh", str(town / "intake.sh")], env=dict(os.environ, HUB=str(hub), WIDER=wider))
    stages.run("settle (link, find)", [wider, "settle", "--hub", str(hub)])
    ready = sum(stages.seconds.values())
    print(f"{'generate to ready':<28} {ready:8.2f} s")
    stages.run("people", [wider, "people", "--hub", str(hub), "--out", str(people)])

    def ask(name, words, with_people=False):
        with open(findings, "w", encoding="utf-8") as out:
            stages.run(f"findings, {name}", [wider, "findings", "--hub", str(hub), "--json", *words], stdout=out)
        reports[name] = score_town.score(town, people if with_people else None, findings, arguments.people)
        names = ["findings", "networks_found", "networks_missed", "findings_per_network_found", "ordinary_by_pattern",
                 "ordinary_per_100000_a_year", "ordinary_per_working_day"]
        say(reports[name], (["mentions_not_taken_in", "precision", "recall", "f1", "twin_wrong_pairs", "twin_recall"]
                            if with_people else []) + names)

    ask("together", [], with_people=True)
    if networks != 0:
        for agency in AGENCIES if arguments.alone else []:
            ask(f"{agency} alone", ["--only-agency", agency])
        if arguments.naive:
            ask("naive", ["--naive"])
    reports["stages"] = {"ready": ready, "peak_mib": stages.peak_mib, **stages.seconds}
    return reports


def figures(arguments, reports, empty):
    """The rows of the table for one town: (figure, bound, value as said, whether it is kept; None where none is asked)."""
    together, stages = reports["together"], reports["stages"]
    rows = []

    def row(figure, bound, value, kept=None):
        rows.append((figure, bound, value, kept))

    found, networks = together["networks_found"], together["networks"]
    share = together["networks_found_share"]
    row("planted networks found", ">= 90 %", f"{found} of {networks} ({share:.1%})", share >= 0.9)
    each = together["findings_per_network_found"]
    row("findings for each network found", "<= 1.5", f"{each:.2f}", each <= 1.5)
    ordinary = together["ordinary_per_100000_a_year"]
    row("ordinary findings, per 100,000 people a year", "<= 30", f"{ordinary:.1f}", ordinary <= 30)
    if empty:
        day = empty["together"]["ordinary_per_working_day"]
        row("no network planted: findings a working day", "<= 1", f"{day:.2f}", day <= 1)
    if "naive" in reports:
        false = reports["naive"]["false_for_each_true"]
        row("naive third-child rule: false for each true", ">= 50", f"{false:.0f}", false >= 50)
    for agency in AGENCIES if arguments.alone else []:
        alone = reports[f"{agency} alone"]
        share = alone["networks_found_share"]
        row(f"{agency} alone: networks found", "<= 10 %", f"{alone['networks_found']} ({share:.1%})", share <= 0.1)
    row("person linkage F1", ">= 0.97", f"{together['f1']:.4f}", together["f1"] >= 0.97)
    row("wrong joins between twins (pairs of mentions)", "0", str(together["twin_wrong_pairs"]),
        together["twin_wrong_pairs"] == 0)
    row("recall on twins' own records", ">= 0.90", f"{together['twin_recall']:.4f}", together["twin_recall"] >= 0.9)
    merged = together["households_merged_per_10000"]
    row("households merged, per 10,000 people", "<= 1", f"{merged:.2f}", merged <= 1)
    row("mentions not taken in", "0", str(together["mentions_not_taken_in"]), together["mentions_not_taken_in"] == 0)
    for stage in ["generate", "take in", "settle (link, find)"]:
        row(f"  {stage}, s", "", f"{stages[stage]:.1f}")
    row("generate to ready to serve, s", "<= 240", f"{stages['ready']:.1f}", stages["ready"] <= 240)
    row("most memory of any stage, MiB", "<= 4096", f"{stages['peak_mib']:.0f}", stages["peak_mib"] <= 4096)
    return rows


def table(seeds, columns):
    """Lines of Markdown that read well as plain text too."""
    def cell(value, kept):
        return value if kept is None else f"{value} {'pass' if kept else 'FAIL'}"

    lines = [["figure", "bound", *[f"seed {seed}" for seed in seeds]]]
    for at, (figure, bound, _, _) in enumerate(columns[0]):
        lines.append([figure, bound, *[cell(column[at][2], column[at][3]) for column in columns]])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    text.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wider", default="build/release/wider")
    parser.add_argument("--people", type=int, default=220_000)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--networks", type=int, default=-1)
    parser.add_argument("--keep", type=pathlib.Path, help="a folder to keep everything of one seed in")
    parser.add_argument("--markdown", type=pathlib.Path, help="a file to write the table to")
    parser.add_argument("--also-empty", action="store_true")
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--naive", action="store_true")
    arguments = parser.parse_args()
    if arguments.keep and len(arguments.seed) > 1:
        parser.error("--keep takes one seed")

    def one(seed, networks, keep=None):
        folder = keep or pathlib.Path(tempfile.mkdtemp(prefix="wider-town-"))
        try:
            return run_town(arguments, seed, networks, folder)
        finally:
            if not keep:
                shutil.rmtree(folder, ignore_errors=True)

    columns = []
    for seed in arguments.seed:
        reports = one(seed, arguments.networks, arguments.keep)
        empty = one(seed, 0) if arguments.also_empty and arguments.networks != 0 else None
        columns.append(figures(arguments, reports, empty))
    lines = table(arguments.seed, columns)
    print("\n" + "\n".join(lines))
    if arguments.markdown:
        arguments.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if any(kept is False for column in columns for _, _, _, kept in column):
        sys.exit(1)


if __name__ == "__main__":
    main()
