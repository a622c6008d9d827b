"""Chapter 8 of the fastai book (collaborative filtering), on made-up ratings: its cells with our imports.

One cell is written otherwise: `movie_w.pca(3)`, a method that fastai adds to torch's tensors, is `pca(movie_w, 3)`.
"""

# ruff: noqa: F403, F405  # the chapter begins with star imports

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from fastlearn.collab.all import *
from fastlearn.tabular.all import *
from matplotlib import pyplot as plt

matplotlib.use("Agg")
del test_set  # noqa: F821  # a function of the star import that pytest would take for a test


@pytest.fixture(scope="module")
def path(folder, ratings, films, tmp_path_factory):
    """The sample in the layout of MovieLens 100k: whole stars, numbered users and films, tabs and bars."""
    path = tmp_path_factory.mktemp("ml-100k")
    numbers = {film: number for number, film in enumerate(films.index, start=1)}
    people = {user: number for number, user in enumerate(sorted(ratings["user"].unique()), start=1)}
    stars = ratings["rating"].round().clip(1, 5).astype(int)
    data = pd.DataFrame({"user": ratings["user"].map(people), "movie": ratings["film"].map(numbers), "rating": stars,
                         "timestamp": 880_000_000 + np.arange(len(ratings))})  # fmt: skip
    data.to_csv(path / "u.data", sep="\t", header=False, index=False)
    items = pd.DataFrame({"movie": list(numbers.values()), "title": list(numbers), "date": "01-Jan-1995"})
    items.to_csv(path / "u.item", sep="|", header=False, index=False, encoding="latin-1")
    return path


@pytest.fixture(scope="module")
def ml(path):
    """`ratings` and `dls`, as the chapter's first cells make them."""
    ratings = pd.read_csv(path / "u.data", delimiter="\t", header=None, names=["user", "movie", "rating", "timestamp"])
    movies = pd.read_csv(path / "u.item", delimiter="|", encoding="latin-1", usecols=(0, 1), names=("movie", "title"),
                         header=None)  # fmt: skip
    ratings = ratings.merge(movies)
    set_seed(42)
    dls = CollabDataLoaders.from_df(ratings, item_name="title", bs=64)
    return ratings, dls


def fit(learn, *args, **kwargs):
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(*args, **kwargs)
    return learn.history.epochs[-1]["valid_loss"]


class DotProduct(Module):
    def __init__(self, n_users, n_movies, n_factors):
        self.user_factors = Embedding(n_users, n_factors)
        self.movie_factors = Embedding(n_movies, n_factors)

    def forward(self, x):
        users = self.user_factors(x[:, 0])
        movies = self.movie_factors(x[:, 1])
        return (users * movies).sum(dim=1)


class DotProductRange(Module):
    def __init__(self, n_users, n_movies, n_factors, y_range=(0, 5.5)):
        self.user_factors = Embedding(n_users, n_factors)
        self.movie_factors = Embedding(n_movies, n_factors)
        self.y_range = y_range

    def forward(self, x):
        users = self.user_factors(x[:, 0])
        movies = self.movie_factors(x[:, 1])
        return sigmoid_range((users * movies).sum(dim=1), *self.y_range)


class DotProductBias(Module):
    def __init__(self, n_users, n_movies, n_factors, y_range=(0, 5.5)):
        self.user_factors = Embedding(n_users, n_factors)
        self.user_bias = Embedding(n_users, 1)
        self.movie_factors = Embedding(n_movies, n_factors)
        self.movie_bias = Embedding(n_movies, 1)
        self.y_range = y_range

    def forward(self, x):
        users = self.user_factors(x[:, 0])
        movies = self.movie_factors(x[:, 1])
        res = (users * movies).sum(dim=1, keepdim=True)
        res += self.user_bias(x[:, 0]) + self.movie_bias(x[:, 1])
        return sigmoid_range(res, *self.y_range)


def create_params(size):
    return nn.Parameter(torch.zeros(*size).normal_(0, 0.01))


class DotProductOwnEmbedding(Module):
    def __init__(self, n_users, n_movies, n_factors, y_range=(0, 5.5)):
        self.user_factors = create_params([n_users, n_factors])
        self.user_bias = create_params([n_users])
        self.movie_factors = create_params([n_movies, n_factors])
        self.movie_bias = create_params([n_movies])
        self.y_range = y_range

    def forward(self, x):
        users = self.user_factors[x[:, 0]]
        movies = self.movie_factors[x[:, 1]]
        res = (users * movies).sum(dim=1)
        res += self.user_bias[x[:, 0]] + self.movie_bias[x[:, 1]]
        return sigmoid_range(res, *self.y_range)


class CollabNN(Module):
    def __init__(self, user_sz, item_sz, y_range=(0, 5.5), n_act=100):
        self.user_factors = Embedding(*user_sz)
        self.item_factors = Embedding(*item_sz)
        self.layers = nn.Sequential(nn.Linear(user_sz[1] + item_sz[1], n_act), nn.ReLU(), nn.Linear(n_act, 1))
        self.y_range = y_range

    def forward(self, x):
        embs = self.user_factors(x[:, 0]), self.item_factors(x[:, 1])
        x = self.layers(torch.cat(embs, dim=1))
        return sigmoid_range(x, *self.y_range)


