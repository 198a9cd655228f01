"""The engine: cells as lists of named equations, and the ways of reading them.

equations   the language: parse, rewrite, slice, run
calculus    the same equations differentiated: backpropagation as another list of named equations
latex       the same equations as formulas, with symbols or with numbers
arrays      the operations on NumPy arrays (one exercise, or many at once: batch axis last)
exact       the operations on SymPy numbers: an independent check
cells       vanilla RNN, LSTM, GRU
network     a cell over a sequence, an output layer, a loss; gradients by backpropagation through time
"""
