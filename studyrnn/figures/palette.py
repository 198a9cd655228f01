"""The colours of figures: those of Okabe and Ito, which everybody can tell apart, on a dark ground and on a light one.

They repeat what a dash, a letter or a word says already.
"""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
