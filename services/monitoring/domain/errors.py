"""What monitoring refuses, each with a stable code.

Refusal
├── Invalid
│   └── WrongPeriod            a maintenance that ends before it starts, is over, too long or too far ahead
└── Conflict
    ├── MaintenanceBegan       what has begun, or was called off, cannot be called off
    └── TooManyMaintenances    a listing has so many ahead already
"""

from shared.errors import Conflict, Invalid


class WrongPeriod(Invalid):
    code = "wrong-period"
    title = "The period of the maintenance makes no sense"
    title_zh = "维护时间段不合理"


class MaintenanceBegan(Conflict):
    code = "maintenance-began"
    title = "The maintenance cannot be called off any more"
    title_zh = "该维护已无法取消"


class TooManyMaintenances(Conflict):
    code = "too-many-maintenances"
    title = "Too many maintenances lie ahead already"
    title_zh = "待进行的维护公告过多"
