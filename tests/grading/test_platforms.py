"""The archives of learning platforms, whose folders are called as their course likes: each student is one."""

import io
import json
import zipfile

import pytest

from gpt2lab.grading.intake import handed_in
from gpt2lab.grading.intake.layouts import read_when
from gpt2lab.grading.intake.submissions import SubmissionsError, find_submissions

NAME = "03_watch_the_loss"
FILE = f"{NAME}.ipynb"
UNMARKED = b'{"cells": [{"cell_type": "code", "source": "\\nu"}]}'  # names no exercise
OTHERS = ("02_fine_tune", "04_corpus_size")


def notebook(text="", number="03"):
    source = f"# EXERCISE {number}.2 (difficulty 1, 5 min, 1 point)\n{text}"
    return json.dumps({"cells": [{"cell_type": "code", "source": source}]}).encode()


def packed(files):
    """A zip of {name: content}; a text stands for a notebook with it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2027, 3, 1, 12, 0, 0))
            archive.writestr(info, content if isinstance(content, bytes) else notebook(content))
    return buffer.getvalue()


def unpack(files, folder):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else notebook(content))


BRIGHTSPACE = {
    f"12345-67890 - Ada Lovelace - Feb 26, 2027 205 PM/{FILE}": "a",
    f"12346-67891 - Ben O'Neil - Feb 27, 2027 205 PM/{FILE}": "old",
    f"12346-67895 - Ben O'Neil - Feb 28, 2027 905 AM/{FILE}": "b",
    f"12347-67892 - Ben O'Neil - Feb 28, 2027 905 AM/{FILE}": "another Ben",
    "index.html": b"<html>",
}
CLASSROOM = {
    f"Week 3/Ada Lovelace - {FILE}": "a",
    f"Week 3/Ben O'Neil - {FILE}": "b",
    f"Week 3/Copy of {FILE}": "nobody",
    f"Week 3/Jürgen Müller - Copy of {FILE}": "j",
}
GITHUB = {
    f"week3-submissions/week3-ada/{FILE}": "a",
    "week3-submissions/week3-ada/.git/HEAD": b"ref",
    f"week3-submissions/week3-ben/notebooks/{FILE}": "b",
    "week3-submissions/week3-carl/README.md": b"soon",
}
TEAMS = {
    f"Submitted files/Ada Lovelace/Week 3/Version 1/{FILE}": "old",
    f"Submitted files/Ada Lovelace/Week 3/Version 10/{FILE}": "a",
    f"Submitted files/Ada Lovelace/Week 3/Version 2/{FILE}": "old",
    f"Submitted files/Ben O'Neil/Week 3/Version 1/{FILE}": "b",
    f"Working files/Ben O'Neil/Week 3/{FILE}": "draft",
}
GRADESCOPE = {
    f"assignment_123_export/submission_98765437/{FILE}": "a",
    f"assignment_123_export/submission_98765438/{FILE}": "b",
    "assignment_123_export/submission_metadata.yml": (
        b"---\nsubmission_98765437:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: '7'\n  :score: 1\n"
        b"submission_98765438:\n  :submitters:\n  - :name: Ben O'Neil\n    :sid: '8'\n  - :name: Carl\n"
        b"  :history:\n  - :name: nobody\n"
    ),
}
ILIAS = {
    f"Abgabe 3/Lovelace_Ada_alovelace_12345/20270226140510_{FILE}": "old",
    f"Abgabe 3/Lovelace_Ada_alovelace_12345/20270227090000_{FILE}": "a",
    f"Abgabe 3/ONeil_Ben_boneil_12346/20270226140511_{FILE}": "b",
}
SAKAI = {
    "Week 3/grades.csv": b"Week 3,Points",
    f"Week 3/Lovelace, Ada(alovelace)/Submission attachment(s)/{FILE}": "a",
    f"Week 3/Lovelace, Ada(alovelace)/Feedback Attachment(s)/{FILE}": "of the teacher",
    "Week 3/Lovelace, Ada(alovelace)/timestamp.txt": b"20270226140510123",
    f"Week 3/ONeil, Ben(boneil)/Submission attachment(s)/{FILE}": "b",
}
BLACKBOARD = {
    f"Week 3_anna_attempt_2027-02-26-14-05-10_{FILE}": "old",
    "Week 3_anna_attempt_2027-02-26-14-05-10.txt": b"Name: Anna",
    f"Week 3_anna_attempt_2027-02-27-09-00-00_{FILE}": "a",
    f"Week 3_andre_do_attempt_2027-02-26-14-05-11_x_attempt_2001-01-01-00-00-00_{FILE}": "b",
}
PLATFORMS = {
    "Brightspace": (
        BRIGHTSPACE,
        {"Ada Lovelace": "a", "Ben O'Neil (12346)": "b", "Ben O'Neil (12347)": "another Ben"},
    ),
    "Classroom": (
        CLASSROOM,
        {"Ada Lovelace": "a", "Ben O'Neil": "b", f"Copy of {NAME}": "nobody", "Jürgen Müller": "j"},
    ),
    "GitHub": (GITHUB, {"ada": "a", "ben": "b", "carl": None}),
    "Teams": (TEAMS, {"Ada Lovelace": "a", "Ben O'Neil": "b"}),
    "Gradescope": (GRADESCOPE, {"Ada Lovelace": "a", "Ben O'Neil, Carl": "b"}),
    "ILIAS": (ILIAS, {"Lovelace_Ada_alovelace_12345": "a", "ONeil_Ben_boneil_12346": "b"}),
    "Sakai": (SAKAI, {"Lovelace, Ada(alovelace)": "a", "ONeil, Ben(boneil)": "b"}),
    "Blackboard": (BLACKBOARD, {"anna": "a", "andre_do": "b"}),
}


def found(path, **options):
    """{student: the text of their notebook, or None}."""
    return {
        each.student: json.loads(each.read())["cells"][0]["source"].partition("\n")[2]
        if each.handed
        else None
        for each in find_submissions(path, NAME, OTHERS, **options)
    }


@pytest.mark.filterwarnings("ignore:.*passed over")
@pytest.mark.parametrize("form", ["archive", "archive alone in a folder", "folder", "in one more folder"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_student_of_a_platform_is_one(tmp_path, platform, form):
    files, expected = PLATFORMS[platform]
    path = tmp_path / "handed in"
    path.mkdir()
    if form == "folder":
        unpack(files, path)
    elif form == "in one more folder":
        unpack({f"export of today/{name}": content for name, content in files.items()}, path)
    else:
        (path / "download 7.zip").write_bytes(packed(files))
        path = path / "download 7.zip" if form == "archive" else path
    assert found(path) == expected


def test_an_archive_that_google_drive_split_is_one_class(tmp_path):
    (tmp_path / "Week 3-20270226T140510Z-001.zip").write_bytes(packed({f"Week 3/Ada - {FILE}": "a"}))
    (tmp_path / "Week 3-20270226T140510Z-002.zip").write_bytes(packed({f"Week 3/Ben - {FILE}": "b"}))
    assert found(tmp_path) == {"Ada": "a", "Ben": "b"}


def test_the_time_in_a_name_is_when_it_was_handed_in(tmp_path):
    (tmp_path / "class.zip").write_bytes(packed(BRIGHTSPACE | BLACKBOARD))
    with pytest.warns(UserWarning, match="index.html"):
        times = {each.student: each for each in find_submissions(tmp_path / "class.zip", NAME)}
    assert (
        times["Ada Lovelace"].submitted[:16] == "2027-02-26T14:05" and times["Ada Lovelace"].clock == "name"
    )
    assert times["anna"].submitted[:16] == "2027-02-27T09:00" and times["andre_do"].submitted[:4] == "2027"


@pytest.mark.parametrize(
    "text, hour",
    [
        ("Feb 26, 2027 205 PM", 14),
        ("Feb 26, 2027 2:05 PM", 14),
        ("February 26, 2027 1205 AM", 0),
        ("26 February, 2027 14:05", 14),
        ("26 lutego 2027", None),
    ],
)
def test_times_as_they_are_written(text, hour):
    when = read_when(text)
    assert when is None if hour is None else (when.day, when.hour, when.minute) == (26, hour, 5)


class TestOneOrMany:
    """Folders that nobody gave a telling name."""

    @pytest.mark.parametrize(
        "files, expected",
        [
            ({f"x/{name}/{FILE}": name for name in ("ada", "ben")}, {"ada": "ada", "ben": "ben"}),
            ({f"x/{name}/work.ipynb": name for name in ("ada", "ben")}, {"ada": "ada", "ben": "ben"}),
            ({"x/ada.ipynb": "a", "x/ben.ipynb": "b"}, {"ada": "a", "ben": "b"}),
            ({f"x/ada/{FILE}": "a", "x/ben.ipynb": "b"}, {"ada": "a", "ben": "b"}),
            ({f"x/y/z/{name}/{FILE}": name for name in ("ada", "ben")}, {"ada": "ada", "ben": "ben"}),
            ({f"x/ada/{FILE}": "a", "x/ben/y.ipynb": UNMARKED}, {"ada": "a", "ben": "u"}),
            ({"x/ada/x.ipynb": UNMARKED, "x/ben/y.ipynb": UNMARKED}, {"ada": "u", "ben": "u"}),
            ({f"ada/nbs/{FILE}": "a", "ada/checkpoint/x.txt": b""}, {"ada": "a"}),
            ({f"ada/{FILE}": "a", "ada/04_corpus_size.ipynb": notebook(number="04")}, {"ada": "a"}),
            ({f"ada/03/{FILE}": "a", "ada/04/x.ipynb": notebook(number="04")}, {"ada": "a"}),
            ({f"ada/{FILE}": "a", f"ada/data/{FILE[:-6]}.csv": b"1"}, {"ada": "a"}),
            ({f"ada/version 1/{FILE}": "a", f"ada/version 2/{FILE}": "b"}, {"ada": "b"}),
        ],
    )
    @pytest.mark.parametrize("form", ["folder", "archive"])
    def test_what_lies_side_by_side_tells(self, tmp_path, files, expected, form):
        path = tmp_path / "in"
        path.mkdir()
        if form == "folder":
            unpack(files, path)
        else:
            path = tmp_path / "download.zip"
            path.write_bytes(packed(files))
        assert found(path) == expected

    def test_students_who_are_archives_within_a_folder(self, tmp_path):
        files = {f"Week 3/{name}.zip": packed({f"work/{FILE}": name}) for name in ("ada", "ben")}
        (tmp_path / "download.zip").write_bytes(packed(files))
        assert found(tmp_path / "download.zip") == {"ada": "ada", "ben": "ben"}

    UNCLEAR = (
        {f"Week 3/{FILE}": "a", f"Week 3/{NAME} (1).ipynb": "b"},
        {f"Week 3/submission 1/{FILE}": "a", f"Week 3/submission 2/x/{FILE}": "b"},
        {f"Week 3/ada/{FILE}": "a", "Week 3/ben/answers.docx": b""},
        {f"section A/{name}/{FILE}": name for name in ("ada", "ben")}
        | {f"section B/{name}/{FILE}": name for name in ("carl", "dora")},
        {f"section A/{name}/{FILE}": name for name in ("ada", "ben")} | {f"section B/carl/{FILE}": "carl"},
    )

    @pytest.mark.parametrize("files", UNCLEAR)
    def test_what_stays_unclear_is_refused_with_the_list_and_the_way_out(self, tmp_path, files):
        unpack(files, tmp_path)
        with pytest.raises(SubmissionsError, match=r"(Week 3|section A).*--students-in") as caught:
            find_submissions(tmp_path, NAME, OTHERS)
        assert "\n" not in str(caught.value) and len(str(caught.value)) < 600

    def test_the_instructor_says_where_the_students_are(self, tmp_path):
        unpack(self.UNCLEAR[3], tmp_path)
        assert found(tmp_path, students_in="*") == {name: name for name in ("ada", "ben", "carl", "dora")}
        assert found(tmp_path, students_in="section A") == {"ada": "ada", "ben": "ben"}
        assert found(tmp_path, students_in=".").keys() == {"section A", "section B"}
        for wrong in ("section C", "section A/ada/x"):
            with pytest.raises(SubmissionsError, match="holds nothing in .*section A and section B"):
                find_submissions(tmp_path, NAME, students_in=wrong)

    def test_one_name_in_two_folders_is_not_made_one_student(self, tmp_path):
        unpack({f"section {letter}/ada/{FILE}": letter for letter in "AB"}, tmp_path)
        with pytest.raises(SubmissionsError, match="ada in section B and in section A.*one by one"):
            find_submissions(tmp_path, NAME, students_in="*")

    def test_a_few_students_with_folders_of_their_own_stop_nobody(self, tmp_path):
        files = {f"ada/{name}/{FILE}": name for name in ("red", "blue")}
        unpack(files | {f"{name}/{FILE}": name for name in ("ben", "carl", "dora")}, tmp_path)
        assert found(tmp_path).keys() == {"ada", "ben", "carl", "dora"}


@pytest.mark.parametrize("form", ["folder", "archive"])
def test_the_limit_of_files_is_that_of_a_student_also_within_a_folder(tmp_path, monkeypatch, form):
    monkeypatch.setattr(handed_in, "MOST_FILES", 5)
    files = {f"Week 3/s{number}/{FILE}": str(number) for number in range(12)}
    files |= {f"Week 3/s3/junk/{number}.txt": b"" for number in range(12)}
    if form == "folder":
        unpack(files, tmp_path)
        path = tmp_path
    else:
        path = tmp_path / "class.zip"
        path.write_bytes(packed(files))
    assert len(found(path)) == 12 and all(found(path).values())


def test_hostile_names_take_no_time(tmp_path):
    names = ("version " * 8_000 + "!", "1" * 60_000, "(1) " * 15_000, "_attempt_" * 6_000, "1-1 - " * 9_000)
    files = {f"x/{name}/{FILE}": "a" for name in names} | {f"x/{name}.ipynb": "b" for name in names}
    (tmp_path / "class.zip").write_bytes(packed(files))
    assert find_submissions(tmp_path / "class.zip", NAME)
