"""A sealed person against one who never was, through a served hub: status, bytes, counts and timing.

  python3 tests/campaigns/sealed_absent.py PROGRAM [--requests 10000] [--people 2000] [--alpha 0.001]

Twenty people are sealed; twenty numbers, NHS numbers and record names that nobody has are their counterparts, of the same
length. Every kind of request is sent for both in random order, and
  - status, headers and bytes must be equal, once what was asked for is taken out of the answer;
  - the time between sending and the last byte must not tell the two apart: a two-sided Mann-Whitney test for each kind,
    with Holm's correction over all kinds, at the level --alpha. So a program without any difference is called different
    in at most one of 1/alpha runs.
The test itself is tested: the same statistic has to tell people who may be seen from those who never were.
Standard library only."""
import argparse
import json
import math
import random
import re
import statistics
import sys
import time
import urllib.parse

from site_of_campaigns import Site, as_header, send, sign_in_by_api, sign_in_by_page

FORM = "application/x-www-form-urlencoded"


def mann_whitney(a, b):
    """Two-sided p by the normal approximation, corrected for ties and continuity."""
    values = sorted([(x, 0) for x in a] + [(x, 1) for x in b])
    n, m = len(a), len(b)
    rank_sum, ties, at = 0.0, 0.0, 0
    while at < len(values):
        end = at
        while end < len(values) and values[end][0] == values[at][0]:
            end += 1
        rank = (at + end + 1) / 2
        rank_sum += rank * sum(1 for k in range(at, end) if values[k][1] == 0)
        ties += (end - at) ** 3 - (end - at)
        at = end
    u = rank_sum - n * (n + 1) / 2
    total = n + m
    spread = math.sqrt(n * m / 12 * ((total + 1) - ties / (total * (total - 1))))
    if spread == 0:
        return 1.0
    z = max(0.0, abs(u - n * m / 2) - 0.5) / spread
    return math.erfc(z / math.sqrt(2))


def holm(values, alpha):
    """The names whose difference stands, of {name: p}."""
    told = []
    for step, (name, p) in enumerate(sorted(values.items(), key=lambda one: one[1])):
        if p > alpha / (len(values) - step):
            break
        told.append(name)
    return told


def nhs_number(chance):
    while True:
        digits = [9, 9, 9] + [chance.randrange(10) for _ in range(6)]  # 999: kept for tests
        check = 11 - sum(d * w for d, w in zip(digits, range(10, 1, -1))) % 11
        if check != 10:
            return "".join(map(str, digits)) + str(check % 11)


class Browser:
    """Somebody signed in on the site and by the API."""

    def __init__(self, site, user, purpose):
        name, password = user
        self.site, self.wire = site, site.connection()
        status, jar = sign_in_by_page(self.wire, name, password)
        assert status == 303, status
        self.cookie = as_header(jar)
        self.csrf = re.search(r'name="csrf" value="([^"]+)"', self.get("/purpose")[2])[1]
        assert self.post("/purpose", {"kind": purpose, "next": "/"})[0] == 303
        status, session = sign_in_by_api(self.wire, name, password)
        assert status == 201, status
        self.bearer = {"authorization": "Bearer " + session["token"], "content-type": "application/json"}
        assert self.api("POST", "/api/v1/purpose", {"kind": purpose})[0] == 200

    def anew(self):  # a connection that was idle for long may be closed
        self.wire.close()
        self.wire = self.site.connection()

    def get(self, path):
        return send(self.wire, "GET", path, headers={"cookie": self.cookie})

    def post(self, path, form):
        body = urllib.parse.urlencode({"csrf": self.csrf, **form})
        return send(self.wire, "POST", path, body, {"cookie": self.cookie, "content-type": FORM})

    def api(self, method, path, body=None):
        return send(self.wire, method, path, None if body is None else json.dumps(body), self.bearer)


def people_seen(worker, wanted, chance):
    """People with four-digit numbers, an NHS number and a record that can be named."""
    found, tried = [], set()
    while len(found) < wanted and len(tried) < 20000:
        number = chance.randrange(1000, 10000)
        if number in tried:
            continue
        tried.add(number)
        status, _, text = worker.api("GET", f"/api/v1/person/P{number}")
        if status != 200:
            continue
        person = json.loads(text)
        nhs = re.search(r"NHS number (\d{10}) \(check digit right", text)
        record = re.search(r'"([a-z-]+/[a-z-]+-[A-Za-z0-9]+(?:#\d+)?)"', text)
        if person["id"] == f"P{number}" and nhs and record:
            found.append({"person": f"P{number}", "nhs": nhs[1], "record": record[1]})
    if len(found) < wanted:
        raise SystemExit(f"only {len(found)} people fit")
    return found


