#!/usr/bin/env python3
"""Splink 4 on DuckDB on one data set: trains, predicts, clusters; writes what it took, and what it found, as JSON and CSV.

    splink_run.py DATASET --out RESULT.json --clusters CLUSTERS.csv [--model MODEL.json] [--predictions PAIRS.csv]
                  [--load MODEL.json] FILE...

Run by run.py, one process for each run, so that peak memory is that run's alone. --load predicts with a model that is
trained already.
"""
import argparse
import json
import os
import time

import duckdb
from splink import DuckDBAPI, Linker

from splink_models import DATA_SETS
from tables import load


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_set", choices=sorted(DATA_SETS))
    parser.add_argument("--out", required=True)
    parser.add_argument("--clusters", required=True)
    parser.add_argument("--model")
    parser.add_argument("--load")
    parser.add_argument("--predictions")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    data_set = DATA_SETS[arguments.data_set]
    training = data_set.training()
    seconds = {}
    last = time.perf_counter()

    def lap(stage):
        nonlocal last
        now = time.perf_counter()
        seconds[stage] = now - last
        last = now

    database = duckdb.connect()
    database.execute(f"set threads to {arguments.threads}")
    names = [os.path.basename(path).removesuffix(".csv") for path in arguments.files]
    tables = [load(database, path, f"rows_{i}", training.types) for i, path in enumerate(arguments.files)]
    lap("read")
    api = DuckDBAPI(connection=database)
    settings = arguments.load or training.settings
    linker = Linker(tables if len(tables) > 1 else tables[0], settings, api, input_table_aliases=names if len(names) > 1 else names[0])
    if not arguments.load:
        linker.training.estimate_probability_two_random_records_match(training.deterministic_rules, recall=training.recall)
        linker.training.estimate_u_using_random_sampling(max_pairs=training.max_pairs, seed=1)
        for rule in training.em_rules:
            linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)
        if arguments.model:
            linker.misc.save_model_to_json(arguments.model, overwrite=True)
    lap("train")
    # All pairs where they are wanted for comparison, else those that can join, as the documentation advises.
    threshold = None if arguments.predictions else training.cluster_threshold
    predictions = linker.inference.predict(threshold_match_probability=threshold)
    pairs = database.execute(f"select count(*) from {predictions.physical_name}").fetchall()[0][0]
    lap("predict")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=training.cluster_threshold)
    count = database.execute(f"select count(distinct cluster_id) from {clusters.physical_name}").fetchall()[0][0]
    lap("cluster")
    source = "source_dataset" if len(names) > 1 else f"'{names[0]}'"
    database.execute(f"copy (select {source} || '.csv' as source, \"{data_set.id}\" as id, cluster_id as person from {clusters.physical_name}) to '{arguments.clusters}' (header)")
    lap("write")
    if arguments.predictions:
        sides = [f"source_dataset_{s}" if len(names) > 1 else f"'{names[0]}'" for s in "lr"]
        database.execute(
            f"copy (select {sides[0]} || '.csv' as source_left, \"{data_set.id}_l\" as id_left, {sides[1]} || '.csv' as source_right, "
            f"\"{data_set.id}_r\" as id_right, match_weight from {predictions.physical_name}) to '{arguments.predictions}' (header)"
        )
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump({"seconds": seconds, "pairs": pairs, "clusters": count}, file, indent=2)


if __name__ == "__main__":
    main()
