"""What the cleaner, the top losses and the confusion matrix share: decisions about the items of a data set.

`Review.of(learn)` is the one list of items that all of a learner's widgets show; see there how a widget is built on it.
`fix_and_continue(learn)` goes on training with the decisions; a widget's button puts `go_on_code(review)` into a cell
below (kit/cell.ts), because training belongs into the main thread, and its monitor and its ■ into a cell.
"""

from fastwidgets.review.code import decide_all
from fastwidgets.review.corrected import corrected_loaders
from fastwidgets.review.fix import Continued, fix_and_continue, go_on_code
from fastwidgets.review.grid import attach, session_of
from fastwidgets.review.review import Review

__all__ = [
    "Continued",
    "Review",
    "attach",
    "corrected_loaders",
    "decide_all",
    "fix_and_continue",
    "go_on_code",
    "session_of",
]
