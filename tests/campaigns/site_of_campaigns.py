"""A demonstration hub served for a campaign, and plain requests to it. Standard library only."""
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile


class Site:
    """`with Site(program, people) as site:` — site.port, site.users (by role title), site.pid. `options` are those of
    wider serve: with --behind-tls the site believes the X-Forwarded-For that a request brings."""

    def __init__(self, program, people=2000, options=()):
        self.program, self.people, self.options = program, people, options

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="wider-campaign-")
        demo = os.path.join(self.folder.name, "demo")
        prepared = subprocess.run([self.program, "demo", "--people", str(self.people), "--hub", demo, "--only-prepare"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
        self.users = {role: (name, password) for name, password, role in
                      re.findall(r"Sign in as (\S+) with password (\S+) \(([^,]+),", prepared.stdout)}
        self.process = subprocess.Popen(
            [self.program, "serve", "--hub", os.path.join(demo, "hub"), "--listen", "127.0.0.1:0", *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if found := re.match(r"Listening on http://([\d.]+):(\d+)", line):
                self.host, self.port = found[1], int(found[2])
                break
        else:
            raise SystemExit("the program ended before it listened")
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def alive(self):
        return self.process.poll() is None

    def mebibytes(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024

    def connection(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=30)


def send(connection, method, path, body=None, headers=None):
    """Status, headers (as a list of pairs) and text."""
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    return response.status, response.getheaders(), response.read().decode()


def sign_in_by_api(connection, username, password, headers=None):
    status, _, text = send(connection, "POST", "/api/v1/session", json.dumps({"username": username, "password": password}),
                           {"content-type": "application/json", **(headers or {})})
    return status, json.loads(text)


def cookies_of(headers):
    return dict(value.split(";", 1)[0].split("=", 1) for name, value in headers if name.lower() == "set-cookie")


def named(jar, name):
    """The cookie of that name, also as it is called behind TLS."""
    return jar.get("__Host-" + name) or jar.get(name)


def sign_in_by_page(connection, username, password, cookies=None, headers=None):
    """Status, and the cookies afterwards."""
    more = headers or {}
    _, headers, _ = send(connection, "GET", "/sign-in", headers={"cookie": as_header(cookies or {}), **more})
    jar = {**(cookies or {}), **cookies_of(headers)}
    form = f"csrf={named(jar, 'wider_form')}&username={username}&password={password}&next=%2F"
    status, headers, _ = send(connection, "POST", "/sign-in", form,
                              {"content-type": "application/x-www-form-urlencoded", "cookie": as_header(jar), **more})
    return status, {**jar, **cookies_of(headers)}


def as_header(cookies):
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
