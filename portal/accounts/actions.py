"""The only writers of accounts held by citizens and organisations."""

import datetime

from django.db import IntegrityError, transaction

from portal.accounts.models import Unit, User, UserKind

CONTACT_FIELDS = ("phone", "email", "address_line", "commune", "language")


class AlreadyRegisteredError(Exception):
    """The ID number or tax code already has an account."""


def register(
    *,
    kind: str,
    number: str,
    password: str,
    full_name: str,
    phone: str,
    email: str = "",
    organisation_name: str = "",
    date_of_birth: datetime.date | None = None,
    gender: str = "",
    language: str = "vi",
) -> User:
    """A new account of a citizen (`number` = personal ID) or an organisation (`number` = tax code).

    The username is the number. Raises AlreadyRegisteredError, also when two requests race.
    """
    is_person = kind == UserKind.CITIZEN
    try:
        with transaction.atomic():
            return User.objects.create_user(
                number,
                password,
                kind=kind,
                full_name=full_name,
                organisation_name="" if is_person else organisation_name,
                id_number=number if is_person else "",
                tax_code="" if is_person else number,
                date_of_birth=date_of_birth,
                gender=gender,
                phone=phone,
                email=email,
                language=language,
            )
    except IntegrityError:
        if User.objects.filter(username=number).exists():
            raise AlreadyRegisteredError from None
        raise


@transaction.atomic
def change_contact(
    *, by: User, phone: str, email: str, address_line: str, commune: Unit | None, language: str
) -> User:
    """The contact data of one's own account; identity data is not changed here."""
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    user.phone, user.email, user.address_line, user.commune, user.language = (
        phone,
        email,
        address_line,
        commune,
        language,
    )
    user.save(update_fields=CONTACT_FIELDS)
    return user
