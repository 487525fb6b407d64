#!/usr/bin/env python3
"""The command line as a newcomer and as an operator meet it: tests/command_line.py PROGRAM

Help of every command shows an example; wrong usage ends with 2; and while a hub is served, commands typed in another folder
run on it as if it were not: files are read and written where the command was typed.
Ends with "N passed, N failed". Standard library only.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.abspath(sys.argv[1])
passed = failed = 0


def check(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'good' if good else 'FAILED'}: {name}{'' if good else ': ' + str(detail)[:600]}", flush=True)


def wider(*words, folder=None, stdin=""):
    return subprocess.run([PROGRAM, *words], cwd=folder, input=stdin, capture_output=True, text=True, timeout=120)


def check_help():
    top = wider("--help")
    commands = re.findall(r"^  ([a-z][a-z-]+)  ", top.stdout.split("Subcommands:")[1], re.M)
    check("the program names its commands", len(commands) >= 14, top.stdout)
    for command in commands:
        told = wider(command, "--help")
        check(f"{command} --help shows an example", told.returncode == 0 and re.search(rf"Examples?:\n  wider {command}", told.stdout), told.stdout)
    check("an unknown command is wrong usage", wider("frobnicate").returncode == 2)
    check("a missing option is wrong usage", wider("people").returncode == 2)


def first_line(process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        if line.startswith("Listening on "):
            return line
        if not line:
            break
    raise RuntimeError("the server did not start")


def check_live_hub(scratch):
    town, hub, elsewhere = os.path.join(scratch, "town"), os.path.join(scratch, "hub"), os.path.join(scratch, "elsewhere")
    os.mkdir(elsewhere)
    made = wider("town", "--people", "1000", "--seed", "3", "--out", town)
    check("a town is made", made.returncode == 0, made.stderr)
    wider("init", "--hub", hub, "--simulated")
    server = subprocess.Popen([PROGRAM, "serve", "--hub", hub, "--listen", "127.0.0.1:0"], cwd="/", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        first_line(server)
        taken = wider("intake", "--hub", hub, "--manifest", "manifest.csv", folder=town)
        check("a live hub takes in a manifest of the folder in which the command was typed", taken.returncode == 0 and taken.stdout.startswith("read "), taken.stderr)
        people = wider("people", "--hub", hub, "--out", "people.csv", folder=elsewhere)
        check("a live hub writes where the command was typed", people.returncode == 0 and os.path.exists(os.path.join(elsewhere, "people.csv")), people.stderr)
        head = wider("ledger", "head", "--hub", hub, "--out=head.json", folder=elsewhere)
        check("so does --out=FILE", head.returncode == 0 and os.path.exists(os.path.join(elsewhere, "head.json")), head.stderr)
        verified = wider("ledger", "verify", "--hub", hub, "--head=head.json", folder=elsewhere)
        check("a live hub reads where the command was typed", verified.returncode == 0, verified.stderr)
        check("nothing was written where the server runs", not os.path.exists("/people.csv") and not os.path.exists("/head.json"))
        with open(os.path.join(elsewhere, "people.csv"), encoding="utf-8") as file:
            mentions = [",".join(line.split(",")[:2]).replace(",", "/") for line in file.read().splitlines()[1:3]]
        unreasoned = wider("decide-link", "--hub", hub, *mentions, folder=elsewhere)
        check("a decision without a reason is wrong usage", unreasoned.returncode == 2, unreasoned.stderr)
        decided = wider("decide-link", "--hub", hub, *mentions, "--reason", "tried by a test", folder=elsewhere)
        check("a decision with its reason is taken", decided.returncode == 0, decided.stderr)
        refused = wider("serve", "--hub", hub, folder=elsewhere)
        check("a second server is refused by name", refused.returncode == 2 and "served" in refused.stderr, refused.stderr)
    finally:
        server.terminate()
        server.wait(timeout=30)
    again = wider("ledger", "verify", "--hub", hub, "--head", os.path.join(elsewhere, "head.json"))
    check("the ledger verifies afterwards against the head published before", again.returncode == 0, again.stderr)


def check_layouts(scratch):
    stops = os.path.join(scratch, "town", "police")
    file = next(os.path.join(stops, name) for name in sorted(os.listdir(stops)) if "stops" in name)
    hub = os.path.join(scratch, "second")
    wider("init", "--hub", hub, "--simulated")
    taken = wider("intake", "--hub", hub, "--format", "police-stops", file)
    check("a layout says whose files it describes", taken.returncode == 0 and taken.stdout.startswith("read "), taken.stderr)
    again = wider("intake", "--hub", hub, "--format", "police-stops", "--agency", "police", file)
    check("naming the agency of the layout is the same", again.returncode == 0 and "accepted 0, held back 0" in again.stdout, again.stdout + again.stderr)
    unknown = wider("intake", "--hub", hub, "--format", "police-stops", "--agency", "circus", file)
    check("an agency that does not exist is wrong usage", unknown.returncode == 2 and "circus" in unknown.stderr, unknown.stderr)


def main():
    check_help()
    with tempfile.TemporaryDirectory() as scratch:
        check_live_hub(scratch)
        check_layouts(scratch)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
