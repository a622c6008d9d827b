"""What people decided about a data set: kept safely, read as labels, and applied to the files on demand."""

from fastwidgets.journal.apply import Plan, plan_csv, plan_folders, take_back
from fastwidgets.journal.journal import Journal, JournalInUse
from fastwidgets.journal.overlay import Overlay

__all__ = ["Journal", "JournalInUse", "Overlay", "Plan", "plan_csv", "plan_folders", "take_back"]
