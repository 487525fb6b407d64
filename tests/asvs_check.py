#!/usr/bin/env python3
"""Checks docs/asvs.md and the documents beside it against the tree, so that they cannot rot.

- Every requirement of OWASP ASVS 5.0.0, levels 1 and 2, stands in docs/asvs.md once, with its level, and one of four answers.
- Every file that a document names in backticks is in the tree.
- Every test that is named as `file` / `name` is in that file: a C++ test by its suite and name, any other by its words.
- The counts that docs/asvs.md gives of itself are right.

asvs_check.py [ROOT]; the checks are tried on broken copies of the table first, so that they cannot pass by seeing nothing.
"""
import pathlib
import re
import sys

DOCUMENTS = ["docs/asvs.md", "docs/threat-model.md", "docs/dpia.md", "docs/production/README.md", "SECURITY.md"]
ANSWERS = {"test: ": "held by a test", "met by: ": "met by construction or document", "does not apply because ": "that do not apply",
           "not met yet: ": "not met yet"}
# Levels of the requirements, in order, for each section. The numbers and levels are the standard's; nothing else of it is here.
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223", "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22", "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}
WANTED = {f"{section}.{number}": level for section, levels in LEVELS.items() for number, level in enumerate(levels, 1) if level != "3"}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\d) \| (.+) \| (.+) \|$", re.M)
A_FILE = re.compile(r"`((?:[\w.-]+/)+[\w.*-]+|[A-Z]+\.md|packages\.apt|package-lock\.json|CMakePresets\.json)`")
A_TEST = re.compile(r"`([\w./-]+)` / `([^`]+)`")


def wrong_in_table(text):
    """What is wrong with the table of requirements itself."""
    rows = ROW.findall(text)
    seen = [number for number, _, _, _ in rows]
    wrong = [f"{number} stands there {seen.count(number)} times" for number in sorted(set(seen)) if seen.count(number) > 1]
    wrong += [f"{number} is missing" for number in WANTED if number not in seen]
    for number, level, _, answer in rows:
        if WANTED.get(number) != level:
            wrong.append(f"{number} is not a requirement of level {level}")
        if not answer.startswith(tuple(ANSWERS)):
            wrong.append(f"{number} has none of the four answers: {answer[:60]}")
        if answer.startswith("test: ") and not A_TEST.search(answer):
            wrong.append(f"{number} names no test")
        if answer.startswith("met by: ") and not A_FILE.search(answer):
            wrong.append(f"{number} names no file")
    for start, words in ANSWERS.items():
        count = sum(answer.startswith(start) for _, _, _, answer in rows)
        if not re.search(rf"\b{count} {words}", text):
            wrong.append(f"the summary does not say '{count} {words}'")
    return wrong


def wrong_names(root, text):
    """Files and tests that a document names and the tree does not have."""
    wrong = [f"there is no file {name}" for name in sorted(set(A_FILE.findall(text)))
             if not (any(root.glob(name)) if "*" in name else (root / name).exists())]
    for name, test in sorted(set(A_TEST.findall(text))):
        path = root / name
        if not path.is_file():
            wrong.append(f"there is no file {name}")
            continue
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".cpp":
            suite, _, case = test.partition(".")
            found = re.search(rf"(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*{re.escape(suite)},\s*{re.escape(case)}\s*[,)]", source)
        else:
            found = test in source
        if not found:
            wrong.append(f"{name} has no test {test}")
    return wrong


def try_the_checks(root, text):
    """Each kind of rot, put into a copy, must be seen."""
    row = ROW.search(text)
    test = A_TEST.search(text)
    file = A_FILE.search(text)
    broken = {
        "a row taken out": wrong_in_table(text.replace(row[0], "", 1)),
        "a row twice": wrong_in_table(text.replace(row[0], row[0] + "\n" + row[0], 1)),
        "another level": wrong_in_table(text.replace(row[0], row[0].replace(f"| {row[2]} |", "| 3 |", 1), 1)),
        "no answer": wrong_in_table(text.replace(row[0], row[0].replace(row[4], "yes"), 1)),
        "a test that is not there": wrong_names(root, text.replace(test[0], test[0][:-1] + "X`", 1)),
        "a file that is not there": wrong_names(root, text.replace(file[0], file[0][:-1] + "X`", 1)),
    }
    return [f"the check does not see {what}" for what, seen in broken.items() if not seen]


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    table = (root / DOCUMENTS[0]).read_text(encoding="utf-8")
    wrong = [f"{DOCUMENTS[0]}: {line}" for line in wrong_in_table(table) + try_the_checks(root, table)]
    tests = 0
    for name in DOCUMENTS:
        text = (root / name).read_text(encoding="utf-8")
        wrong += [f"{name}: {line}" for line in wrong_names(root, text)]
        tests += len(set(A_TEST.findall(text)))
    for line in wrong:
        print(f"WRONG  {line}")
    print(f"{len(WANTED)} requirements, {len(DOCUMENTS)} documents, {tests} names of tests: {len(wrong)} wrong")
    return 1 if wrong or tests < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