class EmbeddingNNOfTheBook(TabularModel):
    def __init__(self, emb_szs, layers, **kwargs):
        super().__init__(emb_szs, layers=layers, n_cont=0, out_sz=1, **kwargs)


def test_the_data(ml, capsys):
    _, dls = ml
    dls.show_batch()
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["user", "title", "rating"] and len(shown) == 10
    assert set(dls.classes) == {"user", "title"}
    n_users = len(dls.classes["user"])
    n_movies = len(dls.classes["title"])
    n_factors = 5
    user_factors = torch.randn(n_users, n_factors)
    movie_factors = torch.randn(n_movies, n_factors)
    assert (n_users, n_movies) == (501, 193) and movie_factors.shape == (193, 5)
    one_hot_3 = one_hot(3, n_users).float()
    assert torch.allclose(user_factors.t() @ one_hot_3, user_factors[3])
    x, y = dls.one_batch()
    assert x.shape == (64, 2) and y.shape == (64, 1)


def test_models_from_scratch_get_better(ml):
    """Each of the chapter's models learns, biases help, and weight decay keeps it from learning by heart."""
    _, dls = ml
    n_users, n_movies = len(dls.classes["user"]), len(dls.classes["title"])
    losses = {}
    for model in (DotProduct, DotProductRange, DotProductBias, DotProductOwnEmbedding):
        set_seed(0)
        learn = Learner(dls, model(n_users, n_movies, 50), loss_func=MSELossFlat())
        kwargs = {"wd": 0.1} if model is DotProductOwnEmbedding else {}
        losses[model.__name__] = fit(learn, 1, 2e-2, **kwargs)
    assert max(losses.values()) < 0.75, losses  # always the mean: 1.05
    assert losses["DotProductOwnEmbedding"] < losses["DotProductBias"] - 0.02 < losses["DotProductRange"] - 0.03, losses


def test_collab_learner_and_what_it_has_learnt(ml, films):
    ratings, dls = ml
    learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5))
    assert fit(learn, 5, 5e-3, wd=0.1) < 0.45
    assert [name for name, _ in learn.model.named_children()] == ["u_weight", "i_weight", "u_bias", "i_bias"]
    movie_bias = learn.model.i_bias.weight.squeeze()
    idxs = movie_bias.argsort()[:5]
    worst = [dls.classes["title"][i] for i in idxs]
    idxs = movie_bias.argsort(descending=True)[:5]
    best = [dls.classes["title"][i] for i in idxs]
    assert films["quality"][worst].mean() < -0.7 and films["quality"][best].mean() > 0.7

    g = ratings.groupby("title")["rating"].count()
    top_movies = g.sort_values(ascending=False).index.values[:1000]
    top_idxs = tensor([learn.dls.classes["title"].o2i[m] for m in top_movies])
    movie_w = learn.model.i_weight.weight[top_idxs].cpu().detach()
    movie_pca = pca(movie_w, 3)
    fac0, fac1, fac2 = movie_pca.t()  # noqa: RUF059
    idxs = list(range(50))
    X = fac0[idxs]
    Y = fac2[idxs]
    plt.figure(figsize=(12, 12))
    plt.scatter(X, Y)
    for i, x, y in zip(top_movies[idxs], X, Y):  # noqa: B905
        plt.text(x, y, i, color=np.random.rand(3) * 0.7, fontsize=11)
    plt.close()
    kinds = films["kind"][top_movies].to_numpy()
    middles = torch.stack([movie_pca[torch.tensor(kinds == kind)].mean(0) for kind in sorted(set(kinds))])
    nearest = torch.cdist(movie_pca, middles).argmin(1)
    assert (np.array(sorted(set(kinds)))[nearest] == kinds).mean() > 0.95  # three axes tell four kinds apart

    movie_factors = learn.model.i_weight.weight
    idx = dls.classes["title"].o2i[top_movies[0]]
    distances = nn.CosineSimilarity(dim=1)(movie_factors, movie_factors[idx][None])
    idx = distances.argsort(descending=True)[1]
    assert films["kind"][dls.classes["title"][idx]] == films["kind"][top_movies[0]]
    assert learn.similar_items(top_movies[0], 1)["title"][0] == dls.classes["title"][idx]


def test_deep_learning_for_collaborative_filtering(ml):
    _, dls = ml
    embs = get_emb_sz(dls)
    assert embs == [(501, 52), (193, 30)]
    model = CollabNN(*embs)
    learn = Learner(dls, model, loss_func=MSELossFlat())
    assert fit(learn, 2, 5e-3, wd=0.01) < 0.8
    learn = collab_learner(dls, use_nn=True, y_range=(0, 5.5), layers=[100, 50])
    assert fit(learn, 3, 5e-3, wd=0.1) < 0.6
    assert type(learn.model) is EmbeddingNN and isinstance(learn.model, TabularModel)
    own = EmbeddingNNOfTheBook(embs, [100, 50], y_range=(0, 5.5))
    assert [p.shape for p in own.parameters()] == [p.shape for p in learn.model.parameters()]
