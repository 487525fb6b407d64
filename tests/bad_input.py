#!/usr/bin/env python3
"""Bad files through the command line: each gets a clear error or held-back rows, and nothing is half-applied.

    tests/bad_input.py build/release/wider [--large] [--sanitized]

Exit status as in the contract: 0 done (held-back rows are no failure), 1 failed, 2 wrong usage. A refused file leaves the
ledger as it was and is named in the error; a held-back row is listed with its file, row and reason, and what stands beside
it is taken in. --large also sends lines of 2 GB, with bounds on memory and time; --sanitized says that the program carries a
sanitizer, which takes memory of its own. Standard library only.
"""
import json
import os
import shutil
import sys
import tempfile

from tried import Tried

PERSON = "pers_person_id,pers_forename,pers_surname,pers_sex,pers_dob,pers_common_child_id,pers_ethnicity,x_created_date"
ROW = "{0},Ann,Field,F,1997-05-01,,,2009-03-02\n"
CIN_START = '<?xml version="1.0"?>\n<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2012</Year><ReferenceDate>2012-03-31</ReferenceDate></CollectionDetails></Header><Children>'
CIN_CHILD = "<Child><ChildIdentifiers><LAchildID>C{0}</LAchildID><PersonBirthDate>1997-05-01</PersonBirthDate><GenderCurrent>2</GenderCurrent></ChildIdentifiers></Child>"
BOMB = "".join(f'<!ENTITY e{i} "&e{i-1};&e{i-1};&e{i-1};&e{i-1};">' for i in range(1, 20))
LARGE_BYTES = 2 << 30
MOST_MEMORY_MB = 2048 if "--sanitized" in sys.argv else 256
MOST_SECONDS = 300  # a tenth of it on a quiet machine; a shared one may be slow to write and read 2 GB

REFUSED = {
    "empty.csv": ("", "ssd-person", "the file is empty"),
    "only_line_ends.csv": ("\n\n\r\n", "ssd-person", "the file is empty"),
    "binary.csv": (bytes(range(256)) * 64, "ssd-person", "binary file"),
    "image_from_line_2.csv": (PERSON.encode() + b"\n\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0", "ssd-person", "binary file"),
    "workbook.csv": (b"PK\x03\x04" + bytes(200), "ssd-person", "workbook"),
    "header.csv": ("name,born\nAnn,1997-01-01\n", "ssd-person", "this is not the header of 'ssd-person'"),
    "column_missing.csv": (PERSON.replace(",pers_dob", "") + "\n1,Ann,Field,F,,,2009-03-02\n", "ssd-person", "'pers_dob' is missing"),
    "column_twice.csv": (PERSON + ",pers_dob\n", "ssd-person", "'pers_dob' is there twice"),
    "dtd.xml": ('<?xml version="1.0"?><!DOCTYPE Message [<!ENTITY e0 "x">' + BOMB + "]><Message>&e19;</Message>", "cin", "DOCTYPE"),
    "external.xml": ('<?xml version="1.0"?><!DOCTYPE Message SYSTEM "file:///etc/hostname"><Message/>', "cin", "DOCTYPE"),
    "entity.xml": (CIN_START + "<Child>&nothing;</Child></Children></Message>", "cin", "entity that is not declared"),
    "cut.xml": (CIN_START + CIN_CHILD.format(1) + CIN_CHILD.format(2)[:60], "cin", "cut off"),
    "cut_late.xml": (CIN_START + "".join(CIN_CHILD.format(i) for i in range(40_000)) + "<Child>", "cin", "cut off"),
    "other.xml": ('<?xml version="1.0"?><Rows><Row/></Rows>', "cin", ""),
    "empty.xml": ("", "cin", ""),
    "not.xml": ("pers_person_id,pers_forename\n1,Ann\n", "cin", "well-formed"),
    "missing.csv": (None, "ssd-person", "cannot be read"),
}


