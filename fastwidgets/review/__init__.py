"""What the cleaner, the top losses and the confusion matrix share: decisions about the items of a data set.

`Review.of(learn)` is the one list of items that all of a learner's widgets show; see there how a widget is built on it.
"""

from fastwidgets.review.code import decide_all
from fastwidgets.review.grid import attach, session_of
from fastwidgets.review.review import Review

__all__ = ["Review", "attach", "decide_all", "session_of"]
