"""Manifests: what they come to, and each mistake with its line, what it is and what to do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.sets.columns import COLUMNS
from smilepay_cli.rules.sets.lines import LONGEST_LINE
from smilepay_cli.rules.sets.manifest import read_csv
from smilepay_cli.rules.sets.problems import unusable
from smilepay_cli.rules.sets.rows import derived_id
from smilepay_cli.vocabulary.trials import Kind, Trial
from tests.rules.sets.reading import csv, jsonl, pieces

HEADER = "path,kind,subject\n"
WHOLE_CSV = """id,path,sha256,account,subject,kind,pai_species,device,captured_at,amount_minor,expect,tags
a1,attack/1.jpg,{digest},anna,anna,attack,print,phone,2025-06-30T14:05:00Z,350,no_match,dim; glasses
"""
WHOLE_JSON = {
    "id": "a1", "path": "attack/1.jpg", "sha256": "AB" * 32, "account": "anna", "subject": "anna", "kind": "attack",
    "pai_species": "print", "device": "phone", "captured_at": "2025-06-30T14:05:00Z", "amount_minor": 350,
    "expect": "no_match", "tags": ["dim", "glasses"],
}  # fmt: skip
WHOLE = Trial(
    id="a1", path="attack/1.jpg", sha256="ab" * 32, account="anna", subject="anna", kind=Kind.ATTACK,
    pai_species="print", device="phone", captured_at="2025-06-30T14:05:00Z", amount_minor=350,
    expect="no_match", tags=("dim", "glasses"), where="set.csv:2",
)  # fmt: skip


def test_a_whole_row_of_each_form() -> None:
    """Both forms say the same; digests become lower case, and a trial knows its line."""
    (trial,) = csv(WHOLE_CSV.format(digest="AB" * 32)).trials
    assert trial == WHOLE
    (same,) = jsonl(json.dumps(WHOLE_JSON)).trials
    assert same.where == "set.jsonl:1" and all(getattr(same, name) == getattr(WHOLE, name) for name in COLUMNS)


def test_what_is_left_out_is_none() -> None:
    """Empty cells, missing columns, null and empty texts are all no value."""
    wanted = Trial(id="1.jpg", path="1.jpg", kind=Kind.ZERO_EFFORT, where="set.csv:2")
    assert csv("path,kind,tags,amount_minor,account\n1.jpg,zero_effort,,,\n").trials == (wanted,)
    assert csv("path,kind\n1.jpg, zero_effort \n").trials == (wanted,)
    lines = '\n{"path": "1.jpg", "kind": "zero_effort", "tags": null, "account": "", "amount_minor": null}\n'
    assert jsonl(lines).trials == (Trial(id="1.jpg", path="1.jpg", kind=Kind.ZERO_EFFORT, where="set.jsonl:2"),)


@pytest.mark.parametrize("before", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_what_editors_and_spreadsheets_leave_is_accepted(before: str, end: str) -> None:
    """A byte order mark, CRLF, blank lines, rows of empty cells, no end of the last line."""
    text = before + end.join(["path,kind,subject", "", "1.jpg,bona_fide,anna", ",,", "2.jpg,bona_fide,anna"])
    assert [(trial.path, trial.where) for trial in csv(text).trials] == [("1.jpg", "set.csv:3"), ("2.jpg", "set.csv:5")]
    rows = [json.dumps({"path": name, "kind": "bona_fide", "subject": "anna"}) for name in ("1.jpg", "2.jpg")]
    reading = jsonl(before + end.join([rows[0], "  ", rows[1]]))
    assert [trial.where for trial in reading.trials] == ["set.jsonl:1", "set.jsonl:3"]
    assert reading.problems.lines() == ()


def test_a_row_may_have_several_lines() -> None:
    """A name in quotes holds what it likes; rows after it still know their lines."""
    reading = csv(HEADER + '"a\nb, ""c"".jpg",bona_fide,anna\n2.jpg,bona_fide,anna\n')
    assert [(trial.path, trial.where) for trial in reading.trials] == [
        ('a\nb, "c".jpg', "set.csv:2"),
        ("2.jpg", "set.csv:4"),
    ]


CSV_PROBLEMS = [
    ("", "set.csv:1: the file is empty; write a row for each trial"),
    ("\n\n", "set.csv:1: the file is empty; write a row for each trial"),
    (HEADER, "set.csv:1: the file is a header without rows; write a row for each trial"),
    (
        "1.jpg,bona_fide,anna\n",
        "set.csv:1: this is not a header; write the names of the columns there, such as id,path,kind,subject",
    ),
    ("path;kind\n1.jpg;attack\n", "set.csv:1: columns are separated by semicolons; separate them by commas"),
    ("Path,Kind\n1,attack\n", "set.csv:1: the header names no column, 'Path' is the first; did you mean 'path'?"),
    (
        HEADER.replace("subject", "subjekt") + "1.jpg,zero_effort,anna\n",
        "set.csv:1: there is no column 'subjekt'; did you mean 'subject'?",
    ),
    (
        HEADER.replace("subject", "notes") + "1.jpg,zero_effort,anna\n",
        f"set.csv:1: there is no column 'notes'; columns: {', '.join(COLUMNS)}",
    ),
    ("path,kind,path\n1.jpg,zero_effort,2.jpg\n", "set.csv:1: the column path is there twice; leave one out"),
    ("id,path\n1,1.jpg\n", "set.csv:1: the header lacks kind; every set needs them"),
    (HEADER + "1.jpg,bona_fide\n", "set.csv:2: 2 cells where the header has 3; put texts with commas into quotes"),
    (HEADER + ",bona_fide,anna\n", "set.csv:2: lacks path; every row needs them"),
    (
        HEADER + '1.jpg,bona_fide,"anna\n2.jpg,bona_fide,anna\n3.jpg,x,anna\n',
        'set.csv:2: a quote opens and never closes; close it; inside of quotes write " twice',
    ),
    (
        HEADER + '1.jpg,bona_fide,"anna',
        'set.csv:2: a quote opens and never closes; close it; inside of quotes write " twice',
    ),
    (
        HEADER + '1.jpg,bona_fide,"anna" lee\n',
        'set.csv:2: the row goes on after a closing quote; inside of quotes write " twice',
    ),
    (
        HEADER.strip() + "\r1.jpg,bona_fide,anna\r",
        "set.csv:1: the row holds a carriage return outside of quotes; end lines with LF or CRLF",
    ),
    (
        HEADER + f"{'x' * 131_073},bona_fide,anna\n",
        "set.csv:2: this is not a row: field larger than field limit (131072); write it as RFC 4180 has it",
    ),
    (HEADER + "1.jpg,bona_fide,anna\0\n", "set.csv:2: the line holds a NUL; write text; is it a text file at all?"),
    (
        HEADER.encode() + b"1.jpg,bona_fide,J\xf6rg\n",
        "set.csv:2: the line is not UTF-8 from byte 18 on; save it as UTF-8",
    ),
    (HEADER.encode("utf-16"), "set.csv:1: the file is UTF-16; save it as UTF-8"),
    (
        HEADER + f"1.jpg,bona_fide,{'x' * LONGEST_LINE}\n",
        f"set.csv:2: the line is longer than {LONGEST_LINE:,} bytes; one row is one line",
    ),
]


@pytest.mark.parametrize(("content", "says"), CSV_PROBLEMS, ids=[says[:60] for _, says in CSV_PROBLEMS])
def test_what_is_wrong_with_a_csv(content: str | bytes, says: str) -> None:
    """The one line that people read."""
    assert csv(content).problems.lines() == (says,)


JSON_PROBLEMS = [
    ("", "the file is empty; write a row for each trial"),
    ("[1, 2]", 'the row is a list, not a JSON object; write one object a line, {"path": ..., "kind": ...}'),
    ("7", 'the row is 7, not a JSON object; write one object a line, {"path": ..., "kind": ...}'),
    ("null", 'the row is null, not a JSON object; write one object a line, {"path": ..., "kind": ...}'),
    ("path,kind", "this is not JSON: expecting value at character 1; write one object a line"),
    ('{"path": "1.jpg"', "this is not JSON: expecting ',' delimiter at character 17; write one object a line"),
    (
        '{"path": "1.jpg", "kind": "zero_effort"} {}',
        "this is not JSON: extra data at character 42; write one object a line",
    ),
    (
        '{"path": "1.jpg", "kind": "zero_effort", "path": "2.jpg"}',
        "the key path is there twice; leave one out",
    ),
    ('{"path": "1.jpg", "kind": "zero_effort", "knd": 1}', "there is no key 'knd'; did you mean 'kind'?"),
    ('{"path": "1.jpg"}', "lacks kind; every row needs them"),
    ("{}", "lacks path and kind; every row needs them"),
    ("[" * 100_000, "the row is nested too deeply; a row is one flat object"),
    ('{"path": "1.jpg", "kind": "zero_effort", "amount_minor": NaN}', "NaN is no JSON; leave out what is not known"),
    (
        '{"path": "1.jpg", "kind": "zero_effort", "amount_minor": -Infinity}',
        "-Infinity is no JSON; leave out what is not known",
    ),
]


@pytest.mark.parametrize(("content", "says"), JSON_PROBLEMS, ids=[says[:60] for _, says in JSON_PROBLEMS])
def test_what_is_wrong_with_json_lines(content: str, says: str) -> None:
    """The same for JSON: what json.loads would let pass, or would raise something else for, included."""
    assert jsonl(content).problems.lines() == (f"set.jsonl:1: {says}",)


VALUES = [
    ("id", '"a\\nb"', "id 'a\\nb' cannot be shown; one line of at most 400 printable characters"),
    ("id", "7", "id is 7; write a text"),
    ("path", "true", "path is true; write a text"),
    ("path", '"/etc/passwd"', "path '/etc/passwd' is absolute; write it from the set's own folder on"),
    (
        "path",
        '"a/../../x"',
        "path 'a/../../x' leads out of the set's folder; put the file into the set, and write no ..",
    ),
    ("path", '"a\\u0000.jpg"', "path holds a NUL, which no file's name has; write the name as it is"),
    ("path", '"\\ud800.jpg"', "path '\\ud800.jpg' holds half a character; write whole characters in UTF-8"),
    ("path", json.dumps("x" * 4097), "path has 4,097 characters; 4,096 are the most"),
    ("sha256", '"abc"', "sha256 'abc' is no SHA-256; write 64 hexadecimal digits, as sha256sum prints them"),
    ("account", '"-x"', "account '-x' is no name; 1 to 64 printable characters, no dash in front"),
    ("subject", '"  "', "subject '  ' is no name; 1 to 64 printable characters, no dash in front"),
    (
        "subject",
        json.dumps("x" * 65),
        f"subject '{'x' * 60}'... is no name; 1 to 64 printable characters, no dash in front",
    ),
    ("kind", '"bona fide"', "kind 'bona fide' is unknown; did you mean 'bona_fide'?"),
    ("kind", '"real"', "kind 'real' is unknown; kinds: bona_fide, zero_effort, attack, injection"),
    ("kind", '["attack"]', "kind is a list; write a text"),
    ("device", '{"a": 1}', "device is an object; write a text"),
    (
        "captured_at",
        '"yesterday"',
        "captured_at 'yesterday' is no moment of ISO 8601; write it like 2025-06-30T14:05:00Z",
    ),
    (
        "captured_at",
        '"2025-06-30\\n14:05"',
        "captured_at '2025-06-30\\n14:05' is no moment of ISO 8601; write it like 2025-06-30T14:05:00Z",
    ),
    ("amount_minor", "0", "amount_minor 0 is not above zero; leave it out for the default amount"),
    ("amount_minor", "-5", "amount_minor -5 is not above zero; leave it out for the default amount"),
    ("amount_minor", "1000000000001", "amount_minor 1000000000001 is too large; 1,000,000,000,000 is the most"),
    (
        "amount_minor",
        "9" * 10_000,
        f"amount_minor {'9' * 60}... is too large; 1,000,000,000,000 is the most",
    ),
    *(
        (
            "amount_minor",
            value,
            f"amount_minor {told} is no whole number; write it in the smallest unit, 350 for 3.50",
        )
        for value, told in [("3.5", "3.5"), ("1e400", "inf"), ("true", "true"), ('"3.50"', "'3.50'"), ("[]", "a list")]
    ),
    ("amount_minor", '"350"', "amount_minor '350' is no whole number; write it without quotes"),
    ("expect", '"no_mach"', "expect 'no_mach' is unknown; did you mean 'no_match'?"),
    ("expect", '"accepted"', "expect 'accepted' is unknown; did you mean 'accept'?"),
    (
        "expect",
        "99",
        "expect 99 is unknown; write accept, refuse, a reason such as no_match, or an exit status such as 12",
    ),
    ("tags", '"dim"', "tags is 'dim'; write a list of texts, such as [\"dim\", \"glasses\"]"),
    ("tags", "{}", 'tags is an object; write a list of texts, such as ["dim", "glasses"]'),
    ("tags", '["a;b"]', "tags 'a;b' is no tag; 1 to 64 printable characters, no ; and no blanks around"),
    ("tags", json.dumps(["x"] * 51), "tags has 51 tags; 50 are the most"),
    (
        "pai_species",
        '"print"',
        "pai_species 'print' on a row of kind zero_effort; leave it empty, or make the kind attack",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value", "says"), VALUES, ids=[f"{name} {value[:30]}" for name, value, _ in VALUES])
def test_what_is_wrong_with_a_value(column: str, value: str, says: str) -> None:
    """Each column has its own words for it."""
    row = {"path": '"1.jpg"', "kind": '"zero_effort"', column: value}
    text = ", ".join(f'"{name}": {said}' for name, said in row.items())
    assert jsonl(f"{{{text}}}").problems.lines() == (f"set.jsonl:1: {says}",)


@pytest.mark.parametrize(
    ("cell", "told"), [("3.50", "'3.50'"), ("3 EUR", "'3 EUR'"), ("٣", "'٣'"), ("1e3", "'1e3'"), ("1_0", "'1_0'")]
)
def test_an_amount_in_a_csv_is_digits(cell: str, told: str) -> None:
    """What Python, or a spreadsheet, would also take for a number is none."""
    says = f"set.csv:2: amount_minor {told} is no whole number; write it in the smallest unit, 350 for 3.50"
    assert csv(f"path,kind,amount_minor\n1.jpg,zero_effort,{cell}\n").problems.lines() == (says,)


def test_an_amount_in_a_csv_may_have_any_length() -> None:
    """Too large, and not too long to be read."""
    (line,) = csv(f"path,kind,amount_minor\n1.jpg,zero_effort,{'9' * 10_000}\n").problems.lines()
    assert line == f"set.csv:2: amount_minor {'9' * 60}... is too large; 1,000,000,000,000 is the most"


def test_everything_is_told_at_once_and_counted() -> None:
    """Twenty lines of it: nobody reads more, and nobody wants to come back for each."""
    text = HEADER + "first.jpg,bonafide,-x\n" + "".join(f"{n}.jpg,real,anna\n" for n in range(1_000))
    reading = csv(text)
    lines = reading.problems.lines()
    assert reading.problems.count == 1_002 and len(lines) == 21
    assert lines[:3] == (
        "set.csv:2: kind 'bonafide' is unknown; did you mean 'bona_fide'?",
        "set.csv:2: subject '-x' is no name; 1 to 64 printable characters, no dash in front",
        "set.csv:3: kind 'real' is unknown; kinds: bona_fide, zero_effort, attack, injection",
    )
    assert lines[-1] == "and 982 more"
    error = unusable("set.csv", reading.problems)
    assert error.exit == 2 and error.reason == "bad_set" and error.hint == "nothing was run"
    assert error.message == "set.csv cannot be used: 1,002 problems\n" + "\n".join(lines)


def test_one_problem_is_one_line() -> None:
    """As every other error of the program is."""
    assert unusable("set.csv", csv("").problems).message == "set.csv:1: the file is empty; write a row for each trial"


def test_ids_are_told_apart() -> None:
    """Of a second one it is said where the first is, whether somebody wrote it or it was derived."""
    reading = csv(
        "id,path,kind\nx,1.jpg,zero_effort\nx,2.jpg,zero_effort\n1.jpg,3.jpg,zero_effort\n,1.jpg,zero_effort\n"
    )
    assert reading.problems.lines() == (
        "set.csv:3: the id 'x' is that of line 2 too; give every row an id of its own",
        "set.csv:5: without an id it is called '1.jpg', as line 4 is; write an id",
    )


def test_the_id_of_a_wrong_row_is_taken_too() -> None:
    """Else the second round of putting right would begin where the first one ends."""
    lines = csv("id,path,kind\nx,1.jpg,real\nx,2.jpg,zero_effort\n,3.jpg,real\n,3.jpg,real\n").problems.lines()
    assert [line.partition(";")[0] for line in lines] == [
        "set.csv:2: kind 'real' is unknown",
        "set.csv:3: the id 'x' is that of line 2 too",
        "set.csv:4: kind 'real' is unknown",
        "set.csv:5: kind 'real' is unknown",
        "set.csv:5: without an id it is called '3.jpg', as line 4 is",
    ]


def test_the_id_of_a_row_without_one_follows_from_the_row() -> None:
    """From its path and the claimed account: other rows can come and go."""
    reading = csv("path,kind,account\n1.jpg,zero_effort,\n1.jpg,zero_effort,anna\n1.jpg,zero_effort,otto\n")
    assert [trial.id for trial in reading.trials] == ["1.jpg", "1.jpg@anna", "1.jpg@otto"]
    assert derived_id("a\nb\\c\udcff/ö.jpg") == "a\\nb\\\\c\\xff/ö.jpg"


@given(st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=600), unique=True, min_size=2))
def test_derived_ids_can_be_shown_and_stay_apart(paths: list[str]) -> None:
    """One line of printable text that fits, of whatever name; two names never become one."""
    ids = [derived_id(path) for path in paths]
    assert len(set(ids)) == len(ids)
    assert all(name.isprintable() and len(name) <= 400 for name in ids)


def test_doubts_are_warnings() -> None:
    """An attack without a species is counted, under a name that says so."""
    reading = csv("path,kind\n1.jpg,attack\n2.jpg,injection\n3.jpg,bona_fide\n")
    assert [trial.pai_species for trial in reading.trials] == ["unnamed", "unnamed", None]
    assert reading.warnings.lines() == (
        "set.csv:2: attack without pai_species; it is counted under 'unnamed'",
        "set.csv:3: injection without pai_species; it is counted under 'unnamed'",
        "set.csv:4: bona_fide without subject and account; who is the right one cannot be said",
    )


def test_a_line_without_end_is_passed_over_and_the_next_one_is_read() -> None:
    """It never comes into memory as a whole, and it is one line, however many pieces it came in."""
    long = '{"path": "' + "x" * (3 * LONGEST_LINE) + '"}\n'
    reading = jsonl(long + '{"path": "1.jpg", "kind": "real"}\n')
    assert [line.split(";")[0] for line in reading.problems.lines()] == [
        f"set.jsonl:1: the line is longer than {LONGEST_LINE:,} bytes",
        "set.jsonl:2: kind 'real' is unknown",
    ]


def test_files_of_a_trial_are_looked_at_once_its_words_are_right() -> None:
    """And what is wrong with them stands among the rest, in the order of the lines."""
    from smilepay_cli.rules.sets.problems import Wrong

    def look(trial: Trial) -> None:
        if trial.path != "2.jpg":
            raise Wrong(f"{trial.path!r} is not there", "look for it")

    text = "path,kind\n1.jpg,zero_effort\n3.jpg,real\n2.jpg,zero_effort\n"
    assert [line[:24] for line in read_csv(pieces(text), "set.csv", "set.csv", look).problems.lines()] == [
        "set.csv:2: '1.jpg' is no",
        "set.csv:3: kind 'real' i",
    ]


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_make_it_stumble(content: bytes) -> None:
    """Whatever somebody gives us as a manifest comes to trials, or to printable problems."""
    for reading in (csv(HEADER.encode() + content), csv(content), jsonl(content)):
        assert reading.trials or reading.problems.count
        assert all(line.isprintable() for line in (*reading.problems.lines(), *reading.warnings.lines()))
