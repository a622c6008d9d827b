import numpy as np
import pytest
import torch
from fastlearn.callbacks import GatherPredsCallback
from fastlearn.data.loader import DataLoader as OurLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.train import Learner
from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelBatchException
from torch import nn
from torch.utils.data import DataLoader


@pytest.fixture
def learn(make_points, tmp_path):
    """A learner over our own loaders, shuffled in training, with a vocabulary."""
    dls = DataLoaders.from_dsets(make_points(), make_points(70, 5), bs=16, seed=1, num_workers=0, device="cpu")
    return Learner(dls, nn.Linear(4, 2), CrossEntropyLossFlat(), path=tmp_path)


def expected(learn, dataset):
    x, y = dataset.tensors
    with torch.no_grad():
        return x, torch.softmax(learn.model(x), -1), y


@pytest.mark.parametrize("ds_idx", [0, 1])
def test_predictions_follow_the_data_set_whatever_the_order_of_the_batches(learn, ds_idx):
    x, probabilities, y = expected(learn, learn.dls[ds_idx].dataset)
    inputs, preds, targets, decoded, losses = learn.get_preds(
        ds_idx, with_input=True, with_decoded=True, with_loss=True
    )
    torch.testing.assert_close(inputs, x)
    torch.testing.assert_close(preds, probabilities)
    assert torch.equal(targets, y) and torch.equal(decoded, probabilities.argmax(1))
    torch.testing.assert_close(losses, -probabilities[torch.arange(len(y)), y].log())
    assert learn.pred_positions.tolist() == list(range(len(y)))


def test_a_shuffled_loader_is_put_in_order_by_its_positions(learn, make_points):
    loader = OurLoader(make_points(70, 5), bs=16, shuffle=True, seed=3, num_workers=0)
    _, probabilities, y = expected(learn, loader.dataset)
    preds, targets = learn.get_preds(dl=loader)
    torch.testing.assert_close(preds, probabilities)
    assert torch.equal(targets, y)
    shuffled = learn.get_preds(dl=loader, reorder=False)[1]
    assert not torch.equal(shuffled, y) and torch.equal(shuffled, y[learn.pred_positions])


def test_torchs_own_loaders_work_too(make_learner):
    learn = make_learner(model=nn.Linear(4, 2))
    for ds_idx in (0, 1):
        loader = (learn.dls.train, learn.dls.valid)[ds_idx]
        _, probabilities, y = expected(learn, loader.dataset)
        preds, targets = learn.get_preds(ds_idx)
        torch.testing.assert_close(preds, probabilities)
        assert torch.equal(targets, y)


def test_what_is_not_asked_for_is_none(learn):
    assert learn.get_preds(with_preds=False)[0] is None
    assert learn.get_preds(with_targs=False)[1] is None


def test_an_activation_of_ones_own_replaces_the_losss(learn):
    x, _, _ = expected(learn, learn.dls.valid.dataset)
    with torch.no_grad():
        torch.testing.assert_close(learn.get_preds(act=lambda scores: scores)[0], learn.model(x))


def test_predictions_can_be_written_batch_by_batch(learn, tmp_path):
    preds, _ = learn.get_preds(save_preds=tmp_path / "preds", save_targs=tmp_path / "targs")
    written = [np.load(tmp_path / "preds" / f"{i}.npy") for i in range(5)]
    np.testing.assert_allclose(np.concatenate(written), preds.numpy())


def test_rows_of_unreadable_items_are_missing_and_the_others_are_told(learn):
    class Holes:
        """A loader that lost item 3."""

        dataset = learn.dls.valid.dataset

        def __len__(self):
            return 1

        def __iter__(self):
            from fastlearn.data.batch import Batch

            kept = np.array([5, 0, 1, 2, 4])
            x, y = self.dataset.tensors
            yield Batch((x[kept], y[kept]), kept)

    preds, _ = learn.get_preds(dl=Holes())
    assert len(preds) == 5 and learn.pred_positions.tolist() == [0, 1, 2, 4, 5]


def test_a_loss_that_only_averages_is_taken_item_by_item(make_learner):
    def averaging(pred, target):
        return nn.functional.cross_entropy(pred, target)

    learn = make_learner(model=nn.Linear(4, 2), loss_func=averaging)
    *_, losses = learn.get_preds(with_loss=True)
    x, y = learn.dls.valid.dataset.tensors
    with torch.no_grad():
        torch.testing.assert_close(losses, nn.functional.cross_entropy(learn.model(x), y, reduction="none"))
    assert learn.loss_func is averaging


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), CrossEntropyLossFlat()])
def test_the_reduction_of_the_loss_is_put_back_even_after_an_error(make_learner, loss):
    learn = make_learner(loss_func=loss)
    with pytest.raises(RuntimeError, match="inside"), learn.loss_not_reduced():
        assert loss.reduction == "none"
        raise RuntimeError("inside")
    assert loss.reduction == "mean"


def test_one_item_gives_one_answer_and_a_list_gives_a_list(learn, capsys):
    x, probabilities, _ = expected(learn, learn.dls.valid.dataset)
    learn.dls.train.dataset.vocab = ["left", "right"]
    answers = learn.predict([(x[i],) for i in range(20)])
    assert [label for label, _, _ in answers] == [["left", "right"][i] for i in probabilities[:20].argmax(1)]
    label, index, chances = learn.predict((x[7],))
    assert (label, int(index)) == (answers[7][0], int(answers[7][1]))
    torch.testing.assert_close(chances, probabilities[7])
    assert learn.predict([]) == [] and capsys.readouterr().out == ""


