"""The rules before tokenising, by tables worked by hand, and what they do together with splitting into words."""

from __future__ import annotations

import time

import pytest
from fastlearn.text.rules import (
    PROC_RULES,
    apply_rules,
    fix_html,
    lowercase,
    replace_all_caps,
    replace_maj,
    replace_rep,
    replace_space,
    replace_wrep,
    rm_useless_spaces,
    spec_add_spaces,
)

HANG = 5.0  # seconds; a rule that backtracks would take hours


@pytest.mark.parametrize(
    "rule, text, wanted",
    [
        (fix_html, "Some HTML&nbsp;text<br />", "Some HTML& text\n"),
        (fix_html, "#39;bli#146; amp; #36;5 quot;q", "'bli' & $5 'q"),
        (fix_html, "wait... <unk> 3 @.@ 5 a @-@ b", "wait … xxunk 3.5 a-b"),
        (fix_html, '&lt;p&gt; \\n \\"', '<p> \n "'),
        (replace_rep, "aa", "aa"),
        (replace_rep, "aaaa", " xxrep 4 a "),
        (replace_rep, "no!!!", "no xxrep 3 ! "),
        (replace_rep, "a   b", "a   b"),
        (replace_wrep, "ah ah", "ah ah"),
        (replace_wrep, "ah ah ah", " xxwrep 3 ah "),
        (replace_wrep, "ah ah ah ah!", " xxwrep 4 ah !"),
        (replace_wrep, "bla bla blah", "bla bla blah"),
        (spec_add_spaces, "#fast/ai\\", " # fast / ai \\ "),
        (rm_useless_spaces, "a  b   c d", "a b c d"),
        (replace_all_caps, "I'M SHOUTING A LOT, Here", "xxup i'm xxup shouting a xxup lot, Here"),
        (replace_maj, "Jeremy Howard A IBM iPhone", "xxmaj jeremy xxmaj howard a IBM iPhone"),
        (lowercase, "  Some Text ", "xxbos some text"),
        (replace_space, "a b", "a\u2581b"),
    ],
)
def test_a_rule_does_what_its_table_says(rule, text, wanted):
    assert rule(text) == wanted


def test_begin_and_end_are_marked_where_wanted():
    assert lowercase("Hi", add_bos=False) == "hi"
    assert lowercase("Hi", add_eos=True) == "xxbos hi xxeos"


@pytest.mark.parametrize(
    "text", ["AB" * 200_000 + "a", "a" * 400_000, "a " * 200_000, "x" + " " * 400_000, "ab " * 100_000, "!?" * 200_000]
)
def test_no_rule_takes_longer_than_the_text_is_long(text):
    start = time.perf_counter()
    apply_rules(text, PROC_RULES)
    assert time.perf_counter() - start < HANG
