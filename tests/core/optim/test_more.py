"""Each optimizer against torch's own where there is one, else against its formulas written out on plain arrays."""

import copy
import functools
import inspect
import itertools

import numpy as np
import pytest
import torch
from fastlearn import optim
from fastlearn.optim import (
    Lamb,
    Larc,
    Lars,
    Lookahead,
    Optimizer,
    OptimWrapper,
    QHAdam,
    RAdam,
    RMSProp,
    get_hyper,
    ranger,
    set_hyper,
    steps,
)
from torch import nn

ALL = [RMSProp, RAdam, QHAdam, Larc, Lars, Lamb, ranger]
SHAPES = [(3, 2), (4,), ()]


def tensors(seed=0):
    rng = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(shape, generator=rng, dtype=torch.float64)) for shape in SHAPES]


def run(opt, params, n=12, seed=1):
    rng = torch.Generator().manual_seed(seed)
    for _ in range(n):
        for p in params:
            p.grad = torch.randn(p.shape, generator=rng, dtype=torch.float64)
        opt.step()
    return [p.detach().clone() for p in params]


def by_formula(move, n=12, **start):
    """Arrays after `n` steps of `move(p, g, t, state)`, which returns the new p."""
    params, rng = tensors(), torch.Generator().manual_seed(1)
    values, states = [p.detach().numpy().copy() for p in params], [dict(start) for _ in params]
    for t in range(1, n + 1):
        grads = [torch.randn(p.shape, generator=rng, dtype=torch.float64).numpy() for p in params]
        values = [move(p, g, t, s) for p, g, s in zip(values, grads, states, strict=True)]
    return values


def assert_same(found, expected):
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "ours, torchs",
    [
        (functools.partial(RMSProp, lr=0.01), functools.partial(torch.optim.RMSprop, lr=0.01, alpha=0.99, eps=1e-8)),
        (
            functools.partial(RMSProp, lr=0.01, wd=0.1, decouple_wd=False),
            functools.partial(torch.optim.RMSprop, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.1),
        ),
        (
            functools.partial(RAdam, lr=0.01, sqr_mom=0.9, eps=0.0),
            functools.partial(torch.optim.RAdam, lr=0.01, betas=(0.9, 0.9), eps=0.0),
        ),
        (
            functools.partial(RAdam, lr=0.01, eps=0.0, wd=0.1),
            functools.partial(
                torch.optim.RAdam, lr=0.01, betas=(0.9, 0.99), eps=0.0, weight_decay=0.1, decoupled_weight_decay=True
            ),
        ),
    ],
)  # fmt: skip
def test_the_steps_are_those_of_torch(ours, torchs):
    mine, theirs = tensors(), tensors()
    assert_same(run(ours(mine), mine, 30), run(torchs(theirs), theirs, 30))


def test_adam_put_together_from_steps_is_torchs_adamw():
    mine, theirs = tensors(), tensors()
    cbs = [steps.weight_decay, steps.average_grad_dampened, steps.average_sqr_grad, steps.step_stat, steps.adam_step]
    opt = Optimizer(mine, cbs, lr=0.01, mom=0.9, sqr_mom=0.99, eps=1e-5, wd=0.1)
    other = torch.optim.AdamW(theirs, lr=0.01, betas=(0.9, 0.99), eps=1e-5, weight_decay=0.1)
    assert_same(run(opt, mine), run(other, theirs))


def averages(g, s, mom, sqr_mom):
    s["m"] = mom * s.get("m", 0) + (1 - mom) * g
    s["v"] = sqr_mom * s.get("v", 0) + (1 - sqr_mom) * g * g
    return s["m"], s["v"]


def test_rmsprop_with_momentum():
    def move(p, g, t, s):
        s["m"] = 0.9 * s.get("m", 0) + g
        s["v"] = 0.99 * s.get("v", 0) + 0.01 * g * g
        return p - 0.01 * s["m"] / (np.sqrt(s["v"]) + 1e-8)

    params = tensors()
    assert_same(run(RMSProp(params, lr=0.01, mom=0.9), params), by_formula(move))


def test_qhadam():
    def move(p, g, t, s):
        m, v = averages(g, s, 0.9, 0.95)
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.95**t)
        p = p * (1 - 0.01 * 0.1)
        return p - 0.01 * (0.3 * g + 0.7 * m_hat) / (np.sqrt(0.2 * g * g + 0.8 * v_hat) + 1e-8)

    params = tensors()
    opt = QHAdam(params, lr=0.01, mom=0.9, sqr_mom=0.95, nu_1=0.7, nu_2=0.8, wd=0.1)
    assert_same(run(opt, params), by_formula(move))


