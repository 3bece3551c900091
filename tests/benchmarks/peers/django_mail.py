"""Django: EmailMultiAlternatives for each recipient over one kept connection of its SMTP backend."""

import time

import django
import work
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

given = work.read()
settings.configure(EMAIL_HOST="127.0.0.1", EMAIL_PORT=given.port, DEFAULT_CHARSET="utf-8", USE_I18N=False)
django.setup()

begin, busy = time.perf_counter(), time.process_time()
with get_connection() as connection:
    for place in range(given.number):
        message = EmailMultiAlternatives(
            given.subject,
            given.filled(given.text, place),
            "bulletin@xiefa.example",
            [given.address(place)],
            connection=connection,
            headers={"List-Unsubscribe": f"<{given.link(place)}>"},
        )
        message.attach_alternative(given.filled(given.html, place), "text/html")
        if message.send() != 1:
            raise RuntimeError(place)
print(time.perf_counter() - begin, time.process_time() - busy)
