"""Figures as they are printed."""

from matplotlib.figure import Figure


def words_on_paper(figure: Figure) -> bool:
    """Whether no title, name or number is cut off at the edge."""
    figure.canvas.draw()
    box, paper = figure.get_tightbbox(), figure.get_size_inches()
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= paper[0] and box.y1 <= paper[1]
