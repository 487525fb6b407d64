#!/usr/bin/env python3
"""The whole way of the data on one fictitious town: generate, take in, link, find; then how right it was and how hard the town is.

    bench/town_run.py --wider build/release/wider --people 220000 --seed 1 [--keep DIR] [--also-empty] [--alone] [--naive]

Prints each stage's wall time and peak memory, then what bench/score_town.py says. --also-empty runs the same town with no
network planted; --alone scores each agency's own records; --naive scores the patterns without their controls. Standard library only.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

AGENCIES = ["social-care", "police", "health", "education", "licensing", "prosecution"]
HERE = os.path.dirname(os.path.abspath(__file__))


def run(stage, command, env=None, quiet=True, stdout=None):
    """Runs one command; prints its wall time and peak memory; ends the program when it fails."""
    start = time.monotonic()
    process = subprocess.Popen(command, env=env, stdout=stdout or (subprocess.DEVNULL if quiet else None), stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{stage} failed:\n{errors[-2000:]}")
    print(f"{stage:<28} {seconds:8.2f} s   {usage.ru_maxrss / 1024:8.0f} MiB")
    for line in errors.splitlines():
        if line.startswith("  ") and line.rstrip().endswith(" s"):
            print("    " + line.strip())
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wider", default="build/release/wider")
    parser.add_argument("--people", type=int, default=220_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--networks", type=int, default=-1)
    parser.add_argument("--keep", help="a folder to keep everything in")
    parser.add_argument("--also-empty", action="store_true")
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--naive", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.keep or tempfile.mkdtemp(prefix="wider-town-")
    town, hub = os.path.join(folder, "town"), os.path.join(folder, "hub")
    wider = os.path.abspath(arguments.wider)
    score = os.path.join(HERE, "score_town.py")
    print(f"{arguments.people} people, seed {arguments.seed}")
    total = run("generate", [wider, "town", "--people", str(arguments.people), "--seed", str(arguments.seed), "--networks", str(arguments.networks), "--out", town])
    run("init", [wider, "init", "--hub", hub, "--simulated"])
    total += run("take in", ["sh", os.path.join(town, "intake.sh")], env=dict(os.environ, HUB=hub, WIDER=wider))
    total += run("settle (link, find)", [wider, "settle", "--hub", hub])
    people, findings = os.path.join(folder, "people.csv"), os.path.join(folder, "findings.json")
    run("people", [wider, "people", "--hub", hub, "--out", people])
    with open(findings, "w", encoding="utf-8") as out:
        run("findings", [wider, "findings", "--hub", hub, "--json"], stdout=out)
    print(f"{'generate to ready':<28} {total:8.2f} s")
    sys.stdout.flush()
    subprocess.run([sys.executable, score, town, "--people", people, "--findings", findings], check=True)
    questions = [(f"{agency} alone", ["--only-agency", agency]) for agency in AGENCIES] if arguments.alone else []
    if arguments.naive:
        questions.append(("naive third-child rule", ["--naive"]))
    for name, words in questions:
        print(f"--- {name}")
        with open(findings, "w", encoding="utf-8") as out:
            run("findings", [wider, "findings", "--hub", hub, "--json", *words], stdout=out)
        sys.stdout.flush()
        subprocess.run([sys.executable, score, town, "--people", people, "--findings", findings], check=True)
    if not arguments.keep:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.also_empty and arguments.networks != 0:
        print("--- the same town with no network planted")
        sys.stdout.flush()
        subprocess.run([sys.executable, os.path.abspath(__file__), "--wider", wider, "--people", str(arguments.people), "--seed", str(arguments.seed), "--networks", "0"], check=True)


if __name__ == "__main__":
    main()
