#!/usr/bin/env python3
"""Measures wider beside Splink 4 on DuckDB and the Python Record Linkage Toolkit: the same files, this machine, one run.

    bench/peers/run.py [--sets historical_50k,febrl_4,…] [--rows 1000000] [--wider build/release/wider]
                       [--data ../shared/data/linkage] [--without recordlinkage] [--threads N] [--repeat N] [--results FILE]

--sets    of historical_50k, febrl_1, febrl_2, febrl_4, fake_1000; all unless said, none when --rows is given alone
--rows    also `wider town --persons-csv ROWS`: person records with their truth
--repeat  measure each this often and keep the median run

Makes a virtual environment under build/peers and installs requirements.txt there. Each run is a process of its own, whose
wall time and peak memory are taken when it ends; precision and recall are over pairs. A section with the date, the
versions and the machine is put at the head of bench/RESULTS.md. Run it while nothing else runs.
"""
import argparse
import collections
import csv
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENVIRONMENT = ROOT / "build/peers"


def enter_environment():
    """Runs this script again by the environment's Python, which has the peers' packages."""
    python = ENVIRONMENT / "bin/python"
    wanted = (HERE / "requirements.txt").read_text()
    stamp = ENVIRONMENT / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        print("making the virtual environment with the peers' packages", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
        stamp.write_text(wanted)
    if pathlib.Path(sys.prefix) != ENVIRONMENT:
        os.execv(python, [str(python), str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])


def pairs_of(counts):
    return sum(n * (n - 1) // 2 for n in counts)


def pair_count(keys, between):
    """Pairs of equal key, by contingency; between: of different sources alone. keys: (key, source)."""
    count = pairs_of(collections.Counter(key for key, _ in keys).values())
    return count - pairs_of(collections.Counter(keys).values()) if between else count


def truth_of(files, data_set):
    truth = {}
    for path in files:
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                value = re.search(r"\d+", row[data_set.id]).group() if data_set.truth == "digits" else row[data_set.truth]
                truth[path.name, row[data_set.id]] = value
    return truth


def score(clusters, truth, between):
    with open(clusters, newline="", encoding="utf-8") as file:
        said = {(row["source"], row["id"]): row["person"] for row in csv.DictReader(file)}
    if set(said) != set(truth):
        raise SystemExit(f"{clusters}: {len(set(said) - set(truth))} rows that are not in the files, {len(set(truth) - set(said))} missing")
    true_pairs = pair_count([(truth[row], row[0]) for row in truth], between)
    said_pairs = pair_count([(said[row], row[0]) for row in truth], between)
    both = pair_count([((truth[row], said[row]), row[0]) for row in truth], between)
    precision, recall = both / said_pairs if said_pairs else 1.0, both / true_pairs if true_pairs else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def measured(command, log):
    """Runs a command; wall and processor seconds and peak resident MiB of it and of nothing else."""
    report = pathlib.Path(log).with_suffix(".json")
    subprocess.run([sys.executable, "-I", "-S", HERE / "measure.py", report, log, *[str(word) for word in command]], check=True)
    result = json.loads(report.read_text())
    if result["status"] != 0:
        tail = pathlib.Path(log).read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{command[0]} failed:\n{tail}")
    return result


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.lines = []

    def best_of(self, run):
        runs = sorted((run() for _ in range(self.arguments.repeat)), key=lambda result: result["seconds"])
        return runs[len(runs) // 2]

    def wider(self, data_set, files, more, clusters, report):
        command = [self.arguments.wider, "--json", "link", *files, "--out", clusters, "--threads", str(self.arguments.threads), "--memory", "16GiB", *more]
        result = self.best_of(lambda: measured(command, report))
        text = pathlib.Path(report).read_text(encoding="utf-8")
        said = json.loads(text[text.index("{"):])
        result["stages"] = {"read": said["seconds"]["read"], "train": said["seconds"]["train"], "predict": said["seconds"]["link"]}
        result["pairs"] = said["pairs_compared"]
        return result

    def peer(self, script, data_set, files, more, clusters, log):
        out = self.folder / "result.json"
        command = [sys.executable, HERE / script, data_set.name, "--out", out, "--clusters", clusters, *more, *files]
        result = self.best_of(lambda: measured(command, log))
        said = json.loads(out.read_text())
        stages = said["seconds"]
        result["stages"] = {"read": stages["read"], "train": stages["train"], "predict": stages.get("predict", stages.get("compare", 0)), "cluster": stages["cluster"]}
        result["pairs"] = said["pairs"]
        return result

    def add(self, data_set, who, rows, truth, clusters, result):
        precision, recall, f1 = score(clusters, truth, data_set.between)
        stages = result["stages"]
        number = lambda name: f"{stages[name]:.2f}" if name in stages else "in link"
        line = (f"| {data_set.name} | {rows:,} | {who} | {number('train')} | {number('predict')} | {number('cluster')} | {result['seconds']:.2f} | "
                f"{result['cpu']:.2f} | {result['mib']:,.0f} | {precision:.4f} | {recall:.4f} | {f1:.4f} |")
        print(line, flush=True)
        self.lines.append(line)

    def data_set(self, data_set, sources):
        from tables import prepare

        files = []
        for source in sources:
            prepare(source, self.folder / source.name, data_set.concat)
            files.append(self.folder / source.name)
        truth = truth_of(files, data_set)
        clusters, log, model = self.folder / "clusters.csv", self.folder / "log.txt", self.folder / "model.json"
        # wider must not see the truth, nor the joined name that Splink's demonstration adds.
        blind = []
        for source in files:
            target = self.folder / "blind" / source.name
            target.parent.mkdir(exist_ok=True)
            with open(source, newline="", encoding="utf-8") as file, open(target, "w", newline="", encoding="utf-8") as out:
                hidden = {data_set.truth, *data_set.concat[:1]} - {"digits"}
                rows = csv.DictReader(file)
                writer = csv.DictWriter(out, [name for name in rows.fieldnames if name not in hidden], extrasaction="ignore")
                writer.writeheader()
                writer.writerows(rows)
            blind.append(target)
        own = ["--id", data_set.id, *[f"--column={column}" for column in data_set.columns], *(["--between"] if data_set.between else [])]
        self.add(data_set, "wider", len(truth), truth, clusters, self.wider(data_set, blind, own, clusters, log))
        splink = self.peer("splink_run.py", data_set, files, ["--model", model, "--threads", str(self.arguments.threads)], clusters, log)
        self.add(data_set, "Splink", len(truth), truth, clusters, splink)
        read_in = self.wider(data_set, files, ["--splink", model, "--threshold", str(data_set.training().cluster_threshold)], clusters, log)
        self.add(data_set, "wider, Splink's model read in", len(truth), truth, clusters, read_in)
        if "recordlinkage" not in self.arguments.without and len(truth) <= 60_000:
            try:
                other = self.peer("recordlinkage_run.py", data_set, files, [], clusters, log)
                self.add(data_set, "recordlinkage", len(truth), truth, clusters, other)
            except RuntimeError as error:
                print(f"recordlinkage on {data_set.name}: {error}", file=sys.stderr)
                self.lines.append(f"| {data_set.name} | {len(truth):,} | recordlinkage | failed | | | | | | | | |")


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), platform.processor())
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)) / 1024**2
    return f"{cpu}, {os.cpu_count()} processors, {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}"


