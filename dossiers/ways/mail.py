"""E-mail through Django's mail backend."""

from __future__ import annotations

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from dossiers.ways.base import Letter, RefusedError, UnreachableError


class MailCarrier:
    """The configured mail backend. A letter sent again after a crash keeps its Message-ID, so readers see one."""

    name = "mail"

    def deliver(self, letter: Letter) -> str:
        """Send one plain-text e-mail; the reference is its Message-ID."""
        host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
        reference = f"<{letter.key}@{host}>"
        headers = {"Message-ID": reference, "Auto-Submitted": "auto-generated"}
        message = EmailMessage(
            letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, [letter.to], headers=headers
        )
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            raise RefusedError("the mail server refuses this address") from error
        except (smtplib.SMTPException, OSError) as error:
            raise UnreachableError(f"mail not sent: {type(error).__name__}") from error
        return reference[:100]
