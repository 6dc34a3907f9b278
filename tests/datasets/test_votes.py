from __future__ import annotations

from pathlib import Path

import pytest

from celcam.image_io import write_whole
from datasets.__main__ import main
from datasets.judge import Key, Row
from datasets.votes import Result, Tally, count_votes

# Five rows: A is picture 1 of rows 1, 3 and 5.
NAMES = ("dogs_a", "dogs_b", "faces_a", "faces_b", "street")
KEY = Key("int8", "float", 7, tuple(Row(n, name, "AB"[(n - 1) % 2]) for n, name in enumerate(NAMES, start=1)))
HEAD = f"# Blind test {KEY.test()}: ...\nrow,vote\n"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    write_whole(tmp_path / "key.json", KEY.encode())
    return tmp_path / "key.json"


@pytest.fixture
def form(key: Path) -> Path:
    """A filled form next to its key."""
    path = key.with_name("form.csv")
    path.write_text(f"{HEAD}1,1\n2,1\n3,=\n4,2\n5,1\n")
    return path


def sums(result: Result) -> dict[str, tuple[int, int, int]]:
    return {tally.group: (tally.a, tally.b, tally.equal) for tally in result.tallies}


def test_votes_go_to_the_folder_that_the_key_names(form: Path, key: Path) -> None:
    result = count_votes(form, key, {})
    assert dict(result.winners) == dict(zip(NAMES, "AB=AA", strict=True))


def test_prefixes_of_two_pictures_or_more_are_groups(form: Path, key: Path) -> None:
    assert sums(count_votes(form, key, {})) == {"all": (3, 1, 1), "dogs": (1, 1, 0), "faces": (1, 0, 1)}


def test_lists_replace_the_prefixes(form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("faces_b.jpg\n\nstreet\nstreet\n")
    assert main(["count-votes", str(form), "--group", f"mine={tmp_path / 'mine.txt'}"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["all", "3", ":", "1", "1", "0.6250"] in lines
    assert ["mine", "2", ":", "0", "0", "0.5000"] in lines
    assert not [line for line in lines if line[:1] == ["dogs"]]
    assert ["2", "B", "dogs_b"] in lines
    assert ["A:", "int8"] in lines


@pytest.mark.parametrize(
    ("wins", "p_value"), [((18, 6), 0.0227), ((14, 10), 0.5413), ((12, 12), 1.0), ((7, 3), 0.3438), ((0, 0), 1.0)]
)
def test_the_p_value_is_that_of_a_two_sided_binomial_test(wins: tuple[int, int], p_value: float) -> None:
    assert Tally("all", *wins, equal=3).p_value() == pytest.approx(p_value, abs=1e-4)


def test_the_key_may_lie_elsewhere(form: Path, key: Path, tmp_path: Path) -> None:
    elsewhere = key.rename(tmp_path / "hidden.json")
    assert main(["count-votes", str(form)]) == 2
    assert main(["count-votes", str(form), "--key", str(elsewhere)]) == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{HEAD}1,1\n2,\n3,1\n5,2\n", "no vote on 2 of 5 rows: 2, 4"),
        (f"{HEAD}1,1\n2,3\n", "line 4: got '2,3'; expected a row's number"),
        (f"{HEAD}1\n", "line 3: got '1'"),
        (f"{HEAD}9,1\n", "line 3: got '9,1'"),
        (f"{HEAD}1,1\n1,2\n", "line 4: a second vote on row 1"),
        ("row,vote\n1,1\n2,1\n3,1\n4,1\n5,1\n", "is the key of another test"),
    ],
)
def test_an_unfit_form_is_one_clear_line(
    text: str, reason: str, form: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form.write_text(text)
    assert main(["count-votes", str(form)]) == 2
    printed = capsys.readouterr()
    assert reason in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not printed.out


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        ("faces", "expected NAME=FILE"),
        ("faces=nowhere.txt", "nowhere.txt: can't be read"),
        ("faces=unknown.txt", "cat is not in the test"),
        ("faces=empty.txt", "the file is empty"),
    ],
)
def test_an_unfit_group_is_an_error(
    group: str, reason: str, form: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(form.parent)
    Path("unknown.txt").write_text("faces_a\ncat\n")
    Path("empty.txt").write_text("\n")
    assert main(["count-votes", str(form), "--group", group]) == 2
    assert reason in capsys.readouterr().err


def test_a_damaged_key_is_an_error(form: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key.write_text('{"a": 1}')
    assert main(["count-votes", str(form)]) == 2
    assert "not a key" in capsys.readouterr().err