@pytest.mark.parametrize("clip", [True, False])
def test_larc_and_lars(clip):
    def move(p, g, t, s):
        p = p * (1 - 0.05 * 0.1)
        s["m"] = 0.9 * s.get("m", 0) + g
        rate = 0.05 * 0.5 * np.linalg.norm(p) / (np.linalg.norm(g) + np.linalg.norm(p) * 0.1 + 1e-8)
        return p - (min(0.05, rate) if clip else rate) * s["m"]

    params = tensors()
    opt = Larc(params, lr=0.05, clip=clip, trust_coeff=0.5, wd=0.1)
    assert_same(run(opt, params), by_formula(move))
    if not clip:
        again = tensors()
        assert_same(run(Lars(again, lr=0.05, trust_coeff=0.5, wd=0.1), again), by_formula(move))


def test_lamb():
    def move(p, g, t, s):
        m, v = averages(g, s, 0.9, 0.99)
        step = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-5)
        p = p * (1 - 0.01 * 0.1)
        sizes = np.linalg.norm(p), np.linalg.norm(step)
        return p - 0.01 * (1.0 if 0 in sizes else min(sizes[0] / sizes[1], 10)) * step

    params = tensors()
    assert_same(run(Lamb(params, lr=0.01, wd=0.1), params), by_formula(move))


def test_lookahead_by_hand():
    p = nn.Parameter(torch.tensor([1.0]))
    opt = Lookahead(torch.optim.SGD([p], lr=1.0), k=2, alpha=0.5)
    seen = []
    for _ in range(4):
        p.grad = torch.tensor([0.1])
        opt.step()
        seen.append(round(p.item(), 6))
    assert seen == [0.9, 0.9, 0.8, 0.8]  # 0.8 → 1 + (0.8 - 1) / 2 = 0.9; 0.7 → 0.9 + (0.7 - 0.9) / 2 = 0.8


