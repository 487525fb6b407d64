#!/usr/bin/env python3
"""Files that are no good, and bombs, through the command line and over HTTP.

    tests/campaigns/bad_files.py build/release/wider [--times 2000] [--seed 1] [--sanitized]

files   Files of a fictitious town, each spoilt in some way (cut, bytes changed, columns lost or doubled, another format's,
        quotes that never close, another encoding, rows of the wrong length), are sent to a hub. Each must be refused, and
        then the ledger has not one entry more; or be taken in whole, and then every row is a record, was there already or is
        held back with its reason, and the same file again adds nothing.
bombs   50 of them: XML entities and depth, JSON and TOML depth, compressed bodies, workbooks, very many columns: refused.
Every one in less than 2 seconds and 256 MiB of memory. Standard library only.
"""
import argparse
import gzip
import http.client
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
from site_of_campaigns import Site  # noqa: E402
from tried import Tried  # noqa: E402

SECONDS, MEBIBYTES = 2, 256


def lines_of(content):
    return content.split(b"\n")


def spoilt(draw, content, others):
    """The bytes of a good file, made no good in one way."""
    at = draw.randrange(len(content))
    lines = lines_of(content)
    row = draw.randrange(1, max(2, len(lines) - 1)) % len(lines)
    junk = bytes(draw.randrange(256) for _ in range(draw.randrange(1, 40)))

    def with_line(changed):
        return b"\n".join(lines[:row] + changed + lines[row + 1:])

    def many_bytes():
        changed = bytearray(content)
        for _ in range(draw.randrange(1, 30)):
            changed[draw.randrange(len(changed))] = draw.randrange(256)
        return bytes(changed)

    return draw.choice([
        lambda: content[:at],
        lambda: content[at:],
        lambda: content[:at] + content[at + draw.randrange(1, 200):],
        lambda: content[:at] + junk + content[at:],
        lambda: content[:at] + b"\0" + content[at + 1:],
        lambda: content[:at] + b'"' + content[at:],
        lambda: content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1:],
        many_bytes,
        lambda: content.decode("utf-8", "replace").encode("utf-16"),
        lambda: content.decode("utf-8", "replace").encode("utf-16-le"),
        lambda: content.replace(b",", draw.choice([b";", b"\t", b"|", b",,"])),
        lambda: content.replace(b"\n", draw.choice([b"\r", b"\r\r\n", b"\n\n", b""])),
        lambda: b"\n".join(lines[1:]),
        lambda: b"\n".join([lines[0].replace(b",", b",x", 1)] + lines[1:]),
        lambda: b"\n".join([lines[0] + b"," + lines[0].split(b",")[0]] + lines[1:]),
        lambda: b"\n".join([lines[0].rpartition(b",")[0]] + lines[1:]),
        lambda: with_line([lines[row] + b",more,than,there,are"]),
        lambda: with_line([lines[row].split(b",")[0]]),
        lambda: with_line([b"," * lines[row].count(b",")]),
        lambda: with_line([lines[row].replace(b"20", b"99")]),
        lambda: with_line([b"z" * draw.randrange(1000, 3_000_000)]),
        lambda: with_line([b"=cmd|' /C calc'!A0," + lines[row]]),
        lambda: with_line(["‮\U000e0041‍".encode() + lines[row]]),
        lambda: draw.choice(others),
        lambda: junk,
        lambda: b"",
        lambda: b"<" + content,
        lambda: content.replace(b"<", b"&lt;", draw.randrange(1, 5)) if b"<" in content else content + b"<x/>",
        lambda: content.replace(b"</", b"</x", draw.randrange(1, 5)) if b"</" in content else content + b"\x1a",
    ])()


