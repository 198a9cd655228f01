"""The engine: computations as lists of named equations, and the ways of reading them.

The language and its readings
    equations   the language: parse, rewrite, slice, run
    calculus    the same equations differentiated: backpropagation as another list of named equations
    arrays      the operations on NumPy arrays (one exercise, or many at once: batch axis last)
    lists       the operations on lists of numbers of any kind; with SymPy's in `exact`, with 30 digits in `precise`
    symbols, latex, worked   what names stand for; equations as formulas; with their numbers as worked steps
    derivations              line by line, each line checked
    shapes      whether numbers fit the equations, and what to say where they do not

Recurrent networks
    cells, normalisation   vanilla RNN, LSTM, GRU, Jordan, state space; layer and batch norm
    specification, unrolling, network   layers over a sequence as one program: stacked, bidirectional, residual,
                           dropout, masked; and what everything in it is called
    losses, ctc            what is compared with targets, step by step or as whole labellings
    training, optimisers, clipping, initialisers   how weights are found
    gradient_flow          powers, Jacobians, spectral radius, the LSTM's direct path
    decoding               encoder-decoder, forced against free running, greedy
    frameworks, counting   the stacked weights of PyTorch and Keras; parameters, operations, stored values

Around them
    sequences, words, markov, feedforward, attention, genetic

A trace is a dict of what was worked out, in order, the result last: of a Program what `Program.run` returns, its inputs
first and all numbers NumPy's; of anything else the named steps, single numbers as Python's.
"""
