"""Figures of known cases."""

import pytest
from housestaff.learning.evaluate import Report
from housestaff.learning.results import put, section
from housestaff.learning.scoring import Figure, Tally, f1, f1_with_interval, share_with_interval, tally


def test_a_fact_counts_only_when_all_of_it_is_right() -> None:
    wanted = [("fever", "present", "hot"), ("cough", "denied", "no cough")]
    assert tally([("fever", "present", "hot"), ("cough", "present", "no cough")], wanted) == Tally(1, 2, 2)


def test_a_fact_written_twice_is_right_once() -> None:
    assert tally(["a", "a"], ["a"]) == Tally(1, 2, 1)


def test_f1_is_over_all_messages_together() -> None:
    assert f1([Tally(1, 2, 2), Tally(1, 1, 1)]) == pytest.approx(4 / 6)
    assert f1([Tally(0, 0, 0)]) == 1.0


def test_the_interval_holds_the_figure_and_is_the_same_every_time() -> None:
    tallies = [Tally(1, 1, 1)] * 60 + [Tally(0, 1, 1)] * 40
    figure = f1_with_interval(tallies)
    assert figure.low < figure.value == 0.6 < figure.high
    assert figure == f1_with_interval(tallies)
    assert 0.08 < (figure.high - figure.low) / 2 < 0.12  # a share of 100 has ± 0.096


def test_a_sure_share_has_no_width() -> None:
    assert share_with_interval([True] * 30) == Figure(1.0, 1.0, 1.0)


def test_the_table_is_put_between_its_marks_once(tmp_path) -> None:
    path = tmp_path / "results.md"
    path.write_text("# Results\n\nBy hand.\n")
    for value in (0.1, 0.9):
        reports = {"base": Report({"en": Figure(value, 0, 1)}, 0.1, 0)}
        put(path, "urology", section("urology", reports, {"messages": "240", "command": "c"}))
        put(path, "sleep", section("sleep", reports, {"messages": "240", "command": "c"}))
    text = path.read_text()
    assert text.startswith("# Results\n\nBy hand.\n")
    assert text.count("evaluate_adapter urology -->") == 2
    assert "0.90" in text
    assert "0.10" not in text.replace("| 0.10 |", "")
