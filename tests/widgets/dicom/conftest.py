"""Made-up DICOM files for the viewer's tests: the makers of the library's own tests can be imported by name."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "core/medical"))
