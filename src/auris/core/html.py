"""Pages that are one file: no network, and no script but one whose digest a page's policy names.
What a template is given is text and escaped.
"""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


def render(package: str, template: str, /, **context: object) -> str:
    """A page of text.

    Args:
        package: whose folder `templates` holds the template; those of core can be extended.
        template: name of the file.
        context: what the template names; `markupsafe.Markup` is put in as it is.
    """
    return _environment(package).get_template(template).render(context)


@cache
def _environment(package: str) -> Environment:
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("auris.core")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
