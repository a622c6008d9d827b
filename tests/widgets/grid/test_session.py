"""The rules of the grid: what passes, in which order, what is selected, what is done."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastwidgets.grid.actions import Action, TileState
from fastwidgets.grid.arrange import Filter
from fastwidgets.grid.session import GridSession

NAN = float("nan")


def six() -> GridSession:
    """Six items: labels b a - b a b, losses 2 1 3 - 1 0, flags at 0 and 3."""
    session = GridSession([f"/set/{n}.jpg" for n in ("a", "b/a", "b/B", "c", "D", "e")])
    session.add_column("label", ["b", "a", None, "b", "a", "b"], kind="category")
    session.add_column("loss", [2.0, 1.0, 3.0, NAN, 1.0, 0.0])
    session.add_column("odd", [True, False, False, True, False, False])
    return session


def test_names_are_the_paths_below_the_folder_they_share() -> None:
    assert GridSession(["/set/x/a.jpg", "/set/y/b.jpg"]).values("name") == ["x/a.jpg", "y/b.jpg"]
    assert GridSession(["/set/x/a.jpg"], root="/set").values("name") == ["x/a.jpg"]
    assert GridSession(["/other/a.jpg"], root="/set").values("name") == ["/other/a.jpg"]
    assert GridSession([None, "/set/a.jpg"]).values("name") == [None, "a.jpg"]
    assert GridSession([]).view.tolist() == []


def test_a_name_that_is_no_text_can_still_travel() -> None:
    name = GridSession(["/set/caf\udce9.jpg"]).values("name")[0]
    assert name.encode() == b"caf?.jpg"


@pytest.mark.parametrize(
    "column, op, value, ids",
    [
        ("label", "in", ["b"], [0, 3, 5]),
        ("label", "in", [], []),
        ("label", "not in", ["b"], [1, 2, 4]),
        ("label", "missing", True, [2]),
        ("label", "contains", "A", [1, 4]),
        ("loss", "between", [1.0, 2.0], [0, 1, 4]),
        ("loss", "between", [None, 1], [1, 4, 5]),
        ("loss", "between", [2, None], [0, 2]),
        ("loss", "between", [None, None], [0, 1, 2, 4, 5]),
        ("loss", "missing", True, [3]),
        ("loss", "missing", False, [0, 1, 2, 4, 5]),
        ("odd", "is", True, [0, 3]),
        ("odd", "is", False, [1, 2, 4, 5]),
        ("name", "contains", "b/", [1, 2]),
        ("selected", "is", True, [2, 5]),
    ],
)
def test_a_filter_lets_through_what_it_says(column: str, op: str, value: Any, ids: list[int]) -> None:
    session = six()
    session.select([5, 2])
    session.filter(column, op, value)
    assert session.view.tolist() == ids


def test_all_filters_must_hold() -> None:
    session = six()
    session.set_filters([Filter("label", "in", ["b"]), {"column": "loss", "op": "between", "value": [0.5, None]}])
    assert session.view.tolist() == [0]
    session.set_filters([])
    assert session.view.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "sorts, ids",
    [
        ([("loss", False)], [5, 1, 4, 0, 2, 3]),
        ([("loss", True)], [2, 0, 1, 4, 5, 3]),  # what is missing is last, either way
        ([("label", False), ("loss", True)], [1, 4, 0, 5, 3, 2]),
        ([("label", True), ("loss", False)], [5, 0, 3, 1, 4, 2]),
        ([("odd", True)], [0, 3, 1, 2, 4, 5]),
        ([("name", True)], [5, 4, 3, 2, 1, 0]),  # e D c b/B b/a a: capitals are no matter
    ],
)
def test_sorts_follow_each_other_and_keep_the_order_of_equals(sorts: list[tuple[str, bool]], ids: list[int]) -> None:
    session = six()
    session.set_sorts(sorts)
    assert session.view.tolist() == ids


def test_classes_are_sorted_in_their_own_order() -> None:
    session = six()
    session.set_classes("label", ["b", "a"])
    session.set_sorts([("label", False)])
    assert session.view.tolist() == [0, 3, 5, 1, 4, 2]


@pytest.mark.parametrize(
    "column, op, value, message",
    [
        ("lable", "in", ["a"], "no column 'lable'; did you mean 'label'"),
        ("loss", "in", ["a"], r"'loss' \(number\) has one of the operators 'between', 'missing', but got 'in'"),
        ("label", "in", "a", "'label' by 'in' takes a list of classes, but got 'a'"),
        ("loss", "between", [1], "takes two numbers, of which either may be None"),
        ("loss", "between", ["1", None], "takes two numbers"),
        ("loss", "between", [NAN, None], "takes two numbers"),
        ("odd", "is", "yes", "takes True or False"),
        ("name", "contains", 3, "takes a word"),
        ("selected", "in", ["a"], "'selected'"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_and_changes_nothing(
    column: str, op: str, value: Any, message: str
) -> None:
    session = six()
    session.filter("odd", "is", True)
    with pytest.raises((KeyError, ValueError), match=message):
        session.filter(column, op, value)
    assert session.view.tolist() == [0, 3] and len(session.filters) == 1


def test_facets_count_what_the_other_filters_let_through() -> None:
    session = six()
    session.set_filters([Filter("label", "in", ["a"]), Filter("loss", "between", [1, None])])
    assert session.facets("label") == {"a": 2, "b": 1}


def test_a_selection_outlives_filters_and_actions_reach_only_what_is_seen() -> None:
    session, acted = six(), []
    session.add_action(Action("go", "Go"), lambda ids, argument: acted.append(ids.tolist()))
    session.select([0, 1, 5])
    session.filter("label", "in", ["b"])
    session.set_sorts([("loss", False)])
    assert session.selected.tolist() == [0, 1, 5] and session.targets.tolist() == [5, 0]
    session.act("go")
    session.set_filters([])
    assert acted == [[5, 0]] and session.targets.tolist() == [5, 1, 0]


def test_a_range_goes_along_the_view() -> None:
    session = six()
    session.set_sorts([("loss", False)])  # 5 1 4 0 2 3
    session.select_range(0, 1)
    assert session.selected.tolist() == [0, 1, 4]
    session.select_range(2, 3, "add")
    assert session.selected.tolist() == [0, 1, 2, 3, 4]
    session.select_range(1, 4, "remove")
    assert session.selected.tolist() == [0, 2, 3]
    session.filter("label", "in", ["b"])
    session.select_range(4, 5)  # 4 is hidden
    assert session.selected.tolist() == [5]


def test_all_in_view_inverted_and_none() -> None:
    session = six()
    session.select([1])
    session.filter("odd", "is", True)
    session.select_view()
    assert session.selected.tolist() == [0, 1, 3]
    session.select([3], "toggle")
    session.invert_view()
    assert session.selected.tolist() == [1, 3]
    session.select_none()
    assert session.selected.tolist() == []


@given(st.lists(st.tuples(st.sampled_from(["set", "add", "remove", "toggle"]), st.sets(st.integers(0, 9)))))
def test_a_selection_is_what_a_set_would_be(steps: list[tuple[str, set[int]]]) -> None:
    session, model = GridSession([f"/{i}" for i in range(10)]), set[int]()
    for how, ids in steps:
        session.select(sorted(ids), how)
        model = {"set": ids, "add": model | ids, "remove": model - ids, "toggle": model ^ ids}[how]
    assert session.selected.tolist() == sorted(model)


@given(
    st.lists(st.tuples(st.sampled_from(["x", "y", None]), st.one_of(st.none(), st.floats(allow_nan=False)))),
    st.booleans(),
    st.booleans(),
)
def test_sorting_agrees_with_python(rows: list[tuple[str | None, float | None]], down: bool, down_too: bool) -> None:
    session = GridSession([f"/{i}" for i in range(len(rows))])
    session.add_column("a", [a for a, _ in rows], kind="category", classes=["x", "y"])
    session.add_column("b", [b for _, b in rows], kind="number")
    session.set_sorts([("a", down), ("b", down_too)])

    def rank(value: Any, turned: bool) -> tuple[bool, float]:
        number = {"x": 0.0, "y": 1.0}.get(value, value) if value is not None else 0.0
        return value is None, -number if turned else number

    wanted = sorted(range(len(rows)), key=lambda i: (rank(rows[i][0], down), rank(rows[i][1], down_too)))
    assert session.view.tolist() == wanted


def test_an_item_that_there_is_not_is_refused() -> None:
    with pytest.raises(IndexError, match="The items are 0 to 5, but got 6"):
        six().select([6])
    with pytest.raises(IndexError, match="but got -1"):
        six().values("label", [-1])
    with pytest.raises(ValueError, match="none of the 6 items"):
        six().index_of("/set/none.jpg")
    assert six().index_of("/set/b/../b/a.jpg") == 1


def test_values_change_in_place_until_the_grid_is_arranged_again() -> None:
    session = six()
    session.filter("label", "in", ["b"])
    assert session.view.tolist() == [0, 3, 5]
    session.set_values("label", [0, 5], "a")
    assert session.values("label", [0, 5]) == ["a", "a"] and session.view.tolist() == [0, 3, 5]
    session.rearrange()
    assert session.view.tolist() == [3]


def test_a_dropped_column_takes_along_what_reads_it() -> None:
    session = six()
    session.look(captions=["name", "label"], badges=["label"], details=["label"], state="label", classes_of="label")
    session.set_filters([Filter("label", "in", ["b"]), Filter("odd", "is", True)])
    session.set_sorts([("label", False), ("loss", True)])
    session.drop_column("label")
    assert session.captions == ["name"] and session.badges == [] == session.details
    assert session.state is None is session.classes_of
    assert [one.column for one in session.filters] == ["odd"] and [one.column for one in session.sorts] == ["loss"]
    assert session.view.tolist() == [0, 3]
    with pytest.raises(ValueError, match='"name" stays'):
        session.drop_column("name")


def test_a_column_put_in_place_of_one_of_another_kind_ends_its_filters() -> None:
    session = six()
    session.filter("label", "in", ["b"])
    session.add_column("label", range(6), kind="number")
    assert session.filters == () and len(session.view) == 6


def test_a_column_has_a_value_for_each_item_and_a_name_of_its_own() -> None:
    with pytest.raises(ValueError, match="one value for each of the 6 items, but got 2"):
        six().add_column("x", [1, 2])
    with pytest.raises(ValueError, match='"selected" is the name of the selection'):
        six().add_column("selected", [0] * 6)


@pytest.mark.parametrize(
    "action, selected, focus, acted",
    [
        (Action("a", "A", acts_on="either"), [2, 1], 5, [1, 2]),
        (Action("a", "A", acts_on="either"), [], 5, [5]),
        (Action("a", "A", acts_on="view"), [2], None, [0, 1, 2, 3, 4, 5]),
        (Action("a", "A", acts_on="none"), [2], 5, []),
        (Action("a", "A", acts_on="selection"), [4], 5, [4]),
    ],
)
def test_an_action_acts_on_what_it_says(
    action: Action, selected: list[int], focus: int | None, acted: list[int]
) -> None:
    session, got = six(), []
    session.add_action(action, lambda ids, argument: got.extend(ids.tolist()))
    session.select(selected)
    assert session.act("a", focus) == "" and got == acted


@pytest.mark.parametrize(
    "action, argument, message",
    [
        (Action("a", "Go", acts_on="selection"), None, "Go: nothing is selected"),
        (Action("a", "Go", acts_on="either"), None, "Go: nothing is selected"),
        (Action("a", "Go", acts_on="view", argument="class"), None, "Go needs a class"),
        (Action("a", "Go", acts_on="view", argument="text"), "  ", "Go needs a text"),
        (Action("a", "Go", acts_on="view", enabled=False, hint="No model."), None, "Go cannot be done now. No model."),
    ],
)
def test_an_action_that_cannot_be_done_says_why(action: Action, argument: Any, message: str) -> None:
    session, got = six(), []
    session.add_action(action, lambda ids, argument: got.append(argument))
    with pytest.raises(ValueError, match=message):
        session.act("a", None, argument)
    assert got == []
    with pytest.raises(KeyError, match="no action 'b'; there are a"):
        session.act("b")


def test_actions_and_states_are_checked_when_they_are_made() -> None:
    with pytest.raises(ValueError, match=r"`acts_on` of the action 'a' is one of .*, but got 'all'"):
        Action("a", "A", acts_on="all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='needs argument="class"'):
        Action("a", "A", digits=True)
    with pytest.raises(ValueError, match="`tone` of a tile's state"):
        TileState(tone="red")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="The key 'f' of 'a' is one of the grid's own"):
        six().add_action(Action("a", "A", key="f"), lambda ids, argument: None)
    session = six()
    session.add_action(Action("a", "A", key="d"), lambda ids, argument: None)
    with pytest.raises(ValueError, match="The key 'd' of 'b' is that of 'a' already"):
        session.add_action(Action("b", "B", key="d"), lambda ids, argument: None)


def test_listeners_hear_of_each_change() -> None:
    session, heard = six(), []
    session.on_change(heard.append)
    session.select([1])
    session.set_sorts([("loss", True)])
    session.set_values("loss", [1], 9)
    session.look(badges=["label"])
    session.add_action(Action("a", "A"), lambda ids, argument: None)
    session.set_action("a", enabled=False)
    assert heard == ["selection", "view", "values", "looks", "values", "actions", "actions"]


def test_a_hundred_thousand_items_are_filtered_and_sorted() -> None:
    rng = np.random.default_rng(0)
    session = GridSession([f"/set/{i % 20}/{i}.jpg" for i in range(100_000)])
    session.add_column("label", [f"class {i % 20}" for i in range(100_000)])
    session.add_column("loss", rng.random(100_000))
    session.set_filters([Filter("label", "in", ["class 3", "class 4"]), Filter("loss", "between", [0.5, None])])
    session.set_sorts([("label", False), ("loss", True)])
    loss = np.array(session.values("loss", session.view))
    assert 4_000 < len(loss) < 6_000 and (loss >= 0.5).all()
    assert (np.diff(loss) > 0).sum() == 1  # falling within each of the two classes