class Trial:
    def __init__(self, wider, folder):
        self.wider, self.folder, self.hub = wider, folder, os.path.join(folder, "hub")
        self.passed = self.failed = 0

    def check(self, name, condition, detail):
        self.passed, self.failed = self.passed + bool(condition), self.failed + (not condition)
        print(f"{'ok  ' if condition else 'FAIL'} {name}: {detail[:300]}", flush=True)

    def run(self, *words):
        return Tried([self.wider, *words])

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def entries(self):
        return json.loads(self.run("--json", "ledger", "verify", "--hub", self.hub).out)["entries"]

    def held_back(self):
        return json.loads(self.run("--json", "held-back", "--hub", self.hub).out)

    def send(self, name, form="ssd-person", agency="social-care", *more):
        return self.run("intake", "--hub", self.hub, "--agency", agency, "--format", form, *more, self.path(name))

    def refused_files(self):
        for name, (content, form, why) in REFUSED.items():
            if content is not None:
                self.write(name, content)
            before = self.entries()
            tried = self.send(name, form)
            self.check(name, tried.status == 1 and name in tried.err and why in tried.err and tried.mebibytes < MOST_MEMORY_MB, tried.last())
            self.check(f"{name} leaves nothing", self.entries() == before and not self.held_back(), "no entry, no held-back row")
        os.mkdir(self.path("folder.csv"))
        before = self.entries()
        tried = self.send("folder.csv")
        self.check("a folder", tried.status == 1 and "folder.csv" in tried.err and self.entries() == before, tried.last())

    def held_back_rows(self):
        """Rows that cannot be records are kept, listed and counted; those beside them are taken in."""
        # A date that cannot be read is an issue of the record and keeps no row back; a quote that is never closed takes
        # no row after it along.
        self.write("rows.csv", PERSON + "\n" + ROW.format(1) + "2,Bea\n" + ROW.format(3).replace("1997-05-01", "soon") + ROW.format(4) + '5,"never closed,F\n' + ROW.format(6))
        tried = self.send("rows.csv")
        self.check("bad rows among good ones", tried.status == 0 and "read 6, accepted 4, held back 2" in tried.out, tried.last())
        rows = [row for row in self.held_back() if row["file"].endswith("rows.csv")]
        self.check("they are listed", [int(row["row"]) for row in rows] == [3, 6] and all(row["reason"] for row in rows), "; ".join(f"row {row['row']}: {row['reason']}" for row in rows))
        before = self.entries()
        again = self.send("rows.csv")
        self.check("the same file again adds nothing", again.status == 0 and "already had 6" in again.out and self.entries() == before, again.last())
        self.write("strict.csv", PERSON + "\n7,Bea\n")
        tried = self.send("strict.csv", "ssd-person", "social-care", "--strict")
        self.check("--strict makes a held-back row a failure", tried.status == 1 and "held back 1" in tried.out, tried.last())

    def usage(self):
        good = self.write("good.csv", PERSON + "\n" + ROW.format(9))
        for name, status, words in [
            ("no such command", 2, ["nonsense"]),
            ("no such option", 2, ["intake", "--nonsense"]),
            ("no hub named", 2, ["intake", "--agency", "social-care", "--format", "ssd-person", good]),
            ("an unknown agency", 2, ["intake", "--hub", self.hub, "--agency", "moon", "--format", "ssd-person", good]),
            ("an unknown format", 2, ["intake", "--hub", self.hub, "--agency", "social-care", "--format", "moon", good]),
            ("a hub that is not there", 1, ["intake", "--hub", self.path("nowhere"), "--agency", "social-care", "--format", "ssd-person", good]),
            ("a hub made twice", 1, ["init", "--hub", self.hub]),
        ]:
            before = self.entries()
            tried = self.run(*words)
            self.check(name, tried.status == status and tried.err and self.entries() == before, f"status {tried.status}; {tried.last()}")
        self.check("a hub that is not there is not made", not os.path.exists(self.path("nowhere")), "nothing at its path")

    def other_files(self):
        """Everything else that is read from outside: a mapping, a manifest, files to link."""
        good = self.write("good.csv", PERSON + "\n" + ROW.format(9))
        before = self.entries()
        for name, option, content, why in [
            ("wrong.toml", "--map", "agency = \n", "line 1"),
            ("binary.toml", "--map", bytes(range(256)), ""),
            ("manifest.csv", "--manifest", "file,agency,format,delivered\ngood.csv,moon,ssd-person,2009-03-02\n", "line 2"),
        ]:
            path = self.write(name, content)
            words = ["intake", "--hub", self.hub, option, path] + (["--agency", "social-care", good] if option == "--map" else [])
            tried = self.run(*words)
            self.check(name, tried.status == 1 and why in tried.err and self.entries() == before, tried.last())
        for name, content, why in [("link_empty.csv", "", "link_empty.csv"), ("link_binary.csv", bytes(range(256)) * 64, "link_binary.csv"), ("link_header.csv", "a,b\n1,2\n", "id")]:
            out = self.path("people.csv")
            tried = self.run("link", self.write(name, content), "--id", "id", "--out", out)
            self.check(name, tried.status == 1 and why in tried.err and not os.path.exists(out), tried.last())

    def large_lines(self):
        """A line of 2 GB: bounded in memory and time, held back or refused, and the rows around it are taken in."""
        if shutil.disk_usage(self.folder).free < LARGE_BYTES + (1 << 30):
            print("skipped: lines of 2 GB, for which there is no room in the folder for temporary files")
            return
        path = self.path("long.csv")
        for name, opening, closing, said in [
            ("a line of 2 GB", PERSON + "\n" + ROW.format(11) + "12,", "\n" + ROW.format(13), "read 3, accepted 2, held back 1"),
            ("a quote of 2 GB that is never closed", PERSON + "\n" + ROW.format(14) + '15,"', "", "read 2, accepted 1, held back 1"),
            ("a header of 2 GB", "", "\n" + ROW.format(16), None),
        ]:
            with open(path, "wb") as file:
                file.write(opening.encode())
                block = b"a" * (1 << 24)
                for _ in range(LARGE_BYTES // len(block)):
                    file.write(block)
                file.write(closing.encode())
            before = self.entries()
            tried = self.send("long.csv")
            good = tried.status == 0 and said in tried.out if said else tried.status == 1 and "long.csv" in tried.err and self.entries() == before
            self.check(name, good and tried.mebibytes < MOST_MEMORY_MB and tried.seconds < MOST_SECONDS, f"{tried.last()}; {tried.mebibytes:.0f} MB, {tried.seconds:.0f} s")
        rows = [row for row in self.held_back() if row["file"].endswith("long.csv")]
        self.check("long rows are listed in short", len(rows) == 2 and all(len(json.dumps(row)) < 1 << 20 for row in rows), "; ".join(f"row {row['row']}: {row['reason']}" for row in rows))
        with open(path, "wb") as file:
            file.write((CIN_START + CIN_CHILD.format(1)).encode() + b"<Child>")
            for _ in range(LARGE_BYTES // (1 << 24)):
                file.write(b"a" * (1 << 24))
            file.write(b"</Child></Children></Message>")
        tried = self.send("long.csv", "cin")
        self.check("a text of 2 GB in XML", tried.status in (0, 1) and tried.mebibytes < MOST_MEMORY_MB and tried.seconds < MOST_SECONDS, f"status {tried.status}; {tried.last()}; {tried.mebibytes:.0f} MB, {tried.seconds:.0f} s")
        os.remove(path)


def main():
    folder = tempfile.mkdtemp(prefix="wider-bad-")
    try:
        trial = Trial(os.path.abspath(sys.argv[1]), folder)
        made = trial.run("init", "--hub", trial.hub)
        if made.status != 0:
            sys.exit(f"a hub could not be made: {made.err}")
        trial.refused_files()
        trial.held_back_rows()
        trial.usage()
        trial.other_files()
        if "--large" in sys.argv:
            trial.large_lines()
        good = json.loads(trial.run("--json", "ledger", "verify", "--hub", trial.hub).out)["good"]
        trial.check("the ledger is whole at the end", good, "verified")
        print(f"{trial.passed} passed, {trial.failed} failed")
        return 1 if trial.failed else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
