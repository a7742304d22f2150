"""Frozen values that are made quickly.

The `__init__` that dataclasses write for a frozen class sets each field through `object.__setattr__`, which looks the field's slot up by its name
every time. The slots' own setters need no look-up, and take less than half the time; an abstract is read into hundreds of values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

T = TypeVar("T")


def quick_init(cls: type[T]) -> type[T]:
    """A frozen dataclass with slots, its `__init__` written anew: the same parameters, defaults and outcome.

    Stands above `@dataclass(frozen=True, slots=True)`.

    Raises:
        TypeError: a field has no slot of its own, or none that its `__init__` sets.
    """
    known: dict[str, Any] = {"MISSING": MISSING}
    positional: list[str] = []
    by_name: list[str] = []
    body: list[str] = []
    for field in fields(cls):  # type: ignore[arg-type]
        setter = getattr(cls.__dict__.get(field.name), "__set__", None)
        if setter is None or not field.init:
            raise TypeError(
                f"{cls.__name__} cannot be made quickly: {field.name} has no slot of its own, or is not set from outside."
            )
        known[f"_set_{field.name}"] = setter
        (by_name if field.kw_only else positional).append(_parameter(field, known))
        value = (
            f"_make_{field.name}() if {field.name} is MISSING else {field.name}" if f"_make_{field.name}" in known else field.name
        )
        body.append(f"    _set_{field.name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("    self.__post_init__()")
    parameters = ["self", *positional, *(["*", *by_name] if by_name else [])]
    exec(f"def __init__({', '.join(parameters)}):\n" + "\n".join(body or ["    pass"]), known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__, made.__annotations__ = f"{cls.__qualname__}.__init__", dict(cls.__init__.__annotations__)
    cls.__init__ = made  # type: ignore[method-assign]
    return cls


def _parameter(field: Field[Any], known: dict[str, Any]) -> str:
    """The field as a parameter; what it falls back on goes into `known`."""
    if field.default is not MISSING:
        known[f"_default_{field.name}"] = field.default
        return f"{field.name}=_default_{field.name}"
    if field.default_factory is not MISSING:
        known[f"_make_{field.name}"] = field.default_factory
        return f"{field.name}=MISSING"
    return field.name


#: Of each class, and the fields that are changed, what makes the changed value.
_makers: dict[tuple[type, tuple[str, ...]], Callable[..., Any]] = {}


def replace(value: T, /, **changes: Any) -> T:
    """`dataclasses.replace` in a third of its time, for values of which every field is given to `__init__`.

    >>> from crawler.document import Section, SectionName
    >>> replace(Section(SectionName.TITLE, 0, 4), end=5)
    Section(name=<SectionName.TITLE: 'title'>, start=0, end=5)

    Raises:
        TypeError: the value has no such field.
    """
    key = type(value), tuple(changes)
    maker = _makers.get(key)
    if maker is None:
        _makers[key] = maker = _maker(*key)
    made: T = maker(value, *changes.values())
    return made


def _maker(cls: type, changed: tuple[str, ...]) -> Callable[..., Any]:
    """Written out, since what is passed on by its place need not be looked up by its name."""
    unknown = set(changed) - {field.name for field in fields(cls)}
    if unknown:
        raise TypeError(f"{cls.__name__} has no field {min(unknown)}.")
    taken = [field.name if field.name in changed else f"value.{field.name}" for field in fields(cls)]
    given = [f"{field.name}={one}" if field.kw_only else one for field, one in zip(fields(cls), taken, strict=True)]
    known: dict[str, Any] = {"cls": cls}
    # Fields that are given by name come last, whatever their place in the class.
    given.sort(key=lambda one: "=" in one)
    exec(f"def make(value, {', '.join(changed)}):\n    return cls({', '.join(given)})", known)
    made: Callable[..., Any] = known["make"]
    return made
