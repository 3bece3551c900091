"""Mailman 3: its own delivery (mailman.mta.deliver) with full personalisation, VERP and a footer for each member.

The core is configured and its database filled as in an installation, but its runners and queues are left out: what is
measured is the delivery of one post to all members in this process, which is the part that a queue runner does.
"""

import os
import time

import work

given = work.read()
var = given.folder / "mailman"
var.mkdir()
(given.folder / "mailman.cfg").write_text(
    f"""[mailman]
layout: here
[paths.here]
var_dir: {var}
[mta]
smtp_host: 127.0.0.1
smtp_port: {given.port}
max_sessions_per_connection: 0
""",
    encoding="utf-8",
)
os.chdir(var)

from mailman.core.initialize import initialize  # noqa: E402  looks for its settings where we are

initialize(str(given.folder / "mailman.cfg"))
from mailman.app.lifecycle import create_list  # noqa: E402  as above
from mailman.config import config  # noqa: E402  as above
from mailman.email.message import Message  # noqa: E402  as above
from mailman.interfaces.domain import IDomainManager  # noqa: E402  as above
from mailman.interfaces.mailinglist import Personalization  # noqa: E402  as above
from mailman.interfaces.usermanager import IUserManager  # noqa: E402  as above
from mailman.mta.deliver import deliver  # noqa: E402  as above
from mailman.utilities.email import add_message_hash  # noqa: E402  as above
from zope.component import getUtility  # noqa: E402  as above

getUtility(IDomainManager).add("xiefa.example")
mlist = create_list("bulletin@xiefa.example", ["owner@xiefa.example"])
mlist.personalize = Personalization.full
users = getUtility(IUserManager)
for place in range(given.number):
    user = users.create_user(given.address(place), f"第{place}处")
    address = next(iter(user.addresses))
    address.verified_on = address.registered_on
    user.preferred_address = address
    mlist.subscribe(user)
config.db.commit()

import email  # noqa: E402  after what looks for settings

post = email.message_from_bytes((given.folder / "message").read_bytes(), Message)
for name in ("To", "DKIM-Signature"):
    del post[name]
post["To"] = mlist.posting_address
add_message_hash(post)
recipients = {given.address(place) for place in range(given.number)}
begin, busy = time.perf_counter(), time.process_time()
# raises when anybody was refused
deliver(mlist, post, {"recipients": recipients, "verp": True, "listid": mlist.list_id})
print(time.perf_counter() - begin, time.process_time() - busy)
