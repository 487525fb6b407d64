"""Splink's settings for each data set: comparisons, blocking rules, training. Fixed before anything was timed.

Those of historical_50k, FEBRL and fake_1000 are the ones of Splink's own published demonstrations (deduplicate_50k_synthetic,
febrl4, febrl3, accuracy_analysis_from_labels_column). Those of `persons` follow the same advice of Splink's documentation
for person data: the ready-made comparisons of its library, term frequencies, several narrow blocking rules, u from 10
million random pairs, m by expectation-maximisation under three rules. Of six sets of comparisons and eight thresholds
tried on another seed's 50,000 records (names together or apart, with and without address, phone, sex), these and 0.95
gave Splink its best F1 (.963).
"""
import dataclasses
from typing import Callable

import splink.comparison_library as cl
from splink import SettingsCreator, block_on


@dataclasses.dataclass
class Training:
    settings: SettingsCreator
    deterministic_rules: list
    recall: float  # of the deterministic rules, as the demonstration guesses it
    em_rules: list
    max_pairs: float = 1e7
    cluster_threshold: float = 0.95
    select: str = "*"  # of the CSV file's columns, all read as text
    types: dict = dataclasses.field(default_factory=dict)


def historical():
    return Training(
        settings=SettingsCreator(
            link_type="dedupe_only",
            blocking_rules_to_generate_predictions=[
                block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
                block_on("surname", "dob"),
                block_on("first_name", "dob"),
                block_on("postcode_fake", "first_name"),
                block_on("postcode_fake", "surname"),
                block_on("dob", "birth_place"),
                block_on("substr(postcode_fake,1,3)", "dob"),
                block_on("substr(postcode_fake,1,3)", "first_name"),
                block_on("substr(postcode_fake,1,3)", "surname"),
                block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
            ],
            comparisons=[
                cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"),
                cl.DateOfBirthComparison("dob", input_is_string=True),
                cl.PostcodeComparison("postcode_fake"),
                cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
                cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
            ],
        ),
        deterministic_rules=[
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        recall=0.6,
        em_rules=[block_on("first_name", "surname"), block_on("dob")],
    )


def febrl_link():
    return Training(
        settings=SettingsCreator(
            unique_id_column_name="rec_id",
            link_type="link_only",
            blocking_rules_to_generate_predictions=[
                block_on("given_name", "surname"),
                "l.given_name = r.surname and l.surname = r.given_name",
                block_on("date_of_birth"),
                block_on("soc_sec_id"),
                block_on("state", "address_1"),
                block_on("street_number", "address_1"),
                block_on("postcode"),
            ],
            comparisons=[
                cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
                cl.NameComparison("surname").configure(term_frequency_adjustments=True),
                cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True),
                cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
                cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
                cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
            ],
        ),
        deterministic_rules=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
        recall=0.8,
        em_rules=[block_on("date_of_birth"), block_on("postcode")],
        max_pairs=1e6,
        cluster_threshold=0.99,
    )


def febrl_dedupe():
    return Training(
        settings=SettingsCreator(
            unique_id_column_name="rec_id",
            link_type="dedupe_only",
            blocking_rules_to_generate_predictions=[
                block_on("soc_sec_id"),
                block_on("given_name"),
                block_on("surname"),
                block_on("date_of_birth"),
                block_on("postcode"),
            ],
            comparisons=[
                cl.NameComparison("given_name"),
                cl.NameComparison("surname"),
                cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
                cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
                cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
                cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            ],
        ),
        deterministic_rules=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname", "date_of_birth"),
            "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
        ],
        recall=0.9,
        em_rules=[block_on("date_of_birth"), block_on("postcode")],
        max_pairs=1e6,
    )


def fake_1000():
    return Training(
        settings=SettingsCreator(
            link_type="dedupe_only",
            blocking_rules_to_generate_predictions=[block_on("first_name"), block_on("surname"), block_on("dob"), block_on("email")],
            comparisons=[
                cl.ForenameSurnameComparison("first_name", "surname"),
                cl.DateOfBirthComparison("dob", input_is_string=False),
                cl.ExactMatch("city").configure(term_frequency_adjustments=True),
                cl.EmailComparison("email"),
            ],
        ),
        deterministic_rules=[
            "l.first_name = r.first_name and levenshtein(r.dob::VARCHAR, l.dob::VARCHAR) <= 1",
            "l.surname = r.surname and levenshtein(r.dob::VARCHAR, l.dob::VARCHAR) <= 1",
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
            "l.email = r.email",
        ],
        recall=0.7,
        em_rules=[block_on("dob"), block_on("email"), block_on("first_name", "surname")],
        max_pairs=1e6,
        types={"dob": "DATE", "unique_id": "BIGINT"},
    )


def persons():
    return Training(
        settings=SettingsCreator(
            unique_id_column_name="id",
            link_type="dedupe_only",
            blocking_rules_to_generate_predictions=[
                block_on("nhs_number"),
                block_on("phone"),
                block_on("forename", "surname", "substr(postcode,1,3)"),
                block_on("surname", "birth_date"),
                block_on("forename", "birth_date"),
                block_on("postcode", "forename"),
                block_on("postcode", "surname"),
                block_on("postcode", "birth_date"),
                block_on("substr(forename,1,3)", "substr(surname,1,4)", "substr(birth_date,1,4)"),
            ],
            comparisons=[
                cl.NameComparison("forename"),
                cl.NameComparison("surname"),
                cl.DateOfBirthComparison("birth_date", input_is_string=True),
                cl.PostcodeComparison("postcode"),
                # no comparison of addresses: they go with the postcode, and counting both joins families (F1 .71)
                cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
                cl.DamerauLevenshteinAtThresholds("nhs_number", [1, 2]),
                cl.ExactMatch("sex"),
            ],
        ),
        deterministic_rules=[
            block_on("nhs_number"),
            block_on("forename", "surname", "birth_date"),
            block_on("postcode", "birth_date", "forename"),
        ],
        recall=0.8,
        em_rules=[block_on("forename", "surname"), block_on("birth_date"), block_on("nhs_number")],
    )


@dataclasses.dataclass
class DataSet:
    name: str
    files: list  # below the data folder; empty: made
    id: str
    truth: str  # column; or "digits": the first number of the id
    training: Callable[[], Training]
    between: bool = False
    concat: tuple = ()  # (new column, first, second): as the demonstration projects it
    columns: list = dataclasses.field(default_factory=list)  # wider's --column, where names alone do not tell


DATA_SETS = {
    "historical_50k": DataSet("historical_50k", ["historical_50k.csv"], "unique_id", "cluster", historical, concat=("first_name_surname_concat", "first_name", "surname")),
    "febrl_1": DataSet("febrl_1", ["febrl_1.csv"], "rec_id", "digits", febrl_dedupe),
    "febrl_2": DataSet("febrl_2", ["febrl_2.csv"], "rec_id", "digits", febrl_dedupe),
    "febrl_4": DataSet("febrl_4", ["febrl_4a.csv", "febrl_4b.csv"], "rec_id", "digits", febrl_link, between=True),
    "fake_1000": DataSet("fake_1000", ["fake_1000.csv"], "unique_id", "cluster", fake_1000),
    "persons": DataSet("persons", [], "id", "person", persons),
}
