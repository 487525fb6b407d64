#!/usr/bin/env python3
"""clang-tidy over some C++ files, several at once, leaving out what was clean before.

    .ci/tidy.py BUILD_FOLDER JOBS FILE…

BUILD_FOLDER holds compile_commands.json; files that it does not compile are left out. A file is named by the digest of
its preprocessed text (its headers and comments with it), the checks and clang-tidy's version; where BUILD_FOLDER/clean
holds that digest, the file was clean then and is so now. Exit status 0 when there is nothing to say. Standard library
only.
"""
import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys
import time

TIDY = "clang-tidy-19"


def preprocessing(command):
    """The compiler's command with -E instead of -c and -o; comments stay, since NOLINT is one."""
    words, out, skip = shlex.split(command), [], False
    for word in words:
        if skip or word == "-c":
            skip = False
        elif word == "-o":
            skip = True
        elif not word.endswith("ccache"):
            out.append(word)
    return out + ["-E", "-C"]


def digest_of(entry, salt):
    made = subprocess.run(preprocessing(entry["command"]), cwd=entry["directory"], capture_output=True)
    return None if made.returncode else hashlib.sha256(salt + made.stdout).hexdigest()


def look_at(build, clean, entry, salt):
    """(file, what clang-tidy says or None, whether it was known to be clean, seconds)"""
    started = time.monotonic()
    name = os.path.relpath(entry["file"])
    digest = digest_of(entry, salt)
    stamp = os.path.join(clean, digest) if digest else None
    if stamp and os.path.exists(stamp):
        os.utime(stamp)
        return name, None, True, 0
    ran = subprocess.run([TIDY, "--quiet", "-p", build, entry["file"]], capture_output=True, text=True)
    seconds = time.monotonic() - started
    if ran.returncode:
        return name, ran.stdout.strip() or ran.stderr.strip(), False, seconds
    if stamp:
        open(stamp, "w").close()
    return name, None, False, seconds


def main():
    build, jobs, wanted = sys.argv[1], int(sys.argv[2]), {os.path.abspath(file) for file in sys.argv[3:]}
    with open(os.path.join(build, "compile_commands.json")) as file:
        entries = [entry for entry in json.load(file) if entry["file"] in wanted]
    clean = os.path.join(build, "clean")
    os.makedirs(clean, exist_ok=True)
    with open(".clang-tidy", "rb") as file:
        salt = file.read()
    salt += subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    known = bad = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(look_at, build, clean, entry, salt) for entry in entries]):
            name, says, was_known, seconds = done.result()
            known += was_known
            bad += says is not None
            if not was_known:
                print(f"{name} ({seconds:.0f} s)", flush=True)
            if says:
                print(says, flush=True)
    print(f"{len(entries)} files: {known} clean as before, {len(entries) - known - bad} found clean, {bad} with something to mend")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
