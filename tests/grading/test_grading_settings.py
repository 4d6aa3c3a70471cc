"""The grading settings: a mistake in them is named, and lateness costs what they say, on every clock."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt2lab.errors import ArgumentError, LabError
from gpt2lab.grading.judging.findings import ExerciseResult
from gpt2lab.grading.lateness import Late, penalty
from gpt2lab.grading.settings import Limits, Settings, SettingsError, read_settings

WHOLE = """
repository = "someone/course"

[grading]
seed = "between us"
timezone = "Europe/Zurich"
written = "by hand"

[grading.points]
"03.2" = 2
03.3 = 1.5

[grading.due]
"03" = 2026-12-01T23:59:00
4 = 2026-12-08
"05" = 2026-12-15T12:00:00+09:00

[grading.extensions]
"03" = { ada = 2026-12-05T23:59:00, "Grace Hopper" = 2026-12-06 }

[grading.late]
per_day = 0.1
at_most = 0.5
grace_minutes = 15

[grading.limits]
memory_MB = 2000
"""


@pytest.fixture
def course(tmp_path):
    """A function that reads a text as course.toml."""

    def read(text):
        (tmp_path / "course.toml").write_text(text, encoding="utf-8")
        return read_settings(tmp_path / "course.toml")

    return read


@pytest.fixture
def zurich(course):
    return course(WHOLE)


def test_all_of_the_table_is_read(zurich):
    assert (zurich.seed, zurich.written, zurich.points) == ("between us", "by hand", {"03.2": 2, "03.3": 1.5})
    assert {number: due.isoformat() for number, due in zurich.due.items()} == {
        "03": "2026-12-01T23:59:00+01:00",
        "04": "2026-12-08T23:59:59+01:00",
        "05": "2026-12-15T12:00:00+09:00",
    }
    assert zurich.late == Late(0.1, 0.5, 15) and zurich.limits == Limits(memory_MB=2000)


@pytest.mark.parametrize(
    "text", ["", 'repository = ""\nbranch = "main"\n', "[grading]\n", "[grading.late]\n", "\ufeff[grading]\n"]
)
def test_without_the_table_nothing_is_late(course, text):
    settings = course(text)
    assert (settings.seed, settings.written, settings.limits, settings.late) == (
        "",
        "by hand",
        Limits(),
        Late(),
    )
    assert penalty(settings, "03", "ada", "2099-01-01T00:00:00Z", 10) == (0, 0)


def test_the_course_file_of_the_repository_can_be_used():
    from browser import REPOSITORY

    assert read_settings(REPOSITORY / "notebooks" / "course.toml").limits.memory_MB >= 1000


def test_a_seed_may_be_a_number_and_is_never_shown(course, zurich):
    assert course("[grading]\nseed = 17").seed == "17"
    assert "between us" not in repr(zurich) and "between us" not in json.dumps(zurich.to_dict())
    assert pickle.loads(pickle.dumps(zurich)) == zurich  # workers get it


@pytest.mark.parametrize(
    "text, words",
    [
        ("[grading]\nsede = 1", "[grading] has an unknown key 'sede'; did you mean 'seed'?"),
        ("[gradings]\nseed = 1", "[gradings] is unknown; did you mean [grading]?"),
        ("[grading.pionts]\n", "did you mean 'points'?"),
        (
            "[grading.late]\nper_week = 0.1",
            "[grading.late] has an unknown key 'per_week'; did you mean 'per_day'?",
        ),
        (
            "[grading.limits]\nzzz = 1",
            "unknown key 'zzz'; there are seconds_a_cell, seconds_a_notebook, memory_MB,",
        ),
        ("grading = 3", "grading = 3 is no table; write [grading]"),
        ("[grading]\ndue = 2026-12-01", "in [grading] is no table; write it as [grading.due]"),
        ("[grading]\nseed = true", "'seed' = True in [grading] cannot be used; give a text or a number"),
        ("[grading]\nseed = [1]", "give a text or a number"),
        ("[grading]\ntimezone = 'Zürich'", "give the name of a time zone such as 'Europe/Zurich'"),
        ("[grading]\ntimezone = 'Europe'", "give the name of a time zone"),
        ("[grading]\ntimezone = '../../etc/passwd'", "give the name of a time zone"),
        ("[grading]\ntimezone = 1", "give the name of a time zone"),
        (
            "[grading]\nwritten = 'hand'",
            "'written' = 'hand' in [grading] cannot be used; give 'check' or 'by hand'.",
        ),
        (
            '[grading.points]\n"3.2" = 2',
            "'3.2' in [grading.points] cannot be used; write an exercise such as \"03.2\".",
        ),
        (
            '[grading.points]\n"03.2" = -1',
            "'03.2' = -1 in [grading.points] cannot be used; give a number from 0 to 1,000.",
        ),
        ('[grading.points]\n"03.2" = nan', "give a number from 0 to 1,000"),
        ('[grading.points]\n"03.2" = true', "give a number from 0 to 1,000"),
        ("[grading.points]\n\"03.2\" = '2'", "give a number from 0 to 1,000"),
        ('[grading.due]\n"03" = 2026-12-01T12:00:00', "say which time is meant: add an offset"),
        ("[grading.due]\n\"03\" = '2026-12-01'", "write a date and a time without quotes"),
        ('[grading.due]\n"03" = 1926-12-01T12:00:00Z', "give a year from 2000 to 2100"),
        ("[grading.due]\nloss = 2026-12-01T12:00:00Z", 'write the number of a notebook such as "03"'),
        (
            "[grading.due]\n3 = 2026-12-01T12:00:00Z\n03 = 2026-12-01T12:00:00Z",
            "[grading.due] has '03' twice",
        ),
        ("[grading.extensions]\n03 = {ada = 2026-12-01T12:00:00Z}", "has '03', which is due at no time"),
        (
            (
                "[grading.due]\n03 = 2026-12-02T12:00:00Z\n[grading.extensions]\n03 = {ada ="
                " 2026-12-01T12:00:00Z}"
            ),
            "gives 'ada' until 2026-12-01 12:00, before it is due",
        ),
        (
            (
                "[grading.due]\n03 = 2026-12-02T12:00:00Z\n[grading.extensions]\n03 = {ada ="
                " 2026-12-03T12:00:00Z, Ada = 2026-12-04T12:00:00Z}"
            ),
            "names a student twice",
        ),
        (
            "[grading.due]\n03 = 2026-12-02T12:00:00Z\n[grading.extensions]\n03 = 2026-12-01T12:00:00Z",
            "write it as [grading.extensions.03]",
        ),
        ("[grading.late]\nper_day = 10", "give a share from 0 to 1, for example 0.1"),
        ("[grading.late]\ngrace_minutes = -1", "give minutes from 0"),
        ("[grading.limits]\nmemory_MB = 0", "give a number from 1 to"),
        ("[grading.limits]\nprocesses = 1.5", "give a whole number"),
        ("[grading.limits]\nseconds_a_cell = inf", "give a number from 1 to"),
        ("[grading", "is no TOML"),
    ],
)
def test_a_mistake_is_named_in_one_sentence_with_file_and_key(course, text, words):
    with pytest.raises(SettingsError) as error:
        course(text)
    assert words in str(error.value) and "course.toml: " in str(error.value).replace(" is no TOML", ": ")
    assert isinstance(error.value, LabError) and "\n" not in str(error.value) and len(str(error.value)) < 500


def test_a_file_that_is_not_there_or_not_utf_8_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="could not be read"):
        read_settings(tmp_path / "course.toml")
    (tmp_path / "course.toml").write_bytes("# é".encode("latin-1"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_settings(tmp_path / "course.toml")


def test_points_of_an_exercise_that_is_not_there_are_refused(zurich):
    zurich.check_points(["03.1", "03.2", "03.3"])
    zurich.check_points(["01.1"])
    with pytest.raises(SettingsError, match=r"'03.3', which is no exercise; did you mean '03.[12]'\?"):
        zurich.check_points(["03.1", "03.2"])


def test_answers_in_words_are_read_by_a_person_unless_the_course_says_that_the_check_is_enough():
    made = ExerciseResult("03.5", "Advice", 2, 0.0, "by hand", "Compare.", answer="x", passable=True)
    assert Settings().written == "by hand" and made.of_words("by hand") == made
    counted = made.of_words("check")
    assert (counted.state, counted.earned, counted.reason) == ("right", 2, "Compare.")
    for state in ("wrong", "failed"):
        refused = ExerciseResult("03.5", "Advice", 2, 0.0, state, "You wrote 3 words.", answer="x")
        left = refused.of_words("by hand")
        assert (left.state, left.earned) == ("by hand", 0) and "3 words" in left.note not in left.reason
        assert refused.of_words("check") == refused
    for state in ("unanswered", "missing", "stopped", "not graded", "by hand"):  # also one in Markdown
        other = ExerciseResult("03.5", "Advice", 2, 0.0, state)
        assert other.of_words("by hand") == other.of_words("check") == other


@pytest.mark.parametrize(
    "submitted, late",
    [
        (None, (0, 0)),
        ("2026-12-01T23:59:00+01:00", (0, 0)),
        ("2026-12-01T22:59:00Z", (0, 0)),
        ("2026-12-02T00:14:00+01:00", (0, 0)),  # within the grace
        ("2026-12-02T00:14:01+01:00", (1, 2.0)),
        ("2026-12-03T00:14:00+01:00", (1, 2.0)),
        ("2026-12-03T00:14:01+01:00", (2, 4.0)),
        ("2026-12-20T00:00:00+01:00", (18, 10.0)),
        ("9999-12-31T23:59:59+00:00", (63218, 10.0)),
        ("0001-01-01T00:00:00+10:00", (0, 0)),
        ("2026-12-02T00:14:01", (1, 2.0)),  # a time without an offset is one of the course
    ],
)
def test_each_day_that_has_begun_after_the_grace_costs_its_share_up_to_the_most(zurich, submitted, late):
    assert penalty(zurich, "03", "bob", submitted, 20) == late


def test_an_extension_counts_for_its_student_whatever_the_case(zurich):
    assert penalty(zurich, "03", "ADA", "2026-12-05T23:00:00+01:00", 10) == (0, 0)
    assert penalty(zurich, "03", "grace hopper", "2026-12-07T12:00:00+01:00", 10) == (1, 1.0)
    assert penalty(zurich, "03", "bob", "2026-12-05T23:00:00+01:00", 10) == (4, 4.0)
    assert zurich.strangers("03", ["Ada", "bob"]) == ["Grace Hopper"] and zurich.strangers("04", []) == []


@pytest.mark.parametrize("submitted", ["yesterday", "", 5, "2026-13-01T00:00:00Z"])
def test_what_is_no_moment_is_refused(zurich, submitted):
    with pytest.raises(ArgumentError, match="no moment"):
        penalty(zurich, "03", "bob", submitted, 10)


def test_a_time_without_offset_is_refused_if_the_course_has_no_zone(course):
    settings = course("[grading.due]\n03 = 2026-12-01T12:00:00Z")
    with pytest.raises(ArgumentError, match="its offset"):
        penalty(settings, "03", "bob", "2026-12-02T12:00:00", 10)


@pytest.mark.parametrize(
    "due, submitted, days",
    [
        ("2026-10-24T12:00:00", "2026-10-25T12:00:00+01:00", 1),  # summer time ends: a day of 25 hours
        ("2026-10-24T12:00:00", "2026-10-25T12:00:01+01:00", 2),
        ("2026-03-28T12:00:00", "2026-03-29T12:00:00+02:00", 1),  # and begins: one of 23
        ("2026-03-28T12:00:00", "2026-03-29T12:00:01+02:00", 2),
        # Half past two comes twice: the later one counts
        ("2026-10-25T02:30:00", "2026-10-25T02:30:00+01:00", 0),
        ("2026-10-25T02:30:00", "2026-10-25T02:30:01+01:00", 1),
        ("2026-03-29T02:30:00", "2026-03-29T03:30:00+02:00", 0),  # and not at all
        ("2026-03-29T02:30:00", "2026-03-29T03:30:01+02:00", 1),
    ],
)
def test_days_go_by_the_clocks_of_the_course_when_summer_time_ends_or_begins(course, due, submitted, days):
    settings = course(
        f"[grading]\ntimezone = 'Europe/Zurich'\n[grading.due]\n03 = {due}\n[grading.late]\nper_day = 0.1"
    )
    assert penalty(settings, "03", "bob", submitted, 10) == (days, days)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    due=moments,
    offset=offsets,
    first=moments,
    later=st.timedeltas(timedelta(0), timedelta(days=400)),
    zoned=st.booleans(),
    late=st.builds(Late, st.floats(0, 1), st.floats(0, 1), st.floats(0, 10_080)),
    points=st.floats(0, 1000),
)
def test_a_penalty_is_never_negative_never_above_the_points_and_never_falls(
    due, offset, first, later, zoned, late, points
):
    from zoneinfo import ZoneInfo

    settings = Settings(
        due={"03": due.astimezone(offset)}, late=late, timezone=ZoneInfo("Europe/Zurich") if zoned else None
    )
    early_days, early = penalty(settings, "03", "bob", first.astimezone(offset), points)
    days, lost = penalty(settings, "03", "bob", first + later, points)
    assert 0 <= early <= lost <= points and 0 <= early_days <= days and lost <= late.at_most * points + 0.005
    over = (first + later - due - timedelta(minutes=late.grace_minutes)) / timedelta(days=1)
    assert (days == 0) == (over <= 0) and abs(days - max(over, 0)) <= 1 + 1.1 / 24
