"""The guides as one list: which pages there are, and which of them tells about which part of the product."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

DOCS = Path(__file__).resolve().parents[1] / "docs"


@dataclass(frozen=True, slots=True)
class Guide:
    """One page of help; `name` is in its address, `path` says where it lies under docs."""

    name: str
    path: str
    title: object
    about: object


class Chapter(NamedTuple):
    """A heading of a guide, by its anchor."""

    guide: str
    anchor: str


PEOPLE = (
    Guide("analyst", "guides/analyst.md", _("For analysts"), _("Which channel earned it, and how sure is that?")),
    Guide(
        "account-manager",
        "guides/account-manager.md",
        _("For account managers"),
        _("All clients at once, their people and the Monday mail."),
    ),
    Guide(
        "integrator",
        "guides/integrator.md",
        _("For integrators"),
        _("Events, spend and everything else that has to come in."),
    ),
    Guide("operator", "guides/operator.md", _("For operators"), _("Keep it running, safe and backed up.")),
)
TASKS = (
    Guide(
        "install",
        "how-to/install.md",
        _("Install the tag"),
        _("The first events, from a site or a server."),
    ),
    Guide("reports", "how-to/reports.md", _("Send the Monday mail"), _("When, to whom, and every letter once.")),
    Guide("spend", "how-to/spend.md", _("Send spend"), _("What was paid, by table or over the API.")),
    Guide("accounts", "how-to/accounts.md", _("Members and keys"), _("Who may do what, tokens and the audit log.")),
    Guide("operate", "how-to/operate.md", _("Run it for others"), _("Backups, upgrades, TLS, more hosts.")),
    Guide("reliability", "how-to/reliability.md", _("When things break"), _("What holds, and how that is tested.")),
)
IDEAS = (
    Guide("channels", "concepts/channels.md", _("Channels"), _("Why a visit is called what it is called.")),
    Guide("people", "concepts/people.md", _("People and touches"), _("Whose visit it was, and what counts as one.")),
    Guide("credit", "concepts/credit.md", _("Credit"), _("How each model shares an order, with examples.")),
    Guide(
        "intervals",
        "concepts/intervals.md",
        _("Intervals and verdicts"),
        _("How sure a figure is."),
    ),
    Guide(
        "late-conversions",
        "concepts/late-conversions.md",
        _("Late conversions"),
        _("How much of a day is still to come."),
    ),
    Guide("returns", "concepts/returns.md", _("Returns"), _("ROI, ROAS, CPA and lifetime value.")),
    Guide("funnels", "concepts/funnels.md", _("Funnels and the pipeline"), _("Who moves on, and who stops.")),
    Guide("glossary", "glossary.md", _("Glossary"), _("One word, one meaning.")),
)
GUIDES = {guide.name: guide for guide in (*PEOPLE, *TASKS, *IDEAS)}

# Which chapter tells about a section of the product; every section has one.
CHAPTERS = {
    "workspaces": Chapter("account-manager", "all-clients-at-once"),
    "new-workspace": Chapter("account-manager", "a-new-client"),
    "members": Chapter("account-manager", "people"),
    "overview": Chapter("analyst", "overview"),
    "attribution": Chapter("analyst", "attribution"),
    "journeys": Chapter("analyst", "journeys"),
    "funnels": Chapter("analyst", "funnels"),
    "pipeline": Chapter("analyst", "pipeline"),
    "returns": Chapter("analyst", "returns"),
    "returns-over-time": Chapter("analyst", "returns"),
    "lifetime-value": Chapter("analyst", "lifetime-value"),
    "campaigns": Chapter("analyst", "campaigns"),
    "saved-views": Chapter("analyst", "saved-views"),
    "reports": Chapter("account-manager", "the-monday-mail"),
    "report-preview": Chapter("account-manager", "the-monday-mail"),
    "report-deliveries": Chapter("account-manager", "did-it-arrive"),
    "report-branding": Chapter("account-manager", "your-own-look"),
    "report-outbox": Chapter("account-manager", "did-it-arrive"),
    "live-events": Chapter("integrator", "live-events"),
    "data-health": Chapter("integrator", "data-health"),
    "settings": Chapter("integrator", "settings"),
    "goals": Chapter("integrator", "goals"),
    "channel-rules": Chapter("integrator", "channel-rules"),
    "stages": Chapter("integrator", "pipeline-stages"),
    "spend": Chapter("integrator", "spend"),
    "keys": Chapter("integrator", "keys"),
    "install": Chapter("integrator", "install"),
}