def test_items_of_plain_loaders_are_predicted_as_tensors(make_learner):
    learn = make_learner(model=nn.Linear(4, 2))
    x = learn.dls.valid.dataset.tensors[0]
    inputs, label, index, chances = learn.predict(x[0], with_input=True)
    torch.testing.assert_close(inputs, x[0])
    assert int(label) == int(index) == int(chances.argmax())


def test_inputs_come_back_as_they_were_from_a_model_that_works_in_place(make_learner):
    learn = make_learner(model=nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 2)))
    x = learn.dls.valid.dataset.tensors[0]
    before = x.clone()
    inputs, *_ = learn.get_preds(with_input=True)
    torch.testing.assert_close(inputs, before)
    assert (before < 0).any()


def test_predicting_leaves_the_mode_and_the_batch_alone(learn):
    learn.model.train()
    learn.get_preds()
    assert learn.model.training and learn.xb == () and learn.pred is None and not learn.training


def test_training_callbacks_stay_out_of_predictions(learn):
    heard = []
    for event in ("before_fit", "before_epoch", "after_epoch", "after_fit"):
        learn.add_cb(Callback(**{event: lambda self: heard.append(self.name)}))
    learn.get_preds()
    learn.validate()
    assert heard == []


def test_tta_blends_augmented_and_plain_predictions(learn):
    draws = iter([0.5, 1.0, 1.5, 2.0] * 10)

    def stretch(x):
        return x * next(draws) if x.is_floating_point() else x

    from fastlearn.data.transform import Transform

    train_only = Transform(stretch, split_idx=0)
    valid = learn.dls.valid.new(after_batch=[train_only], bs=128, batch_size=None)
    learn.dls.loaders[1] = valid
    x, plain, _ = expected(learn, valid.dataset)
    with torch.no_grad():
        mean = torch.stack([torch.softmax(learn.model(x * s), -1) for s in (0.5, 1.0, 1.5, 2.0)]).mean(0)
    torch.testing.assert_close(learn.tta()[0], 0.75 * mean + 0.25 * plain)
    both, _ = learn.tta(beta=None)
    torch.testing.assert_close(both[0], mean)
    torch.testing.assert_close(both[1], plain)
    assert (learn.tta(use_max=True)[0] >= plain - 1e-6).all()


def test_a_pass_needs_a_loader(make_learner):
    learn = make_learner()
    learn.dls = type("Half", (), {"train": learn.dls.train, "valid": None})()
    with pytest.raises(ValueError, match=r"no validation loader. Try ds_idx=0"):
        learn.get_preds()


def test_a_loader_that_is_not_there_is_named(make_learner):
    learn = make_learner()
    for ask in (learn.get_preds, learn.validate):
        with pytest.raises(ValueError, match=r"no loader number 5: there are 2, counted from 0"):
            ask(ds_idx=5)
    learn.dls = type("Half", (), {"train": learn.dls.train, "valid": None})()
    with pytest.raises(ValueError, match=r"`ds_idx` is 0 for the training data or 1 .* but got 5"):
        learn.get_preds(ds_idx=5)


def test_results_are_shown_by_the_loader_or_refused_with_words(make_learner):
    with pytest.raises(TypeError, match="DataLoader does not know how its samples look"):
        make_learner().show_results()


def test_a_plain_loader_in_order_is_used_as_it_is(make_points):
    from fastlearn.train.predict import in_order

    loader = DataLoader(make_points(), 16)
    assert in_order(loader) is loader and in_order(DataLoader(make_points(), 16, shuffle=True)).batch_size == 16


def test_a_loader_without_a_length_is_gone_through_to_its_end(make_learner):
    learn = make_learner(model=nn.Linear(4, 2))
    whole = learn.get_preds()[0]
    stream = (batch for batch in learn.dls.valid)
    assert torch.equal(learn.get_preds(dl=stream)[0], whole)
    assert learn.validate(dl=(batch for batch in learn.dls.valid)) == learn.validate()


def test_predictions_leave_out_a_cancelled_batch(make_learner, learn):
    def skip(self):
        if self.iter == 1:
            raise CancelBatchException

    plain = make_learner(model=nn.Linear(4, 2))
    whole = plain.get_preds()[0]
    torch.testing.assert_close(plain.get_preds(cbs=Callback(before_batch=skip))[0], whole[:32])
    whole = learn.get_preds()[0]
    some, losses = (learn.get_preds(cbs=Callback(after_pred=skip), with_loss=True)[i] for i in (0, 2))
    torch.testing.assert_close(some, torch.cat((whole[:16], whole[32:])))
    assert len(losses) == len(some) and learn.pred_positions.tolist() == [*range(16), *range(32, 70)]


def test_a_tuple_of_items_gets_the_advice_to_try_a_list(make_learner):
    with pytest.raises(TypeError, match=r"for several items try a list: The loaders do not say"):
        make_learner().predict((torch.zeros(4), torch.zeros(4)))


def test_what_was_gathered_in_the_order_of_get_preds(make_learner):
    learn = make_learner()
    gather = GatherPredsCallback(with_input=True, with_loss=True, with_targs=False)
    with learn.loss_not_reduced():
        learn.validate(cbs=gather)
    inputs, preds, targets, losses = gather.all_tensors()
    assert targets is None and len(inputs) == len(preds) == len(losses) == 64
    torch.testing.assert_close(preds, learn.get_preds(act=lambda x: x)[0])
