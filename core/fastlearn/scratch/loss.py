"""How wrong is the model? From scores to log-probabilities to one number."""

from __future__ import annotations

from torch import Tensor

__all__ = ["accuracy", "cross_entropy", "log_softmax", "logsumexp", "nll"]


def logsumexp(x: Tensor) -> Tensor:
    """`log(exp(x).sum(-1))` with the last axis kept as 1, safe for large `x`.

    The largest value is taken out first, log(sum(e^x)) = m + log(sum(e^(x - m))): no exponent is above 0 then, and
    nothing overflows.
    """
    m = x.amax(-1, keepdim=True)
    return m + (x - m).exp().sum(-1, keepdim=True).log()


def log_softmax(x: Tensor) -> Tensor:
    """Scores of any range, shape `(…, K)`, as logarithms of probabilities that add up to 1 along the last axis."""
    return x - logsumexp(x)


def nll(log_p: Tensor, target: Tensor) -> Tensor:
    """Negative log-likelihood: the mean of minus the log-probability that was given to the truth.

    Shapes: `log_p` is `(N, K)`; `target` is `(N,)` class numbers, or `(N, K)` shares of the classes in each item.
    Returns: the mean in nats, shape `()`.
    """
    if target.ndim == log_p.ndim:
        return -(target * log_p).sum(-1).mean()
    return -log_p.gather(-1, target[:, None]).mean()


def cross_entropy(scores: Tensor, target: Tensor) -> Tensor:
    """`nll` of the probabilities that `scores` stand for; shapes as there."""
    return nll(log_softmax(scores), target)


def accuracy(scores: Tensor, target: Tensor) -> Tensor:
    """The share of items whose highest score, of `(N, K)`, is at their class number, of `(N,)`."""
    return (scores.argmax(-1) == target).float().mean()
