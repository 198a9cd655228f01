"""python -m studyrnn: the same as studyrnn."""

from studyrnn.cli import main

main()
