"""What an import may load and touch: checked in fresh processes, by modules and not by the clock."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import pytest
from fastlearn.vision import all as vision_all

HEAVY = {"torchvision", "scipy", "sklearn", "matplotlib", "IPython", "timm", "pydicom", "fastprogress", "transformers",
         "tokenizers", "spacy"}  # fmt: skip
JUPYTER = {"jupyter_client", "jupyter_core", "jupyterlab", "ipykernel", "ipywidgets", "bqplot", "comm", "traitlets"}
LATE = {*HEAVY, *JUPYTER, "fastwidgets"}
BARE = {*LATE, "pandas", "torch", "PIL"}
STEPS = {  # one after the other in one process, and what none of them has brought until then: the most is first
    "import fastlearn": {*BARE, "numpy"},
    "import fastlearn.medical": {*BARE, "numpy"},
    "import fastlearn.text.worker": BARE,
    "import numpy, torch, random": {*LATE, "pandas"},
    "import fastlearn.scratch": {*LATE, "pandas"},
    "from fastlearn.vision.all import *": {*LATE, "pandas"},
    "from fastlearn.vision import models, learner": {*LATE, "pandas"},
    "from fastlearn.medical.all import *": {*LATE, "pandas"},
    "import fastlearn.collab": {*LATE, "pandas"},
    "from fastlearn.text.all import *": LATE,
    "from fastlearn.collab.all import *": LATE,
    "from fastlearn.tabular.all import *": LATE,
    "import pandas": LATE,
}
PACKAGES = ("callbacks", "data", "explain", "interpret", "losses", "metrics", "models", "optim", "train", "vision")
NOT_FOR_NOTEBOOKS = {  # values that others hand out, and parts that only the library's own code takes up
    "data": {"Batch", "SetAside", "View"},
    "models": {"CutReport", "is_frozen", "report_of", "seeded"},
    "train": {"LRFinder"},  # the callback inside; in notebooks the name is the widget's
}
# fmt: off
BOOK = [  # what chapters 1, 4 and 11 of the fastai book take from the star import
    "torch", "nn", "F", "np", "Path", "partial", "Image", "Tensor", "tensor", "array", "first", "math", "random",
    "re", "os", "sys", "time", "SimpleNamespace", "untar_data", "URLs", "sample_data", "get_image_files",
    "DataBlock", "ImageBlock", "CategoryBlock", "MultiCategoryBlock", "RegressionBlock", "RandomSplitter",
    "GrandparentSplitter", "parent_label", "RegexLabeller", "ImageDataLoaders", "DataLoader", "DataLoaders",
    "Datasets", "TfmdLists", "Transform", "Pipeline", "show_at", "Resize", "ResizeMethod", "ToTensor",
    "IntToFloatTensor", "Normalize", "imagenet_stats", "Flip", "PILImage", "PILImageBW", "show_image",
    "show_images", "Learner", "vision_learner", "cnn_learner", "resnet18", "resnet34", "models", "SGD", "Adam",
    "accuracy", "error_rate", "CrossEntropyLossFlat", "Interpretation", "ClassificationInterpretation", "Callback",
    "explain",
]
# fmt: on


def in_a_fresh_process(code: str) -> list[str]:
    """What `code` left in the variable `result`, as run by a new interpreter."""
    script = f"import json, sys\n{code}\nprint(json.dumps(result))"
    return json.loads(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout)


@pytest.fixture(scope="module")
def told():
    """What a fresh process says of STEPS: what was loaded after each, and what differs at the end."""
    loaded, touched, made = in_a_fresh_process(f"""
loaded = {{}}
def states():
    import random, numpy, torch
    return [str(random.getstate()), str(numpy.random.get_state()), str(torch.get_rng_state().tolist())]
for statement in {list(STEPS)!r}:
    exec(statement, {{}})
    loaded[statement] = sorted({{name.partition('.')[0] for name in sys.modules}})
    if statement == 'import numpy, torch, random':
        before = states()
touched = [a != b for a, b in zip(before, states())]
import pandas as pd
options = ('display.width', 'display.max_rows')
touched += [pd.get_option(name) != default for name, default in zip(options, (80, 60))]
touched.append(not pd.DataFrame.__init__.__module__.startswith('pandas'))
from fastlearn.vision import models
models.squeezenet1_1()
result = [loaded, touched, 'torchvision' in sys.modules]
""")
    return {"loaded": loaded, "touched": touched, "made": made}


@pytest.mark.parametrize("statement", STEPS)
def test_an_import_loads_nothing_heavy_and_nothing_of_jupyter(told, statement):
    assert not {*told["loaded"][statement]} & STEPS[statement]


def test_an_import_leaves_the_global_random_states_and_pandas_alone(told):
    assert told["touched"] == [False] * 6 and "torch" in told["loaded"]["from fastlearn.vision.all import *"]


def test_torchvision_is_imported_when_one_of_its_networks_is_made(told):
    assert told["made"]


def test_every_package_can_be_the_first_to_be_imported():
    failed = in_a_fresh_process(f"""
import importlib
result = []
for package in {(*PACKAGES, "collab", "distributed", "medical", "medical.text", "scratch", "tabular", "text")!r}:
    for name in [n for n in sys.modules if n.split('.')[0] == 'fastlearn']:
        del sys.modules[name]
    try:
        importlib.import_module('fastlearn.' + package)
    except ImportError as error:
        result.append(f'{{package}}: {{error}}')
""")
    assert failed == []


def test_the_star_import_has_what_the_book_uses():
    assert set(BOOK) <= set(vision_all.__all__)


def test_every_name_of_the_star_import_is_there_once():
    assert len(set(vision_all.__all__)) == len(vision_all.__all__)
    assert [name for name in vision_all.__all__ if not hasattr(vision_all, name)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_star_import_has_all_public_names(package):
    public = set(importlib.import_module(f"fastlearn.{package}").__all__) - NOT_FOR_NOTEBOOKS.get(package, set())
    assert public <= set(vision_all.__all__), f"missing: {sorted(public - set(vision_all.__all__))}"
