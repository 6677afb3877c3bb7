"""Pages watched for changes. A page's HTML comes in, a document for each real change goes out.

The way of the data: `extract` (HTML → lines, in the parser's child) → `guard` (is this the page at all?) → `noise` (lines →
passages that can be compared) → `diff` (two texts → what was added and removed) → `watch` (page + what is known → documents).
"""
