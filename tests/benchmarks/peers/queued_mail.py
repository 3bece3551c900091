"""django-post-office: mails queued beforehand in SQLite, then sent by its own command, with its log of every mail."""

import time

import django
import work
from django.conf import settings
from django.core.management import call_command

given = work.read()
settings.configure(
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=given.port,
    USE_I18N=False,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": given.folder / "post_office.sqlite3"}},
    # one thread: with more of them SQLite refuses with `database is locked`
    POST_OFFICE={"THREADS_PER_PROCESS": 1, "BATCH_SIZE": 100, "MAX_RETRIES": 0},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
)
django.setup()
from post_office import mail  # noqa: E402  needs the settings
from post_office.models import STATUS, Email  # noqa: E402  as above

call_command("migrate", verbosity=0)
for place in range(given.number):
    mail.send(
        given.address(place),
        "bulletin@xiefa.example",
        subject=given.subject,
        message=given.filled(given.text, place),
        html_message=given.filled(given.html, place),
        headers={"List-Unsubscribe": f"<{given.link(place)}>"},
    )

begin, busy = time.perf_counter(), time.process_time()
while mail.get_queued().exists():
    mail.send_queued()
took, busy = time.perf_counter() - begin, time.process_time() - busy
if Email.objects.filter(status=STATUS.sent).count() != given.number:
    raise RuntimeError(Email.objects.values_list("status", flat=True))
print(took, busy)
