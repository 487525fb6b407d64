#!/usr/bin/env python3
"""`wider model` and `wider link --splink` as a user meets them, good words and bad: tests/model_command.py PROGRAM

Ends with "N passed, N failed". Standard library only.
"""
import csv
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
    print(f"{'good' if good else 'FAILED'}: {name}{'' if good else ': ' + str(detail)[:800]}", flush=True)


def wider(*words, status=0):
    run = subprocess.run([PROGRAM, *[str(word) for word in words]], capture_output=True, text=True, timeout=300)
    if run.returncode != status:
        check(f"{' '.join(str(word) for word in words[:3])} ends with {status}", False, f"{run.returncode}: {run.stdout} {run.stderr}")
    return run


FORENAMES = "Ann Tom Maya Omar Grace Leo Zoe Ben Ivy Sam Nora Jack Ella Adam Ruth Hugo".split()
SURNAMES = "Smith Jones Khan Okafor Li Evans Novak Brown Silva Walsh Patel Moore Fox Reid Bell Hart".split()


def write_people(path, people, rng):
    """About two records for each person, some with a slip of the pen."""
    rows = []
    for person in range(people):
        forename, surname = rng.choice(FORENAMES), rng.choice(SURNAMES)
        born = f"{rng.randint(1950, 2011)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        postcode, sex = f"XA{rng.randint(1, 9)} {rng.randint(1, 9)}AB", rng.choice("FM")
        for _ in range(rng.randint(1, 3)):
            written = forename if rng.random() < 0.9 else forename[:-1] + "x"
            rows.append([written, surname, born if rng.random() < 0.9 else "", sex, postcode, f"P{person}"])
    rng.shuffle(rows)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow("no forename surname born sex postcode person".split())
        writer.writerows([i, *row] for i, row in enumerate(rows))
    return len(rows)


def check_models(folder):
    people, model = folder / "people.csv", folder / "m.toml"
    rows = write_people(people, 700, random.Random(3))
    own = ["--id", "no", "--column", "birth_date=born"]
    wider("model", "train", people, *own, "--out", model)
    again = folder / "again.toml"
    wider("model", "train", people, *own, "--out", again, "--threads", "1")
    check("training gives the same bytes whatever the threads", model.read_bytes() == again.read_bytes())
    shown = wider("model", "show", model).stdout
    check("show tells levels, blocking rules and term frequencies", all(word in shown for word in ["surname", "weight", "Blocking rules", "Term frequencies"]), shown)
    as_json = json.loads(wider("--json", "model", "show", model).stdout)
    levels = {field["field"]: field["levels"] for field in as_json["fields"]}
    check("show --json has m, u and weight of each level", levels["surname"][0]["weight"] > 3 > levels["surname"][-1]["weight"], levels["surname"])
    check("a model compared with itself is the same", "The two models are the same." in wider("model", "compare", model, again).stdout)
    changed = folder / "changed.toml"
    lines = model.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("same = { m = "))
    lines[at] = "same = { m = 0.5, u = 0.001 }"
    changed.write_text("\n".join(lines) + "\n")
    told = json.loads(wider("--json", "model", "compare", model, changed).stdout)["differences"]
    check("compare names the one level that was changed", [line["what"] for line in told] == ["forename.same"] and abs(told[0]["weight_change"]) > 0, told)
    evaluated = json.loads(wider("--json", "model", "evaluate", people, *own, "--truth", "person", "--model", model).stdout)
    overall = evaluated["overall"]
    check("evaluate counts every row", overall["rows"] == rows and overall["people"] == 700, overall)
    check("its intervals hold the rate", all(overall[r]["low"] <= overall[r]["value"] <= overall[r]["high"] for r in ["precision", "recall"]), overall)
    check("it groups by sex, age and surname", [g["by"].split()[0] for g in evaluated["groupings"]] == ["sex", "age", "surname"], evaluated["groupings"])
    check("it prints the gap", "gap in recall" in wider("model", "evaluate", people, *own, "--truth", "person", "--model", model).stdout)
    linked = folder / "linked.csv"
    wider("link", people, *own, "--model", model, "--out", linked)
    same = json.loads(wider("--json", "model", "evaluate", people, *own, "--truth", "person", "--linked", linked).stdout)
    check("evaluating what link wrote gives the same", same["overall"] == overall, (same["overall"], overall))
    check_against_counting(people, linked, overall)
    check_people(folder, people)
    check_bad_models(folder, people, model, own)


def check_against_counting(people, linked, overall):
    with open(people, newline="", encoding="utf-8") as file:
        truth = {row["no"]: row["person"] for row in csv.DictReader(file)}
    with open(linked, newline="", encoding="utf-8") as file:
        said = {row["id"]: row["person"] for row in csv.DictReader(file)}
    found = both = wanted = 0
    ids = list(truth)
    for i, a in enumerate(ids):
        for b in ids[i + 1 :]:
            found += said[a] == said[b]
            wanted += truth[a] == truth[b]
            both += said[a] == said[b] and truth[a] == truth[b]
    check("precision and recall are those of every pair counted", abs(overall["precision"]["value"] - both / found) < 1e-12 and abs(overall["recall"]["value"] - both / wanted) < 1e-12, (both, found, wanted))