def absent_like(person, worker, chance):
    """What nobody has, of the same length."""
    while True:
        nhs = nhs_number(chance)
        answer = json.loads(worker.api("POST", "/api/v1/search", {"q": nhs})[2])
        if not any("NHS" in hit["why"] for hit in answer["hits"]):
            break
    number = "P" + str(chance.randrange(10 ** (len(person["person"]) - 2) * 9, 10 ** (len(person["person"]) - 1)))
    if worker.api("GET", f"/api/v1/person/{number}")[0] != 404:
        return absent_like(person, worker, chance)
    head, tail = person["record"].rsplit("-", 1)
    other = "".join(c if c in "#" else ("Z" if c.isalpha() else "9") for c in tail.split("#")[0])
    rest = tail[len(other):]
    return {"person": number, "nhs": nhs, "record": f"{head}-{other}{rest}"}


KINDS = {
    "page of a person": lambda w, p: w.get(f"/person/{p['person']}"),
    "page of a person in the past": lambda w, p: w.get(f"/person/{p['person']}?order=oldest&agency=police"),
    "API: person": lambda w, p: w.api("GET", f"/api/v1/person/{p['person']}"),
    "API: chronology": lambda w, p: w.api("GET", f"/api/v1/person/{p['person']}/chronology"),
    "API: network": lambda w, p: w.api("GET", f"/api/v1/person/{p['person']}/network"),
    "search by number": lambda w, p: w.post("/search", {"q": p["nhs"]}),
    "API: search by number": lambda w, p: w.api("POST", "/api/v1/search", {"q": p["nhs"]}),
    "page that explains a link": lambda w, p: w.get(
        "/explain?left=" + urllib.parse.quote(p["record"], safe="") + "&right=" + urllib.parse.quote(p["record"], safe="")),
    "page of concerns": lambda w, p: w.get(f"/concern?person={p['person']}"),
}


def same(answer, asked):
    """The answer without what was asked for and without the time it was sent."""
    status, headers, text = answer
    for word in asked.values():
        for form in (word, urllib.parse.quote(word, safe=""), urllib.parse.quote(word, safe="").lower()):
            text = text.replace(form, "~")
    return status, sorted((n.lower(), v) for n, v in headers if n.lower() != "date"), text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--requests", type=int, default=10000)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--alpha", type=float, default=0.001)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    wrong = []
    with Site(given.program, given.people) as site:
        worker = Browser(site, site.users["Social worker"], "child-protection-enquiry")
        officer = Browser(site, site.users["Information governance officer"], "governance")
        people = people_seen(worker, 40, chance)
        sealed, seen = people[:20], people[20:]
        officer.anew()
        for person in sealed:
            status, _, text = officer.post("/sealed", {"person": person["person"], "kind": "refuge", "reason": "A test"})
            assert status == 303, text
        worker.anew()
        absent = [absent_like(person, worker, chance) for person in sealed]

        # Status, headers, bytes.
        compared = 0
        for kind, ask in KINDS.items():
            for hidden, never in zip(sealed, absent):
                left, right = ask(worker, hidden), ask(worker, never)
                compared += 2
                if same(left, hidden) != same(right, never):
                    wrong.append(f"{kind}: the answers differ for {hidden} and {never}")
        print(f"{compared} answers compared in status, headers and bytes: {len(wrong)} differences")

        # Timing: in random order, each request followed by one of the other kind as often as by its own.
        per_kind = max(20, -(-given.requests // (2 * len(KINDS))))
        order = [(kind, which, i % 20) for kind in KINDS for which in (0, 1) for i in range(per_kind)]
        chance.shuffle(order)
        times = {kind: ([], []) for kind in KINDS}
        for kind, which, i in order[:20]:
            KINDS[kind](worker, (sealed, absent)[which][i])  # warm
        for kind, which, i in order:
            person = (sealed, absent)[which][i]
            start = time.perf_counter_ns()
            KINDS[kind](worker, person)
            times[kind][which].append(time.perf_counter_ns() - start)
        values = {kind: mann_whitney(*pair) for kind, pair in times.items()}
        for kind, (hidden, never) in times.items():
            print(f"  {kind}: sealed {statistics.median(hidden) / 1000:.0f} µs, absent {statistics.median(never) / 1000:.0f} µs, "
                  f"p = {values[kind]:.3f} ({len(hidden)} and {len(never)})")
        for kind in holm(values, given.alpha):
            wrong.append(f"{kind}: the time tells them apart, p = {values[kind]:.2g}")
        print(f"timing over {len(order)} requests: {len(holm(values, given.alpha))} kinds told apart "
              f"(Mann-Whitney, Holm, level {given.alpha:g})")

        # The control: who may be seen is told from who never was.
        control = ([], [])
        picks = [(which, i % 20) for which in (0, 1) for i in range(200)]
        chance.shuffle(picks)
        for which, i in picks:
            person = (seen, absent)[which][i]
            start = time.perf_counter_ns()
            KINDS["page of a person"](worker, person)
            control[which].append(time.perf_counter_ns() - start)
        p = mann_whitney(*control)
        print(f"control: a visible person against an absent one, p = {p:.2g}")
        if p > 0.001:
            wrong.append("the control was not told apart: the test could not have noticed anything")
        if not site.alive():
            wrong.append("the program ended")
    for line in wrong[:10]:
        print("WRONG ", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
