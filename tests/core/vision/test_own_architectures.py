"""Networks whose constructor was written in a notebook or a script are exported, and load where that is not known."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from fastlearn.bundle import UntrustedCode, load_learner
from fastlearn.vision.open import PILImage

SCRIPT = """
import sys
import numpy as np
from fastlearn.vision.all import *

def small_resnet():
    return XResNet(ResBlock, 1, [1, 1], stem_szs=(8, 8), widen=0.125)

def encoder():
    return nn.Sequential(ConvLayer(3, 4, stride=2), ResBlock(1, 4, 8, stride=2))

if __name__ == "__main__":
    pixels = np.random.default_rng(0).integers(0, 255, (6, 32, 32, 3)).astype(np.uint8)
    pictures, folder = [PILImage.create(one) for one in pixels], Path(sys.argv[1])
    masks = [PILMask.create(one[..., 0] // 128) for one in pixels]
    block = DataBlock((ImageBlock, MaskBlock(["a", "b"])), get_x=ItemGetter(0), get_y=ItemGetter(1))
    masked = block.dataloaders(list(zip(pictures, masks)), bs=2, num_workers=0, seed=0)
    labelled = ImageDataLoaders.from_lists(".", pictures, list("ababab"), bs=2, num_workers=0, seed=0)
    made = {
        "function": vision_learner(labelled, small_resnet, seed=0),
        "lambda": vision_learner(labelled, lambda: small_resnet(), seed=0),
        "unet": unet_learner(masked, encoder, cut=2, seed=0),
    }
    for name, learn in made.items():
        learn.fit(1, display=False)
        np.save(folder / f"{name}.npy", learn.predict(pictures[0])[2].numpy())
        learn.export(folder / f"{name}.zip")
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    script = folder / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, script, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", ["function", "lambda", "unet"])
def test_what_a_script_builds_loads_elsewhere_without_trust(name, exported):
    try:
        learn = load_learner(exported / f"{name}.zip")
    except UntrustedCode as error:
        pytest.fail(str(error))
    pixels = np.random.default_rng(0).integers(0, 255, (6, 32, 32, 3)).astype(np.uint8)
    answer = learn.predict(PILImage.create(pixels[0]))[2].numpy()
    np.testing.assert_allclose(answer, np.load(exported / f"{name}.npy"), atol=1e-5)
