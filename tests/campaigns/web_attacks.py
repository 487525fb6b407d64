#!/usr/bin/env python3
"""Guesses at a password, forged and replayed sessions and tokens, and malformed requests against a served hub.

    tests/campaigns/web_attacks.py build/release/wider [--times 10000] [--seed 1]

Asked (each must hold, else status 1):
  guesses    behind a proxy whose word of the address is believed, from ever other addresses: at most 100 are evaluated
             for any account, and no more from one address than its own count allows, whatever else the header says;
             meanwhile the owner signs in from the browser they signed in from before
  forged     0 of the forged, altered, replayed or ended sessions are let in; 0 forms without their token
  tokens     0 of the API tokens that differ in one byte from a real one, were closed, or were cut are let in
  malformed  every request is answered with 4xx, or closed, in less than 2 seconds; the server lives and grows by less
             than 256 MiB. What begins with a zero byte is no request to the server, which goes on waiting for one, as
             for any connection that has said nothing yet: it is closed unanswered when the idle time is over (20 seconds)
Standard library only.
"""
import argparse
import json
import pathlib
import random
import re
import socket
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from site_of_campaigns import Site, as_header, named, send, sign_in_by_api, sign_in_by_page  # noqa: E402

FORM = {"content-type": "application/x-www-form-urlencoded"}


# What one account may take in a day, and one address (src/hub/guessing.hpp).
MOST_AN_ACCOUNT = 100
MOST_AN_ADDRESS = 500
OUR_PROXY_SAW = "203.0.113.9"


def any_address(draw):
    if draw.random() < .5:
        return ".".join(str(draw.randrange(1, 255)) for _ in range(4))
    return "2001:db8:" + ":".join(f"{draw.randrange(65536):x}" for _ in range(6))


def guesses(site, times, seed, report):
    draw = random.Random(seed)
    username, password = site.users["Social worker"]
    others = [name for name, _ in site.users.values() if name != username] + [f"nobody{i}" for i in range(5)]
    connection = site.connection()
    status, own = sign_in_by_page(connection, username, password, headers={"x-forwarded-for": "198.51.100.7"})
    report("the owner signs in", status == 303 and named(own, "wider_device"))
    evaluated, let_in, waited, from_one = {}, 0, 0, 0

    def guess(name, forwarded):
        nonlocal let_in, waited
        status, answer = sign_in_by_api(connection, name, f"guess number {draw.randrange(10**9):09}", {"x-forwarded-for": forwarded})
        let_in += status == 201
        was_evaluated = "Wait" not in json.dumps(answer)
        waited += not was_evaluated
        evaluated[name] = evaluated.get(name, 0) + was_evaluated
        return was_evaluated

    for i in range(times):
        if i % 10 < 4:  # one account, every guess from another address
            guess(username, any_address(draw))
        elif i % 10 < 7:  # all accounts, and names that nobody bears
            guess(others[i % len(others)], any_address(draw))
        else:  # one address, whatever the caller wrote before it; names that were never tried
            network = i % 10 == 9  # of IPv6 the network is the address
            forwarded = f"2001:db8:1:2:{draw.randrange(65536):x}::{i:x}" if network else f"{any_address(draw)}, {OUR_PROXY_SAW}"
            from_one += guess(f"name{i}", forwarded)
    of_accounts = {name: count for name, count in evaluated.items() if not name.startswith("name")}
    print(f"guesses: {times}, {sum(evaluated.values())} evaluated, {waited} told to wait, {let_in} let in; most at one account "
          f"{max(of_accounts.values())} of {len(of_accounts)} accounts and names, {from_one} from two addresses that changed names")
    report("at most 100 guesses are evaluated at any account", max(of_accounts.values()) <= MOST_AN_ACCOUNT)
    report("at most as many as one address is allowed, two times", from_one <= 2 * MOST_AN_ADDRESS)
    report("most are told to wait", times < 1000 or waited > times / 2)
    report("no guess is let in", let_in == 0)
    status, _ = sign_in_by_page(connection, username, password, own, {"x-forwarded-for": any_address(draw)})
    report("the owner gets in meanwhile, from the browser they signed in from before", status == 303)


