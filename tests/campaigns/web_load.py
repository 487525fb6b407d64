#!/usr/bin/env python3
"""Many people at once: signed-in sessions that open person pages, beside connections that send a byte now and then.

    tests/campaigns/web_load.py build/release/wider [--sessions 1000] [--slow 5000] [--seconds 600] [--every 10]
                                                    [--people 20000] [--connect HOST:PORT]

Each session opens a random person's page about every --every seconds over a connection of its own. Asked: no errors, the
99th percentile of a person's page below 1 second; else status 1. --connect: where the sessions and slow connections go
instead of straight to the server, such as a proxy in front of it (started by you, with the port that is printed).
The client shares the machine with the server. Standard library only.
"""
import argparse
import asyncio
import json
import pathlib
import random
import resource
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from site_of_campaigns import Site, send, sign_in_by_api  # noqa: E402


async def ask(reader, writer, path, token):
    """Status of one GET over a connection that stays open."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    await writer.drain()
    status, length = 0, 0
    while (line := await reader.readline()) != b"\r\n":
        if not line:
            raise ConnectionError("closed")
        if line.startswith(b"HTTP/"):
            status = int(line[9:12])
        elif line.lower().startswith(b"content-length:"):
            length = int(line[15:])
    await reader.readexactly(length)
    return status


async def session(where, token, people, arguments, end, taken, errors, draw):
    reader = writer = None
    await asyncio.sleep(draw.random() * arguments.every)
    while time.monotonic() < end:
        start = time.monotonic()
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection(*where)
            status = await ask(reader, writer, f"/api/v1/person/{draw.choice(people)}", token)
            taken.append(time.monotonic() - start)
            if status != 200:
                errors.append(f"status {status}")
        except (OSError, asyncio.IncompleteReadError) as error:
            if writer is not None and isinstance(error, (ConnectionError, asyncio.IncompleteReadError)) and time.monotonic() - start < .05:
                writer = None  # the server ended a connection that was idle: open another, as a browser does
                continue
            errors.append(repr(error))
            writer = None
        await asyncio.sleep(max(0, draw.expovariate(1 / arguments.every)))


async def slow(where, end, opened, refused, draw):
    while time.monotonic() < end:
        try:
            _, writer = await asyncio.open_connection(*where)
            opened.append(1)
            for byte in b"GET /sign-in HTTP/1.1\r\nHost: " + b"a" * 10_000:
                if time.monotonic() >= end:
                    break
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(5 + 5 * draw.random())
            writer.close()
        except OSError:
            refused.append(1)
            await asyncio.sleep(5)


async def run(arguments, where, tokens, people):
    draw = random.Random(1)
    taken, errors, opened, refused = [], [], [], []
    end = time.monotonic() + arguments.seconds
    work = [slow(where, end, opened, refused, draw) for _ in range(arguments.slow)]
    work += [session(where, token, people, arguments, end, taken, errors, draw) for token in tokens]
    await asyncio.gather(*work)
    return taken, errors, len(opened), len(refused)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    for name, value in [("sessions", 1000), ("slow", 5000), ("seconds", 600), ("every", 10), ("people", 20_000)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--connect")
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))
    with Site(arguments.program, arguments.people) as site:
        print(f"served on port {site.port}")
        where = tuple(arguments.connect.split(":")) if arguments.connect else (site.host, site.port)
        username, password = site.users["Social worker"]
        connection = site.connection()
        tokens = []
        start = time.monotonic()
        for _ in range(arguments.sessions):
            status, answer = sign_in_by_api(connection, username, password)
            if status != 201:
                sys.exit(f"signing in: status {status}, {answer}")
            tokens.append(answer["token"])
            send(connection, "POST", "/api/v1/purpose", json.dumps({"kind": "child-protection-enquiry", "reference": "load"}),
                 {"content-type": "application/json", "authorization": f"Bearer {answer['token']}"})
        print(f"{arguments.sessions} signed in, one after another, in {time.monotonic() - start:.0f} s")
        bearer = {"content-type": "application/json", "authorization": f"Bearer {tokens[0]}"}
        people = set()
        for name in ["Smith", "Jones", "Ahmed", "Khan", "Brown", "Taylor", "Williams", "Wilson", "Evans", "Walker"]:
            _, _, text = send(connection, "POST", "/api/v1/search", json.dumps({"q": name}), bearer)
            people |= {word for word in text.replace('"', " ").split() if word.startswith("P") and word[1:].isdigit()}
        if len(people) < 50:
            sys.exit("too few people were found to look at")
        before = site.mebibytes()
        taken, errors, opened, refused = asyncio.run(run(arguments, where, tokens, sorted(people)))
        taken.sort()
        at = lambda share: 1000 * taken[min(len(taken) - 1, int(share * len(taken)))]  # noqa: E731
        print(f"{len(taken)} person pages in {arguments.seconds} s by {arguments.sessions} sessions, beside {arguments.slow} slow "
              f"connections ({opened} opened, {refused} refused): median {at(.5):.1f} ms, p99 {at(.99):.1f} ms, worst "
              f"{1000 * taken[-1]:.0f} ms; {len(errors)} errors {sorted(set(errors))[:3]}; server {before:.0f} to {site.mebibytes():.0f} MiB")
        good = site.alive() and not errors and at(.99) < 1000
        print("good" if good else "FAILED")
        sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
