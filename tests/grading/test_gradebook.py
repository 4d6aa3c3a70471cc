"""The gradebook opens in a spreadsheet and in pandas as what it is, whatever the students called
themselves.
"""

import csv
import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_class import NASTY, nasty_class, sample_class

from gpt2lab.errors import StorageError
from gpt2lab.grading.judging.findings import SubmissionResult
from gpt2lab.grading.results.gradebook import write_gradebook, write_report
from gpt2lab.grading.results.untrusted import as_html, one_line, spreadsheet_cell
from gpt2lab.grading.settings import Settings

SIGNS = "=+-@\t\r＝＋－＠"
any_text = st.text(st.characters(), max_size=40) | st.text(
    st.sampled_from(SIGNS + "\"' ;,|:\x00\x1b\ud800\u202e1aé<>&\n"), max_size=12
)


@pytest.fixture
def written(tmp_path):
    """A function that writes results and reads the rows of the file."""

    def rows(results):
        write_gradebook(results, tmp_path / "gradebook.csv")
        with open(tmp_path / "gradebook.csv", encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))

    return rows


def test_a_row_a_student_with_points_total_penalty_and_how_it_was_run(written):
    results = sample_class()
    header, *rows = written([*results[:-1], replace(results[-1], sandboxed=False, submitted=None)])
    assert header == [
        "student",
        "file",
        "submitted",
        "03.2 (1)",
        "03.3 (1)",
        "03.4 (2)",
        "03.5 (2)",
        "03.6 (4)",
        "total",
        "out of",
        "late days",
        "penalty",
        "per cent",
        "run in",
        "notes",
    ]
    assert [row[0] for row in rows] == sorted((result.student for result in results), key=str.casefold)
    for row in rows:
        result = next(result for result in results if result.student == row[0])
        values = dict(zip(header, row))
        if result.open_points:
            assert values["total"] == f"{result.earned:g} + {result.open_points:g} to be read"
        else:
            assert float(values["total"]) == result.earned
        assert float(values["out of"]) == 10
        assert values["per cent"] == ("" if result.open_points else f"{10 * result.earned:g}")
        by_label = [
            row[header.index(f"{exercise.label} ({exercise.points})")] for exercise in result.exercises
        ]
        assert by_label == [
            "" if exercise.state == "by hand" else f"{exercise.earned:g}" for exercise in result.exercises
        ]
        assert (float(values["penalty"]), int(values["late days"])) == (result.penalty, result.late_days)
        assert values["run in"] == ("no sandbox (--trust)" if result.student == "Zoë" else "sandbox")
        assert values["submitted"] == ("" if result.student == "Zoë" else result.submitted)


