#!/usr/bin/env python3
"""Many people at once: signed-in sessions that open person pages, beside connections that send a byte now and then.

    tests/campaigns/web_load.py build/release/wider [--sessions 1000] [--slow 5000] [--seconds 600] [--every 10]
                                                    [--people 20000] [--nginx]

Each session opens a random person's page (the page itself, /person/P…) about every --every seconds over a connection of its own. Asked: no errors, the
99th percentile of a person's page below 1 second; else status 1. --nginx: through nginx with docs/production/nginx.conf,
of which only the ports, the certificate's paths and those of its logs are others; sessions and slow connections then come
from some hundred addresses of this machine, as that file limits what comes from one. The client shares the machine with
the server. Standard library only.
"""
import argparse
import asyncio
import contextlib
import json
import pathlib
import os
import random
import re
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from site_of_campaigns import Site, send, sign_in_by_api  # noqa: E402


NAME = "wider.example"  # the server's name in nginx.conf


class Nginx:
    """`with Nginx(port) as nginx:` — nginx.port, which speaks TLS, in front of that port."""

    def __init__(self, upstream):
        self.upstream = upstream

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wider-nginx-")
        inside = lambda name: os.path.join(self.folder.name, name)  # noqa: E731
        os.chmod(self.folder.name, 0o755)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", f"/CN={NAME}", "-keyout", inside("key.pem"), "-out", inside("fullchain.pem")], check=True,
                       stderr=subprocess.DEVNULL)
        ports = []
        for _ in range(2):
            with socket.socket() as one:
                one.bind(("127.0.0.1", 0))
                ports.append(one.getsockname()[1])
        plain, self.port = ports
        conf = (pathlib.Path(__file__).parents[2] / "docs/production/nginx.conf").read_text(encoding="utf-8")
        conf = re.sub(r"(?m)^ *listen \[::\].*\n", "", conf)
        conf = conf.replace("listen 80 ", f"listen 127.0.0.1:{plain} ").replace("listen 443 ", f"listen 127.0.0.1:{self.port} ")
        conf = conf.replace("/etc/ssl/wider/", self.folder.name + "/").replace("127.0.0.1:8080;", f"127.0.0.1:{self.upstream};")
        conf = conf.replace("/run/nginx.pid", inside("pid")).replace("/var/log/nginx/", self.folder.name + "/")
        if os.getuid() != 0:
            conf = conf.replace("user www-data;", "")
        with open(inside("nginx.conf"), "w", encoding="utf-8") as file:
            file.write(conf)
        self.process = subprocess.Popen(["nginx", "-c", inside("nginx.conf"), "-g", "daemon off;"])
        for _ in range(100):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(.1)
        sys.exit("nginx did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()


class Door:
    """Where connections go: straight to the site, or through nginx from one of many addresses."""

    def __init__(self, host, port, tls):
        self.host, self.port, self.tls = host, port, None
        self.name = NAME if tls else "localhost"
        if tls:
            self.tls = ssl.create_default_context()
            self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE  # the certificate was made a moment ago

    def open(self, draw):
        if not self.tls:
            return asyncio.open_connection(self.host, self.port)
        return asyncio.open_connection(self.host, self.port, ssl=self.tls, server_hostname=self.name,
                                       local_addr=(f"127.0.0.{draw.randrange(2, 250)}", 0))


async def ask(reader, writer, path, cookie, host):
    """Status of one GET over a connection that stays open; a person's page must say whose it is."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n".encode())
    await writer.drain()
    status, length = 0, 0
    while (line := await reader.readline()) != b"\r\n":
        if not line:
            raise ConnectionError("closed")
        if line.startswith(b"HTTP/"):
            status = int(line[9:12])
        elif line.lower().startswith(b"content-length:"):
            length = int(line[15:])
    body = await reader.readexactly(length)
    return status if status != 200 or b"<h1" in body else 0


async def session(door, cookie, people, arguments, end, taken, errors, draw):
    reader = writer = None
    await asyncio.sleep(draw.random() * arguments.every)
    while time.monotonic() < end:
        start, path = time.monotonic(), f"/person/{draw.choice(people)}"
        # A connection that stood idle may have been ended meanwhile: then another is opened, once, as a browser does.
        for fresh in (writer is None, True):
            try:
                if fresh:
                    reader, writer = await door.open(draw)
                status = await ask(reader, writer, path, cookie, door.name)
                taken.append(time.monotonic() - start)
                if status != 200:
                    errors.append(f"status {status}")
                break
            except (OSError, asyncio.IncompleteReadError) as error:
                writer = None
                if fresh:
                    errors.append(repr(error))
                    break
        await asyncio.sleep(max(0, draw.expovariate(1 / arguments.every)))


async def slow(door, end, opened, refused, draw):
    await asyncio.sleep(30 * draw.random())
    while time.monotonic() < end:
        try:
            _, writer = await door.open(draw)
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


async def run(arguments, door, cookies, people):
    draw = random.Random(1)
    taken, errors, opened, refused = [], [], [], []
    end = time.monotonic() + arguments.seconds
    work = [slow(door, end, opened, refused, draw) for _ in range(arguments.slow)]
    work += [session(door, cookie, people, arguments, end, taken, errors, draw) for cookie in cookies]
    await asyncio.gather(*work)
    return taken, errors, len(opened), len(refused)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    for name, value in [("sessions", 1000), ("slow", 5000), ("seconds", 600), ("every", 10), ("people", 20_000)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--nginx", action="store_true")
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(Site(arguments.program, arguments.people, ["--behind-tls"] if arguments.nginx else []))
        nginx = stack.enter_context(Nginx(site.port)) if arguments.nginx else None
        door = Door("127.0.0.1", nginx.port, True) if nginx else Door(site.host, site.port, False)
        session_cookie = "__Host-wider_session" if arguments.nginx else "wider_session"
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
        taken, errors, opened, refused = asyncio.run(
            run(arguments, door, [f"{session_cookie}={token}" for token in tokens], sorted(people)))
        if not taken:
            sys.exit(f"nobody was answered: {sorted(set(errors))[:3]}")
        taken.sort()
        at = lambda share: 1000 * taken[min(len(taken) - 1, int(share * len(taken)))]  # noqa: E731
        load = " ".join(f"{one:.1f}" for one in os.getloadavg())
        print(f"{'behind nginx' if nginx else 'bare'}, load of the machine {load}: {len(taken)} person pages in {arguments.seconds} s by {arguments.sessions} sessions, beside {arguments.slow} slow "
              f"connections ({opened} opened, {refused} refused): median {at(.5):.1f} ms, p99 {at(.99):.1f} ms, worst "
              f"{1000 * taken[-1]:.0f} ms; {len(errors)} errors {sorted(set(errors))[:3]}; server {before:.0f} to {site.mebibytes():.0f} MiB")
        good = site.alive() and not errors and at(.99) < 1000
        print("good" if good else "FAILED")
        sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
