"""The submissions of a class, in whatever way they were laid out, and however hostile."""

import hashlib
import io
import json
import os
import pickle
import stat
import struct
import time
import tracemalloc
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt2lab import LabError
from gpt2lab.grading.intake import archives, handed_in
from gpt2lab.grading.intake.naming import LONGEST_SHOWN, clean_name, feedback_name
from gpt2lab.grading.intake.submissions import SubmissionsError, find_submissions

NAME = "03_watch_the_loss"
OTHERS = ("02_fine_tune", "04_corpus_size")


def notebook(text="", number="03"):
    return json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "source": f"# EXERCISE {number}.2 (difficulty 1, 5 min, 1 point)\n{text}",
                }
            ]
        }
    ).encode()


OTHER = notebook(number="04")
PLAIN = b'{"cells": []}'


def packed(*entries, date=(2026, 3, 1, 12, 0, 0), method=zipfile.ZIP_DEFLATED):
    """A zip with (name, content) entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, date)
            info.compress_type = method
            archive.writestr(info, content)
    return buffer.getvalue()


@pytest.fixture
def lay_out(tmp_path):
    """A function that writes {name: bytes, or None for a folder, or seconds after which it was handed in}
    below a folder.
    """
    root = tmp_path / "submissions"
    root.mkdir()

    def written(files):
        for name, content in files.items():
            path = root / name
            if content is None:
                path.mkdir(parents=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            content, when = content if isinstance(content, tuple) else (content, 1_772_000_000)
            path.write_bytes(content)
            os.utime(path, (when, when))
        return root

    return written


def found(root, **options):
    """{student: submission}."""
    submissions = find_submissions(root, NAME, **options)
    assert len({each.student for each in submissions}) == len(submissions)
    return {each.student: each for each in submissions}


def contents(root, **options):
    return {student: each.read() if each.handed else None for student, each in found(root, **options).items()}


class TestLayouts:
    def test_a_file_a_student(self, lay_out):
        files = {
            "ada.ipynb": notebook("a"),
            f"bob_{NAME}.ipynb": notebook("b"),
            f"{NAME}-carl.ipynb": notebook("c"),
            "03 Watch-the-loss (Dora).ipynb": notebook("d"),
            "eve.ipynb.txt": notebook("e"),
            "README.md": b"hello",
            "grades.csv": b"1,2",
        }
        assert contents(lay_out(files)) == {
            name: notebook(name[0].lower()) for name in ("ada", "bob", "carl", "Dora", "eve")
        }

    def test_a_file_that_names_no_student_is_kept_with_a_note(self, lay_out):
        submissions = found(
            lay_out(
                {
                    f"{NAME}.ipynb": notebook("a"),
                    f"{NAME} (1).ipynb": notebook("b"),
                    f"Copy of {NAME}.ipynb": notebook("c"),
                }
            )
        )
        assert len(submissions) == 3 and all(
            "does not say whose" in each.notes[0] for each in submissions.values()
        )

    def test_a_folder_a_student(self, lay_out):
        root = lay_out(
            {
                f"ada/{NAME}.ipynb": notebook("a"),
                "bob/homework/final.ipynb": notebook("b"),
                "carl/x.ipynb": PLAIN,
                "dora": None,
            }
        )
        submissions = found(root)
        assert {student: each.file for student, each in submissions.items()} == {
            "ada": f"ada/{NAME}.ipynb",
            "bob": "bob/homework/final.ipynb",
            "carl": "carl/x.ipynb",
            "dora": "",
        }
        assert (
            submissions["ada"].notes == () and "exercises of this assignment" in submissions["bob"].notes[0]
        )
        assert "only notebook" in submissions["carl"].notes[0]
        assert submissions["dora"].handed is None and f"no notebook of {NAME}" in submissions["dora"].notes[0]

    def test_of_several_notebooks_the_one_of_this_assignment_counts(self, lay_out):
        root = lay_out(
            {
                f"ada/{NAME}.ipynb": notebook("a"),
                "ada/04_corpus_size.ipynb": OTHER,
                "ada/scratch.ipynb": notebook("no"),
                "bob/one.ipynb": OTHER,
                "bob/two.ipynb": notebook("b"),
                "bob/three.ipynb": PLAIN,
                "carl/one.ipynb": OTHER,
                "dora/a.ipynb": PLAIN,
                "dora/b.ipynb": PLAIN,
                f"eve/{NAME}.ipynb": OTHER,
                "eve/renamed.ipynb": notebook("e"),
            }
        )
        assert contents(root) == {
            "ada": notebook("a"),
            "bob": notebook("b"),
            "carl": None,
            "dora": None,
            "eve": notebook("e"),
        }
        assert "exercises of another" in found(root)["eve"].notes[0]

    def test_nbgrader(self, lay_out):
        root = lay_out(
            {
                f"submitted/ada/{NAME}/{NAME}.ipynb": notebook("a"),
                f"submitted/ada/{NAME}/timestamp.txt": b"2026-03-01 12:30:00.123456 UTC\n",
                "submitted/ada/04_corpus_size/problem.ipynb": OTHER,
                f"submitted/bob/{NAME}/problem.ipynb": notebook("b"),
                f"source/{NAME}/{NAME}.ipynb": notebook("solution"),
                "gradebook.db": b"SQLite",
            }
        )
        for path in (root, root / "submitted"):
            assert contents(path) == {"ada": notebook("a"), "bob": notebook("b")}
            ada = found(path)["ada"]
            assert (
                ada.submitted == "2026-03-01T12:30:00.123456+00:00"
                and ada.clock == "timestamp.txt"
                and ada.notes == ()
            )

    MOODLE = {
        "Ada Lovelace_123456_assignsubmission_file_/x.ipynb": notebook("a"),
        "Ada Lovelace_77_assignsubmission_file_/x.ipynb": notebook("b"),
        "Bob_9_assignsubmission_onlinetext_/onlinetext.html": b"<p>see file",
        "Carl_8_assignsubmission_file_x.ipynb": notebook("c"),
    }
    CANVAS = {
        f"lovelaceada_LATE_12345_67890_{NAME}-2.ipynb": notebook("a"),
        f"lovelaceada_55_67891_{NAME}.ipynb": notebook("b"),
        "bob_jr_9_10_homework.ipynb": notebook("c"),
        "carl_7_text.html": b"<p>",
    }

    @pytest.mark.parametrize(
        "layout, expected",
        [
            (
                MOODLE,
                {
                    "Ada Lovelace (123456)": notebook("a"),
                    "Ada Lovelace (77)": notebook("b"),
                    "Bob": None,
                    "Carl": notebook("c"),
                },
            ),
            (
                CANVAS,
                {
                    "lovelaceada (12345)": notebook("a"),
                    "lovelaceada (55)": notebook("b"),
                    "bob_jr": notebook("c"),
                    "carl": None,
                },
            ),
        ],
        ids=["Moodle", "Canvas"],
    )
    @pytest.mark.parametrize(
        "form", ["folder", "archive", "archive alone in a folder", "folder in an archive"]
    )
    def test_learning_platforms(self, lay_out, layout, expected, form):
        if form == "folder":
            root = lay_out(layout)
        elif form == "archive":
            root = lay_out({"course.zip": packed(*layout.items())}) / "course.zip"
        elif form == "folder in an archive":
            root = (
                lay_out(
                    {
                        "course.zip": packed(
                            *((f"Course 3/{name}", content) for name, content in layout.items())
                        )
                    }
                )
                / "course.zip"
            )
        else:
            root = lay_out({"course.zip": packed(*layout.items())})
        assert contents(root) == expected
        assert [student for student, each in found(root).items() if each.late] == (
            ["lovelaceada (12345)"] if layout is self.CANVAS else []
        )

    def test_of_two_that_canvas_hands_out_the_later_attachment_counts(self, lay_out):
        root = lay_out(
            {
                f"ada_1_900_{NAME}.ipynb": (notebook("old"), 2_000_000_000),
                f"ada_1_1000_{NAME}-1.ipynb": (notebook("new"), 1_000_000_000),
            }
        )
        assert (
            contents(root) == {"ada": notebook("new")}
            and f"not ada_1_900_{NAME}.ipynb" in found(root)["ada"].notes[0]
        )

    def test_an_archive_a_student_and_one_in_a_folder(self, lay_out):
        inner = packed((f"work/{NAME}.ipynb", notebook("b")), ("__MACOSX/._x.ipynb", b"junk"))
        root = lay_out(
            {
                "ada.zip": packed(("x.ipynb", notebook("a"))),
                "bob/upload.zip": inner,
                f"carl_{NAME}.zip": packed(("deep.zip", packed(("x.ipynb", notebook("c"))))),
                f"Dora_5_assignsubmission_file_/{NAME}.zip": packed(("x.ipynb", notebook("d"))),
            }
        )
        assert contents(root) == {
            "ada": notebook("a"),
            "bob": notebook("b"),
            "carl": notebook("c"),
            "Dora": notebook("d"),
        }
        assert found(root)["bob"].file == f"bob/upload.zip/work/{NAME}.ipynb"

    def test_the_newest_of_two_counts(self, lay_out):
        root = lay_out(
            {
                f"ada/{NAME}.ipynb": (notebook("old"), 1_700_000_000),
                f"ada/again/{NAME}-Copy1.ipynb": (notebook("new"), 1_700_000_100),
                f"bob/{NAME}.ipynb": notebook("b"),
                f"bob/{NAME} (1).ipynb": notebook("b"),
            }
        )
        assert contents(root) == {"ada": notebook("new"), "bob": notebook("b")}
        assert f"not ada/{NAME}.ipynb" in found(root)["ada"].notes[0] and found(root)["bob"].notes == ()

    def test_a_file_and_a_folder_of_the_same_student_are_one_submission(self, lay_out):
        root = lay_out(
            {
                "ada.ipynb": (notebook("old"), 1),
                f"ada_{NAME}.ipynb": (notebook("new"), 2_000_000_000),
                "bob.ipynb": notebook(),
                "group_07_red.ipynb": notebook(),
                "group_07_blue.ipynb": notebook(),
            }
        )
        assert contents(root)["ada"] == notebook("new") and found(root).keys() == {
            "ada",
            "bob",
            "group_07_red",
            "group_07_blue",
        }

    def test_notebooks_of_other_assignments_beside_it(self, lay_out):
        root = lay_out(
            {
                f"ada_{NAME}.ipynb": notebook("a"),
                "ada_04_corpus_size.ipynb": OTHER,
                "bob_02_fine_tune.ipynb": notebook(number="02"),
            }
        )
        assert contents(root, other_notebooks=OTHERS) == {"ada": notebook("a"), "bob": None}
        assert found(root)["ada_04_corpus_size"].handed is None

    def test_a_script_is_taken_where_there_is_no_notebook(self, lay_out):
        root = lay_out(
            {
                "ada/work.py": b"# %%\n# EXERCISE 03.2 (\nx = 1",
                "ada/other.py": b"x",
                "bob/work.pdf": b"%PDF",
                f"carl_{NAME}.html": b"<pre># EXERCISE 03.2",
            }
        )
        assert found(root)["ada"].file == "ada/work.py" and "no notebook" in found(root)["ada"].notes[0]
        assert (
            found(root)["bob"].handed is None
            and "bob/work.pdf" in found(root)["bob"].notes[0]
            and found(root)["carl"].handed
        )

    def test_a_lone_script_with_exercises_is_a_submission_and_what_is_nobodys_is_named(self, lay_out):
        root = lay_out(
            {
                "ada.py": b"# EXERCISE 03.2 (\nx = 1",
                "bob.ipynb": notebook(),
                "roster.py": b"names",
                "README.md": b"",
                "a.csv": b"",
                "b.csv": b"",
                "05.py": b"# EXERCISE 05.2",
            }
        )
        with pytest.warns(
            UserWarning,
            match=r"passed over, as nobody's notebook: 05\.py, README\.md, a\.csv and 2 other files\.",
        ):
            assert set(found(root)) == {"ada", "bob"}

    def test_the_archive_of_the_only_student_is_no_archive_of_a_class(self, lay_out):
        assert contents(lay_out({"ada.zip": packed(("x.ipynb", notebook("a")), ("work/y.txt", b""))})) == {
            "ada": notebook("a")
        }

    def test_a_single_notebook(self, lay_out):
        root = lay_out({"ada.ipynb": notebook("a"), "bob.ipynb": notebook("b")})
        assert contents(root / "ada.ipynb") == {"ada": notebook("a")}

    def test_hidden_files_and_checkpoints_are_passed_over(self, lay_out):
        root = lay_out(
            {
                f"ada/.ipynb_checkpoints/{NAME}-checkpoint.ipynb": (notebook("old"), 2_000_000_000),
                f"ada/{NAME}.ipynb": notebook("a"),
                ".ipynb_checkpoints/x.ipynb": b"",
                "._ada.ipynb": b"",
                "bob.ipynb": notebook(),
            }
        )
        assert contents(root) == {"ada": notebook("a"), "bob": notebook()} and found(root)["ada"].notes == ()


class TestTimes:
    def test_the_time_of_a_file_with_its_offset(self, lay_out):
        ada = found(lay_out({"ada.ipynb": (notebook(), 1_772_000_000), "b": None}))["ada"]
        assert ada.submitted == datetime.fromtimestamp(1_772_000_000, UTC).isoformat() and ada.clock == "file"

    def test_the_time_in_the_archive_of_a_class(self, lay_out):
        root = (
            lay_out({"class.zip": packed(("ada.ipynb", notebook()), date=(2026, 3, 1, 12, 0, 2))})
            / "class.zip"
        )
        ada = found(root)["ada"]
        assert (
            datetime.fromisoformat(ada.submitted).timestamp() == time.mktime((2026, 3, 1, 12, 0, 2, 0, 0, -1))
            and ada.clock == "archive"
        )

    def test_the_exact_time_in_an_archive_is_preferred(self, lay_out):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            info = zipfile.ZipInfo("ada.ipynb", (2026, 3, 1, 12, 0, 0))
            info.extra = struct.pack("<HHBi", 0x5455, 5, 1, 1_772_000_123)
            archive.writestr(info, notebook())
        root = lay_out({"class.zip": buffer.getvalue()}) / "class.zip"
        assert datetime.fromisoformat(found(root)["ada"].submitted).timestamp() == 1_772_000_123

    @pytest.mark.parametrize(
        "date, extra",
        [
            ((1980, 0, 0, 0, 0, 0), b""),
            ((2026, 3, 1, 12, 0, 0), b"\x55\x54\xff\xff\x01"),
            ((2026, 3, 1, 12, 0, 0), b"\x01\x00\x00\x00" * 9),
        ],
    )
    def test_dates_that_are_none(self, lay_out, date, extra):
        content = bytearray(packed(("ada.ipynb", notebook())))
        if extra:
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                info = zipfile.ZipInfo("ada.ipynb", date)
                info.extra = extra
                archive.writestr(info, notebook())
            content = bytearray(buffer.getvalue())
        else:
            directory = content.index(b"PK\x01\x02")
            content[directory + 12 : directory + 16] = bytes(4)
        ada = found(lay_out({"ada.zip": bytes(content), "bob.ipynb": notebook()}))["ada"]
        assert ada.handed or ada.notes

    def test_a_student_cannot_set_the_time_by_an_archive_of_their_own(self, lay_out):
        inner = packed(
            (f"{NAME}/{NAME}.ipynb", notebook()),
            (f"{NAME}/timestamp.txt", b"2001-01-01 00:00:00 UTC"),
            date=(2001, 1, 1, 0, 0, 0),
        )
        root = lay_out(
            {
                "ada/work.zip": (inner, 1_772_000_000),
                f"Bob_1_assignsubmission_file_/{NAME}.ipynb": (notebook(), 1_772_000_000),
                "Bob_1_assignsubmission_file_/timestamp.txt": b"2001-01-01 00:00:00 UTC",
            }
        )
        assert {each.submitted[:4] for each in found(root).values()} == {"2026"}

    @pytest.mark.parametrize(
        "stamp, time_found, note",
        [
            ("2026-03-01 12:00:00.5 CET", "2026-03-01T12:00:00.500000+01:00", None),
            ("2026-03-01 12:00 Europe/Berlin", "2026-03-01T12:00:00+01:00", None),
            ("2026-03-01T12:00:00-05:30", "2026-03-01T12:00:00-05:30", None),
            ("2026-03-01 12:00:00", "2026-03-01T12:00:00+00:00", None),
            ("2026-03-01 12:00:00 Nowhere/At_All", "2026-03-01T12:00:00+00:00", "time zone"),
            ("yesterday", None, "no time"),
            ("2026-99-01 12:00:00 UTC", None, "no time"),
            ("2026-03-01 12:00:00 +99:99", None, "no time"),
            ("", None, "no time"),
            ("2026-03-01 12:00:00 ../../etc/passwd", "2026-03-01T12:00:00+00:00", None),
            ("2026-03-01 12:00:00 x/../../passwd", "2026-03-01T12:00:00+00:00", "time zone"),
            ("\0\xff" * 1000, None, "no time"),
            ("2026-03-01 12:00:00 " + "Z" * 500, "2026-03-01T12:00:00+00:00", "time zone"),
        ],
    )
    def test_stamps_of_nbgrader_in_any_form(self, lay_out, stamp, time_found, note):
        ada = found(lay_out({f"ada/{NAME}.ipynb": notebook(), "ada/timestamp.txt": stamp.encode("latin-1")}))[
            "ada"
        ]
        assert ada.submitted == (time_found or "2026-02-25T06:13:20+00:00") and ada.handed
        assert note in ada.notes[0] if note else not ada.notes


def entry(name, content=b"", mode=None, flags=0, **fields):
    """A zip of one entry that zipfile would not write."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("placeholder", (2026, 3, 1, 12, 0, 0))
        info.external_attr = (mode or 0o100644) << 16
        archive.writestr(info, content)
    return buffer.getvalue().replace(b"placeholder", name.encode().ljust(11, b"_")[:11])


