"""What enforcement does by the clock."""

from datetime import timedelta

from services.enforcement.use_cases.outages import judge_due_outages
from shared.service import Job

JOBS = [Job("judge_due_outages", timedelta(seconds=1), judge_due_outages)]
