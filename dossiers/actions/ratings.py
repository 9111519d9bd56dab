"""Rating a dossier: once, by its person or by whoever holds its slip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.models import Dossier, Rating, RatingPlace, Satisfaction
from dossiers.ratings import BEST, computed, open_for_rating, rule_on
from dossiers.workflow import ActionError
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User

LONGEST = 2000


@transaction.atomic
def rate(
    *,
    dossier_id: int,
    by: User | None,
    overall: str,
    scores: Mapping[str, int],
    place: str,
    comment: str = "",
) -> Rating:
    """Keep one rating; a second one returns the first. `by` is None for a holder of the slip.

    Unknown criteria and points outside 0 to 2 are left out. Raises ActionError while there is nothing to rate.
    """
    dossier = Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier_id)
    same = Rating.objects.filter(dossier=dossier).first()
    if same is not None:
        return same
    if not open_for_rating(dossier):
        raise ActionError(_("Đánh giá được khi hồ sơ đã trả kết quả."))
    if overall not in Satisfaction.values:
        raise ActionError(_("Cần chọn mức độ hài lòng."), field="overall")
    rule = rule_on(clock.today())
    asked = {criterion.key for criterion in rule.asked}
    given = {key: points for key, points in scores.items() if key in asked and 0 <= points <= BEST}
    return Rating.objects.create(
        dossier=dossier,
        unit_id=dossier.competent_unit_id,
        rule=rule.code,
        overall=overall,
        scores={**computed(dossier, rule), **given},
        comment=comment.replace("\x00", "").strip()[:LONGEST],
        place=RatingPlace(place),
        by=by,
        at=clock.now(),
        on=clock.today(),
    )
