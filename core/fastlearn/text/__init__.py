"""Texts: tokenising, loading, language models and classifiers."""

from __future__ import annotations
