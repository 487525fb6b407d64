#!/usr/bin/env python3
"""Runs a command with a PostgreSQL server of its own, in a temporary folder, on a free port of 127.0.0.1.

    tests/with_postgresql.py COMMAND [ARGUMENT…]

WIDER_TEST_POSTGRESQL=postgresql://postgres@127.0.0.1:PORT/ is set for the command; the server is stopped and its folder
removed afterwards. As root the server runs as the system's user postgres (or nobody), because it refuses to run as root.
Exit status: the command's; 77 where PostgreSQL 15 is not installed.
"""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time


def find(program):
    for folder in ("/usr/lib/postgresql/15/bin", *os.environ.get("PATH", "").split(":")):
        path = os.path.join(folder, program)
        if os.access(path, os.X_OK):
            return path
    return None


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """settings: lines of postgresql.conf. The server is durable (fsync on) unless they say otherwise."""

    def __init__(self, settings=(), base=None):
        self.postgres, initdb = find("postgres"), find("initdb")
        if not self.postgres or not initdb:
            raise FileNotFoundError("PostgreSQL 15 is not installed")
        self.user = None
        if os.getuid() == 0:
            known = {entry.pw_name for entry in pwd.getpwall()}
            self.user = pwd.getpwnam("postgres" if "postgres" in known else "nobody")
        self.folder = tempfile.mkdtemp(prefix="wider-postgresql-", dir=base)
        self.data = os.path.join(self.folder, "data")
        os.makedirs(self.data)
        if self.user:
            os.chmod(self.folder, 0o755)
            for folder in (self.folder, self.data):
                os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        self.port = free_port()
        self.process = None
        self.as_user([initdb, "--pgdata", self.data, "--username", "postgres", "--auth", "trust", "--no-sync",
                      "--encoding", "UTF8", "--locale", "C"])
        with open(os.path.join(self.data, "postgresql.conf"), "a") as conf:
            conf.write(f"port={self.port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories=''\nmax_connections=200\n")
            conf.writelines(line + "\n" for line in settings)
        self.start()

    def drop(self):
        if self.user:
            os.setgroups([])
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)

    def as_user(self, command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, preexec_fn=self.drop, cwd="/", timeout=120)

    def start(self):
        log = open(os.path.join(self.folder, "log"), "ab")
        # A group of its own, so that all its processes can be killed at once.
        self.process = subprocess.Popen([self.postgres, "-D", self.data], stdout=log, stderr=log, preexec_fn=self.drop,
                                        cwd="/", start_new_session=True)
        for _ in range(1200):
            if self.process.poll() is not None:
                sys.exit("the PostgreSQL server did not start:\n" + open(os.path.join(self.folder, "log")).read())
            ready = subprocess.run([find("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)])
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        sys.exit("the PostgreSQL server did not start within a minute")

    def kill(self):
        """kill -9 of every process of the server."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # at once: nobody will want its data
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database=""):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"


def in_memory():
    """A folder in memory with room for some dozens of databases, where there is one: making and removing them is quick."""
    try:
        room = os.statvfs("/dev/shm")
        return "/dev/shm" if room.f_bavail * room.f_frsize > 3 << 30 else None
    except OSError:
        return None


def main():
    try:
        server = Server(base=in_memory())
    except FileNotFoundError as error:
        print(f"skipped: {error}")
        return 77
    try:
        return subprocess.run(sys.argv[1:], env={**os.environ, "WIDER_TEST_POSTGRESQL": server.address()}).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
