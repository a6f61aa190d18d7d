"""What the registry does by the clock, each in one transaction."""

from datetime import timedelta

from services.registry.use_cases.agreement_stages import advance_agreements
from services.registry.use_cases.app_access import tell_access_by_clock
from services.registry.use_cases.due_dates import firm_up_due_dates
from services.registry.use_cases.qualification_ends import remind_of_expiries, tell_expiries
from services.registry.use_cases.serving_out import complete_exits, report_stopped_services, tell_untold_users
from shared.service import Job

JOBS = [
    Job("advance_agreements", timedelta(seconds=1), advance_agreements),
    Job("tell_expiries", timedelta(seconds=5), tell_expiries),
    Job("remind_of_expiries", timedelta(minutes=1), remind_of_expiries),
    Job("tell_access_by_clock", timedelta(milliseconds=500), tell_access_by_clock),
    Job("firm_up_due_dates", timedelta(hours=1), firm_up_due_dates),
    Job("complete_exits", timedelta(seconds=5), complete_exits),
    Job("tell_untold_users", timedelta(seconds=5), tell_untold_users),
    Job("report_stopped_services", timedelta(minutes=1), report_stopped_services),
]
