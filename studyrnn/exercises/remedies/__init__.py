"""Remedies: clipping for gradients that explode; skips, gates and a good start for those that vanish."""

from studyrnn.exercises.remedies import choosing, clipping, shortcuts

EXERCISES = (
    *clipping.EXERCISES,
    *shortcuts.EXERCISES,
    *choosing.EXERCISES,
)