def tokens(site, times, seed, report):
    draw = random.Random(seed)
    username, password = site.users["Health safeguarding nurse"]
    connection = site.connection()
    _, jar = sign_in_by_page(connection, username, password)
    cookie = {"cookie": as_header(jar)}

    def page(path, **fields):
        _, _, text = send(connection, "GET", path, headers=cookie)
        csrf = re.search(r'name="csrf" value="([^"]+)"', text)[1]
        return send(connection, "POST", fields.pop("to"), urllib.parse.urlencode({"csrf": csrf, **fields}), {**FORM, **cookie})

    def made(name):
        text = page("/account", to="/account/token", name=name, days="7", purpose="health-safeguarding", reference="a campaign",
                    **{"scope-home": "1", "scope-search": "1"})[2]
        return re.search(r"wider-[0-9A-Za-z_-]{30,}", text)[0]

    def let_in(token):
        status, _, _ = send(connection, "GET", "/api/v1/home", headers={"authorization": f"Bearer {token}"})
        return status not in (400, 401)

    page("/purpose", to="/purpose", kind="health-safeguarding", reference="a campaign")
    real, closed = made("real"), made("closed")
    status, _, text = send(connection, "GET", "/account", headers=cookie)
    numbers = re.findall(r'name="token" value="(\d+)"', text)
    page("/account", to="/account/token/close", token=numbers[-1])
    report("a real token is let in", let_in(real))
    report("a closed one is not", not let_in(closed))
    letters = "0123456789abcdefABCDEFGHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz-_.~+/!"
    accepted = 0
    for i in range(times):
        at = i % len(real)  # every byte of it, again and again, each time as another letter
        one_byte = real[:at] + draw.choice([c for c in letters if c != real[at]]) + real[at + 1:]
        token = [one_byte, one_byte, one_byte, one_byte, closed, real[:at], real + draw.choice(letters),
                 real[:at] + real[at + 1:]][i % 8]
        accepted += let_in(token)
    print(f"tokens: {times} that differ from a real API token in one byte, were cut or lengthened by one, or were closed, {accepted} accepted")
    report("none is accepted", accepted == 0)
    report("the real token is as good as before", let_in(real))


def forged(site, times, seed, report):
    draw = random.Random(seed)
    username, password = site.users["Health safeguarding nurse"]
    connection = site.connection()
    _, opened = sign_in_by_api(connection, username, password)
    token = opened["token"]
    _, ended = sign_in_by_api(connection, username, password)
    send(connection, "POST", "/api/v1/session/end", "{}", {"content-type": "application/json", "authorization": f"Bearer {ended['token']}"})
    _, jar = sign_in_by_page(connection, username, password)
    digits = "0123456789abcdef"

    def altered(text):
        at = draw.randrange(len(text))
        return text[:at] + draw.choice([c for c in digits if c != text[at]]) + text[at + 1:]

    kinds = [lambda: altered(token), lambda: "".join(draw.choices(digits, k=64)), lambda: ended["token"],
             lambda: "wider-" + "".join(draw.choices(digits, k=64)), lambda: token[:draw.randrange(64)],
             lambda: token + draw.choice(digits), lambda: token.upper() if token.upper() != token else "x",
             lambda: jar["wider_form"], lambda: jar["wider_device"], lambda: "", lambda: f"{token} {token}"]
    accepted = 0
    for i in range(times):
        made = kinds[i % len(kinds)]()
        if i % 3 == 0:
            status, _, _ = send(connection, "GET", "/api/v1/home", headers={"authorization": f"Bearer {made}"})
            accepted += status not in (400, 401)
        elif i % 3 == 1:
            status, headers, _ = send(connection, "GET", "/findings", headers={"cookie": f"wider_session={made}"})
            accepted += not (status == 303 and dict(headers)["Location"].startswith("/sign-in"))
        else:  # a live session, and a form whose token is not its own
            status, _, _ = send(connection, "POST", "/purpose", f"csrf={made}&kind=assessment",
                                {**FORM, "cookie": f"wider_session={jar['wider_session']}"})
            accepted += status != 403
    print(f"forged: {times} forged, altered, replayed or ended, {accepted} accepted")
    report("none is accepted", accepted == 0)
    status, _, _ = send(connection, "GET", "/purpose", headers={"cookie": as_header(jar)})
    report("the real session is as good as before", status == 200)