@pytest.mark.parametrize("make", ALL, ids=lambda f: f.__name__)
def test_a_state_that_is_loaded_goes_on_bit_for_bit(make):
    params, twins = tensors(), tensors()
    opt = make(params, lr=0.01)
    run(opt, params, 7)
    saved = copy.deepcopy(opt.state_dict())
    other = make(twins, lr=0.5)
    other.load_state_dict(saved)
    for p, twin in zip(params, twins, strict=True):
        twin.data.copy_(p.data)
    for a, b in zip(run(opt, params, 7, seed=5), run(other, twins, 7, seed=5), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("make", [*ALL, functools.partial(RMSProp, mom=0.9)])
@pytest.mark.parametrize("decouple", [True, False])
def test_every_one_learns_and_decays_and_leaves_frozen_weights_alone(make, decouple):
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(64, 4, generator=rng)
    y = x @ torch.tensor([[1.0], [-2.0], [0.5], [3.0]])
    model = nn.Linear(4, 1)
    frozen = nn.Parameter(torch.ones(3))
    name = getattr(make, "func", make)
    rate = {RMSProp: 0.02, RAdam: 0.05, QHAdam: 0.1, Larc: 0.2, Lars: 0.2, Lamb: 0.05, ranger: 0.05}[name]
    opt = make([*model.parameters(), frozen], lr=rate, wd=1e-4, decouple_wd=decouple)
    first = last = None
    for _ in range(150):
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        opt.step()
        opt.zero_grad()
        first, last = first if first is not None else float(loss), float(loss)
    assert last < 0.5 * first
    assert torch.equal(frozen, torch.ones(3))


@pytest.mark.parametrize(
    "name, defaults",
    [
        ("SGD", {"mom": 0.0, "wd": 0.0, "decouple_wd": True}),
        ("RMSProp", {"mom": 0.0, "sqr_mom": 0.99, "eps": 1e-8, "wd": 0.0, "decouple_wd": True}),
        ("Adam", {"mom": 0.9, "sqr_mom": 0.99, "eps": 1e-5, "wd": 0.01, "decouple_wd": True}),
        ("RAdam", {"mom": 0.9, "sqr_mom": 0.99, "eps": 1e-5, "wd": 0.0, "beta": 0.0, "decouple_wd": True}),
        ("QHAdam", {"mom": 0.999, "sqr_mom": 0.999, "nu_1": 0.7, "nu_2": 1.0, "eps": 1e-8, "wd": 0.0}),
        ("Larc", {"mom": 0.9, "clip": True, "trust_coeff": 0.02, "eps": 1e-8, "wd": 0.0}),
        ("Lamb", {"mom": 0.9, "sqr_mom": 0.99, "eps": 1e-5, "wd": 0.0}),
        ("Lookahead", {"k": 6, "alpha": 0.5}),
        ("ranger", {"mom": 0.95, "wd": 0.01, "eps": 1e-6, "k": 6, "alpha": 0.5}),
    ],
)
def test_published_defaults(name, defaults):
    parameters = inspect.signature(getattr(optim, name)).parameters
    assert {key: parameters[key].default for key in defaults} == defaults


def test_any_hyper_parameter_can_be_set_per_layer_group():
    a, b = tensors(), tensors(1)
    opt = QHAdam([a, b])
    set_hyper(opt, "nu_1", [0.1, 0.2])
    assert get_hyper(opt, "nu_1") == [0.1, 0.2] and get_hyper(opt, "mom") == [0.999, 0.999]
    opt.set_hypers(lr=0.5, eps=1e-3)
    assert get_hyper(opt, "lr") == [0.5, 0.5] and get_hyper(opt, "eps") == [1e-3, 1e-3]
    with pytest.raises(ValueError, match=r"no hyper-parameter 'nu1'.*Did you mean 'nu_1'"):
        set_hyper(opt, "nu1", 0.5)
    with pytest.raises(ValueError, match=r"No step of this optimizer reads trust.*mom"):
        Optimizer(a, [steps.average_grad, steps.momentum_step], trust=1)


def test_an_optimizer_of_ones_own_functions():
    def sign_step(p, lr, seen=0, **kwargs):
        p.data.add_(p.grad.sign(), alpha=-lr)
        return {"seen": seen + 1}

    params = tensors()
    start = [p.detach().clone() for p in params]
    opt = Optimizer(params, [sign_step], lr=0.25)
    run(opt, params, 1)
    for p, before in zip(params, start, strict=True):
        assert torch.equal(p, before - 0.25 * p.grad.sign())
        assert opt.state[p]["seen"] == 1


def test_layer_groups_freeze_and_state_is_cleared():
    a, b = tensors(), tensors(1)
    opt = Lamb([a, b])
    opt.freeze()
    assert [p.requires_grad for p in itertools.chain(a, b)] == [False] * 3 + [True] * 3
    opt.unfreeze()
    run(opt, [*a, *b], 1)
    assert all(p.requires_grad for p in a) and len(opt.state) == 6
    opt.clear_state()
    assert len(opt.state) == 0


def test_a_tensor_that_was_frozen_for_a_while_is_debiased_by_its_own_age():
    p, q = (nn.Parameter(torch.ones(2, dtype=torch.float64)) for _ in range(2))
    opt = Lamb([p, q], lr=0.1)
    for t in range(4):
        p.grad = torch.ones_like(p)
        q.grad = torch.ones_like(q) if t >= 2 else None
        opt.step()
    assert opt.state[p]["step"] == 4 and opt.state[q]["step"] == 2
    lone = nn.Parameter(torch.ones(2, dtype=torch.float64))
    other = Lamb([lone], lr=0.1)
    for _ in range(2):
        lone.grad = torch.ones_like(lone)
        other.step()
    assert torch.equal(q, lone)


def test_sparse_gradients_are_refused_with_a_remedy():
    table = nn.Embedding(4, 2, sparse=True)
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match=r"one is sparse. Try nn\.Embedding\(\.\.\., sparse=False\)"):
        Lamb(table.parameters()).step()


def test_a_wrapped_torch_optimizer_knows_our_names():
    opt = OptimWrapper(tensors(), opt=torch.optim.AdamW, lr=0.5, mom=0.8, sqr_mom=0.9, wd=0.3)
    assert isinstance(opt, torch.optim.AdamW)
    assert (opt.param_groups[0]["betas"], opt.param_groups[0]["weight_decay"]) == ((0.8, 0.9), 0.3)
    assert OptimWrapper(opt=opt) is opt
    with pytest.raises(ValueError, match="takes parameters and the class"):
        OptimWrapper(tensors())


def test_a_step_written_as_in_the_book_names_its_hypers_by_its_arguments():
    def average(p, mom, grad_avg=None, **kwargs):
        return {"grad_avg": p.grad if grad_avg is None else grad_avg * mom + p.grad}

    def move(p, lr, grad_avg, **kwargs):
        p.data.add_(grad_avg, alpha=-lr)

    with pytest.raises(ValueError, match="reads momentum"):
        Optimizer([nn.Parameter(torch.ones(2))], [average, move], momentum=0.5)
    p = nn.Parameter(torch.tensor([1.0]))
    opt = Optimizer([p], [average, move], lr=0.1, mom=0.5)
    opt.set_hyper("mom", 0.25)
    for _ in range(2):
        p.grad = torch.tensor([2.0])
        opt.step()
    assert p.item() == pytest.approx(1 - 0.1 * 2 - 0.1 * (0.25 * 2 + 2))
