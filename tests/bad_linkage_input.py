#!/usr/bin/env python3
"""Bad input to `wider link` and `wider model`: tests/bad_linkage_input.py PROGRAM

Each case is refused with an error that names the file, the row or column where there is one, and what to do; or the run goes
on and says what it did not read. Whichever it is, no file is made or changed that the command did not finish. Ends with
"N passed, N failed". Standard library only.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
HERE = pathlib.Path(__file__).resolve().parent
passed = failed = 0


def check(name, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'good' if good else 'FAILED'}: {name}: {str(detail)[:600]}", flush=True)


def people_csv(rng, people=300, birth_date=None):
    """Header and rows: about two records for each person."""
    forenames = "Ann Tom Maya Omar Grace Leo Zoe Ben Ivy Sam Nora Jack".split()
    surnames = "Smith Jones Khan Okafor Li Evans Novak Brown Silva Walsh".split()
    lines = []
    for _ in range(people):
        born = f"{rng.randint(1950, 2011)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        person = f"{rng.choice(forenames)},{rng.choice(surnames)},{{}},{rng.choice('FM')},XA{rng.randint(1, 9)} {rng.randint(1, 9)}AB"
        for _ in range(rng.randint(1, 3)):
            lines.append(f"{len(lines)},{person.format(born if birth_date is None else birth_date)}")
    return "no,forename,surname,born,sex,postcode\n" + "\n".join(lines) + "\n"


class Trial:
    def __init__(self, folder):
        self.folder = folder
        os.chdir(folder)  # so that files are named as a user names them
        good = people_csv(random.Random(3))
        self.write("people.csv", good)
        self.own = ["--id", "no", "--column", "birth_date=born"]
        made = self.run("model", "train", "people.csv", *self.own, "--out", "model.toml")
        if made.returncode != 0:
            sys.exit(f"a model could not be trained: {made.stderr}")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *words):
        return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=300)

    def files(self):
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    def refused(self, name, words, says, status=1):
        """The command fails with all of `says` in its one error, and leaves every file as it was."""
        before = self.files()
        run = self.run(*words)
        missing = [word for word in says if word not in run.stderr]
        check(name, run.returncode == status and not missing and len(run.stderr.strip().splitlines()) <= 2, f"status {run.returncode}, not said {missing}: {run.stderr.strip()}" if missing or run.returncode != status else run.stderr.strip())
        check(f"{name} leaves nothing", self.files() == before, set(self.files()) ^ set(before))

    def refused_by_each(self, name, file, options, says):
        """By `link` and by `model train`, which read rows alike."""
        self.refused(f"link: {name}", ["link", file, *options, "--out", "out.csv"], says)
        self.refused(f"model train: {name}", ["model", "train", file, *options, "--out", "out.toml"], says)

    def columns(self):
        for name, file, options, says in [
            ("a column that is not there", "people.csv", ["--id", "no", "--column", "birth_date=bron"], ["people.csv: there is no column bron", "--column birth_date=bron", "the columns are: no, forename, surname, born"]),
            ("an id column that is not there", "people.csv", ["--id", "number"], ["people.csv: there is no column number (--id)", "the columns are: no, forename"]),
        ]:
            self.refused_by_each(name, file, options, says)
        self.refused("an attribute that is not there", ["link", "people.csv", "--id", "no", "--column", "shoe_size=born", "--out", "out.csv"], ["there is no standard attribute shoe_size", "birth_date"], 2)
        self.refused("--column without =", ["link", "people.csv", "--id", "no", "--column", "birth_date", "--out", "out.csv"], ["STANDARD=COLUMN", "'birth_date'"], 2)
        self.refused("one column as two attributes", ["link", "people.csv", "--id", "no", "--column", "postcode=postcode", "--column", "town=postcode", "--out", "out.csv"], ["--column town=postcode", "postcode already", "count twice"], 2)
        self.write("twice.csv", "no,forename,forename\n1,Ann,Li\n2,Tom,Li\n")
        self.refused_by_each("two columns of one name", "twice.csv", ["--id", "no"], ["twice.csv: two columns are named forename", "different names"])
        self.write("unknown.csv", "no,a,b\n1,x,y\n")
        self.refused("no column that is known", ["link", "unknown.csv", "--id", "no", "--out", "out.csv"], ["unknown.csv: no column is recognised", "--column STANDARD=COLUMN"], 2)
        self.write("no_dates.csv", people_csv(random.Random(4), birth_date=""))
        self.refused_by_each("a named column without a value", "no_dates.csv", self.own, ["no_dates.csv: column born (--column birth_date=born) is empty in every row", "leave it out"])
        self.write("empty_dob.csv", people_csv(random.Random(4), birth_date="").replace("born", "dob"))
        self.goes_on("a recognised column without a value is said", "empty_dob.csv", ["--id", "no"], "birth_date ← dob (empty in every row of empty_dob.csv)")
        lines = people_csv(random.Random(5)).splitlines()
        for row in (6, 9):
            cells = lines[row].split(",")
            lines[row] = ",".join([*cells[:3], "soon", *cells[4:]])
        self.write("some_dates.csv", "\n".join(lines) + "\n")
        self.goes_on("dates that cannot be read are counted, with the first row", "some_dates.csv", self.own, f"birth_date ← born (2 of {len(lines) - 1} values cannot be read and count as missing, the first in row 7 of some_dates.csv)")
        self.goes_on("so they are beside another file", "some_dates.csv", ["people.csv", *self.own], "the first in row 7 of some_dates.csv)")

    def goes_on(self, name, file, options, says):
        run = self.run("link", file, *options, "--out", "went_on.csv")
        rows = (self.folder / "went_on.csv").read_text().count("\n") - 1 if run.returncode == 0 else -1
        expected = sum(path.read_text().count("\n") - 1 for path in [self.folder / word for word in [file, *options] if word.endswith(".csv")])
        check(name, run.returncode == 0 and says in run.stderr and rows == expected, f"{rows} of {expected} rows; {run.stderr.strip()}")
        if run.returncode == 0:
            os.remove("went_on.csv")

    def rows(self):
        for name, file, text, says in [
            ("an empty file", "empty.csv", "", ["empty.csv: the file is empty", "give one with"]),
            ("a header alone", "header.csv", "no,forename,surname\n", ["header.csv: there is a header and no row", "give a file with rows"]),
            ("an id twice", "ids.csv", "no,forename,surname\n1,Ann,Li\n2,Tom,Li\n1,Ann,Li\n", ["ids.csv, row 4, column no", "row 2 already", "give it another"]),
            ("an id twice, its first row over two lines", "long.csv", 'no,forename,surname\n1,"Ann\nMary",Li\n2,Tom,Li\n1,Ann,Li\n', ["long.csv, row 5, column no", "row 2 already"]),
            ("an empty id", "no_id.csv", "no,forename,surname\n1,Ann,Li\n,Tom,Li\n", ["no_id.csv, row 3, column no: the id is empty", "needs its own"]),
            ("a row of another length", "short.csv", "no,forename,surname\n1,Ann,Li\n2,Tom\n", ["short.csv, row 3: 2 fields where the header has 3"]),
            ("a quote that is never closed", "quote.csv", 'no,forename,surname\n1,Ann,Li\n2,"Tom,Li\n', ["quote.csv, row 3: a quoted field is not closed"]),
            ("bytes that are no text", "bytes.csv", "no,forename\n1,A\0n\n", ["bytes.csv: this is not a text file", "save it as CSV"]),
        ]:
            self.write(file, text)
            self.refused_by_each(name, file, ["--id", "no"], says)
        self.write("one.csv", "no,forename,surname\n1,Ann,Li\n")
        self.refused("one row alone teaches nothing", ["link", "one.csv", "--id", "no", "--out", "out.csv"], ["one.csv: ", "at least two different rows", "give more rows or a trained model"], 2)
        linked = self.run("link", "one.csv", "--id", "no", "--model", "model.toml", "--out", "one_out.csv")
        check("by a model it can be linked", linked.returncode == 0 and (self.folder / "one_out.csv").read_text().count("\n") == 2, linked.stderr)
        self.refused("a file that is not there", ["link", "people.csv", "nowhere.csv", "--id", "no", "--out", "out.csv"], ["nowhere.csv"], 2)

    def models(self):
        lines = (self.folder / "model.toml").read_text().splitlines()

        def changed(line_starts, to):
            at = next(i for i, line in enumerate(lines) if line.startswith(line_starts))
            return [*lines[:at], *to(lines[at]), *lines[at + 1 :]]

        gone = lambda line: []
        surname = lines.index("[fields.birth_date]")
        end = next(i for i in range(surname + 1, len(lines)) if lines[i].startswith("["))
        for name, text, says in [
            ("a missing level", changed("same_year", gone), ["the level birth_date.same_year is missing"]),
            ("a level that nobody knows", changed("same_year", lambda line: [line, "same_decade = { m = 0.5, u = 0.1 }"]), ["the level birth_date.same_decade is none that this version knows"]),
            ("a missing comparison", lines[:surname] + lines[end:], ["the field birth_date is missing"]),
            ("a comparison that nobody knows", [*lines, "[fields.shoe_size]", "same = { m = 0.5, u = 0.1 }"], ["the field shoe_size is none that this version knows"]),
            ("another version", changed("version", lambda line: ["version = 99"]), ["it is of version 99", "this program reads version"]),
            ("no version", changed("version", gone), ["does not say its version"]),
            ("a probability that is none", changed("same_year", lambda line: ["same_year = { m = 1.5, u = 0.1 }"]), ["m of birth_date.same_year must lie between 0 and 1"]),
            ("a key that nobody knows", ["pair_treshold = 0.9", *lines], ["pair_treshold is none of what this version knows"]),
            ("term frequencies that nobody knows", [*lines, "[terms.shoe_size]", "total = 1"], ["terms.shoe_size is none that this version knows"]),
            ("a file that was cut", lines[: len(lines) // 2], ["is missing"]),
            ("no TOML", ["no,forename,surname", "1,Ann,Li"], ["line 1, column"]),
            ("nothing", [], ["does not say its version"]),
        ]:
            self.write("bad.toml", "\n".join(text) + "\n")
            wanted = ["bad.toml: ", *says, "wider model train"]
            self.refused(f"link with a model with {name}", ["link", "people.csv", *self.own, "--model", "bad.toml", "--out", "out.csv"], wanted)
            self.refused(f"show a model with {name}", ["model", "show", "bad.toml"], wanted)

    def memory(self):
        big = people_csv(random.Random(6), people=20_000)
        self.write("big.csv", big)
        self.refused("less memory than is needed", ["link", "big.csv", *self.own, "--memory", "1MiB", "--out", "out.csv"], ["1 MiB of memory are allowed", "need", "MiB at least", "allow more (--memory)"])
        self.refused("no memory at all", ["link", "big.csv", *self.own, "--memory", "0", "--out", "out.csv"], ["allow more (--memory)"])
        self.refused("memory for training", ["model", "train", "big.csv", *self.own, "--memory", "1MiB", "--out", "out.toml"], ["1 MiB are allowed", "allow more memory (--memory)"])
        self.refused("memory below nothing", ["link", "big.csv", *self.own, "--memory", "-5", "--out", "out.csv"], ["--memory", "less than nothing"], 2)
        self.refused("memory that is no size", ["link", "big.csv", *self.own, "--memory", "much", "--out", "out.csv"], ["--memory", "much"], 2)

    def outputs(self):
        link = ["link", "people.csv", *self.own]
        self.refused("writing over what is read", [*link, "--out", "people.csv"], ["--out people.csv: this file is read", "name another"], 2)
        os.symlink("people.csv", "other_name.csv")
        self.refused("writing over it by another name", [*link, "--out", "other_name.csv"], ["--out other_name.csv: this file is read"], 2)
        self.refused("writing over the model", [*link, "--model", "model.toml", "--out", "o.csv", "--write-model", "./model.toml"], ["--write-model ./model.toml: this file is read"], 2)
        self.refused("two outputs in one file", [*link, "--out", "same.csv", "--pairs", "./same.csv"], ["--pairs ./same.csv: --out names it too"], 2)
        self.refused("a folder that is not there", [*link, "--out", "o.csv", "--pairs", "nowhere/pairs.csv"], ["--pairs nowhere/pairs.csv: it cannot be written", "no folder nowhere; make it"])
        self.refused("a folder as a file", [*link, "--out", "."], ["--out .: it cannot be written: it is a folder"])
        self.refused("a model over its rows", ["model", "train", "people.csv", *self.own, "--out", "people.csv"], ["--out people.csv: this file is read"], 2)

    def splink(self):
        settings = json.loads((HERE / "splink/fake_1000.json").read_text())
        self.write("rows.csv", "unique_id,first_name,surname,dob,city,email\n1,Ann,Li,2001-02-03,Leeds,ann@x.org\n2,Ann,Li,2001-02-03,Leeds,ann@x.org\n")
        self.write("ids.csv", "unique_id,first_name,surname,dob,city,email\n1,Ann,Li,2001-02-03,Leeds,\n1,Ann,Li,2001-02-03,Leeds,\n")
        self.write("header.csv", "unique_id,first_name,surname,dob,city,email\n")

        def settings_with(change):
            changed = json.loads(json.dumps(settings))
            change(changed)
            self.write("settings.json", json.dumps(changed))

        def condition(text):
            return lambda s: s["comparisons"][1]["comparison_levels"][2].update(sql_condition=text)

        link = ["link", "rows.csv", "--splink", "settings.json", "--out", "out.csv"]
        for name, change, says in [
            ("a function that is not read", condition("dmetaphone(dob_l) = dmetaphone(dob_r)"), ["comparison 'dob', level 3", "function dmetaphone"]),
            ("a condition that is no SQL", condition("dob_l = = dob_r"), ["comparison 'dob', level 3"]),
            ("a condition that is cut", condition("levenshtein(dob_l, dob_r"), ["comparison 'dob', level 3"]),
            ("a column that is not in the file", condition("shoe_l = shoe_r"), ["rows.csv: there is no column shoe", "the columns are: unique_id, first_name"]),
            ("a blocking rule that is not read", lambda s: s["blocking_rules_to_generate_predictions"][0].update(blocking_rule="soundex(l.dob) = soundex(r.dob)"), ["blocking rule 1", "soundex"]),
            ("no comparison", lambda s: s.pop("comparisons"), ["comparisons"]),
        ]:
            settings_with(change)
            self.refused(f"Splink settings with {name}", link, says if "rows.csv" in says[0] else ["settings.json: ", *says])
        self.write("settings.json", "{ this is no JSON")
        self.refused("Splink settings that are no JSON", link, ["settings.json: ", "not a JSON object"])
        settings_with(lambda s: None)
        self.refused("an id twice, with Splink's model", ["link", "ids.csv", "--splink", "settings.json", "--out", "out.csv"], ["ids.csv, row 3, column unique_id", "row 2 already"])
        self.refused("a header alone, with Splink's model", ["link", "header.csv", "--splink", "settings.json", "--out", "out.csv"], ["header.csv: there is a header and no row"])
        self.refused("a missing id column, with Splink's model", ["link", "people.csv", "--splink", "settings.json", "--out", "out.csv"], ["people.csv: there is no column unique_id (--id)"])


def main():
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(pathlib.Path(folder).resolve())
        trial.columns()
        trial.rows()
        trial.models()
        trial.memory()
        trial.outputs()
        trial.splink()
        os.chdir("/")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