def malformed_request(draw):
    """Bytes that are no good request."""
    host = b"Host: 127.0.0.1\r\n"
    junk = bytes(draw.randrange(256) for _ in range(draw.randrange(1, 200)))
    letters = b"abcdefghijklmnop"
    form = b"POST /sign-in HTTP/1.1\r\n" + host + b"Content-Type: application/x-www-form-urlencoded\r\n"
    api = b"POST /api/v1/session HTTP/1.1\r\n" + host + b"Content-Type: application/json\r\n"

    def with_length(start, body):
        return start + b"Content-Length: %d\r\n\r\n" % len(body) + body

    return draw.choice([
        lambda: b"GET /%zz HTTP/1.1\r\n" + host + b"\r\n",
        lambda: b"GET /%00 HTTP/1.1\r\n" + host + b"\r\n",
        lambda: b"GET /%ff%fe HTTP/1.1\r\n" + host + b"\r\n",
        lambda: b"GET /?a=%e2%28%a1 HTTP/1.1\r\n" + host + b"\r\n",
        lambda: b"GET /../../etc/passwd HTTP/1.1\r\n" + host + b"\r\n",
        lambda: b"GET /" + draw.choice([b"a", b"b"]) * draw.randrange(30_000, 90_000) + b" HTTP/1.1\r\n" + host + b"\r\n",
        lambda: b"GET /nowhere HTTP/1.1\r\n" + host + b"X: " + b"y" * draw.randrange(30_000, 90_000) + b"\r\n\r\n",
        lambda: b"BREW / HTTP/1.1\r\n" + host + b"\r\n",
        lambda: b"DELETE /person/P1 HTTP/1.1\r\n" + host + b"\r\n",
        lambda: b"GET /?" + b"&".join(b"k%d=1" % i for i in range(200)) + b" HTTP/1.1\r\n" + host + b"\r\n",
        lambda: with_length(form, b"&".join(b"k%d=1" % i for i in range(200))),
        lambda: with_length(form, b"username=%zz"),
        lambda: with_length(form, junk + b"=%"),
        lambda: form + b"Content-Length: 99999999999\r\n\r\n",
        lambda: form + b"Content-Length: -5\r\n\r\n",
        lambda: form + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nabcdefg",
        lambda: form + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        lambda: form + b"Transfer-Encoding: chunked\r\n\r\n" + (b"4000\r\n" + b"a" * 16384 + b"\r\n") * 20 + b"0\r\n\r\n",
        lambda: with_length(b"POST /sign-in HTTP/1.1\r\n" + host + b"Content-Type: multipart/form-data\r\n", junk),
        lambda: with_length(api, b"[" * draw.randrange(1000, 200_000)),
        lambda: with_length(api, b'{"a":' * draw.randrange(1000, 40_000)),
        lambda: with_length(api, b'{"username":1e999,"password":' + b"9" * 10_000 + b"}"),
        lambda: with_length(api, b'{"username":["x"],"password":{}}'),
        lambda: with_length(api, b'{"username":"\\ud800","password":"' + letters + b'"}'),
        lambda: with_length(api, junk),
        lambda: with_length(api, b""),
        lambda: b"POST /api/v1/search HTTP/1.1\r\n" + host + b"Content-Length: 2\r\n\r\n{}",
        lambda: b"GET /api/v1/person/" + b"P" * 2000 + b" HTTP/1.1\r\n" + host + b"Authorization: Bearer " + b"a" * 5000 + b"\r\n\r\n",
        lambda: b"GET /nowhere HTTP/9.9\r\n" + host + b"\r\n",
        lambda: b"GET /nowhere HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        lambda: b"\r\n\r\n\r\n" + junk + b"\r\n\r\n",
        lambda: junk + b"\r\n\r\n",
        lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + junk + b"\r\n\r\n",
    ])()


def malformed(site, times, seed, report):
    draw = random.Random(seed)
    before = site.mebibytes()
    counted, slow, wrong, most, said_nothing = {}, 0, 0, 0.0, 0
    for _ in range(times):
        request = malformed_request(draw)
        start = time.monotonic()
        answer, seconds = b"", 0.0
        with socket.create_connection((site.host, site.port), timeout=30) as connection:
            try:
                connection.sendall(request)
                while piece := connection.recv(65536):
                    answer += piece
                    seconds = time.monotonic() - start
                    connection.settimeout(.02)  # the connection may stay open for the next request
                else:
                    seconds = time.monotonic() - start
            except OSError:
                seconds = seconds or time.monotonic() - start
        if request.lstrip(b"\r\n").startswith(b"\0"):
            said_nothing += 1
            wrong += answer != b"" or seconds > 25
            continue
        most = max(most, seconds)
        if seconds >= 2:
            slow += 1
            print(f"{seconds:.1f} s for", request[:160], "…", request[-40:])
        status = answer[9:12].decode("ascii", "replace") if answer.startswith(b"HTTP/1.") else "closed"
        counted[status] = counted.get(status, 0) + 1
        # 505: the protocol's own word for a version that is none
        if status not in ("closed", "505") and not status.startswith("4"):
            wrong += 1
            print("answered", status, "to", request[:120])
    grown = site.mebibytes() - before
    print(f"malformed: {times} requests, answers {dict(sorted(counted.items()))}, slowest {most:.2f} s, {said_nothing} that were "
          f"none closed unanswered after the idle time, grown by {grown:.0f} MiB")
    report("every malformed request is refused with 4xx or closed", wrong == 0)
    report("in less than 2 seconds", slow == 0)
    report("and the server lives and has grown by less than 256 MiB", site.alive() and grown < 256)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    failures = []

    def report(what, holds):
        if not holds:
            failures.append(what)
            print("FAILED", what)

    with Site(arguments.program) as site:
        malformed(site, arguments.times, arguments.seed, report)
        forged(site, arguments.times, arguments.seed, report)
        tokens(site, arguments.times, arguments.seed, report)
    with Site(arguments.program, options=["--behind-tls"]) as site:
        guesses(site, arguments.times, arguments.seed, report)
    print("good" if not failures else f"{len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
