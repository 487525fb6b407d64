#!/usr/bin/env python3
"""The command line as a newcomer and as an operator meet it: tests/command_line.py PROGRAM

Help of every command shows an example; wrong usage ends with 2; and while a hub is served, commands typed in another folder
run on it as if it were not: files are read and written where the command was typed.
Ends with "N passed, N failed". Standard library only.
"""
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

PROGRAM = os.path.abspath(sys.argv[1])
passed = failed = 0


def check(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'good' if good else 'FAILED'}: {name}{'' if good else ': ' + str(detail)[:600]}", flush=True)


def wider(*words, folder=None, stdin=""):
    return subprocess.run([PROGRAM, *words], cwd=folder, input=stdin, capture_output=True, text=True, errors="replace", timeout=120)


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


OWN_MAPPING = """title = "Stops"
agency = "police"
kind = "stop"
dates = ["{dates}"]
[record]
id = "Ref"
happened = "Day"
[[person]]
role = "subject"
surname = "Surname"
birth_date = "Born"
"""


def check_own_mapping(scratch):
    hub, rows = os.path.join(scratch, "own"), os.path.join(scratch, "own.csv")
    mapping, stops = os.path.join(scratch, "own.toml"), "Ref,Day,Surname,Born\nS1,2009-03-03,Marsh,1995-02-01\n,2009-03-04,Reed,1994-02-01\n"
    with open(rows, "w", encoding="utf-8") as file:
        file.write(stops)
    for dates in ("DD/MM/YYYY", "YYYY-MM-DD"):
        with open(mapping, "w", encoding="utf-8") as file:
            file.write(OWN_MAPPING.format(dates=dates))
        if dates.startswith("DD"):
            wider("init", "--hub", hub)
        taken = wider("intake", "--hub", hub, "--map", mapping, rows)
        check(f"a file is read again when its mapping was changed ({dates})", taken.returncode == 0 and "already had 0" in taken.stdout or dates.startswith("YYYY") and "accepted 1" in taken.stdout, taken.stdout + taken.stderr)
    size = lambda: wider("ledger", "head", "--hub", hub).stdout
    before = size()
    listed = json.loads(wider("held-back", "--hub", hub, "--json").stdout)
    check("looking at held-back rows is an entry", size() != before)
    check("the row without a number waits", any("Reed" in row["raw"] for row in listed), listed)
    entry = str(next(row["entry"] for row in listed if "Reed" in row["raw"]))
    lost = wider("held-back", "--hub", hub, "--mend", entry, "--row", "S2,2009-03-04,Reed,1994-02-01")
    check("a row under a mapping of one's own asks for the mapping", lost.returncode == 1 and "--map" in lost.stderr, lost.stderr)
    mended = wider("held-back", "--hub", hub, "--map", mapping, "--mend", entry, "--row", "S2,2009-03-04,Reed,1994-02-01")
    check("and is mended with it", mended.returncode == 0 and "accepted 1" in mended.stdout, mended.stdout + mended.stderr)
    again = wider("held-back", "--hub", hub, "--map", mapping, "--mend", entry, "--row", "S3,2009-03-04,Reed,1994-02-01")
    check("a row is mended once", again.returncode == 2 and "mended before" in again.stderr, again.stderr)


def check_what_the_operator_reads(scratch):
    hub = os.path.join(scratch, "hub")
    people = os.path.join(scratch, "all.csv")
    wider("people", "--hub", hub, "--out", people)
    with open(people, encoding="utf-8") as file:
        mentions = [line.split(",")[0] + "/" + line.split(",")[1] for line in file.read().splitlines()[1:]]
    closed = next((m for m in mentions if m.startswith("health/sexual-health")), None)
    open_one = next(m for m in mentions if m.startswith("social-care/referral"))
    check("the town has a sensitive health record", closed is not None)
    told = wider("explain", "--hub", hub, closed, open_one)
    check("explain shows no more than a page does", told.returncode == 1 and "cannot be shown" in told.stderr, told.stdout)
    check("a mention that is no text is an error, not a crash", wider("chronology", "--hub", hub, "--person", b"P\xff".decode("utf-8", "surrogateescape")).returncode == 1)
    for words, what in ((["--reason", "  "], "a blank reason"), (["--different", "--withdraw", "--reason", "x"], "two words at once")):
        check(f"{what} is wrong usage", wider("decide-link", "--hub", hub, mentions[0], mentions[1], *words).returncode == 2)
    check("a record and itself are no decision", wider("decide-link", "--hub", hub, mentions[0], mentions[0], "--reason", "x").returncode == 2)
    check("nothing decided, nothing to take back", wider("decide-link", "--hub", hub, mentions[2], mentions[3], "--withdraw", "--reason", "x").returncode == 1)
    counted = wider("findings", "--hub", hub)
    listed = json.loads(wider("findings", "--hub", hub, "--json").stdout)
    check("findings counts what it lists", counted.stdout.splitlines()[-1].startswith(f"{len(listed)} finding"), counted.stdout[-200:])


