"""Runs a command and writes what it took: measure.py REPORT LOG COMMAND…

A process of its own, small: the peak memory that the kernel gives of a child begins with its parent's.
"""
import json
import os
import sys
import time

report, log, command = sys.argv[1], sys.argv[2], sys.argv[3:]
output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
start = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)])
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
with open(report, "w", encoding="utf-8") as file:
    json.dump({"status": status, "seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "mib": usage.ru_maxrss / 1024}, file)
