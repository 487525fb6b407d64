#!/usr/bin/env python3
"""Compares what `wider link --splink` makes of SQL conditions with what DuckDB makes of them, pair by pair.

    check_conditions.py --wider build/release/wider [--rows 60] [--seed 1] [--verbose]

Needs duckdb (bench/peers/requirements.txt). The conditions are those of Splink's own comparison libraries, and more of
the same functions. Each is the one level of a model, run over made-up records that hold NULLs, letters outside ASCII,
dates that are none, and lists. A condition that wider refuses is counted and named: it must be among those expected.
"""
import argparse
import csv
import json
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import duckdb
except ImportError:
    sys.exit("check_conditions: skipped: duckdb is not installed (pip install -r bench/peers/requirements.txt)")

KM = (
    "cast(acos(case when (sin(radians(lat_l))*sin(radians(lat_r))+cos(radians(lat_l))*cos(radians(lat_r))"
    "*cos(radians(lon_r-lon_l)))>1 then 1 when (sin(radians(lat_l))*sin(radians(lat_r))+cos(radians(lat_l))"
    "*cos(radians(lat_r))*cos(radians(lon_r-lon_l)))<-1 then -1 else (sin(radians(lat_l))*sin(radians(lat_r))"
    "+cos(radians(lat_l))*cos(radians(lat_r))*cos(radians(lon_r-lon_l))) end)*6371 as float)"
)
POSTCODE = "NULLIF(regexp_extract(p_{}, '{}', 0), '')"


def both(form, **more):
    return form.format("l", **more), form.format("r", **more)


