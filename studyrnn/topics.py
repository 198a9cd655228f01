"""The topics a card or an exercise can belong to, and what they are called."""

TOPICS = {
    "motivation": "why recurrent models at all",
    "sequences": "mathematics of sequences",
    "feedforward": "networks without hidden state and their limits",
    "windows-and-counts": "sliding windows and bags of words",
    "rnn": "the vanilla recurrence, its states, vectors and matrices",
    "parameter-sharing": "one set of weights for all time steps",
    "state-space": "the network as a dynamical system",
    "initial-state": "the choice of h_0",
    "bptt": "unrolling and backpropagation through time",
    "truncated-bptt": "backpropagation through a limited number of steps",
    "teacher-forcing": "feeding the truth back in training",
    "regularisation": "dropout, overfitting, generalisation",
    "gradients": "vanishing and exploding gradients",
    "long-term-dependencies": "linking events far apart",
    "remedies": "clipping, skip connections and other fixes",
    "initialisation": "how weights start",
    "normalisation": "batch and layer normalisation",
    "optimisers": "gradient descent and its relatives",
    "activations": "sigmoid, tanh, ReLU, softmax and their slopes",
    "losses": "losses over time and their gradients",
    "complexity": "cost in time and memory",
    "lstm": "long short-term memory",
    "gru": "gated recurrent unit",
    "deep-rnn": "stacked recurrent layers",
    "bidirectional": "reading in both directions",
    "encoder-decoder": "sequence to sequence",
    "embeddings": "word vectors",
    "sentiment": "sentiment analysis, worked through",
    "language-models": "predicting the next word",
    "applications": "what recurrent networks are used for",
    "transformers": "attention, compared and combined",
    "study-resources": "where to read on",
}

_TITLES = {  # where blanks for hyphens and a capital are not enough
    "rnn": "RNN",
    "lstm": "LSTM",
    "gru": "GRU",
    "bptt": "BPTT",
    "truncated-bptt": "Truncated BPTT",
    "deep-rnn": "Deep RNN",
    "encoder-decoder": "Encoder-decoder",
    "long-term-dependencies": "Long-term dependencies",
}


def title(topic: str) -> str:
    """A topic as a title: gru -> GRU, teacher-forcing -> Teacher forcing."""
    return _TITLES.get(topic) or topic.replace("-", " ").capitalize()