class Trial:
    def __init__(self, program, folder, draw, report, sanitized):
        self.program, self.folder, self.draw, self.report = program, folder, draw, report
        self.most = 4096 if sanitized else MEBIBYTES
        self.slow = 15 if sanitized else SECONDS
        self.hub = os.path.join(folder, "hub")
        self.worst_seconds = self.worst_mebibytes = 0.0

    def run(self, *words):
        return Tried([self.program, *words])

    def size(self):
        return json.loads(self.run("ledger", "head", "--hub", self.hub).out)["size"]

    def bounded(self, tried, what):
        self.worst_seconds, self.worst_mebibytes = max(self.worst_seconds, tried.seconds), max(self.worst_mebibytes, tried.mebibytes)
        if tried.seconds >= self.slow or tried.mebibytes >= self.most:
            self.report(f"{what} in bounds: {tried.seconds:.1f} s, {tried.mebibytes:.0f} MiB", False)

    def send(self, name, content, agency, form):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        tried = self.run("--json", "intake", "--hub", self.hub, "--agency", agency, "--format", form, path)
        os.remove(path)
        self.bounded(tried, name)
        return tried

    def files(self, good, times):
        outcomes = {"refused": 0, "taken in": 0, "rows held back": 0}
        everything = [content for _, _, _, content in good]
        for i in range(times):
            name, agency, form, content = good[i % len(good)]
            bad = spoilt(self.draw, content, everything)
            before = self.size()
            tried = self.send(name, bad, agency, form)
            after = self.size()
            if tried.status == 1:
                outcomes["refused"] += 1
                self.report(f"{i}, {name}: what is refused leaves nothing ({before} to {after})", before == after)
                self.report(f"{i}, {name}: the refusal names the file: {tried.out[-300:]}", name in tried.out)
                continue
            self.report(f"{i}, {name}: status {tried.status}: {tried.err[-300:]}", tried.status == 0)
            if tried.status != 0:
                continue
            counts = json.loads(tried.out)
            outcomes["taken in"] += 1
            outcomes["rows held back"] += counts["held_back"]
            whole = counts["read"] == counts["accepted"] + counts["held_back"] + counts["already_had"]
            self.report(f"{i}, {name}: every row is accounted for: {counts}", whole)
            again = self.send(name, bad, agency, form)
            self.report(f"{i}, {name}: the same again adds nothing", again.status == 0 and self.size() == after)
        print(f"files: {times} spoilt: {outcomes}; slowest {self.worst_seconds:.2f} s, most memory {self.worst_mebibytes:.0f} MiB")

    def bomb_files(self):
        """Name, format, bytes: each has to be refused."""
        bombs = []
        for fan, depth in [(2, 40), (4, 20), (10, 9), (100, 5), (3, 200)]:
            entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * fan}">' for i in range(1, depth))
            bombs.append(("entities.xml", f'<?xml version="1.0"?><!DOCTYPE M [<!ENTITY e0 "x">{entities}]><Message>&e{depth - 1};</Message>'))
            bombs.append(("parameters.xml", f'<?xml version="1.0"?><!DOCTYPE M [<!ENTITY % a "{"x" * fan * 1000}">%a;%a;]><Message/>'))
        for depth in (1_000, 100_000, 1_000_000, 3_000_000):
            bombs.append(("deep.xml", "<Message>" + "<a>" * depth))
            bombs.append(("deep_whole.xml", "<Message>" + "<a>" * depth + "</a>" * depth + "</Message>"))
            bombs.append(("attributes.xml", "<Message " + " ".join(f'a{i}="1"' for i in range(depth // 10)) + "/>"))
        bombs.append(("quadratic.xml", f'<?xml version="1.0"?><!DOCTYPE M [<!ENTITY a "{"x" * 100_000}">]><Message>{"&a;" * 10_000}</Message>'))
        bombs.append(("external.xml", '<?xml version="1.0"?><!DOCTYPE M SYSTEM "file:///dev/zero"><Message/>'))
        return [(name, "cin", text.encode()) for name, text in bombs] + [
            ("workbook.csv", "ssd-person", zip_bomb()), ("document.xml", "cin", zip_bomb()),
            ("packed.csv", "ssd-person", gzip.compress(bytes(50_000_000))), ("packed.xml", "cin", gzip.compress(b"<a>" * 10_000_000)),
            ("columns.csv", "ssd-person", b",".join(b"c%d" % i for i in range(400_000)) + b"\n"),
            ("commas.csv", "ssd-person", b"," * 20_000_000 + b"\n"), ("quotes.csv", "ssd-person", b'"' * 20_000_001),
            ("line_ends.csv", "ssd-person", b"\r" * 20_000_000)]

    def bombs(self, site):
        tried = 0
        before = self.size()
        for name, form, content in self.bomb_files():
            answer = self.send(name, content, "social-care", form)
            self.report(f"the bomb {name} ({len(content)} bytes) is refused: {answer.status} {answer.err[-200:]}", answer.status == 1)
            tried += 1
        self.report("bombs leave nothing", self.size() == before)
        deep = "[" * 200_000
        for name, option, text in [("deep.toml", "--map", "a = " + deep), ("tables.toml", "--map", "[" + "a." * 200_000 + "a]\nb = 1\n"),
                                   ("braces.toml", "--map", "a = " + "{b = " * 100_000), ("deep.json", "--splink", deep),
                                   ("objects.json", "--splink", '{"a":' * 200_000), ("packed.json", "--splink", gzip.compress(deep.encode()))]:
            path = os.path.join(self.folder, name)
            with open(path, "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode())
            people = os.path.join(self.folder, "people.csv")
            with open(people, "w", encoding="ascii") as file:
                file.write("unique_id,first_name\n1,Ann\n")
            words = (["intake", "--hub", self.hub, "--agency", "social-care", "--map", path, people] if option == "--map" else
                     ["link", people, "--splink", path, "--out", os.path.join(self.folder, "linked.csv")])
            answer = self.run(*words)
            self.bounded(answer, name)
            self.report(f"the bomb {name} is refused: {answer.status} {answer.err[-200:]}", answer.status == 1)
            tried += 1
        tried += self.bombs_over_http(site)
        print(f"bombs: {tried}, all refused unless said; slowest {self.worst_seconds:.2f} s, most memory {self.worst_mebibytes:.0f} MiB")
        self.report("there were at least 50 bombs", tried >= 50)

    def bombs_over_http(self, site):
        before, most = site.mebibytes(), 0.0
        packed = {"content-encoding": "gzip"}
        forms = {"content-type": "application/x-www-form-urlencoded"}
        as_json = {"content-type": "application/json"}
        requests = [("/api/v1/session", as_json, ("[" * depth).encode()) for depth in (10_000, 250_000)]
        requests += [("/api/v1/session", as_json, ('{"a":' * 40_000).encode()), ("/api/v1/session", as_json, b'{"username":"' + b"a" * 250_000 + b'"'),
                     ("/api/v1/session", {**as_json, **packed}, gzip.compress(b"[" * 50_000_000)),
                     ("/sign-in", {**forms, **packed}, gzip.compress(b"a=" + bytes(50_000_000))),
                     ("/sign-in", {"content-type": "application/zip"}, zip_bomb()),
                     ("/sign-in", forms, b"a=1&" * 60_000), ("/sign-in", forms, b"%" * 250_000), ("/api/v1/session", as_json, deflated()),
                     ("/api/v1/session", {**as_json, "content-encoding": "deflate"}, deflated()), ("/sign-in", {"content-type": "application/xml"}, b'<!DOCTYPE a [<!ENTITY e "&e;">]><a>&e;</a>')]
        for path, headers, body in requests:
            connection = http.client.HTTPConnection(site.host, site.port, timeout=30)
            start = time.monotonic()
            try:
                connection.request("POST", path, body, headers)
                status = connection.getresponse().status
            except OSError:
                status = 400  # closed before the body was read
            most = max(most, time.monotonic() - start)
            self.report(f"{path} {headers} is refused: {status}", 400 <= status < 500)
            connection.close()
        self.report(f"over HTTP in bounds: {most:.1f} s, grown by {site.mebibytes() - before:.0f} MiB",
                    site.alive() and most < self.slow and site.mebibytes() - before < self.most)
        return len(requests)


def deflated():
    return zlib.compress(b"[" * 50_000_000)


def zip_bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(50_000_000))
    return file.getvalue()


def good_files(program, folder):
    """Name, agency, format and bytes of a small town's files, the larger ones cut to a few hundred rows."""
    town = os.path.join(folder, "town")
    subprocess.run([program, "town", "--people", "1000", "--seed", "3", "--out", town], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    with open(os.path.join(town, "manifest.csv"), encoding="utf-8") as file:
        rows = [line.strip().split(",") for line in file.read().splitlines()[1:]]
    seen, good = set(), []
    for path, agency, form, *_ in rows:
        if form in seen:
            continue
        with open(os.path.join(town, path), "rb") as file:
            content = file.read()
        lines = lines_of(content)
        good.append((os.path.basename(path), agency, form, content if form == "cin" else b"\n".join(lines[:300]) + b"\n"))
        seen.add(form)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--times", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sanitized", action="store_true", help="the program carries a sanitizer, which takes time and memory of its own")
    arguments = parser.parse_args()
    program, failures = os.path.abspath(arguments.program), []

    def report(what, holds):
        if not holds:
            failures.append(what)
            print("FAILED", what, flush=True)

    with tempfile.TemporaryDirectory(prefix="wider-files-") as folder:
        trial = Trial(program, folder, random.Random(arguments.seed), report, arguments.sanitized)
        subprocess.run([program, "init", "--hub", trial.hub], check=True, stdout=subprocess.DEVNULL)
        good = good_files(program, folder)
        print(f"{len(good)} formats: {', '.join(form for _, _, form, _ in good)}")
        trial.files(good, arguments.times)
        trial.worst_seconds = trial.worst_mebibytes = 0.0
        with Site(program, 1000) as site:
            trial.bombs(site)
        report("the ledger is whole at the end", json.loads(trial.run("--json", "ledger", "verify", "--hub", trial.hub).out)["good"])
    print("good" if not failures else f"{len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
