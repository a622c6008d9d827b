"""Weights of other texts are matched word by word; files of another kind, vocabulary or architecture are refused."""

from __future__ import annotations

import json
import pickle

import pytest
import torch
from fastlearn.text.awd_lstm import AWD_LSTM
from fastlearn.text.models import encoder_of, get_language_model, get_text_classifier
from fastlearn.text.pretrained import load_part, match_embeds, published_files, read_language_model, read_vocab

OLD = ["xxunk", "xxpad", "the", "cat", "sat"]
NEW = ["xxunk", "xxpad", "sat", "dog", "the", "mat"]
SMALL = {"emb_sz": 6, "n_hid": 8, "n_layers": 2}


def model(seed=0):
    torch.manual_seed(seed)
    return get_language_model(AWD_LSTM, len(OLD), SMALL)


def as_fastai_saves(lm):
    """The names of fastai: dropped weights twice, the stale copy in the module, and the embedding twice."""
    state = {}
    for name, value in lm.state_dict().items():
        if name.endswith("weight_hh_l0"):
            layer = name.removesuffix(".module.weight_hh_l0")
            state[f"{layer}.weight_hh_l0_raw"] = value
            state[name] = value * 0 + 7
        else:
            state[name] = value
    return {"0.encoder.weight": lm[0].encoder.weight.detach(), **state}


def test_rows_are_matched_by_word_and_new_words_get_the_mean():
    table = torch.arange(10.0).view(5, 2)
    matched = match_embeds(
        {"0.encoder.weight": table, "1.decoder.weight": table * 2, "1.decoder.bias": torch.arange(5.0), "rest": table},
        OLD, NEW,
    )  # fmt: skip
    mean = [4.0, 5.0]
    assert matched["0.encoder.weight"].tolist() == [[0.0, 1.0], [2.0, 3.0], [8.0, 9.0], mean, [4.0, 5.0], mean]
    assert matched["1.decoder.weight"][2].tolist() == [16.0, 18.0]
    assert matched["1.decoder.bias"].tolist() == [0.0, 1.0, 4.0, 2.0, 2.0, 2.0]
    assert matched["rest"] is table


def test_a_vocabulary_of_other_weights_is_refused():
    with pytest.raises(ValueError, match=r"vocabulary does not match .* 4 words, and the embedding 5 rows"):
        match_embeds({"0.encoder.weight": torch.zeros(5, 2)}, OLD[:4], NEW)
    with pytest.raises(ValueError, match=r"not the weights of a language model.*conv1"):
        match_embeds({"conv1.weight": torch.zeros(5, 2)}, OLD, NEW)


@pytest.mark.parametrize("form", ["fastai", "nested", "safetensors"])
def test_a_file_of_any_form_gives_the_trained_weights(tmp_path, form):
    lm, other = model(), model(1)
    path = tmp_path / "lm.pth"
    if form == "safetensors":
        from fastlearn.runs.files import write_tensors

        path = write_tensors(tmp_path / "lm.safetensors", {f"model.{k}": v for k, v in lm.state_dict().items()}, {})
    else:
        state = as_fastai_saves(lm)
        torch.save({"model": state, "opt": {"step": 3}} if form == "nested" else state, path)
    load_part(other, read_language_model(path), str(path))
    x = torch.randint(0, 5, (2, 7))
    assert torch.equal(other.eval()(x)[0], lm.eval()(x)[0])
    assert other[1].decoder.weight is other[0].encoder.weight


def test_weights_of_another_architecture_are_refused_with_the_first_differences(tmp_path):
    torch.save(as_fastai_saves(model()), tmp_path / "lm.pth")
    state = read_language_model(tmp_path / "lm.pth")
    larger = get_language_model(AWD_LSTM, len(OLD), {**SMALL, "n_hid": 10})
    with pytest.raises(
        ValueError, match=r"lm.pth is of another architecture.*weight_ih_l0 is \(32, 6\) and not \(40, 6\)"
    ):
        load_part(larger, state, "lm.pth")
    without = {name: value for name, value in state.items() if name != "1.decoder.bias"}
    with pytest.raises(ValueError, match=r"1.decoder.bias is missing \(1 differences\)"):
        load_part(model(), without, "lm.pth")
    encoder = encoder_of(get_text_classifier(AWD_LSTM, len(OLD), 2, config=SMALL))
    with pytest.raises(ValueError, match=r"conv1 is not in the model"):
        load_part(encoder, {**encoder.state_dict(), "conv1": torch.zeros(1)}, "lm.pth")


def test_a_vocabulary_is_read_from_json_lines_and_fastais_pickle(tmp_path):
    (tmp_path / "v.json").write_text(json.dumps(OLD))
    (tmp_path / "v.txt").write_text("\n".join(OLD))
    (tmp_path / "v.pkl").write_bytes(pickle.dumps(OLD))
    assert all(read_vocab(tmp_path / f"v.{ending}") == OLD for ending in ("json", "txt", "pkl"))


class Hostile:
    def __reduce__(self):
        import os

        return os.system, ("touch pwned",)


@pytest.mark.parametrize(
    "content, ending, message",
    [
        (pickle.dumps(Hostile()), "pkl", "names code, (posix|nt|os).system"),
        (pickle.dumps({"a": 1}), "pkl", "holds a dict"),
        (pickle.dumps([1, 2]), "pkl", "holds a list"), (b"", "pkl", "cannot be read"), (b"{", "json", "cannot be read"),
        (b"\x80\x05garbage", "pkl", "cannot be read"), (b"\xff\xfe\x00", "txt", "cannot be read"),
    ],
)  # fmt: skip
def test_other_content_is_refused_and_no_code_runs(tmp_path, monkeypatch, content, ending, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"v.{ending}").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_vocab(tmp_path / f"v.{ending}")
    assert not (tmp_path / "pwned").exists()


def test_a_missing_vocabulary_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"v.json"):
        read_vocab(tmp_path / "v.json")


def test_without_a_network_the_message_says_what_to_do(monkeypatch, tmp_path):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host.")

    monkeypatch.setattr("fastlearn.data.external.untar_data", unreachable)
    with pytest.raises(OSError, match=r"no route to host.*pretrained=False.*pretrained_fnames"):
        published_files("https://example.org/wt103.tgz")
    (tmp_path / "only.pth").write_bytes(b"")
    monkeypatch.setattr("fastlearn.data.external.untar_data", lambda *args, **kwargs: tmp_path)
    with pytest.raises(OSError, match=r"incomplete.*\.pkl"):
        published_files("https://example.org/wt103.tgz")