def conditions():
    yield from ['"a_l" IS NULL OR "a_r" IS NULL', '"a_l" = "a_r"', "a_l <> b_r", "NOT (a_l = a_r)", "a_l < a_r", "a_l >= b_r"]
    for function in ["levenshtein", "damerau_levenshtein"]:
        for bound in [0, 1, 2, 3, 5]:
            yield f'{function}("a_l", "a_r") <= {bound}'
        yield f"{function}(a_l, a_r) < 3"
        yield f"{function}(a_l, a_r) = 3"
        yield f"{function}(a_l, a_r) / length(a_l) <= 0.4"
        yield f"2 >= {function}(a_l, b_r)"
    for function in ["jaro_similarity", "jaro_winkler_similarity", "jaccard"]:
        for bound in [0.5, 0.7, 0.8, 0.88, 0.9, 0.92]:
            yield f'{function}("a_l", "a_r") >= {bound}'
        yield f"{function}(a_l, b_r) > 0.75"
        yield f"1 - {function}(a_l, a_r) <= 0.2"
    for days in [0, 1, 30, 365, 2629800 / 86400, 3652.5]:
        yield f"""ABS(EPOCH(try_strptime("d_l", '%Y-%m-%d')) - EPOCH(try_strptime("d_r", '%Y-%m-%d'))) <= {days * 86400}"""
        yield f'ABS(EPOCH("dd_l") - EPOCH("dd_r")) <= {days * 86400}'
    yield "try_strptime(d_l, '%Y-%m-%d') IS NULL OR try_strptime(d_r, '%Y-%m-%d') IS NULL"
    yield "damerau_levenshtein(CAST(dd_l AS TEXT), CAST(dd_r AS TEXT)) <= 1"
    for part in ["day", "week", "month", "quarter", "year", "decade", "hour"]:
        yield f"abs(date_diff('{part}', dd_l, dd_r)) <= 2"
        yield f"abs(date_sub('{part}', dd_l, dd_r)) < 3"
    yield "abs(dd_l - dd_r) < 40"
    yield "year(dd_l) = year(dd_r) and month(dd_l) = day(dd_r)"
    yield "dd_l = CAST('2001-02-03' AS DATE) or dd_r > DATE '2005-01-01'"
    yield "dd_l between date '1999-12-31' and '2004-02-29'"
    for bound in [0, 2, 7.5]:
        yield f"ABS(n_l - n_r) <= {bound}"
        yield f"(ABS(n_l - n_r) / (CASE WHEN n_r > n_l THEN n_r ELSE n_l END)) < {bound / 10}"
    yield from ["n_l = 3", "n_l = n_r", "n_l % 2 = 1 and n_r % 3 = 1", "-n_l < n_r * 2 - 1", "n_l ^ 2 > 50", "round(n_l / 3, 1) = 1.3"]
    yield from ["sqrt(n_l) > 2 or ln(n_r) < 1", "least(n_l, n_r) > 3", "greatest(n_l, n_r, 5) = 5", "coalesce(n_l, 0) = 0", "n_l in (1, 2, 3)"]
    yield from ["n_l not between 2 and 5", "CAST(n_l AS INT) = 4", "try_cast(a_l as double) is null", "CAST(n_l AS REAL) <= CAST(4.1 AS REAL)"]
    for km in [1, 10, 100.5]:
        yield f"{KM} <= {km}"
        yield f"(lat_l is not null and lat_r is not null) AND {KM} <= {km}"
    yield from ['"a_l" = "b_r" AND "a_r" = "b_l"', '"a_l" = "b_r"']
    yield from [
        "SUBSTRING(a_l, 1, 3) = SUBSTRING(a_r, 1, 3)", "substr(a_l, 2) = substr(a_r, 2)", "substr(a_l, -2) = substr(a_r, -2)",
        "substr(a_l, 0, 2) = substr(a_r, 0, 2)", "substr(a_l, -3, 2) = substr(a_r, -3, 2)", "substr(a_l, -30, 28) = substr(b_r, 2, -1)",
        "left(a_l, 2) = left(a_r, 2)", "right(a_l, 2) = right(a_r, 2)", "left(a_l, -2) = left(a_r, -2)", "right(a_l, -1) = right(a_r, -1)",
        "LOWER(TRIM(a_l)) = LOWER(TRIM(a_r))", "upper(a_l) = upper(b_r)", "strip_accents(lower(a_l)) = strip_accents(lower(a_r))",
        "a_l || ' ' || b_l = a_r || ' ' || b_r", "concat(a_l, b_l) = concat(a_r, b_r)", "a_l || ' ' || b_l IS NULL",
        "length(a_l) = length(a_r)", "strlen(a_l) > strlen(a_r)", "starts_with(a_l, substr(a_r, 1, 2))", "suffix(a_l, right(a_r, 1))",
        "contains(a_l, b_r)", "replace(a_l, 'a', 'e') = replace(a_r, 'a', 'e')", "a_l like 'a%'", "a_l ilike '%E_%'", "a_l not like '%a'",
        "split_part(a_l, ' ', 1) = split_part(a_r, ' ', 1)", "nullif(a_l, 'anna') = a_r", "NULLIF(CAST(SUBSTRING(LOWER(a_l), 1, 3) AS TEXT), 'ann') IS NULL",
        "regexp_extract(a_l, '(.)a', 1) = regexp_extract(a_r, '(.)a', 1)", "regexp_matches(a_l, '^[a-c]')", "regexp_replace(a_l, '[aeiou]', '', 'g') = regexp_replace(a_r, '[aeiou]', '', 'g')",
        "regexp_replace(a_l, '(n)', 'x\\1') = regexp_replace(a_r, 'n', 'xn')", "coalesce(a_l, b_l) = coalesce(a_r, b_r)", "ifnull(a_l, 'x') = 'x'",
        "a_l in ('anna', 'tom', NULL)", "a_l not in ('anna', 'tom')", "a_l is distinct from a_r", "a_l is not distinct from a_r", "(a_l = a_r) is null",
        "case when a_l = a_r then true when b_l = b_r then false end", "case a_l when 'anna' then 1 when 'tom' then 2 else 0 end = 2",
        "if(a_l = a_r, n_l, n_r) > 3", "case when length(a_l) > 4 then jaro_winkler_similarity(a_l, a_r) else 0 end > 0.8", "(a_l = a_r) = (b_l = b_r)",
        "least(a_l, a_r) = greatest(a_l, a_r)", "case when length(a_l) = length(a_r) then hamming(a_l, a_r) <= 1 end", "a_l[1] = a_r[1]", "not a_l is null and not b_r is null",
        "(a_l is null) = (a_r is null)", "a_l = a_r or null", "a_l = a_r and null", "true", "1=2 or a_l = a_r", "levenshtein(lower(a_l), lower(b_r)) <= 1",
    ]
    for pattern in ["^[A-Za-z]{{1,2}}[0-9][A-Za-z0-9]? [0-9]", "^[A-Za-z]{{1,2}}[0-9][A-Za-z0-9]?", "^[A-Za-z]{{1,2}}", "^[A-Za-z]{{1,2}}[0-9][A-Za-z0-9]? [0-9][A-Za-z]{{2}}$"]:
        left, right = both("NULLIF(regexp_extract(p_{}, '" + pattern + "', 0), '')")
        yield f"{left} = {right}"
        yield f"{left} IS NULL OR {right} IS NULL"
        yield f"jaro_winkler_similarity({left}, {right}) >= 0.88"
    yield from ["array_length(list_intersect(li_l, li_r)) >= 1", "array_length(list_intersect(li_l, li_r)) >= 2", "len(li_l) = len(li_r)",
                "list_has_any(li_l, li_r)", "list_contains(li_l, 'a')", "li_l[1] = li_r[1]", "li_l[-1] = li_r[-1]", "li_l = li_r", "li_l IS NULL OR li_r IS NULL",
                "LEAST(ARRAY_LENGTH(li_l), ARRAY_LENGTH(li_r)) <> 0 AND ARRAY_LENGTH(ARRAY_INTERSECT(li_l, li_r)) = LEAST(ARRAY_LENGTH(li_l), ARRAY_LENGTH(li_r))",
                "list_contains(li_l, a_r)", "array_length(list_distinct(li_l)) = 2"]
    for function, best, compare, bound in [("levenshtein", "list_min", "<=", 1), ("jaro_winkler_similarity", "list_max", ">=", 0.8), ("damerau_levenshtein", "list_min", "<=", 0)]:
        yield (f"{best}(list_transform(flatten(list_transform(li_l, lambda x: list_transform(li_r, lambda y: [x, y]))), "
               f"lambda pair: {function}(pair[1], pair[2]))) {compare} {bound}")


