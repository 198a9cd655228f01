"""Pictures as data: what a figure is made of (`parts`), and how it becomes SVG and JSON.

The terminal's way of drawing the same parts stands in `studyrnn/terminal/`.
"""
