"""studyrnn: the study tool for recurrent neural networks that computes."""

__version__ = "0.1.0"
