"""A bundle of another version may need a part that is not here."""

import pytest
from fastlearn.bundle.names import Trust, UntrustedCode


@pytest.mark.parametrize("path", ["torch.nn.modules.activation.Nonesuch", "torchvision.transforms.v2.Nonesuch"])
def test_a_layer_that_this_torch_lacks_is_said_to_be_missing(path):
    with pytest.raises(UntrustedCode, match=rf"The bundle needs {path}, which this installation .*try newer ones"):
        Trust().get(path)


def test_other_code_is_refused_as_before_and_not_looked_for():
    with pytest.raises(UntrustedCode, match=r"no part of fastlearn: my_module.f.*trust=\['my_module.f'\]"):
        Trust().get("my_module.f")
