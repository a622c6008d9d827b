"""Chapter 9 of the fastai book (tabular modeling), on a made-up table of auctions: its cells with our import."""

from __future__ import annotations

import math

import numpy as np
import pytest
from fastlearn.tabular.all import *  # noqa: F403
from fastlearn.tabular.all import (  # what the cells below take from it
    Categorify,
    F,
    FillMissing,
    Normalize,
    Path,
    TabularPandas,
    add_datepart,
    cont_cat_split,
    load_learner,
    pd,
    tabular_learner,
    to_np,
)
from sklearn.ensemble import RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

del test_set  # noqa: F821  # a function of the star import that pytest would take for a test

dep_var = "SalePrice"


def auctions(n: int = 1500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    size = np.array(["Large", "Large / Medium", "Medium", "Small", "Mini", "Compact"], dtype=object)[
        rng.integers(0, 6, n)
    ]
    year = rng.integers(1975, 2010, n)
    hours = rng.gamma(2, 1500, n)
    hours[rng.random(n) < 0.3] = np.nan
    state = np.array([f"S{i}" for i in range(30)], dtype=object)[rng.integers(0, 30, n)]
    price = 9 + (year - 1975) / 30 + (size == "Large") * 0.8 + (size == "Mini") * -0.6 + rng.normal(0, 0.15, n)
    days = pd.to_datetime("2005-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 2500, n)), unit="D")
    size[rng.random(n) < 0.2] = None
    return pd.DataFrame({"SalesID": np.arange(n), "SalePrice": np.exp(price), "MachineID": rng.integers(0, 10**6, n),
                         "YearMade": year, "MachineHoursCurrentMeter": hours, "ProductSize": size, "state": state,
                         "saledate": days.astype(str)})  # fmt: skip


def r_mse(pred, y):
    return round(math.sqrt(((pred - y) ** 2).mean()), 6)


def m_rmse(m, xs, y):
    return r_mse(m.predict(xs), y)


@pytest.fixture(scope="module")
def chapter(tmp_path_factory):
    """The cells up to the data: `df`, `to`, and the trees' tables."""
    path = Path(tmp_path_factory.mktemp("bluebook"))
    auctions().to_csv(path / "TrainAndValid.csv", index=False)
    df = pd.read_csv(path / "TrainAndValid.csv", low_memory=False)
    sizes = "Large", "Large / Medium", "Medium", "Small", "Mini", "Compact"
    df["ProductSize"] = df["ProductSize"].astype("category")
    df["ProductSize"] = df["ProductSize"].cat.set_categories(sizes, ordered=True)
    df[dep_var] = np.log(df[dep_var])
    df = add_datepart(df, "saledate")
    return path, df


def test_dates_have_become_columns(chapter):
    _, df = chapter
    assert " ".join(o for o in df.columns if o.startswith("sale")) == (
        "saleYear saleMonth saleWeek saleDay saleDayofweek saleDayofyear saleIs_month_end saleIs_month_start "
        "saleIs_quarter_end saleIs_quarter_start saleIs_year_end saleIs_year_start saleElapsed"
    )


def test_trees_on_the_processed_table(chapter):
    _, df = chapter
    procs = [Categorify, FillMissing]
    cond = (df.saleYear < 2011) | (df.saleMonth < 3)
    train_idx = np.where(cond)[0]
    valid_idx = np.where(~cond)[0]
    splits = (list(train_idx), list(valid_idx))
    cont, cat = cont_cat_split(df, 1, dep_var=dep_var)
    to = TabularPandas(df, procs, cat, cont, y_names=dep_var, splits=splits)
    assert len(to.train) == len(train_idx) and len(to.valid) == len(valid_idx)
    to.show(3)
    assert to.items[["state", "ProductSize"]].head(3).dtypes.eq("int16").all()
    assert list(to.classes["ProductSize"]) == ["#na#", "Large", "Large / Medium", "Medium", "Small", "Mini", "Compact"]
    xs, y = to.train.xs, to.train.y
    valid_xs, valid_y = to.valid.xs, to.valid.y

    m = DecisionTreeRegressor(max_leaf_nodes=4)
    m.fit(xs, y)
    assert m_rmse(m, xs, y) < float(y.std())
    xs.loc[xs["YearMade"] < 1900, "YearMade"] = 1950
    valid_xs.loc[valid_xs["YearMade"] < 1900, "YearMade"] = 1950

    def rf(xs, y, n_estimators=20, max_features=0.5, min_samples_leaf=5, **kwargs):
        forest = RandomForestRegressor(n_jobs=1, n_estimators=n_estimators, max_features=max_features, oob_score=True,
                                       min_samples_leaf=min_samples_leaf, random_state=0)  # fmt: skip
        return forest.fit(xs, y)

    m = rf(xs, y)
    assert m_rmse(m, valid_xs, valid_y) < 0.35
    fi = pd.DataFrame({"cols": xs.columns, "imp": m.feature_importances_}).sort_values("imp", ascending=False)
    to_keep = fi[fi.imp > 0.005].cols
    xs_imp, valid_xs_imp = xs[to_keep], valid_xs[to_keep]
    assert "YearMade" in list(to_keep) and m_rmse(rf(xs_imp, y), valid_xs_imp, valid_y) < 0.35
    counts = valid_xs["ProductSize"].value_counts(sort=False)
    assert len(counts) <= len(to.classes["ProductSize"])

    df_dom = pd.concat([xs_imp, valid_xs_imp])
    is_valid = np.array([0] * len(xs_imp) + [1] * len(valid_xs_imp))
    assert rf(df_dom, is_valid).predict(df_dom).shape == (1500,)
    filt = xs["saleYear"] > 2006
    xs_filt, y_filt = xs_imp[filt], y[filt]
    assert len(xs_filt) == len(y_filt) == int(filt.sum()) > 0


def test_a_network_on_the_same_columns(chapter):
    path, df = chapter
    cond = (df.saleYear < 2011) | (df.saleMonth < 3)
    splits = (list(np.where(cond)[0]), list(np.where(~cond)[0]))
    keep = ["YearMade", "ProductSize", "state", "saleElapsed", "MachineHoursCurrentMeter"]
    df_nn_final = df[[*keep, dep_var]]
    cont_nn, cat_nn = cont_cat_split(df_nn_final, max_card=9000, dep_var=dep_var)
    cont_nn.append("saleElapsed") if "saleElapsed" in cat_nn else None
    cat_nn = [c for c in cat_nn if c not in ("saleElapsed", "YearMade")]
    cont_nn = list(dict.fromkeys([*cont_nn, "YearMade"]))
    assert df_nn_final[cat_nn].nunique()["state"] == 30
    procs_nn = [Categorify, FillMissing, Normalize]
    to_nn = TabularPandas(df_nn_final, procs_nn, cat_nn, cont_nn, splits=splits, y_names=dep_var)
    dls = to_nn.dataloaders(256)
    y = to_nn.train.y
    assert 7 < y.min() < y.max() < 13
    learn = tabular_learner(dls, y_range=(7, 13), layers=[100, 50], n_out=1, loss_func=F.mse_loss, path=path, seed=0)
    with learn.no_bar(), learn.no_logging():
        learn.lr_find(num_it=20)
        learn.fit_one_cycle(20, 2e-2)
    preds, targs = learn.get_preds()
    assert preds.shape == targs.shape and r_mse(preds, targs) < 0.35
    learn.save("nn")
    learn.load("nn")

    xs, y = to_nn.train.xs, to_nn.train.y
    valid_xs, valid_y = to_nn.valid.xs, to_nn.valid.y
    rf_preds = RandomForestRegressor(n_estimators=20, min_samples_leaf=5, random_state=0).fit(xs, y).predict(valid_xs)
    ens_preds = (to_np(preds.squeeze()) + rf_preds) / 2
    assert r_mse(ens_preds, valid_y) < 0.35

    learn.export("export.zip")
    row, value, _ = load_learner(path / "export.zip").predict(df.iloc[0])
    assert 7 < float(value) < 13 and row.label == pytest.approx(float(value))