REFUSED = ["n_l // 2 = 1", "soundex(a_l) = soundex(a_r)", "my_function(a_l, a_r) > 1", "a_l similar to 'x'", "reverse(a_l) = a_r", "list_reduce(li_l, lambda x, y: x) = 'a'",
           "a_l = (select 1)", "md5(a_l) = md5(a_r)", "array_length(list_transform(li_l, lambda x: upper(x))) = 1", "a_x = a_r", "levenshtein(a_l) = 1"]


def word(rng, alphabet):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 9)))


def changed(rng, text):
    at = rng.randrange(len(text) + 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + rng.choice("abeln") + text[at:]
    if kind == 1 and len(text) > 1:
        return text[: at - 1 if at else 0] + text[at:] if at else text[1:]
    if kind == 2 and len(text) > 1:
        at = min(at, len(text) - 2)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[: max(at - 1, 0)] + "z" + text[at:]


def records(rng, count):
    names = ["anna", "ann", "hannah", "tom", "thomas", "Thomas", "José", "jose", "Zoë Ann", "o'neill", "MÜLLER", "mueller", "l ia", "李雷", "a" * 70, "a" * 69 + "b"]
    names += [word(rng, "abelnéß") for _ in range(10)]
    for i in range(count):
        a, b = rng.choice(names), rng.choice(names)
        a = changed(rng, a) if rng.random() < 0.4 else a
        day = f"{rng.randint(1998, 2006)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        d = rng.choice([day, day, day, "2001-02-03", "2001-2-3", "2001-02-30", "20010203", "x", "2001-02-03x", " 2001-02-04"])
        if rng.random() < 0.3:
            d = changed(rng, d)
        postcode = rng.choice(["tq13 8df", "TQ13 8DF", "TQ1 3AA", "SW1A 1AA", "sw1a1aa", "E1", "", "99", "M1 1AE"])
        items = [rng.choice(["a", "ab", "abc", "b", "cd"]) for _ in range(rng.randint(0, 4))]
        maybe = lambda value: None if rng.random() < 0.12 else value
        yield dict(id=i, one="1", a=maybe(a), b=maybe(b), d=maybe(d.strip() or None), dd=maybe(rng.choice([day, "2001-02-03", "2000-02-29"])), p=maybe(postcode or None),
                   n=maybe(rng.choice([0, 1, 2, 3, 4, 4.1, 2.5, -1, 7, 10, 100])), lat=maybe(round(rng.uniform(50, 51), 3)), lon=maybe(round(rng.uniform(-1, 0), 3)),
                   li=maybe(items))


def model_of(condition):
    levels = [{"sql_condition": condition, "m_probability": 0.8, "u_probability": 0.1}, {"sql_condition": "ELSE", "m_probability": 0.2, "u_probability": 0.9}]
    return {"link_type": "dedupe_only", "probability_two_random_records_match": 0.5, "sql_dialect": "duckdb", "unique_id_column_name": "id",
            "blocking_rules_to_generate_predictions": ["l.one = r.one"], "comparisons": [{"output_column_name": "c", "comparison_levels": levels}]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wider", required=True, type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    rows = list(records(random.Random(arguments.seed), arguments.rows))
    database = duckdb.connect()
    database.execute("create table t (id int, one varchar, a varchar, b varchar, d varchar, dd date, p varchar, n double, lat double, lon double, li varchar[])")
    database.executemany("insert into t values (?,?,?,?,?,?,?,?,?,?,?)", [list(row.values()) for row in rows])
    columns = [c for c in rows[0] if c not in ("id", "one")]
    database.execute("create table p as select l.id x, r.id y, " + ", ".join(f"l.{c} {c}_l, r.{c} {c}_r" for c in columns) + " from t l join t r on l.id < r.id")
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with open(folder / "t.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys(), quoting=csv.QUOTE_MINIMAL)
            writer.writeheader()
            for row in rows:
                shown = {k: "" if v is None else "[" + ", ".join(v) + "]" if isinstance(v, list) else v for k, v in row.items()}
                writer.writerow(shown)

        def wider(condition):
            (folder / "m.json").write_text(json.dumps(model_of(condition)))
            command = [arguments.wider, "link", folder / "t.csv", "--splink", folder / "m.json", "--out", folder / "o.csv", "--pairs", folder / "p.csv", "--pairs-threshold", "0", "--threads", "1"]
            run = subprocess.run(command, capture_output=True, text=True)
            if run.returncode != 0:
                return None, run.stderr.strip()
            with open(folder / "p.csv", newline="", encoding="utf-8") as file:
                return {(int(r["id_left"]), int(r["id_right"])): float(r["match_weight"]) > 0 for r in csv.DictReader(file)}, ""

        for condition in conditions():
            try:
                wanted = {(x, y): bool(v) for x, y, v in database.execute(f"select x, y, coalesce(({condition}), false) from p").fetchall()}
            except duckdb.Error as error:
                failed += 1
                print(f"DuckDB refuses: {condition}: {str(error).splitlines()[0]}")
                continue
            got, says = wider(condition)
            wrong = None if got is None else [pair for pair in wanted if wanted[pair] != got.get(pair)]
            if got is None or wrong or set(got) != set(wanted):
                failed += 1
                shown = "" if not wrong else f"{len(wrong)} of {len(wanted)} pairs, such as {rows[wrong[0][0]]} and {rows[wrong[0][1]]}: DuckDB {wanted[wrong[0]]}"
                print(f"FAILED {condition}: {says or shown}")
            else:
                passed += 1
                if arguments.verbose:
                    print(f"passed {condition}: true for {sum(wanted.values())} of {len(wanted)} pairs")
        for condition in REFUSED:
            got, says = wider(condition)
            if got is not None or "comparison 'c', level 1" not in says:
                failed += 1
                print(f"FAILED: not refused by name: {condition}: {says}")
            else:
                passed += 1
                if arguments.verbose:
                    print(f"passed {condition}: {says}")
    print(f"conditions: {passed} passed, {failed} failed (DuckDB {duckdb.__version__})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
