"""What is asked of the data. A new task is one class and one short YAML."""

from auris.tasks.anomaly import Anomaly
from auris.tasks.classification import Classification
from auris.tasks.localization import Localization
from auris.tasks.reconstruction import Reconstruction
from auris.tasks.task import Task

__all__ = ["Anomaly", "Classification", "Localization", "Reconstruction", "Task"]
