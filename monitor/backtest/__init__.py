"""The backtest: a dated corpus is replayed as if it were live, and what would have been alerted is held against what happened.

In: files of dated items, a list of what happened, labels of alerts. Out: a `Backtest` with its figures, and its report.

    corpus.py   files                → arrivals by the hour in which each became known
    reading.py  arrivals             → taggings, read ahead by further processes
    replay.py   arrivals, taggings   → documents, events, alerts, in a database of its own
    truth.py    what happened        → which documents tell it
    measure.py  alerts × truth       → delays, recall, precision, calibration
    baseline.py documents            → what a keyword or recency alert would have given
    report.py   figures              → HTML with drawings
"""
