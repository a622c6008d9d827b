"""From files and rows to batches on the device."""

from fastlearn.data.batch import Batch, default_device, to_cpu, to_device
from fastlearn.data.block import (
    CategoryBlock,
    DataBlock,
    MultiCategoryBlock,
    RegressionBlock,
    TransformBlock,
)
from fastlearn.data.category import (
    Categorize,
    CategoryMap,
    EncodedMultiCategorize,
    MultiCategorize,
    OneHotEncode,
    RegressionSetup,
)
from fastlearn.data.collate import CollateError, collate
from fastlearn.data.datasets import Datasets, TfmdLists, decode_at, show_at, test_set
from fastlearn.data.external import URLs, clear_cache, download_url, untar_data
from fastlearn.data.find import (
    AttrGetter,
    FileGetter,
    ImageGetter,
    ItemGetter,
    get_files,
    get_image_files,
    get_text_files,
)
from fastlearn.data.kfold import kfold
from fastlearn.data.label import ColReader, RegexLabeller, parent_label
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.making import SetAside
from fastlearn.data.pipeline import Pipeline, compose_tfms, merge_tfms
from fastlearn.data.problems import DataError, ItemError
from fastlearn.data.samples import sample_data
from fastlearn.data.show import View, register_viewer
from fastlearn.data.split import (
    ColSplitter,
    EndSplitter,
    FileSplitter,
    FuncSplitter,
    GrandparentSplitter,
    IndexSplitter,
    MaskSplitter,
    RandomSplitter,
    RandomSubsetSplitter,
    TrainTestSplitter,
)
from fastlearn.data.split_time import TimeSplitter
from fastlearn.data.stratify import GroupSplitter, KeepTogether, StratifiedSplitter
from fastlearn.data.transform import (
    DisplayedTransform,
    InplaceTransform,
    ItemTransform,
    RandomTransform,
    SampleTransform,
    Transform,
    mk_transform,
)
from fastlearn.data.weights import WeightedSampler, class_weights, item_weights

__all__ = [
    "AttrGetter",
    "Batch",
    "Categorize",
    "CategoryBlock",
    "CategoryMap",
    "ColReader",
    "ColSplitter",
    "CollateError",
    "DataBlock",
    "DataError",
    "DataLoader",
    "DataLoaders",
    "Datasets",
    "DisplayedTransform",
    "EncodedMultiCategorize",
    "EndSplitter",
    "FileGetter",
    "FileSplitter",
    "FuncSplitter",
    "GrandparentSplitter",
    "GroupSplitter",
    "ImageGetter",
    "IndexSplitter",
    "InplaceTransform",
    "ItemError",
    "ItemGetter",
    "ItemTransform",
    "KeepTogether",
    "MaskSplitter",
    "MultiCategorize",
    "MultiCategoryBlock",
    "OneHotEncode",
    "Pipeline",
    "RandomSplitter",
    "RandomSubsetSplitter",
    "RandomTransform",
    "RegexLabeller",
    "RegressionBlock",
    "RegressionSetup",
    "SampleTransform",
    "SetAside",
    "StratifiedSplitter",
    "TfmdLists",
    "TimeSplitter",
    "TrainTestSplitter",
    "Transform",
    "TransformBlock",
    "URLs",
    "View",
    "WeightedSampler",
    "class_weights",
    "clear_cache",
    "collate",
    "compose_tfms",
    "decode_at",
    "default_device",
    "download_url",
    "get_files",
    "get_image_files",
    "get_text_files",
    "item_weights",
    "kfold",
    "merge_tfms",
    "mk_transform",
    "parent_label",
    "register_viewer",
    "sample_data",
    "show_at",
    "test_set",
    "to_cpu",
    "to_device",
    "untar_data",
]
