"""The audit of a data set, called from Python."""

from html import escape
from typing import Any, final

from auris.api.page import Page
from auris.api.settings import to_words, user_errors
from auris.api.table import Table
from auris.audit.audit import Audit, run_audit
from auris.audit.output import AUDITS, count_severities, write_audit
from auris.core.log import silence_libraries
from auris.core.places import config_folder
from auris.runs.compose import compose_run
from auris.training.data_folder import claim_data_folder
from auris.training.experiment import Experiment


def audit_data(**settings: Any) -> "Audited":
    """Is a data set fit to learn from? What `auris audit` finds, with the same names as `train`.

    Raises `UserError` for what can't be.
    """
    with user_errors(settings):
        silence_libraries()
        experiment = Experiment(compose_run(to_words(settings), config_folder()))
        audit = run_audit(experiment.dataset)
        page = write_audit(audit, claim_data_folder(experiment, AUDITS))
        return Audited(audit, Page(page.resolve()))


@final
class Audited:
    """What an audit found, the gravest first, and its page."""

    def __init__(self, audit: Audit, page: Page):
        self.failed = audit.failed
        self.page = page
        self.summary = f"{audit.about}: {count_severities(audit)}"
        rows = []
        for finding in audit.findings:
            rows.append(
                {
                    "severity": finding.severity,
                    "check": finding.check,
                    "finding": finding.sentence,
                    "recordings": len(finding.paths),
                }
            )
        self.findings = Table(rows)

    def __repr__(self) -> str:
        return f"{self.summary}\n{self.findings!r}\n{self.page!r}"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return f"<p>{escape(self.summary)}</p>{self.findings._repr_html_()}"
