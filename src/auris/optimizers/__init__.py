"""Ways of finding the model that `torch.optim` lacks. A new one is one class and one short YAML."""

from auris.optimizers.alternating import Alternating
from auris.optimizers.build import make_optimizer
from auris.optimizers.closed_form import ClosedForm
from auris.optimizers.evolution import CmaEs, Evolution
from auris.optimizers.gradient import Lbfgs
from auris.optimizers.gradientless import Gradientless, Search, Solver
from auris.optimizers.memorize import Memorize
from auris.optimizers.nothing import Nothing
from auris.optimizers.trial import GridSearch, RandomSearch

__all__ = [
    "Alternating", "ClosedForm", "CmaEs", "Evolution", "Gradientless", "GridSearch", "Lbfgs", "Memorize",
    "Nothing", "RandomSearch", "Search", "Solver", "make_optimizer",
]  # fmt: skip
