"""One run of a program: what it said, and what it took. Used by tests and campaigns."""
import os
import subprocess
import tempfile
import time


class Tried:
    """status, out, err, seconds, mebibytes (most of the process's resident memory)."""

    def __init__(self, command):
        started = time.monotonic()
        # Both outputs to files, so that neither can fill a pipe while the other is read.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = self.status = os.waitstatus_to_exitcode(status)
            out.seek(0), err.seek(0)
            self.out = out.read().decode("utf-8", "replace").strip()
            self.err = err.read().decode("utf-8", "replace").strip()
        self.seconds, self.mebibytes = time.monotonic() - started, usage.ru_maxrss / 1024

    def last(self):
        return (self.err or self.out or f"status {self.status}, no words").splitlines()[-1]
