"""Mailboxes: what people wrote themselves comes back, what they quoted, signed and attached is left out and
counted.
"""

import mailbox
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import events, refusal

import gpt2lab as lab
from gpt2lab.errors import LabError

# email.message ends lines at every kind of separator, which would change the text before it is in the
# mailbox.
texts = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], include_characters="\n"), max_size=80)
    .map(str.strip)
    .filter(bool)
)
names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).map(lambda name: f"A{name}")


def mail(text=None, sender="Ada Lovelace <ada@example.org>", subject="Hello", html=None, **options):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "alan@example.org", subject
    if text is not None:
        message.set_content(text, **options)
        if html is not None:
            message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html", **options)
    return message


def write_mailbox(path, mails):
    box = mailbox.mbox(path)
    for message in mails:
        box.add(message)
    box.close()
    return path


def read_one(tmp_path, message, **options):
    return lab.Corpus.from_mbox(write_mailbox(tmp_path / "Sent", [message]), **options)


@given(
    st.lists(st.tuples(texts, names), min_size=1, max_size=5),
    st.sampled_from(["quoted-printable", "base64", "8bit"]),
)
def test_any_mails_are_read_back(tmp_path_factory, mails, encoding):
    path = write_mailbox(
        tmp_path_factory.mktemp("mail") / "Sent",
        [mail(text, f"{name} <a@example.org>", cte=encoding) for text, name in mails],
    )
    corpus = lab.Corpus.from_mbox(path, quotes=True, signatures=True)
    assert [(document.text, document.author) for document in corpus] == mails


def test_lines_that_begin_with_from_are_no_new_mail(tmp_path):
    text = "From here on:\n\nFrom now on, 10:30 is tea time.\n>From the start"
    path = write_mailbox(tmp_path / "Sent", [mail(text), mail("second")])
    assert b"\n>From here on" in path.read_bytes()  # how an mbox keeps them apart from its own
    assert [document.text for document in lab.Corpus.from_mbox(path, quotes=True)] == [
        text.replace(">From", "From"),
        "second",
    ]
    second = [
        number
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.startswith("From MAILER-DAEMON")
    ][1]
    assert lab.Corpus.from_mbox(path).documents[1].name == f"Sent:{second}"


@pytest.mark.parametrize(
    "line",
    [
        "From - Mon Jan 01 00:00:00 2024",
        "From 1234567890@xxx Sat Jan 01 00:00:00 +0000 2022",
        "From guido at python.org  Tue Jan  4 12:34:56 2005",
        "From ada@example.org Tue Jan  4 12:34 2005",
        "From ",
        "From -",
    ],
)
def test_the_mailboxes_of_several_programs_are_read(tmp_path, line):
    one = f"{line}\r\nFrom: Ada <ada@example.org>\r\nSubject: x\r\n\r\nHello\r\n\r\n"
    (tmp_path / "box").write_bytes((one + one.replace("Hello", "Bye")).encode())
    corpus = lab.Corpus.from_mbox(tmp_path / "box")
    assert [(document.text, document.name) for document in corpus] == [("Hello", "box:1"), ("Bye", "box:7")]


ANSWER = """Yes, at five.

On Mon, 1 Jan 2024 at 10:00, Alan Turing <alan@example.org>
wrote:

> Tea?
>> When?

See you

--
Ada Lovelace
Countess
"""


def test_quoted_mail_and_signatures_are_taken_out_and_counted(tmp_path):
    corpus = read_one(tmp_path, mail(ANSWER))
    assert corpus.documents[0].text.split() == ["Yes,", "at", "five.", "See", "you"] and corpus.authors == [
        "Ada Lovelace"
    ]
    assert events(corpus) == {("changed", "quoted mail taken out"): 1, ("changed", "signatures taken out"): 1}
    assert lab.Corpus.from_mbox(tmp_path / "Sent", quotes=True, signatures=True).text == ANSWER.strip()
    assert lab.Corpus.from_mbox(tmp_path / "Sent", subjects=True).text.startswith("Hello\n\nYes")


@pytest.mark.parametrize(
    "quotation",
    [
        "-----Original Message-----\nFrom: Alan\nTea?",
        "________________________________\nFrom: Alan <a@b.c>\nSent: Monday\nTo: Ada\nSubject: Tea\n\nTea?",
        "From: Alan <a@b.c>\nSent: Monday\nTo: Ada\n\nTea?",
        "Von: Alan <a@b.c>\nGesendet: Montag\nAn: Ada\n\nTea?",
        "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Alan <a@b.c>:\n\n> Tea?",
        "Le lun. 1 janv. 2024 à 10:00, Alan <a@b.c> a écrit :\n\n> Tea?",
        "El lun, 1 ene 2024 a las 10:00, Alan (<a@b.c>) escribió:\n> Tea?",
        "Sent from my iPhone",
    ],
)
def test_the_usual_forms_of_quotations_are_known(tmp_path, quotation):
    assert read_one(tmp_path, mail(f"Yes.\n\n{quotation}\n")).text == "Yes."


def test_a_mail_that_only_looks_like_a_quotation_stays_whole(tmp_path):
    text = (
        "On Monday he wrote: nothing.\n\nFrom: the beginning\n\na -- b\n\nAm I right?\n\n--\n"
        + "is no signature\n" * 10
    )
    assert read_one(tmp_path, mail(text)).text == text.strip()
    assert read_one(tmp_path, mail("Yes.\n\n--\nAda\n")).documents[1].text == "Yes."