def check_keeping(scratch):
    hub = os.path.join(scratch, "hub")
    made = wider("account", "--hub", hub, "--username", "lee", "--name", "Lee Castell", "--role", "governance-officer", "--agency", "partnership", stdin="a long password\n")
    check("a governance officer is made", made.returncode == 0, made.stderr)
    people = os.path.join(scratch, "before.csv")
    wider("people", "--hub", hub, "--out", people)
    with open(people, encoding="utf-8") as file:
        lines = [line.split(",") for line in file.read().splitlines()[1:]]
    record = next(agency + "/" + mention for agency, mention, _ in lines if mention.startswith("referral"))
    why = ["--by", "lee", "--reason", "Request 12"]
    nobody = wider("erase", "--hub", hub, record, "--by", "nobody", "--reason", "x")
    check("nobody erases without an officer's name", nobody.returncode == 1 and "governance officer" in nobody.stderr, nobody.stderr)
    shown = wider("erase", "--hub", hub, record, "--show", *why)
    check("what an erasure would take is listed", shown.returncode == 0 and record in shown.stdout and "nothing was" in shown.stdout, shown.stdout + shown.stderr)
    hold = json.loads(wider("hold", "place", "--hub", hub, "--record", record, "--json", *why).stdout)["hold"]
    refused = wider("erase", "--hub", hub, record, *why)
    check("a hold defeats an erasure", refused.returncode == 1 and f"hold {hold}" in refused.stderr, refused.stderr)
    listed = json.loads(wider("hold", "list", "--hub", hub, "--json").stdout)
    check("a hold is listed", [line["hold"] for line in listed] == [hold] and listed[0]["records"] == 1, listed)
    check("and lifted", wider("hold", "lift", "--hub", hub, str(hold), *why).returncode == 0)
    gone = json.loads(wider("erase", "--hub", hub, record, "--json", *why).stdout)
    check("a record is erased", gone["erased"] and gone["entries"] >= 1, gone)
    verified = json.loads(wider("ledger", "verify", "--hub", hub, "--json").stdout)
    check("the proof stands", verified["good"], verified)
    after = os.path.join(scratch, "after.csv")
    wider("people", "--hub", hub, "--out", after)
    with open(after, encoding="utf-8") as file:
        check("and the record is in no list", record.replace("/", ",") + "," not in file.read())
    due = json.loads(wider("retention", "due", "--hub", hub, "--on", "2100-01-01", "--most", "2", "--json").stdout)
    check("what is due is listed and not disposed of", due["due"] > 2 and len(due["records"]) == 2, due)
    early = wider("retention", "approve", "--hub", hub, lines[-1][0] + "/" + lines[-1][1].split("#")[0], *why)
    check("what is not due is not disposed of", early.returncode == 1 and "Nothing was done" in early.stderr, early.stderr)
    rules = os.path.join(scratch, "rules.toml")
    with open(rules, "w", encoding="utf-8") as file:
        file.write('[[kind]]\nname = "person"\nyears = 0\n')
    strict = wider("retention", "check", rules)
    check("retention rules are read strictly", strict.returncode == 1 and "rules.toml, line" in strict.stderr, strict.stderr)
    # Keys, while the hub is served.
    with open(hub + ".key", encoding="utf-8") as file:
        old_key = file.read()
    server = subprocess.Popen([PROGRAM, "serve", "--hub", hub, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        first_line(server)
        rotated = wider("keys", "rotate", "--hub", hub, "--json")
        check("keys are changed while the hub is served", rotated.returncode == 0 and json.loads(rotated.stdout)["hub_keys"] == 1, rotated.stdout + rotated.stderr)
        one = json.loads(wider("keys", "rotate", "--hub", hub, "--agency", "police", "--json").stdout)
        check("and an agency's alone", {line["agency"]: line["keys"] for line in one["agencies"]}["police"] == 3, one)
        check("the ledger verifies under both", json.loads(wider("ledger", "verify", "--hub", hub, "--json").stdout)["good"])
    finally:
        server.terminate()
        server.wait(timeout=60)
    check("it opens with the new key", json.loads(wider("ledger", "verify", "--hub", hub, "--json").stdout)["good"])
    with open(hub + ".key", encoding="utf-8") as file:
        new_key = file.read()
    with open(hub + ".key", "w", encoding="utf-8") as file:
        file.write(old_key)
    check("and not with the old one", new_key != old_key and wider("ledger", "verify", "--hub", hub).returncode == 1)
    with open(hub + ".key", "w", encoding="utf-8") as file:
        file.write(new_key)


def check_accounts(scratch):
    hub = os.path.join(scratch, "second")
    words = ["account", "--hub", hub, "--username", "sam", "--name", "Sam Okafor", "--role", "social-worker", "--agency", "social-care"]
    check("an account is made", wider(*words, stdin="a long password\n").returncode == 0)
    check("its name is taken", wider(*words, stdin="a long password\n").returncode == 1)
    check("an account is closed", wider("account", "--hub", hub, "--username", "sam", "--close").returncode == 0)


def check_policy_and_exports(scratch):
    hub = os.path.join(scratch, "hub")
    people = os.path.join(scratch, "whom.csv")
    wider("people", "--hub", hub, "--out", people)
    with open(people, encoding="utf-8") as file:
        person = next(line.split(",")[2] for line in file.read().splitlines() if line.startswith("social-care,referral"))
    given = os.path.join(scratch, "given.csv")
    told = wider("export", "subject-access", "--hub", hub, "--person", person, "--out", given, "--purpose", "SAR 2012-14")
    check("a person is given what is recorded of them", told.returncode == 0 and "before it leaves" in told.stdout, told.stderr)
    with open(given, encoding="utf-8") as file:
        rows = list(csv.reader(file))
    check("as rows, with the same note at the end", len(rows) > 2 and all(len(row) == 9 for row in rows) and "Some records cannot be given" in rows[-1][6], rows)
    check("of nobody there is nothing to give", wider("export", "subject-access", "--hub", hub, "--person", "P99999999", "--out", given).returncode == 1)
    folder = os.path.join(scratch, "material")
    asked = ["export", "prosecution", "--hub", hub, "--person", person, "--out", folder]
    check("material for a prosecution wants an officer and a reason", wider(*asked).returncode == 2 and wider(*asked, "--by", "nobody", "--reason", "R v X").returncode == 1 and not os.path.exists(folder))
    told = wider(*asked, "--by", "lee", "--reason", "R v X", "--json")
    check("and is written whole", told.returncode == 0 and json.loads(told.stdout)["items"] > 3, told.stdout + told.stderr)
    with open(os.path.join(folder, "schedule.csv"), encoding="utf-8") as file:
        rows = list(csv.reader(file))
    check("with a schedule of all its items", len(rows) == json.loads(told.stdout)["items"] + 1 and [row[0] for row in rows[1:]] == [str(i) for i in range(1, len(rows))], rows[:2])
    proofs = sorted(os.listdir(os.path.join(folder, "proof")))
    proved = [wider("ledger", "check-proof", "--head", os.path.join(folder, "head.json"), os.path.join(folder, "proof", name)).returncode for name in proofs]
    check("and proofs that hold", proofs and not any(proved), proofs)
    check("a folder that is there is left alone", wider(*asked, "--by", "lee", "--reason", "R v X").returncode == 1)
    policy = os.path.join(scratch, "access.toml")
    check("the policy in force is written", wider("policy", "export", "--hub", hub, "--out", policy).returncode == 0)
    with open(policy, encoding="utf-8") as file:
        text = file.read()
    with open(policy, "w", encoding="utf-8") as file:
        file.write(text.replace("01632 960 001", "01632 960 098"))
    told = wider("policy", "adopt", "--hub", hub, policy)
    check("another is adopted", told.returncode == 0, told.stderr)
    again = os.path.join(scratch, "again.toml")
    wider("policy", "export", "--hub", hub, "--out", again)
    with open(again, encoding="utf-8") as file:
        check("and is the one in force", "01632 960 098" in file.read())
    with open(policy, "w", encoding="utf-8") as file:
        file.write(text.replace('depth = "nothing"', 'depth = "full"', 1))
    told = wider("policy", "adopt", "--hub", hub, policy)
    check("one that shows what is sealed is refused", told.returncode == 1 and "may never be" in told.stderr, told.stderr)


def asked(address, path, body=None, token="", method=None):
    request = urllib.request.Request(address + path, data=None if body is None else json.dumps(body).encode(), method=method,
                                     headers={"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


def check_news_while_people_browse(scratch):
    """Looks come all the time; a new record is on the pages all the same."""
    hub, file = os.path.join(scratch, "own"), os.path.join(scratch, "more.csv")
    with open(file, "w", encoding="utf-8") as rows:
        rows.write("Ref,Day,Surname,Born\nS9,2009-03-09,Wintergreen,1995-02-09\n")
    wider("account", "--hub", hub, "--username", "sam", "--name", "Sam Okafor", "--role", "social-worker", "--agency", "social-care", stdin="a long password\n")
    server = subprocess.Popen([PROGRAM, "serve", "--hub", hub, "--listen", "127.0.0.1:0"], cwd="/", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = first_line(server).split()[-1] + "/api/v1"
        token = asked(address, "/session", {"username": "sam", "password": "a long password"})["token"]
        asked(address, "/purpose", {"kind": "child-protection-enquiry", "reference": "a test"}, token)
        found = lambda: len(asked(address, "/search", {"q": "Wintergreen"}, token)["hits"])
        check("nobody of that name before", found() == 0)
        wider("intake", "--hub", hub, "--map", os.path.join(scratch, "own.toml"), file)
        deadline = time.monotonic() + 30
        while found() == 0 and time.monotonic() < deadline:
            time.sleep(0.1)  # every search is an entry
        check("news is on the pages though searches keep coming", found() == 1)
    finally:
        server.terminate()
        server.wait(timeout=30)


def main():
    check_help()
    with tempfile.TemporaryDirectory() as scratch:
        check_live_hub(scratch)
        check_layouts(scratch)
        check_own_mapping(scratch)
        check_what_the_operator_reads(scratch)
        check_keeping(scratch)
        check_accounts(scratch)
        check_policy_and_exports(scratch)
        check_news_while_people_browse(scratch)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