class TestHostileFiles:
    def test_symbolic_links_are_not_followed(self, lay_out, tmp_path):
        secret = tmp_path / "secret.ipynb"
        secret.write_bytes(notebook("secret"))
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / f"{NAME}.ipynb").write_bytes(notebook("secret"))
        root = lay_out({"ada/notes.txt": b"", "zoe.ipynb": notebook("z")})
        (root / "ada" / f"{NAME}.ipynb").symlink_to(secret)
        (root / "bob.ipynb").symlink_to(secret)
        (root / "carl").symlink_to(tmp_path / "folder")
        (root / "dora.zip").symlink_to(secret)
        (root / "loop").symlink_to(root)
        submissions = found(root)
        assert submissions.keys() == {"ada", "bob", "carl", "dora", "loop", "zoe"}
        for student in ("ada", "bob", "carl", "dora", "loop"):
            assert submissions[student].handed is None and "symbolic link" in submissions[student].notes[0]

    def test_a_file_replaced_by_a_link_after_it_was_found_is_not_followed(self, lay_out, tmp_path):
        secret = tmp_path / "secret"
        secret.write_bytes(notebook())
        root = lay_out({"ada.ipynb": notebook(), "bob.ipynb": notebook()})
        ada, bob = find_submissions(root, NAME)
        (root / "ada.ipynb").unlink()
        (root / "ada.ipynb").symlink_to(secret)
        (root / "bob.ipynb").write_bytes(notebook("changed"))
        for submission in (ada, bob):
            with pytest.raises(SubmissionsError, match="start the grading again"):
                submission.read()

    def test_pipes_and_sockets_are_never_opened(self, lay_out):
        root = lay_out({"ada/x.txt": b"", "zoe.ipynb": notebook()})
        os.mkfifo(root / "ada" / f"{NAME}.ipynb")
        os.mkfifo(root / "bob.ipynb")
        submissions = found(root)
        assert submissions["zoe"].handed
        for student in ("ada", "bob"):
            assert submissions[student].handed is None and "no plain file" in submissions[student].notes[0]

    def test_too_large_a_notebook_is_noted_and_not_read(self, lay_out):
        root = lay_out(
            {
                f"ada/{NAME}.ipynb": b"",
                f"bob/{NAME}.ipynb": b"",
                "bob/small.ipynb": notebook("b"),
                "carl.zip": packed(("x.ipynb", b"\0" * 50_000_000)),
            }
        )
        for student in ("ada", "bob"):
            with open(root / student / f"{NAME}.ipynb", "wb") as file:
                file.truncate(50_000_000)
        tracemalloc.start()
        submissions = found(root)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
        tracemalloc.stop()
        assert (
            submissions["ada"].handed is None and "50 MB; the limit is 20 MB" in submissions["ada"].notes[0]
        )
        assert submissions["bob"].read() == notebook("b") and submissions["carl"].handed is None

    @pytest.mark.parametrize(
        "name", ["../../bob.ipynb", "/etc/x.ipynb", "C:/x/y.ipynb", "..\\..\\bob\\x.ipynb", "a/../../x.ipynb"]
    )
    def test_names_that_lead_out_of_an_archive_lead_nowhere(self, lay_out, name):
        root = lay_out({"ada.zip": packed((name, notebook("a"))), "bob.ipynb": notebook("b")})
        before = sorted(root.parent.rglob("*"))
        assert contents(root) == {"ada": notebook("a"), "bob": notebook("b")}
        assert any("leads out of its archive" in note for note in found(root)["ada"].notes)
        assert sorted(root.parent.rglob("*")) == before

    def test_an_archive_cannot_pretend_to_be_that_of_the_class(self, lay_out):
        root = lay_out(
            {
                "ada.zip": packed(
                    ("Bob_1_assignsubmission_file_/x.ipynb", notebook("forged")),
                    ("submissions/bob.ipynb", notebook("forged")),
                ),
                "bob.ipynb": notebook("b"),
            }
        )
        assert found(root).keys() == {"ada", "bob"} and contents(root)["bob"] == notebook("b")

    def test_a_link_and_a_device_in_an_archive_are_not_followed(self, lay_out):
        root = lay_out(
            {
                "ada.zip": entry("abcde.ipynb", b"/etc/passwd", stat.S_IFLNK | 0o777),
                "bob.zip": entry("abcde.ipynb", b"", stat.S_IFIFO | 0o666),
                "carl.ipynb": notebook(),
            }
        )
        submissions = found(root)
        assert (
            "symbolic link" in submissions["ada"].notes[0] and "no plain file" in submissions["bob"].notes[0]
        )
        assert submissions["ada"].handed is None and submissions["bob"].handed is None

    @pytest.mark.parametrize(
        "content, note",
        [
            (b"PK\x03\x04 nothing", "damaged archive"),
            (b"", "damaged archive"),
            (packed(("x.ipynb", notebook() * 99))[:-30], "damaged archive"),
            (packed(("x.ipynb", b" " * 19_000_000)), "zip bomb"),
            (packed(("x.ipynb", notebook()), method=zipfile.ZIP_LZMA), "unusual"),
            (packed(("x.ipynb", notebook()), method=zipfile.ZIP_BZIP2), "unusual"),
            (packed(("1.zip", packed(("2.zip", packed(("x.ipynb", notebook())))))), "archives deep"),
            (packed(*((f"{number}.txt", b"") for number in range(2_500))), "more than 2,000 files"),
            (
                packed(*((f"{number:020d}" * 6, b"") for number in range(30_000))),
                "list of contents is too long",
            ),
            (packed(("a.zip", b"\0" * 60_000_000)), "zip bomb"),
            (packed(("a.zip", os.urandom(51_000_000)), method=zipfile.ZIP_STORED), "larger than 50 MB"),
            (
                packed(
                    *((f"{number}.zip", os.urandom(45_000_000)) for number in range(5)),
                    method=zipfile.ZIP_STORED,
                ),
                "200 MB in archives",
            ),
            (packed(("x.ipynb", notebook("x" * 50))).replace(b"EXERCISE", b"EXORCISE"), ""),
            (
                packed(("x.ipynb", notebook()), method=zipfile.ZIP_STORED).replace(b"EXERCISE", b"EXORCISE"),
                "cannot be unpacked",
            ),
            (packed()[:22], "no notebook"),
            (packed(*(("_1" * 32_000 + f"{number}/x.txt", b"") for number in range(20))), "no notebook"),
        ],
        ids=range(16),
    )
    def test_archives_that_are_bombs_or_broken_stop_nobody(self, lay_out, content, note):
        root = lay_out({"ada.zip": content, "bob.ipynb": notebook("b")})
        start = time.process_time()
        submissions = found(root)
        find_submissions(root / "ada.zip", NAME) if note == "no notebook" and len(content) > 100 else None
        assert submissions["bob"].read() == notebook("b") and time.process_time() - start < 5
        if note:
            assert submissions["ada"].handed is None and any(
                note in each for each in submissions["ada"].notes
            ), submissions["ada"].notes

    def test_a_protected_archive_is_named(self, lay_out):
        content = bytearray(packed(("x.ipynb", notebook())))
        content[6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
        ada = found(lay_out({"ada.zip": bytes(content), "b": None}))["ada"]
        assert ada.handed is None and "password" in ada.notes[0]

    def test_any_change_of_an_archive_stops_nobody(self, lay_out):
        whole = packed((f"{NAME}.ipynb", notebook("a")), ("b/c.txt", b"text"))
        for place in range(0, len(whole), 2):
            damaged = bytearray(whole)
            damaged[place] ^= 0xFF
            root = lay_out({"ada.zip": bytes(damaged), "bob.ipynb": notebook()})
            submissions = found(root)
            assert submissions.keys() == {"ada", "bob"}
            if submissions["ada"].handed:
                submissions["ada"].read()

    def test_many_files_and_deep_folders_are_noted(self, lay_out):
        root = lay_out(
            {
                "ada/" + "d/" * 40 + "x.ipynb": notebook(),
                "bob.ipynb": notebook(),
                **{f"carl/{number}.txt": b"" for number in range(2_100)},
            }
        )
        submissions = found(root)
        assert (
            "folders deep" in submissions["ada"].notes[0]
            and "more than 2,000 files" in submissions["carl"].notes[0]
            and submissions["bob"].handed
        )

    def test_many_notes_are_cut(self, lay_out):
        root = lay_out({"ada/x": b"", "bob.ipynb": notebook()})
        for number in range(200):
            (root / "ada" / f"{number}.ipynb").symlink_to("/etc/passwd")
        assert len(found(root)["ada"].notes) < 25

    def test_unreadable_files_and_folders_stop_nobody(self, lay_out, monkeypatch):
        root = lay_out({"ada/x.ipynb": notebook(), f"bob/{NAME}.ipynb": notebook(), "carl.ipynb": notebook()})
        scandir, opened = os.scandir, os.open
        monkeypatch.setattr(
            handed_in.os, "scandir", lambda path: refuse() if str(path).endswith("ada") else scandir(path)
        )
        monkeypatch.setattr(
            archives.os, "open", lambda path, flags: refuse() if "bob" in str(path) else opened(path, flags)
        )

        def refuse():
            raise PermissionError(13, "Permission denied")

        submissions = found(root)
        assert (
            "cannot be read (Permission denied)" in submissions["ada"].notes[0]
            and "cannot be read" in submissions["bob"].notes[0]
        )
        assert submissions["carl"].handed


NASTY = [
    "\x1b[31mred\x1b[0m",
    "<b onload=alert(1)>",
    "two\nlines",
    "x" * 200,
    "\u202egnp.exe",
    "con",
    "a\u0301",
    "e\x07vil",
    "=1+1",
    "ada ",
    "-rf",
    "%s%n",
    "\ufeffbom",
    "CON.",
    "...",
]


class TestNames:
    def test_names_are_shown_in_one_visible_line(self, lay_out):
        root = lay_out({})
        for number, name in enumerate(NASTY):
            if name != "...":
                (root / name).mkdir()
                (root / name / f"{NAME}.ipynb").write_bytes(notebook(str(number)))
        with open(os.path.join(os.fsencode(root), b"\xff\xfe.ipynb"), "wb") as file:
            file.write(notebook())
        submissions = find_submissions(root, NAME)
        assert len(submissions) == len(NASTY)
        for each in submissions:
            for text in (each.student, each.file, *each.notes):
                assert text.isprintable() and len(text) < 400 and text.encode()
            assert each.read() and pickle.loads(pickle.dumps(each)) == each
        assert "\\xff\\xfe" in {each.student for each in submissions} and "red" in {
            each.student for each in submissions
        }

    def test_names_that_look_the_same_are_told_apart(self, lay_out):
        root = lay_out({"ada": None, "ada\u200b": None, "ada\x07": None, "ada (2)": None, "Ada": None})
        assert {each.student for each in find_submissions(root, NAME)} == {
            "ada",
            "ada (2)",
            "ada (3)",
            "ada (4)",
            "Ada",
        }

    def test_names_in_archives_of_macos_and_of_old_windows(self, lay_out):
        content = packed(("Zoë/x.ipynb", notebook())).replace("Zoë".encode(), "Zoë".encode())
        unmarked = bytearray(content)
        unmarked[7] &= ~0x08
        unmarked[content.index(b"PK\x01\x02") + 9] &= ~0x08
        for each in (content, bytes(unmarked)):
            assert found(lay_out({"class.zip": each}) / "class.zip").keys() == {"Zoë"}

    @given(st.text())
    def test_any_name_is_shown(self, name):
        text = clean_name(name)
        assert len(text) <= LONGEST_SHOWN and text == " ".join(text.split())
        text.encode()
        assert all(
            unicodedata.category(letter) not in ("Cc", "Cs")
            and letter not in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f"
            for letter in text
        )

    def test_names_of_the_world_stay(self):
        for name in (
            "Ada Lovelace",
            "Zoë Müller-Lüdenscheidt",
            "李小龙",
            "محمد",
            "नरेन्द्र",
            "O'Brien",
            "می\u200cخواهم",
        ):
            assert clean_name(name) == name

    @given(
        st.lists(
            st.one_of(
                st.text(),
                st.sampled_from(
                    [
                        *NASTY,
                        "NUL",
                        "com1",
                        "COM¹",
                        "ß",
                        "ss",
                        "Å",
                        "A\u030a",
                        "ada",
                        "ADA",
                        "İ",
                        "i̇",
                        "..",
                        "/",
                        "",
                        "ﬀ",
                    ]
                ),
            ),
            max_size=12,
        )
    )
    def test_feedback_names_are_safe_and_unique_on_every_file_system(self, students):
        taken = []
        for student in students:
            taken.append(feedback_name(student, taken))
        for name in taken:
            assert 0 < len(name) <= 70 and len(name.encode()) <= 250
            assert (
                all(letter in "-_" or unicodedata.category(letter)[0] in "LMN" for letter in name)
                and name[0] not in "-_"
            )
            assert name.lower() not in {"con", "nul", "aux", "prn", "com1", "lpt9"}
            assert name == unicodedata.normalize("NFKC", name)
        for fold in (str.casefold, str.lower, str.upper):
            assert len({unicodedata.normalize("NFD", fold(name)) for name in taken}) == len(taken)

    def test_feedback_names_are_readable(self):
        assert (
            feedback_name("Ada Lovelace (123456)") == "Ada_Lovelace_123456"
            and feedback_name("Zoë O'Brien") == "Zoë_O_Brien"
        )
        assert (
            feedback_name("../../etc/passwd") == "etc_passwd"
            and feedback_name("\x1b[2J") == "student"
            and feedback_name("Nul") == "Nul_"
        )
        assert feedback_name("ada", {"Ada", "ada-2"}) == "ada-3"


class TestNothingToGrade:
    def test_a_wrong_path(self, lay_out):
        root = lay_out({"ada.ipynb": notebook()})
        for path in (root.parent / "submisions", root / "bob.ipynb", "", 5, root / "x" / "y"):
            with pytest.raises(LabError) as caught:
                find_submissions(path, NAME)
            assert "\n" not in str(caught.value) and len(str(caught.value)) < 500

    @pytest.mark.parametrize(
        "files", [{}, {"README.md": b"", "roster.csv": b"a,b"}, {".hidden/x.ipynb": b""}]
    )
    def test_a_folder_without_submissions(self, lay_out, files):
        with pytest.raises(SubmissionsError, match="holds no submissions.*give the folder"):
            find_submissions(lay_out(files), NAME)

    def test_a_broken_archive_of_a_class(self, lay_out):
        with pytest.raises(SubmissionsError, match="damaged archive.*download it again"):
            find_submissions(lay_out({"class.zip": b"PK nothing"}) / "class.zip", NAME)

    def test_an_unreadable_folder(self, lay_out, monkeypatch):
        def refuse(path):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(handed_in.os, "scandir", refuse)
        with pytest.raises(SubmissionsError, match="check that you may read it"):
            find_submissions(lay_out({"ada.ipynb": b""}), NAME)


def test_the_checksum_is_that_of_the_bytes(lay_out):
    ada = found(lay_out({"ada.ipynb": notebook("a"), "b": None}))["ada"]
    assert ada.checksum == hashlib.sha256(notebook("a")).hexdigest()


def test_a_class_of_a_thousand_is_listed_in_seconds(lay_out):
    root = lay_out(
        {
            "class.zip": packed(
                *(
                    (f"Student {number}_{number}_assignsubmission_file_/x.ipynb", notebook(str(number)))
                    for number in range(1_000)
                )
            )
        }
    )
    start = time.process_time()
    assert len(find_submissions(root / "class.zip", NAME)) == 1_000
    assert time.process_time() - start < 20
