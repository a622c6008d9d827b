"""Names and defaults are those that fastai publishes."""

import inspect

import pytest
from fastlearn import callbacks


@pytest.mark.parametrize(
    "name, order, defaults",
    [
        ("TrackerCallback", 60, {"monitor": "valid_loss", "comp": None, "min_delta": 0.0, "reset_on_fit": True}),
        ("EarlyStoppingCallback", 63, {"monitor": "valid_loss", "comp": None, "min_delta": 0.0, "patience": 1}),
        (
            "SaveModelCallback",
            61,
            {"monitor": "valid_loss", "fname": "model", "every_epoch": False, "at_end": False, "with_opt": False},
        ),
        ("ReduceLROnPlateau", 62, {"monitor": "valid_loss", "patience": 1, "factor": 10.0, "min_lr": 0}),
        ("ShortEpochCallback", 0, {"pct": 0.01, "short_valid": True}),
        ("SkipToEpoch", 70, {}),
        ("CSVLogger", 60, {"fname": "history.csv", "append": False}),
        ("FetchPredsCallback", 0, {"ds_idx": 1, "with_input": False, "with_decoded": False, "reorder": True}),
        ("ShowGraphCallback", 65, {}),
        ("GradientAccumulation", 6, {"n_acc": 32}),
        ("GradientClip", 11, {"max_norm": 1.0, "norm_type": 2.0}),
        ("MixHandler", 0, {"alpha": 0.5}),
        ("MixUp", 0, {"alpha": 0.4}),
        ("CutMix", 0, {"alpha": 1.0}),
        ("RNNRegularizer", 1, {"alpha": 0.0, "beta": 0.0}),
        ("ParamScheduler", 60, {}),
        ("TrainEvalCallback", -10, {}),
        ("TerminateOnNaNCallback", -9, {}),
        ("MixedPrecision", 10, {"amp_mode": "fp16"}),
        ("ChannelsLast", -1, {}),
        (
            "NonNativeMixedPrecision",
            10,
            {"loss_scale": 512, "flat_master": False, "dynamic": True, "max_loss_scale": 2.0**24, "div_factor": 2.0,
             "scale_wait": 500, "clip": None},
        ),
    ],
)  # fmt: skip
def test_published_names_orders_and_defaults(name, order, defaults):
    cls = getattr(callbacks, name)
    parameters = inspect.signature(cls).parameters
    assert cls.order == order
    assert {key: parameters[key].default for key in defaults} == defaults