def test_html_alone_becomes_text_and_beside_plain_text_it_is_left_aside(tmp_path):
    html = (
        '<html><body><p>Yes &amp; no</p><div class="gmail_quote">On Monday Alan'
        " wrote:<blockquote>Tea?</blockquote></div></body></html>"
    )
    corpus = read_one(tmp_path, mail(html=html))
    assert corpus.text == "Yes & no" and events(corpus) == {("changed", "HTML made into text"): 1}
    assert (
        lab.Corpus.from_mbox(tmp_path / "Sent", quotes=True).text
        == "Yes & no\n\nOn Monday Alan wrote:\n\nTea?"
    )
    assert lab.Corpus.from_mbox(write_mailbox(tmp_path / "both", [mail("plain", html=html)])).text == "plain"


def test_attachments_and_mails_without_text_are_left_out(tmp_path):
    attached = mail("See the picture.")
    attached.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    attached.add_attachment("a,b\n", subtype="csv", filename="a.csv")
    picture = mail()
    picture.set_content(b"\x89PNG", maintype="image", subtype="png")
    twice = mail("once")
    twice["Message-ID"] = "<1@example.org>"
    path = write_mailbox(tmp_path / "Sent", [attached, picture, twice, twice, mail(" \n")])
    corpus = lab.Corpus.from_mbox(path)
    assert [document.text for document in corpus] == ["See the picture.", "once"]
    assert events(corpus) == {
        ("left out", "mails without a text part"): 1,
        ("left out", "mails that come twice, by their Message-ID"): 1,
        ("left out", "no text"): 1,
    }


def test_what_a_server_says_and_mails_in_mails_are_nobodys_own_words(tmp_path):
    forward = mail("Look at this.")
    forward.add_attachment(mail("A secret of Alan."))
    del forward.get_payload()[1]["Content-Disposition"]
    bounce = (
        b"From: Mail Delivery <d@b.c>\nContent-Type: multipart/report; boundary=x\n\n--x\nContent-Type:"
        b" text/plain\n\nNot delivered.\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;"
        b" b.c\n\nStatus: 5.0.0\n--x--\n"
    )
    path = write_mailbox(tmp_path / "Sent", [forward, bounce])
    assert [document.text for document in lab.Corpus.from_mbox(path)] == ["Look at this.", "Not delivered."]
    assert "A secret of Alan." in lab.Corpus.from_mbox(path, quotes=True).text


def test_names_and_texts_in_other_encodings_are_read(tmp_path):
    corpus = read_one(
        tmp_path,
        mail("Grüße\n", "Émilie du Châtelet <e@example.org>", charset="latin-1").as_bytes(policy=SMTP),
    )
    assert corpus.documents == (lab.Document("Grüße", "Émilie du Châtelet", "Sent:1"),)
    wrong = (
        b'From: e@example.org\nContent-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding:'
        b" 8bit\n\nGr\xfc\xdfe\n"
    )
    corpus = lab.Corpus.from_mbox(write_mailbox(tmp_path / "wrong", [wrong]))
    assert corpus.text == "Grüße" and corpus.authors == ["e@example.org"]
    assert events(corpus) == {("changed", "text read in another encoding than it says"): 1}
    unknown = (
        b'From: =?x-none?Q?E=FC?= <e@example.org>\nContent-Type: text/plain; charset="x-none"\n\nplain\n'
    )
    assert lab.Corpus.from_mbox(write_mailbox(tmp_path / "unknown", [unknown])).text == "plain"


def test_lines_broken_to_fit_a_screen_are_joined(tmp_path):
    flowed = (
        b"From: Ada <a@b.c>\nContent-Type: text/plain; charset=utf-8; format=flowed\n\n"
        b"A long \nline\nand a short one\n> a \n> quotation\n from here\n-- \nAda\n"
    )
    path = write_mailbox(tmp_path / "Sent", [flowed])
    assert (
        lab.Corpus.from_mbox(path, quotes=True).text
        == "A long line\nand a short one\n> a quotation\nfrom here"
    )


@pytest.mark.parametrize(
    "content, complaint",
    [
        (b"", "is empty"),
        (
            b"Dear Alan,\nFrom me\n",
            (
                "is no mbox: at line 1, column 1, it begins with 'Dear Alan,' where each mail of an mbox has"
                " a line 'From '"
            ),
        ),
        (
            b"\nSubject: Hello\nFrom: Ada <a@b.c>\n\nHello\n",
            "at line 2, column 1, it begins with 'Subject: Hello'",
        ),
        (
            b"Subject: Hello\n\nHello\n",
            "it looks like a single mail: put a line 'From - Mon Jan  1 00:00:00 2024' before it",
        ),
        (b"PK\x03\x04", "zip archive"),
        ("From - Mon".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_mailbox_is_refused_with_the_place(tmp_path, content, complaint):
    (tmp_path / "box").write_bytes(content)
    assert complaint in refusal(lab.Corpus.from_mbox, tmp_path / "box")


@given(st.binary(max_size=200))
def test_a_mailbox_full_of_rubbish_is_read_or_refused(tmp_path_factory, rubbish):
    path = tmp_path_factory.mktemp("mail") / "box"
    path.write_bytes(
        b"From - Mon Jan  1 00:00:00 2024\nFrom: Ada <a@b.c>\nContent-Type: multipart/mixed;"
        b" boundary=x\n\n--x\n" + rubbish
    )
    try:
        corpus = lab.Corpus.from_mbox(path)
    except LabError:
        return
    assert len(corpus) + corpus.preparation.query("what == 'left out'")["count"].sum() == corpus.steps[0].read
