"""The filters that many relays use have nothing against the digest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from distributor.compose import DkimAlgorithm, new_key, prepare, sign
from distributor.model.recipient import RecipientList
from tests.support import spam_filters
from tests.support.messages import REPORT, SUBSCRIBERS, make_frame, make_personal, make_variant, seed_record
from tests.support.postfix_tools import tool

pytestmark = pytest.mark.slow
KEYS = (new_key("xiefa.example", "r1"), new_key("xiefa.example", "e1", DkimAlgorithm.ED25519))


def message(recipient_list: RecipientList) -> bytes:
    # a mail with a date long ago would be held against it
    personal = make_personal(sent=datetime.now(UTC))
    return sign(prepare(make_variant(seed_record(), recipient_list), make_frame()).build(personal), KEYS, personal.sent)


@pytest.mark.skipif(tool("spamassassin") is None, reason="spamassassin is not installed on this machine")
@pytest.mark.parametrize("recipient_list", [REPORT, SUBSCRIBERS], ids=lambda entry: entry.id)
def test_spamassassin_scores_the_digest_below_zero(recipient_list: RecipientList, tmp_path: Path) -> None:
    score, rules = spam_filters.spamassassin_score(message(recipient_list), tmp_path)
    assert score < 0, rules


@pytest.mark.skipif(tool("rspamd") is None, reason="rspamd is not installed on this machine")
def test_rspamd_scores_the_digest_below_zero() -> None:
    with spam_filters.rspamd() as port:
        for recipient_list in (REPORT, SUBSCRIBERS):
            score, rules = spam_filters.rspamd_score(message(recipient_list), port)
            assert score < 0, rules
