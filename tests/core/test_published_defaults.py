"""What fastai publishes as the defaults of learners, fits, predictions and loggers is what stands here."""

import inspect

import pytest
from fastlearn import callbacks, data, interpret, loggers
from fastlearn.interpret.attributions import CaptumInterpretation
from fastlearn.optim import OptimWrapper
from fastlearn.synthetic import synth_dbunch, synth_learner
from fastlearn.train.learner import Learner
from fastlearn.train.recorder import Recorder
from fastlearn.train.suggest import valley

FIT = {"wd": None, "cbs": None, "reset_opt": False, "start_epoch": 0}


def defaults_of(thing):
    parameters = inspect.signature(thing).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


@pytest.mark.parametrize(
    "thing, published",
    [
        (
            Learner,
            {"loss_func": None, "lr": 1e-3, "cbs": None, "metrics": None, "path": None, "model_dir": "models",
             "wd": None, "wd_bn_bias": False, "train_bn": True, "moms": (0.95, 0.85, 0.95), "default_cbs": True},
        ),
        (Learner.fit, {"lr": None, **FIT}),
        (Learner.fit_one_cycle,
         {"lr_max": None, "div": 25.0, "div_final": 1e5, "pct_start": 0.25, "moms": None, **FIT}),
        (Learner.fine_tune,
         {"base_lr": 2e-3, "freeze_epochs": 1, "lr_mult": 100, "pct_start": 0.3, "div": 5.0}),
        (Learner.fit_flat_cos, {"lr": None, "div_final": 1e5, "pct_start": 0.75, **FIT}),
        (Learner.fit_sgdr, {"lr_max": None, "cycle_mult": 2, **FIT}),
        (Learner.lr_find,
         {"start_lr": 1e-7, "end_lr": 10, "num_it": 100, "stop_div": True, "show_plot": True,
          "suggest_funcs": (valley,)}),
        (Learner.validate, {"ds_idx": 1, "dl": None, "cbs": None}),
        (
            Learner.get_preds,
            {"ds_idx": 1, "dl": None, "with_input": False, "with_decoded": False, "with_loss": False, "act": None,
             "inner": False, "reorder": True, "save_preds": None, "save_targs": None, "with_preds": True,
             "with_targs": True, "concat_dim": 0},
        ),
        (Learner.predict, {"rm_type_tfms": None, "with_input": False}),
        (Learner.show_results, {"ds_idx": 1, "dl": None, "max_n": 9, "shuffle": True}),
        (Learner.tta,
         {"ds_idx": 1, "dl": None, "n": 4, "item_tfms": None, "batch_tfms": None, "beta": 0.25, "use_max": False}),
        (Learner.save, {"with_opt": True}),
        (Learner.load, {"device": None, "strict": True}),
        (Recorder, {"add_time": True, "train_metrics": False, "valid_metrics": True, "beta": 0.98}),
        (Recorder.plot_loss, {"skip_start": 5, "with_valid": True, "log": False, "show_epochs": False}),
        (
            callbacks.GatherPredsCallback,
            {"with_input": False, "with_loss": False, "save_preds": None, "save_targs": None, "with_preds": True,
             "with_targs": True, "concat_dim": 0},
        ),
        (callbacks.ActivationStats, {"with_hist": False, "modules": None, "every": None, "remove_end": True,
                                     "is_forward": True, "detach": True, "include_paramless": False}),
        (callbacks.HookCallback, {"modules": None, "every": None, "remove_end": True, "is_forward": True,
                                  "detach": True, "cpu": True, "include_paramless": False}),
        (callbacks.WeightAveraging, {"decay": 0.999}),
        (interpret.Interpretation.from_learner, {"ds_idx": 1, "dl": None, "act": None}),
        (interpret.Interpretation.top_losses, {"k": None, "largest": True}),
        (interpret.ClassificationInterpretation.plot_confusion_matrix,
         {"normalize": False, "cmap": "Blues", "norm_dec": 2, "plot_txt": True}),
        (interpret.ClassificationInterpretation.most_confused, {"min_val": 1}),
        (CaptumInterpretation,
         {"cmap_name": None, "N": 256, "methods": ("original_image", "heat_map"),
          "signs": ("all", "positive"), "outlier_perc": 1}),
        (CaptumInterpretation.visualize,
         {"metric": "IG", "n_steps": 1000, "baseline_type": "zeros", "nt_type": "smoothgrad", "strides": (3, 4, 4),
          "sliding_window_shapes": (3, 15, 15)}),
        (loggers.TensorBoardCallback, {"log_dir": None, "trace_model": True}),
        (OptimWrapper, {"params": None, "convert_groups": True}),
        (synth_dbunch, {"a": 2, "b": 3, "bs": 16, "n_train": 10, "n_valid": 2, "cuda": False}),
        (synth_learner, {"n_train": 10, "n_valid": 2, "cuda": False, "lr": 1e-3}),
        (CaptumInterpretation.insights, {"debug": True}),
        (data.RandomSplitter, {"valid_pct": 0.2, "seed": None}),
    ],
    ids=lambda thing: getattr(thing, "__qualname__", ""),
)  # fmt: skip
def test_published_defaults(thing, published):
    ours = defaults_of(thing)
    assert {name: ours[name] for name in published if name in ours} == published


@pytest.mark.parametrize(
    "cls, order", [("Recorder", 50), ("ActivationStats", -20), ("TensorBoardCallback", 51), ("WandbCallback", 51)]
)
def test_published_orders(cls, order):
    found = Recorder if cls == "Recorder" else getattr(callbacks, cls, None) or getattr(loggers, cls)
    assert found.order == order


def test_the_optimizer_and_the_callbacks_that_a_learner_has_by_default():
    from fastlearn.optim import Adam

    assert defaults_of(Learner)["opt_func"] is Adam
    names = {type(cb).__name__ for cb in synth_learner().cbs}
    assert {"TrainEvalCallback", "Recorder", "ProgressCallback"} <= names
    assert synth_learner(default_cbs=False).cbs == []
