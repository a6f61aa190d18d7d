"""RFC 9457 problem documents. The only place that knows which refusal has which status code."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.responses import Response

from shared import errors
from shared.errors import Refusal

MEDIA_TYPE = "application/problem+json"

_STATUS: dict[type[Refusal], int] = {
    Refusal: 409,
    errors.Invalid: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.StaleVersion: 412,
    errors.VersionRequired: 428,
    errors.KeyRequired: 400,
    errors.KeyReused: 422,
    errors.TooLarge: 413,
}

# What no use case can say: the code, English and Chinese title of answers given before or around it.
PLAIN: dict[int, tuple[str, str, str]] = {
    400: ("malformed", "The request cannot be read", "请求无法解析"),
    404: ("not-found", "There is no such thing", "资源不存在"),
    405: ("method-not-allowed", "This method is not offered here", "不支持该请求方法"),
    413: ("too-large", "The body is too large", "请求体过大"),
    415: ("unsupported-media-type", "The body must be JSON", "请求体必须为 JSON"),
    500: ("internal", "Something went wrong on our side", "服务器内部错误"),
    503: ("unavailable", "A part is away for the moment", "服务暂时不可用"),
}

_TITLES_ZH = {
    "refused": "请求被拒绝",
    "invalid": "输入无效",
    "unauthenticated": "需要有效的令牌",
    "forbidden": "无权执行此操作",
    "not-found": "资源不存在",
    "conflict": "当前状态不允许此操作",
    "stale-version": "内容在读取后已被修改",
    "version-required": "必须提供 If-Match",
    "idempotency-key-required": "必须提供 Idempotency-Key",
    "idempotency-key-reused": "该 Idempotency-Key 已用于其他请求",
    "too-large": "请求体过大",
}


class Problem(BaseModel):
    """How every refusal and failure is told. `code` is stable; refusals add members of their own."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:fairmarket:problem:conflict"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked.")
    code: str = Field(examples=["conflict"])
    correlation_id: str = Field(description="Name this when you ask for help.")


def status_of(refusal: type[Refusal]) -> int:
    return next(_STATUS[cls] for cls in refusal.__mro__ if cls in _STATUS)


def problems(*refusals: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: every refusal it may answer with, by status and code."""
    documented: dict[int | str, dict[str, Any]] = {}
    for refusal in refusals:
        status = status_of(refusal)
        entry = documented.setdefault(status, {"description": "", "content": {MEDIA_TYPE: {"examples": {}}}})
        entry["description"] = "; ".join(filter(None, (entry["description"], f"{refusal.code}: {refusal.title}")))
        entry["content"][MEDIA_TYPE]["examples"][refusal.code] = {
            "summary": refusal.title,
            "value": document(status, refusal.code, refusal.title, refusal.title + ".", "/v1/…", "…"),
        }
    return documented


def document(status: int, code: str, title: str, detail: str, instance: str, correlation_id: str) -> dict[str, Any]:
    return {
        "type": f"urn:fairmarket:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "correlation_id": correlation_id,
    }


def wants_chinese(accept_language: str) -> bool:
    """Whether Accept-Language puts Chinese before English; English is the default."""
    weights = _weights(accept_language)
    return weights["zh"] > weights["en"]


def wants_english(accept_language: str) -> bool:
    """Whether Accept-Language puts English before Chinese, for texts whose default is Chinese."""
    weights = _weights(accept_language)
    return weights["en"] > weights["zh"]


def _weights(accept_language: str) -> dict[str, float]:
    weights = {"zh": 0.0, "en": 0.0}
    for part in accept_language.lower().split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.split("-", 1)[0].strip()
        if language in weights:
            try:
                weight = float(parameter.strip().removeprefix("q=") or 1)
            except ValueError:
                continue
            weights[language] = max(weights[language], weight)
    return weights


def title_of(refusal: Refusal, chinese: bool) -> str:
    return (chinese and (refusal.title_zh or _TITLES_ZH.get(refusal.code))) or refusal.title


def to_bytes(content: Mapping[str, Any]) -> bytes:
    try:
        return to_json(content, fallback=str)
    except ValueError:
        # A lone surrogate that came in as JSON has no UTF-8 form; escaped it can still be told.
        return json.dumps(content, default=str).encode()


def answer(content: Mapping[str, Any], chinese: bool, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        to_bytes(content),
        content["status"],
        {"vary": "Accept-Language", "content-language": "zh-CN" if chinese else "en", **(headers or {})},
        MEDIA_TYPE,
    )