def versions(wider):
    from importlib.metadata import version

    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in ["splink", "duckdb", "recordlinkage", "pandas"])
    return f"wider {commit}, {packages}, Python {platform.python_version()}"


HEAD = """# wider beside its peers

Written by `bench/peers/run.py` (the newest run first): the same files on the same machine, one program at a time, pairwise
precision and recall over all pairs of records. Splink's settings and blocking rules are `bench/peers/splink_models.py`, taken from its own
demonstrations and fixed before timing. Seconds of train, predict and cluster are as each program says them (the clusters of wider are
part of its predict); *whole* is the wall time of the process with reading and writing, *CPU* its processor seconds, *MiB* its peak memory.
"""
TABLE = "| data | rows | program | train s | predict s | cluster s | whole s | CPU s | MiB | precision | recall | F1 |\n| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wider", type=pathlib.Path, default=ROOT / "build/release/wider")
    parser.add_argument("--town", type=pathlib.Path, help="a program that knows town --persons-csv, when --wider does not")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data/linkage")
    parser.add_argument("--without", default="", help="peers to leave out: recordlinkage")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "bench/RESULTS.md")
    arguments = parser.parse_args()
    enter_environment()
    sys.path.insert(0, str(HERE))
    from splink_models import DATA_SETS

    named = arguments.sets.split(",") if arguments.sets else [] if arguments.rows else ["historical_50k", "febrl_1", "febrl_2", "febrl_4", "fake_1000"]
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, pathlib.Path(folder))
        for name in named:
            bench.data_set(DATA_SETS[name], [arguments.data / file for file in DATA_SETS[name].files])
        if arguments.rows:
            made = bench.folder / "made"
            made.mkdir()
            command = [arguments.town or arguments.wider, "town", "--persons-csv", str(arguments.rows), "--seed", str(arguments.seed), "--out", made / "persons.csv"]
            subprocess.run([str(word) for word in command], check=True)
            bench.data_set(DATA_SETS["persons"], [made / "persons.csv"])
    today = datetime.date.today().isoformat()
    busy = "" if load < 0.5 else f" **Other work ran beside it (load {load:.1f} at the start): seconds are not to be relied on.**"
    section = f"\n## {today}\n\n{versions(arguments.wider)}; {machine()}; {arguments.threads} threads.{busy}\n\n{TABLE}" + "\n".join(bench.lines) + "\n"
    before = arguments.results.read_text(encoding="utf-8") if arguments.results.exists() else HEAD
    earlier = before[before.index("\n## "):] if "\n## " in before else ""
    arguments.results.write_text(HEAD + section + earlier, encoding="utf-8")
    print(f"written: {arguments.results}")


if __name__ == "__main__":
    main()