def test_pandas_reads_numbers_as_numbers(written, tmp_path):
    written(sample_class() + nasty_class())
    table = pd.read_csv(tmp_path / "gradebook.csv")
    assert (
        len(table) == 30 + len(NASTY)
        and "שרה" in set(table["student"])
        and (tmp_path / "gradebook.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    )
    known = ~table["total"].astype(str).str.contains("to be read")
    assert known.sum() == len(table) - 2  # of Noor and Olga a person has to read something
    (tmp_path / "known.csv").write_text(table[known].to_csv(index=False), encoding="utf-8")
    numbers = pd.read_csv(tmp_path / "known.csv").drop(
        columns=["student", "file", "submitted", "run in", "notes"]
    )
    assert all(pd.api.types.is_numeric_dtype(numbers[column]) for column in numbers) and (numbers >= 0).all(
        axis=None
    )


def test_a_penalty_above_the_points_leaves_nought_and_a_notebook_without_points_has_no_percentage(written):
    result = sample_class()[0]
    header, late, empty = written(
        [
            replace(result, penalty=99.0),
            SubmissionResult("Bob", "b.ipynb", "03_watch_the_loss", notes=("It is no notebook.",)),
        ]
    )
    assert late[header.index("total")] == "0" and late[header.index("per cent")] == "0"
    assert (
        empty[header.index("per cent")] == ""
        and empty[header.index("03.2 (1)")] == ""
        and empty[-1] == "It is no notebook."
    )


def test_sums_have_no_noise(written):
    exercises = tuple(
        replace(exercise, points=0.1, earned=0.1, state="right")
        for exercise in sample_class()[0].exercises[:3]
    )
    header, row = written([replace(sample_class()[0], exercises=exercises, penalty=0.0)])
    assert row[header.index("total")] == "0.3" and row[header.index("per cent")] == "100"


def harmless(text):
    begin = text.lstrip(" \"'`´‘’‚“”„«»‹›＂＇")
    return text.startswith("'") or not begin or begin[0] not in SIGNS


@given(any_text)
def test_no_text_begins_a_formula_or_holds_what_has_no_shape(text):
    shown = spreadsheet_cell(text)
    assert harmless(shown) and shown.isprintable() and len(shown) <= 2_000
    assert all(harmless(part) for part in shown.split(";"))
    shown.encode()


@pytest.mark.parametrize(
    "text, shown",
    [
        ("=1+1", "'=1+1"),
        (" -1", "'-1"),
        ('"=1"', '\'"=1"'),
        ("＝1", "'＝1"),
        ("a-b", "a-b"),
        ("a=b", "a=b"),
        ("x;=1", "x;'=1"),
        ('x; "@y', "x;' \"@y"),
        ("Zoë O'Neil-Ås", "Zoë O'Neil-Ås"),
        ("a\nb\x1b\u202ec", "a b c"),
        ("\t=1", "'=1"),
        ("\x00=1", "'=1"),
        ("2026-12-01T10:00:00+01:00", "2026-12-01T10:00:00+01:00"),
        ("−1", "'−1"),
    ],
)
def test_a_formula_gets_an_apostrophe_and_an_honest_text_stays(text, shown):
    assert spreadsheet_cell(text) == shown


def test_long_texts_are_cut(written):
    header, row = written([replace(sample_class()[0], student="x" * 1_000_000, notes=("y" * 5_000,))])
    assert len(row[0]) == 2_000 and row[0].endswith("x…") and len(row[-1]) == 2_000


def test_letters_of_other_scripts_and_emoji_keep_their_joiners():
    for text in ("می‌خواهم", "👩‍🔬", "Zoë"):
        assert one_line(text, 50) == text and as_html(text) == text
    assert one_line("a\u200bb\u200dc", 50) == "a b c"


def test_what_has_no_shape_is_shown_by_its_code_on_a_page():
    assert as_html("a\x1b[31m\u202e\ud800\0") == 'a<span class="code">\\x1b</span>[31m' + "".join(
        f'<span class="code">{code}</span>' for code in ("\\u202e", "\\ud800", "\\x00")
    )
    assert as_html("<b>\t'&\"\r\n") == "&lt;b&gt;\t&#x27;&amp;&quot;\n"
    assert (
        as_html("x" * 5_000).endswith('x\n<span class="cut">… 1,000 more characters</span>')
        and as_html("\n" * 3_000).count("\n") == 200
    )


def test_an_older_gradebook_stays_if_the_new_one_cannot_be_written(written, tmp_path):
    written(sample_class())
    before = (tmp_path / "gradebook.csv").read_bytes()
    with pytest.raises(TypeError):
        write_gradebook(
            [*sample_class(), replace(sample_class()[0], penalty=None)], tmp_path / "gradebook.csv"
        )
    with pytest.raises(StorageError):
        write_gradebook(sample_class(), tmp_path / "gradebook.csv" / "gradebook.csv")
    assert (tmp_path / "gradebook.csv").read_bytes() == before and [
        path.name for path in tmp_path.iterdir()
    ] == ["gradebook.csv"]


def test_the_report_holds_everything_but_the_seed(tmp_path):
    results = sample_class()[:3] + nasty_class()
    write_report(results, tmp_path / "report.json", Settings(seed="between us"))
    content = json.loads((tmp_path / "report.json").read_bytes().decode("ascii"))
    assert (
        content["format"] == 1
        and content["gpt2lab"]
        and content["written"][10] == "T"
        and content["settings"]["limits"]["memory_MB"] >= 1000
    )
    assert "between us" not in json.dumps(content)
    found = [SubmissionResult.from_dict(values) for values in content["results"]]
    assert sorted(found, key=repr) == sorted(results, key=repr)


OFFICE = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


def sheet(path, separators):
    """The cells of a CSV file as LibreOffice reads it with these separators and its formulas evaluated: list
    of rows of XML elements.
    """
    separators = "/".join(str(ord(separator)) for separator in separators)
    # Numbers of the filter: separators, quote, UTF-8, first line, formats, language, all quoted are texts,
    # numbers are detected, ..., formulas are evaluated.
    options = f"CSV:{separators},34,76,1,,0,false,true,false,false,false,-1,true"
    command = [
        "soffice",
        f"-env:UserInstallation={(path.parent / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        f"--infilter={options}",
        "--convert-to",
        "ods",
        "--outdir",
        str(path.parent),
        str(path),
    ]
    subprocess.run(
        command, check=True, capture_output=True, timeout=180, env=os.environ | {"HOME": str(path.parent)}
    )
    with zipfile.ZipFile(path.with_suffix(".ods")) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    return [row.findall("table:table-cell", OFFICE) for row in root.iter(f"{{{OFFICE['table']}}}table-row")]


def formulas(rows):
    return [
        cell.get(f"{{{OFFICE['table']}}}formula")
        for row in rows
        for cell in row
        if cell.get(f"{{{OFFICE['table']}}}formula")
    ]


@pytest.mark.skipif(
    not shutil.which("soffice"), reason="LibreOffice is not installed (apt-get install libreoffice-calc)"
)
@pytest.mark.slow
def test_no_cell_is_a_formula_in_a_real_spreadsheet(tmp_path):
    (tmp_path / "trap.csv").write_text('"a","=1+1"\r\nb,x;=1+1\r\n', encoding="utf-8-sig")
    # The office does what the gradebook must not let it do
    assert formulas(sheet(tmp_path / "trap.csv", ",")) == ["of:=1+1"]
    assert formulas(sheet(tmp_path / "trap.csv", ";")) != []
    write_gradebook(sample_class() + nasty_class(), tmp_path / "gradebook.csv")
    for separators in (",", ";", ";,\t"):
        assert formulas(sheet(tmp_path / "gradebook.csv", separators)) == []
    rows = sheet(tmp_path / "gradebook.csv", ",")
    assert len(rows) >= 31 + len(NASTY)
    ada = next(row for row in rows if "".join(row[0].itertext()) == "Ada Lovelace")
    kinds = [cell.get(f"{{{OFFICE['office']}}}value-type") for cell in ada]
    assert kinds[0] == "string" and kinds.count("float") >= 7  # repeated values share a cell
