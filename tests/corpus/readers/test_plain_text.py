"""A file that is no text is refused in a sentence that says what it is and what to do."""

import gzip
import io
import zipfile

import pytest

from gpt2lab.corpus.readers.folders import list_text_files
from gpt2lab.corpus.readers.plain_text import read_text
from gpt2lab.errors import ArgumentError, LabError, TextError


def write(folder, content, name="text.txt"):
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path, kind=TextError, **options):
    with pytest.raises(kind) as caught:
        read_text(path, **options)
    assert isinstance(caught.value, LabError) and "\n" not in str(caught.value)
    return str(caught.value)


def test_a_text_comes_back_as_it_was_written(tmp_path):
    assert read_text(write(tmp_path, "  naïve – 你好\n\n\ttab  \n".encode())) == "  naïve – 你好\n\n\ttab  \n"


def test_line_ends_of_windows_and_old_macs_become_newlines(tmp_path):
    assert read_text(write(tmp_path, b"one\r\ntwo\rthree\n")) == "one\ntwo\nthree\n"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    assert read_text(write(tmp_path, b"\xef\xbb\xbfone")) == "one"
    assert read_text(write(tmp_path, "one".encode("utf-16")), encoding="utf-16") == "one"


def test_a_misspelled_name_is_answered_with_the_nearest_one(tmp_path):
    write(tmp_path, b"x", "shakespeare.txt")
    message = refusal(tmp_path / "Shakespear.txt")
    assert "Shakespear.txt" in message and "did you mean 'shakespeare.txt'" in message


def test_a_missing_file_without_a_near_name_is_answered_with_what_is_there(tmp_path):
    write(tmp_path, b"x", "novel.txt")
    assert "it holds novel.txt" in refusal(tmp_path / "zzz.csv")
    assert "does not exist" in refusal(tmp_path / "nowhere" / "zzz.csv")


def test_a_folder_is_not_a_file_and_a_file_not_a_folder(tmp_path):
    assert "is a folder" in refusal(tmp_path) and "from_directory" in refusal(tmp_path)
    with pytest.raises(TextError, match="is a file, not a folder.*from_file"):
        list_text_files(write(tmp_path, b"x"))
    with pytest.raises(TextError, match="There is no folder"):
        list_text_files(tmp_path / "nowhere")


def test_a_text_in_place_of_a_path_is_recognised():
    assert "Corpus.from_texts" in refusal("Call me Ishmael.\nSome years ago", ArgumentError)
    assert "not a path" in refusal(3, ArgumentError)
    assert "empty" in refusal("", ArgumentError)


def test_empty_and_blank_files_are_refused(tmp_path):
    assert "is empty" in refusal(write(tmp_path, b""))
    assert "only white space" in refusal(write(tmp_path, b" \r\n\t\n"))
    assert "only white space" in refusal(write(tmp_path, b"\xef\xbb\xbf"))


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_a_byte_that_is_not_utf8_is_named_with_its_offset_and_line(tmp_path, encoding):
    path = write(tmp_path, "one\r\ntwo\rau café".encode(encoding))
    message = refusal(path)
    assert all(
        part in message
        for part in ("not UTF-8", "0xE9", "offset 15", "line 3", "column 7", 'encoding="latin-1"', "café")
    )
    assert read_text(path, encoding=encoding) == "one\ntwo\nau café"


def test_curly_quotes_of_windows_are_not_taken_for_latin_1(tmp_path):
    message = refusal(write(tmp_path, "“Well”".encode("cp1252")))
    assert "0x93" in message and 'pass encoding="cp1252"' in message and "“Well”" in message


def test_a_file_that_ends_within_a_character_was_cut_off(tmp_path):
    message = refusal(write(tmp_path, "été".encode()[:-1]))
    assert "cut off" in message and "offset 3" in message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_recognised(tmp_path, encoding):
    path = write(tmp_path, "Some text, as Notepad once saved it.\n".encode(encoding))
    message = refusal(path)
    assert f"encoding='{encoding}'" in message and "UTF-8" in message
    assert read_text(path, encoding=encoding) == "Some text, as Notepad once saved it.\n"


def zipped():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("word/document.xml", "<w:t>text</w:t>")
    return archive.getvalue()


@pytest.mark.parametrize(
    "content, kind",
    [
        (b"%PDF-1.7 ...", "this is a PDF; export it as plain text first"),
        (zipped(), "docx"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG picture"),
        (gzip.compress(b"text", mtime=0), "gzip; unpack it first"),
        (b"text \0\x01\x02\x03 more text", "binary file (byte 0x00 at offset 5, line 1, column 6)"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_binary_file_is_called_by_its_kind(tmp_path, content, kind, encoding):
    assert kind in refusal(write(tmp_path, content), encoding=encoding)


def test_an_unknown_encoding_is_refused_before_anything_is_read(tmp_path):
    assert "encoding='utf-9' is unknown" in refusal(write(tmp_path, b"text"), ArgumentError, encoding="utf-9")
