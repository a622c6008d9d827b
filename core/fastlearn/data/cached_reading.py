"""Reading samples through a cache: what it has is taken from there, the rest is done as ever and then kept."""

from __future__ import annotations

from typing import Any

import torch
from PIL import Image

from fastlearn.data.cache_entry import Entry, Part, of_part, to_part
from fastlearn.data.cache_plan import CachePlan, identity_of
from fastlearn.data.picture_cache import PictureCache
from fastlearn.data.problems import item_error
from fastlearn.data.transform import Kinds


class CachedReader:
    """From a position and a generator to a finished sample, with the same draws as without the cache.

    `shares`: whoever gets the sample copies it before anything can change it.
    """

    def __init__(self, cache: PictureCache, plan: CachePlan, kinds: Kinds | None, shares: bool) -> None:
        self.cache, self.plan, self.kinds = cache, plan, kinds
        self.shares = shares and len(plan.rest.fs) <= (1 if plan.alike else 0)

    def __call__(self, position: int, rng: torch.Generator) -> Any:
        item = self.plan.parts[0].get(position)
        items = [item] if self.plan.one_source else [part.get(position) for part in self.plan.parts]
        try:
            values, deep = self._values(items * len(self.plan.parts) if self.plan.one_source else items, rng)
        except Exception as error:
            raise item_error(error, item, position) from error
        sample = values[0] if self.plan.lone else tuple(values)
        return (self.plan.rest if deep else self.plan.all_steps)(sample, self.kinds, rng)

    def _values(self, items: list[Any], rng: torch.Generator) -> tuple[list[Any], bool]:
        """The parts of a sample, and whether its pictures have been through the fixed steps."""
        made = [part.head(item, None, rng) for part, item in zip(self.plan.parts, items, strict=True)]
        pictures = [i for i, part in enumerate(self.plan.parts) if part.opener is not None]
        files = [identity_of(made[i]) for i in pictures]
        identity = tuple(file for file in files if file is not None)
        if len(identity) < len(files):
            return self._opened(made, pictures, rng), False
        name = "\n".join(path for path, _, _ in identity)
        found = self.cache.find(self.plan.words, name, identity)
        if found is not None and len(found.parts) == len(pictures):
            return self._taken(made, pictures, found, rng)
        raw = list(made)
        for i in pictures:
            raw[i] = self._opener(i)(made[i], None, rng)
        if self.plan.deep and self._may_be_deep([raw[i] for i in pictures]):
            fixed = self.plan.fixed(raw[0] if self.plan.lone else tuple(raw), self.kinds)
            values, deep = [fixed] if self.plan.lone else list(fixed), True
        else:
            values, deep = raw, False
        self._keep(name, identity, [values[i] for i in pictures], deep)
        return (values if deep else self._after_opening(values, pictures, rng)), deep

    def _opened(self, made: list[Any], pictures: list[int], rng: torch.Generator) -> list[Any]:
        for i in pictures:
            made[i] = self._opener(i)(made[i], None, rng)
        return self._after_opening(made, pictures, rng)

    def _after_opening(self, values: list[Any], pictures: list[int], rng: torch.Generator) -> list[Any]:
        for i in pictures:
            tail = self.plan.parts[i].tail
            if tail is not None and len(tail):
                values[i] = tail(values[i], None, rng)
        return values

    def _opener(self, i: int) -> Any:
        return self.plan.parts[i].opener

    def _taken(
        self, made: list[Any], pictures: list[int], found: Entry, rng: torch.Generator
    ) -> tuple[list[Any], bool]:
        copy = not (found.fresh or (self.shares and found.deep))
        for i, part in zip(pictures, found.parts, strict=True):
            made[i] = of_part(part, self.plan.parts[i].cls, copy)
        return (made if found.deep else self._after_opening(made, pictures, rng)), found.deep

    def _may_be_deep(self, pictures: list[Any]) -> bool:
        if not self.plan.alike:
            return True
        sizes = {getattr(picture, "full_size", None) for picture in pictures if isinstance(picture, Image.Image)}
        return len(sizes) == 1 and all(isinstance(picture, Image.Image) for picture in pictures)

    def _keep(self, name: str, identity: Any, values: list[Any], deep: bool) -> None:
        parts = [to_part(value) for value in values]
        whole = [part for part in parts if isinstance(part, Part)]
        if len(whole) == len(parts):
            self.cache.keep(self.plan.words, name, identity, Entry(tuple(whole), deep))
