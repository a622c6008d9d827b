"""The corpus that every Python brings along."""

from __future__ import annotations

import pandas as pd
import pytest
from fastlearn.text import docstrings
from fastlearn.text.docstrings import docstrings_of, write_docstrings

LONG = "A docstring that is long enough to be a text, with more than eighty characters in all of it."


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A small library in the place of the real one, whose parsing takes seconds."""
    root = tmp_path / "lib"
    for name, n in (
        ("json", 25),
        ("email/sub", 30),
        ("ast", 3),
        ("test", 40),
        ("site-packages/json", 40),
        ("mine", 40),
    ):
        file = root / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        body = "\n".join(f"def f{i}():\n    '''{LONG} {name} {i}'''" for i in range(n))
        file.write_text(f"'''short'''\nraise SystemExit('imported')\n{body}\n")
    (root / "email" / "broken.py").write_text("def :")
    monkeypatch.setattr(docstrings.sysconfig, "get_paths", lambda: {"stdlib": str(root)})
    return root


def test_the_table_has_the_packages_with_enough_texts(library, tmp_path):
    write_docstrings(tmp_path)
    df = pd.read_csv(tmp_path / "docstrings.csv")
    assert list(df) == ["package", "name", "text", "is_valid"]
    assert df.package.value_counts().to_dict() == {"email": 30, "json": 25}
    assert df.groupby("package").is_valid.sum().to_dict() == {"email": 6, "json": 5}
    assert df.name[0] == "email.sub.f0" and df.text[0] == f"{LONG} email/sub 0"
    first = (tmp_path / "docstrings.csv").read_bytes()
    write_docstrings(tmp_path)
    assert (tmp_path / "docstrings.csv").read_bytes() == first


def test_names_say_where_a_docstring_stands(tmp_path):
    file = tmp_path / "m.py"
    file.write_text(
        "'''Top'''\nclass A:\n    '''In A'''\n    async def g(self):\n        '''In g'''\n    def h(self): pass\n"
    )
    assert list(docstrings_of(file)) == [("", "Top"), ("A", "In A"), ("A.g", "In g")]
    file.write_bytes(b"\0\xff")
    assert list(docstrings_of(file)) == []
