#!/usr/bin/env python3
"""The store under kill -9, loss of power, failing writes and allocations, flipped bytes, a full disk, a dying server.

    tests/campaigns/store.py BUILD [PART…] [--small]

BUILD is build/release. Parts: kill, power, flips, faults, proof, full-disk, postgresql, drill; without: all. --small is what
./dev test runs of full-disk and postgresql (the other parts are C++ tests, run there with their own small figures).
Exit status: 0 all held, 1 not, 77 skipped (a mount or a server is not to be had).
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import with_postgresql  # noqa: E402

SKIPPED = 77


def suite(build, test, **environment):
    program = os.path.join(build, "src/ledger/ledger_test")
    print(f"== {test} {environment}", flush=True)
    return subprocess.run([program, f"--gtest_filter={test}"], env={**os.environ, **environment}).returncode


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=1800, **more)


def must(command, **more):
    result = run(command, **more)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def verified(wider, hub, **more):
    return json.loads(must([wider, "--json", "ledger", "verify", "--hub", hub], **more))


def full_disk(build, small):
    """A hub on a tmpfs that fills up: writing is refused with a clear message, reading goes on, room mends it."""
    wider = os.path.join(build, "wider")
    folder = tempfile.mkdtemp(prefix="wider-full-")
    disk = os.path.join(folder, "disk")
    os.mkdir(disk)
    if run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk]).returncode != 0:
        print("full-disk: skipped, mounting is not permitted here")
        shutil.rmtree(folder)
        return SKIPPED
    try:
        hub, town = os.path.join(disk, "hub"), os.path.join(folder, "town")
        environment = {**os.environ, "WIDER_HUB_KEY_FILE": os.path.join(folder, "hub.key")}
        must([wider, "town", "--people", "20000", "--seed", "5", "--out", town])
        must([wider, "init", "--hub", hub, "--simulated"], env=environment)
        intake = [wider, "intake", "--hub", hub, "--manifest", os.path.join(town, "manifest.csv")]
        full = run(intake, env=environment)
        said = full.stdout + full.stderr
        if full.returncode == 0 or "full" not in said:
            sys.exit(f"a full disk was not said to be full:\n{said}")
        message = [line for line in said.splitlines() if "full" in line][0]
        report = verified(wider, hub, env=environment)
        if not report["good"] or report["entries"] == 0:
            sys.exit(f"on the full disk the ledger reads as {report}")
        again = run(intake, env=environment)
        if again.returncode == 0:
            sys.exit("the disk was not full any more")
        must(["mount", "-o", "remount,size=400m", disk])
        must(intake, env=environment)
        after = verified(wider, hub, env=environment)
        whole = json.loads(must([wider, "--json", *intake[1:]], env=environment))
        if not after["good"] or whole["entries"] != 0 or whole["read"] != whole["already_had"]:
            sys.exit(f"after room was made: {after} {whole}")
        print(f"full-disk: {report['entries']} entries readable on the full disk, {after['entries']} after room was made.\n"
              f"  it said: {message}")
        return 0
    finally:
        run(["umount", disk])
        shutil.rmtree(folder, ignore_errors=True)


def postgresql(build, small):
    """kill -9 of the appending client, and of the server under it; acknowledgements are logged by this process."""
    rounds = 8 if small else 200
    chance = random.Random(20090303)
    try:
        server = with_postgresql.Server()  # on a disk, with fsync on
    except FileNotFoundError as error:
        print(f"postgresql: skipped, {error}")
        return SKIPPED
    folder = tempfile.mkdtemp(prefix="wider-kill-pg-")
    try:
        wider = os.path.join(build, "wider")
        hub = os.path.join(folder, "hub")
        environment = {**os.environ, "WIDER_TEST_POSTGRESQL": server.address(), "WIDER_STATE_FOLDER": folder}
        appender = os.path.join(build, "src/ledger/testing/ledger_append_until_killed")
        must([appender, hub, "0"], env=environment)
        acknowledged, servers = 0, 0
        for number in range(rounds):
            process = subprocess.Popen([appender, hub, str(number + 1)], env=environment, stdout=subprocess.PIPE, text=True)
            first = process.stdout.readline()
            time.sleep(chance.uniform(0, 0.15))
            if number % 2:
                server.kill()
                servers += 1
                process.wait(timeout=60)  # the client ends at the first error
            else:
                process.kill()
            for line in [first, *process.stdout.read().splitlines(True)]:
                if line.endswith("\n"):
                    start, count = map(int, line.split())
                    acknowledged = max(acknowledged, start + count - 1)
            process.wait()
            if number % 2:
                server.start()
            check = run([appender, hub, "check", str(acknowledged)], env=environment)
            if check.returncode != 0:
                sys.exit(f"round {number}: {check.stdout}{check.stderr}; {acknowledged} had been acknowledged")
        print(f"postgresql: {rounds - servers} clients and {servers} servers killed, {acknowledged} entries acknowledged, "
              f"none lost, none half there")
        return 0
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def drill(build, small):
    """A town's hub backed up, restored into an empty folder, and the tree heads compared."""
    people = 3000 if small else 1000000
    wider = os.path.join(build, "wider")
    folder = tempfile.mkdtemp(prefix="wider-drill-")
    try:
        hub, town, kept = (os.path.join(folder, name) for name in ("hub", "town", "kept"))
        environment = {**os.environ, "WIDER_HUB_KEY_FILE": os.path.join(folder, "hub.key")}
        must([wider, "town", "--people", str(people), "--seed", "7", "--out", town])
        must([wider, "init", "--hub", hub, "--simulated"], env=environment)
        must([wider, "intake", "--hub", hub, "--manifest", os.path.join(town, "manifest.csv")], env=environment)
        shutil.rmtree(town)
        made = json.loads(must([wider, "--json", "backup", "--hub", hub, "--to", kept], env=environment))
        restored = json.loads(must([wider, "--json", "backup", "drill", "--from", kept, "--into",
                                    os.path.join(folder, "drill")], env=environment))
        if not restored["equal"] or restored["root"] != made["root"]:
            sys.exit(f"the tree heads differ: {made} {restored}")
        print(f"drill: {people} people, {made['entries']} entries backed up in {made['seconds']:.1f} s, restored and checked in "
              f"{restored['seconds']:.1f} s, tree heads equal")
        return 0 if restored["seconds"] <= 600 else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    words = [word for word in sys.argv[1:] if word != "--small"]
    small = "--small" in sys.argv
    build, parts = os.path.abspath(words[0]), words[1:]
    known = {
        "kill": lambda: suite(build, "Durability.*Kill9", WIDER_KILLS="1000"),
        "power": lambda: suite(build, "Durability.WhatWasAcknowledgedSurvivesTheLoss*", WIDER_CRASHES="10000"),
        "flips": lambda: suite(build, "Durability.AChangedByte*", WIDER_FLIPS="10000"),
        "faults": lambda: suite(build, "Fault.*", WIDER_FAULT_STEP="1", WIDER_WRITE_FAULT_STEP="1"),
        "proof": lambda: suite(build, "ProofFile.*", WIDER_PROOF_STEP="53"),
        "full-disk": lambda: full_disk(build, small),
        "postgresql": lambda: postgresql(build, small),
        "drill": lambda: drill(build, small),
    }
    for part in parts:
        if part not in known:
            sys.exit(f"there is no part '{part}'; they are: {', '.join(known)}")
    outcomes = [known[part]() for part in parts or known]
    if any(outcome not in (0, SKIPPED) for outcome in outcomes):
        return 1
    return SKIPPED if SKIPPED in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
