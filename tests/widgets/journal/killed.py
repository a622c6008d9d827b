"""Labels until it is killed; says which label is on the disk as soon as it is."""

import sys

from fastwidgets.journal import Journal

with Journal(sys.argv[1]) as journal:
    start = len(journal.entries())
    for i in range(start, start + 100_000):
        journal.append({"item": f"{i}.png", "label": "cat \u2603 \n" * (i % 40)})
        print(i, flush=True)
