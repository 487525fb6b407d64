#!/usr/bin/env python3
"""How long a person's page takes, alone and while files are taken in; and the other pages, alone.

    bench/pages.py [--wider build/release/wider] [--hub H --people people.csv] [--town DIR] [--pages 200]

Without --hub: on a town of 20,000 people of its own (WIDER_BENCH_FULL=1: 220,000), with another one taken in. Serves the hub, signs in, chooses a purpose and asks for the pages of random people, one after another, over loopback; prints
the start of the server and the median, p99 and worst time of a page as the client sees it. With --town DIR the files of that
town are taken in through the control socket meanwhile, and pages are asked for until the intake ends. Standard library only.
"""
import argparse
import csv
import html
import http.client
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
PASSWORD = "a password for benchmarks"


class Browser:
    def __init__(self, host):
        self.connection = http.client.HTTPConnection(host, timeout=60)
        self.cookies = {}

    def ask(self, method, path, form=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        for value in response.headers.get_all("Set-Cookie") or []:
            name, _, content = value.split(";")[0].partition("=")
            self.cookies[name] = content
        return response.status, text

    def sign_in(self, username):
        _, page = self.ask("GET", "/sign-in")
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        status, _ = self.ask("POST", "/sign-in", {**fields, "username": username, "password": PASSWORD})
        if status not in (302, 303):
            sys.exit(f"signing in gave status {status}")
        _, page = self.ask("GET", "/purpose")
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        status, _ = self.ask("POST", "/purpose", {**fields, "kind": "child-protection-enquiry", "reference": "bench"})
        if status not in (302, 303):
            sys.exit(f"choosing a purpose gave status {status}")


def figures(name, times):
    times.sort()
    print(f"{name}: {len(times)} pages, median {times[len(times) // 2] * 1000:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms, worst {times[-1] * 1000:.1f} ms")


def other_pages(browser, people, chance):
    """Home, the inbox, findings, searches for people's own names, and why a person's records were joined."""
    def timed(method, path, form=None):
        before = time.monotonic()
        status, text = browser.ask(method, path, form)
        if status != 200:
            sys.exit(f"{path} gave status {status}: {text[:300]}")
        return time.monotonic() - before, text

    figures("home", [timed("GET", "/")[0] for _ in range(20)])
    listed = [timed("GET", "/findings") for _ in range(20)]
    figures("findings", [took for took, _ in listed])
    found = re.findall(r'href="(/finding/[^"]+)"', listed[0][1])
    figures("finding", [timed("GET", path)[0] for path in found])
    searches, explanations = [], []
    while len(searches) < 50:
        status, text = browser.ask("GET", "/person/" + chance.choice(people))
        if status != 200:
            continue
        name = html.unescape(re.search(r'<h1[^>]*>([^<]*)</h1>', text).group(1))
        csrf = re.search(r'name="csrf" value="([^"]*)"', text).group(1)
        searches.append(timed("POST", "/search", {"csrf": csrf, "q": name})[0])
        why = re.search(r'href="(/explain[^"]+)"', text)
        if why:
            explanations.append(timed("GET", html.unescape(why.group(1)))[0])
    figures("search by name", searches)
    figures("is this the same person", explanations)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wider", default=os.path.join(HERE, "..", "build", "release", "wider"))
    parser.add_argument("--hub")
    parser.add_argument("--people", help="what `wider people` wrote")
    parser.add_argument("--town", help="a town to take in meanwhile")
    parser.add_argument("--pages", type=int, default=200)
    arguments = parser.parse_args()
    if arguments.hub and not arguments.people:
        parser.error("--hub needs --people")
    if arguments.hub:
        measure(arguments)
        return
    folder = tempfile.mkdtemp(prefix="wider-pages-")
    try:
        make_hub(arguments, folder)
        measure(arguments)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_hub(arguments, folder):
    """A hub of one town, settled, and another town to take in while pages are asked for."""
    people = "220000" if os.environ.get("WIDER_BENCH_FULL") else "20000"
    arguments.hub, arguments.people, arguments.town = (os.path.join(folder, name) for name in ("hub", "people.csv", "next"))
    first = os.path.join(folder, "town")
    for words in [
        ["town", "--people", people, "--seed", "1", "--out", first],
        ["town", "--people", people, "--seed", "2", "--out", arguments.town],
        ["init", "--hub", arguments.hub, "--simulated"],
        ["intake", "--hub", arguments.hub, "--manifest", os.path.join(first, "manifest.csv")],
        ["settle", "--hub", arguments.hub],
        ["people", "--hub", arguments.hub, "--out", arguments.people],
    ]:
        made = subprocess.run([arguments.wider, *words], capture_output=True, text=True)
        if made.returncode != 0:
            sys.exit(f"wider {words[0]} failed:\n{made.stderr[-2000:]}")


def measure(arguments):
    username = f"bench{os.getpid()}"
    subprocess.run([arguments.wider, "account", "--hub", arguments.hub, "--username", username, "--name", "Bench", "--role", "social-worker", "--agency", "social-care"],
                   input=PASSWORD + "\n", text=True, check=True, capture_output=True)
    start = time.monotonic()
    server = subprocess.Popen([arguments.wider, "serve", "--hub", arguments.hub, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = server.stdout.readline()
        print(f"serve: listening after {time.monotonic() - start:.2f} s")
        browser = Browser(re.search(r"http://(\S+)", line).group(1))
        browser.sign_in(username)
        with open(arguments.people, encoding="utf-8") as file:
            people = sorted({row["person"] for row in csv.DictReader(file)})
        chance = random.Random(1)

        def page():
            before = time.monotonic()
            status, text = browser.ask("GET", "/person/" + chance.choice(people))
            took = time.monotonic() - before
            if status not in (200, 404):
                sys.exit(f"a page gave status {status}: {text[:300]}")
            return took, status

        shown, times = 0, []
        while len(times) < arguments.pages:
            took, status = page()
            if status == 200:
                times.append(took)
        figures("person, quiet", times)
        other_pages(browser, people, chance)
        if arguments.town:
            report = {}

            def take_in():
                begin = time.monotonic()
                result = subprocess.run([arguments.wider, "--json", "intake", "--hub", arguments.hub, "--manifest", os.path.join(arguments.town, "manifest.csv")], capture_output=True, text=True)
                report["seconds"], report["out"] = time.monotonic() - begin, result.stdout.strip() or result.stderr

            thread = threading.Thread(target=take_in)
            thread.start()
            times = []
            while thread.is_alive():
                times.append(page()[0])
                time.sleep(0.01)
            figures("person, while files are taken in", times)
            print(f"the intake took {report['seconds']:.1f} s: {' '.join(report['out'].split())}")
    finally:
        server.terminate()
        server.wait(300)  # a settling under way is finished first


if __name__ == "__main__":
    main()
