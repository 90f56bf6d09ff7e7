"""What a killed exam leaves behind: every whole line counts, half a one is cut off, and what failed can be sat again."""

from pathlib import Path

from housestaff.learning.exam.parts import Case, Outcome
from housestaff.learning.exam.running import Kept, Task, go_through


def task(number: int) -> Task:
    return Task("adapter", "B", 0, Case(f"s-{number}", "told", number))


def test_half_a_line_is_cut_off_and_the_next_one_is_not_glued_to_it(tmp_path: Path) -> None:
    path = tmp_path / "out" / "outcomes.jsonl"
    kept = Kept(path)
    kept.keep(task(1), Outcome({}))
    kept.keep(task(2), Outcome({}, why="中文"))
    path.write_bytes(path.read_bytes()[:-9])  # killed in the middle of writing the second
    again = Kept(path)
    assert list(again.rows) == [task(1).key]
    again.keep(task(3), Outcome({}))
    assert list(Kept(path).rows) == [task(1).key, task(3).key]


def test_only_what_is_left_is_sat(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "outcomes.jsonl")
    kept.keep(task(1), Outcome({}, failed=True))
    kept.keep(task(2), Outcome({}))
    sat: list[int] = []

    def sit(one: Task) -> Outcome:
        sat.append(one.case.shape)
        return Outcome({})

    assert go_through([task(1), task(2), task(3)], sit, kept, print)
    assert sat == [3]
    kept.forget_failed()
    assert go_through([task(1), task(2), task(3)], sit, kept, print)
    assert sat == [3, 1]
    assert not any(row["failed"] for row in Kept(kept.path).rows.values())
