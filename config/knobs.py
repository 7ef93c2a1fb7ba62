"""Within which bounds the knobs of the rules and of the policy make sense; a slip is told."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetPydanticSchema
from pydantic_core import core_schema

LOOK_BACK = 255  # trading days; no rule looks back further

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]  # 0..1
Part = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]  # 0..1, not nothing
Growth = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]  # fraction
Change = Annotated[float, Field(gt=-1, le=10, allow_inf_nan=False)]  # fraction
Days = Annotated[float, Field(ge=1, le=LOOK_BACK, multiple_of=1)]  # trading days


class Rule(BaseModel):
    """A rule's knobs: of those there are, and of a new rule's too, by their names."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, float]
    threshold: Part = 1  # share, percentile or loss
    window_days: Days = 1
    past_days: Days = 1
    rise_days: Days = 1
    min_members: Annotated[float, Field(ge=1, le=1000, multiple_of=1)] = 1
    min_coverage: Share = 0
    min_share: Share = 0
    max_growth: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1  # fraction
    min_touched: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 0  # members a day
    # paths of a bootstrap; with fewer than 19 none can be exceeded by the usual 5 %
    draws: Annotated[float, Field(ge=19, le=9999, multiple_of=1)] = 19


class Rising(Rule):
    """Knobs of a rule whose score is a fraction without a top."""

    threshold: Growth = 1


class Counting(Rule):
    """Knobs of a rule that counts days."""

    threshold: Days = 1


class Rules(BaseModel):
    """[rules]: those whose thresholds are no part of a whole by name, all others alike."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Rule]
    run_up: Rising | None = None
    divergence: Rising | None = None
    board_height: Counting | None = None


class Policy(BaseModel):
    """[policy]."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, float]
    surge_run_up: Change = 0
    bubble_breadth: Share = 0
    resume_fall: Part = 1
    faded_run_up: Change = 0
    given_back_run_up: Change = 0
    given_back_fall: Part = 1
    for_days: Days = 1
    reversal_days: Days = 1
    keep_firing_days: Days = 1
    divergence_days: Days = 1


def bounded(model: type[BaseModel]) -> GetPydanticSchema:
    """A field that is held to a model and stays a dictionary of what was given."""

    def plain(read: BaseModel) -> dict[str, Any]:
        return read.model_dump(exclude_unset=True)

    def schema(_: Any, handler: Callable[[Any], core_schema.CoreSchema]) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(plain, handler(model))

    return GetPydanticSchema(schema)
