"""Whether what the program says is a finished sentence in both languages."""

from distributor.errors import DistributorError
from distributor.i18n import LANGUAGES, error_sentence, finding_sentence
from distributor.model.finding import Finding


def is_said(problem: DistributorError | Finding) -> bool:
    """Tell whether an error or finding has a sentence in every language, with a value in every place."""
    say = finding_sentence if isinstance(problem, Finding) else error_sentence
    sentences = [say(problem, language) for language in LANGUAGES]  # type: ignore[arg-type]
    return all(problem.code not in sentence and "{" not in sentence for sentence in sentences)
