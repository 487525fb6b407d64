#!/usr/bin/env python3
"""Bad files through the command line: each gets a clear error or held-back rows, and nothing is half-applied.

    tests/bad_input.py build/release/wider [--large]

--large also sends a line of 2 GB and checks that the program's memory stays small. Standard library only.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

PERSON = "pers_person_id,pers_forename,pers_surname,pers_sex,pers_dob,pers_common_child_id,pers_ethnicity,x_created_date"
CIN_START = '<?xml version="1.0"?>\n<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2012</Year><ReferenceDate>2012-03-31</ReferenceDate></CollectionDetails></Header><Children>'
CIN_CHILD = "<Child><ChildIdentifiers><LAchildID>C{0}</LAchildID><PersonBirthDate>1997-05-0{0}</PersonBirthDate><GenderCurrent>2</GenderCurrent></ChildIdentifiers></Child>"
BOMB = "".join(f'<!ENTITY e{i} "&e{i-1};&e{i-1};&e{i-1};&e{i-1};">' for i in range(1, 20))


def main():
    wider = os.path.abspath(sys.argv[1])
    large = "--large" in sys.argv
    folder = tempfile.mkdtemp(prefix="wider-bad-")
    passed, failed = 0, 0

    def check(name, condition, detail):
        nonlocal passed, failed
        passed, failed = passed + bool(condition), failed + (not condition)
        print(f"{'ok  ' if condition else 'FAIL'} {name}: {detail}")

    try:
        hub = os.path.join(folder, "hub")
        subprocess.run([wider, "init", "--hub", hub], check=True, capture_output=True)

        def entries():
            return json.loads(subprocess.run([wider, "--json", "ledger", "verify", "--hub", hub], check=True, capture_output=True, text=True).stdout)["entries"]

        def send(name, content, form="ssd-person", agency="social-care"):
            path = os.path.join(folder, name)
            if content is not None:
                with open(path, "wb") as file:
                    file.write(content if isinstance(content, bytes) else content.encode())
            process = subprocess.Popen([wider, "intake", "--hub", hub, "--agency", agency, "--format", form, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            out, err = process.stdout.read(), process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            return os.waitstatus_to_exitcode(status), out.strip(), err.strip(), usage.ru_maxrss / 1024

        before = entries()
        refused = {
            "empty.csv": ("", "ssd-person"),
            "binary.csv": (bytes(range(256)) * 64, "ssd-person"),
            "header.csv": ("name,born\nAnn,1997-01-01\n", "ssd-person"),
            "dtd.xml": ('<?xml version="1.0"?><!DOCTYPE Message [<!ENTITY e0 "x">' + BOMB + "]><Message>&e19;</Message>", "cin"),
            "cut.xml": (CIN_START + CIN_CHILD.format(1) + CIN_CHILD.format(2)[:60], "cin"),
            "not.xml": ("pers_person_id,pers_forename\n1,Ann\n", "cin"),
            "missing.csv": (None, "ssd-person"),
        }
        for name, (content, form) in refused.items():
            status, out, err, _ = send(name, content, form)
            check(name, status == 1 and name in err and "Traceback" not in err, err.splitlines()[-1] if err else f"status {status}, no error")
            check(name + " leaves nothing", entries() == before, "no entry added")
        header = subprocess.run([wider, "--json", "intake", "--list"], capture_output=True, text=True)
        check("formats are named", "ssd-person" in header.stdout, f"{len(json.loads(header.stdout))} formats")
        status, out, err, _ = send("unknown.csv", "a\n1\n", "no-such-format")
        check("an unknown format", status == 1 and "no-such-format" in err, err)
        status, _, _, _ = send("x.csv", "a\n1\n", "ssd-person", "no-such-agency")
        check("an unknown agency is wrong usage", status == 2, f"status {status}")
        if large:
            path = os.path.join(folder, "long.csv")
            with open(path, "wb") as file:
                file.write(PERSON.encode() + b"\n")
                block = b"a" * (1 << 24)
                for _ in range(128):
                    file.write(block)
                file.write(b"\n")
            status, out, err, memory = send("long.csv", None)
            check("a line of 2 GB", status in (0, 1) and ("held back 1" in out or "long.csv" in err) and memory < 512, f"status {status}; {out or err}; {memory:.0f} MiB")
        print(f"{passed} passed, {failed} failed")
        return 1 if failed else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