def check_people(folder, people):
    truth, found = folder / "truth.csv", folder / "found.csv"
    with open(people, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    truth.write_text("agency,mention,person\n" + "".join(f"police,person-{r['no']},{r['person']}\n" for r in rows))
    persons = [row["person"] for row in rows]
    left_out = next(row for row in rows if persons.count(row["person"]) > 1)
    found.write_text("agency,mention,person\n" + "".join(f"police,person-{r['no']},{r['person']}\n" for r in rows if r is not left_out))
    overall = (report := json.loads(wider("--json", "model", "evaluate", "--people", found, "--truth-people", truth).stdout))["overall"]
    lost = persons.count(left_out["person"]) - 1
    wanted = overall["recall"]["pairs"]
    check("wider people's output is evaluated by the town's truth", overall["precision"]["value"] == 1 and abs(overall["recall"]["value"] - (wanted - lost) / wanted) < 1e-12, overall)
    check("a mention that was not taken in is said", any("1 mentions of the truth" in note for note in report["notes"]), report["notes"])


def check_bad_models(folder, people, model, own):
    def told(*words, status=1):
        return wider(*words, status=status).stderr

    lines = model.read_text().splitlines()
    missing = folder / "missing.toml"
    missing.write_text("\n".join(line for line in lines if not line.startswith("same_year")) + "\n")
    says = told("model", "show", missing)
    check("a model with a missing level is refused by name", "missing.toml" in says and "birth_date.same_year" in says, says)
    says = told("model", "evaluate", people, "--id", "no", "--truth", "persn")
    check("an unknown truth column is named with those there are", "no column persn (--truth)" in says and "surname" in says, says)
    says = told("model", "train", people, "--id", "number", "--out", folder / "x.toml")
    check("an unknown id column is named", "no column number (--id)" in says, says)
    says = told("model", "train", people, "--id", "no", "--column", "shoe_size=born", "--out", folder / "x.toml", status=2)
    check("an unknown attribute is named with those there are", "no standard attribute shoe_size" in says and "birth_date" in says, says)
    empty = folder / "empty.csv"
    empty.write_text("no,forename,surname,person\n1,Ann,,P1\n2,Tom,,P2\n")
    says = told("model", "train", empty, "--id", "no", "--column", "surname=surname", "--out", folder / "x.toml")
    check("an empty column is named", "column surname" in says and "empty in every row" in says, says)
    twice = folder / "twice.csv"
    twice.write_text("no,forename,surname,person\n1,Ann,Li,P1\n2,Tom,Li,P2\n1,Ann,Li,P1\n")
    says = told("model", "evaluate", twice, "--id", "no", "--truth", "person")
    check("a duplicate id is named with both rows", "row 4" in says and "row 2 already" in says, says)
    other = folder / "other.csv"
    write_people(other, 5, random.Random(1))
    linked = folder / "linked.csv"
    says = told("model", "evaluate", other, *own, "--truth", "person", "--linked", linked)
    check("links of other files are refused", "does not name every row of other.csv" in says, says)
    wider("model", status=2)
    wider("model", "train", people, status=2)


def check_splink(folder):
    settings = json.loads((HERE / "splink/fake_1000.json").read_text())
    rows = folder / "fake.csv"
    rows.write_text("unique_id,first_name,surname,dob,city,email\n1,Ann,Li,2001-02-03,Leeds,ann@x.org\n2,Ann,Li,2001-02-03,Leeds,ann@x.org\n3,Tom,Li,1999-02-03,,\n")
    good = folder / "good.json"
    good.write_text(json.dumps(settings))
    out, pairs = folder / "o.csv", folder / "p.csv"
    report = json.loads(wider("--json", "link", rows, "--splink", good, "--out", out, "--pairs", pairs, "--pairs-threshold", "0").stdout)
    check("a Splink model links", report["persons"] == 2 and report["pairs_compared"] == 3, report)
    wider("link", rows, "--splink", good, "--out", folder / "o2.csv", "--cluster", "average")
    check("by average linkage too", (folder / "o2.csv").read_text() == out.read_text(), out.read_text())

    def told(change, *words, status=1):
        changed = json.loads(json.dumps(settings))
        change(changed)
        path = folder / "bad.json"
        path.write_text(json.dumps(changed))
        run = wider("link", rows, "--splink", path, "--out", folder / "no.csv", *words, status=status)
        check("nothing is written when a model is refused", not (folder / "no.csv").exists())
        return run.stderr

    def level(settings):
        return settings["comparisons"][1]["comparison_levels"][2]

    says = told(lambda s: level(s).update(sql_condition="dmetaphone(dob_l) = dmetaphone(dob_r)"))
    check("a function that is not read is refused with its place", "comparison 'dob', level 3 (DamerauLevenshtein distance <= 1): function dmetaphone" in says, says)
    says = told(lambda s: level(s).update(sql_condition="dob_l = date_of_birth_r"))
    check("a column that is not there is named with those there are", "no column date_of_birth" in says and "first_name" in says, says)
    says = told(lambda s: s.update(sql_dialect="spark"))
    check("another dialect is refused", "sql_dialect" in says, says)
    says = told(lambda s: s.update(link_type="link_only"), status=2)
    check("a model that links data sets asks for two", "give two files or more" in says, says)
    says = told(lambda s: None, "--between", status=2)
    check("options that make no sense with it are refused", "--between" in says, says)
    says = told(lambda s: s["blocking_rules_to_generate_predictions"][0].update(arrays_to_explode=["email"]))
    check("exploding blocking rules are refused", "blocking rule 1 uses arrays_to_explode" in says, says)


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_models(pathlib.Path(folder))
        check_splink(pathlib.Path(folder))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
