"""Units of doses, sizes and weights, and what they are worth in the one unit that each kind is given in."""

from __future__ import annotations

DOSE = {  # as written, in lower case -> the unit, and how many of it
    "mg": ("mg", 1.0), "milligram": ("mg", 1.0), "milligrams": ("mg", 1.0), "mgs": ("mg", 1.0),
    "g": ("mg", 1000.0), "gm": ("mg", 1000.0), "gms": ("mg", 1000.0), "gram": ("mg", 1000.0), "grams": ("mg", 1000.0),
    "mcg": ("mg", 0.001), "µg": ("mg", 0.001), "μg": ("mg", 0.001), "ug": ("mg", 0.001),
    "microgram": ("mg", 0.001), "micrograms": ("mg", 0.001), "ng": ("mg", 1e-6),
    "ml": ("mL", 1.0), "cc": ("mL", 1.0), "ccs": ("mL", 1.0), "milliliter": ("mL", 1.0), "milliliters": ("mL", 1.0),
    "millilitres": ("mL", 1.0), "unit": ("units", 1.0), "units": ("units", 1.0), "u": ("units", 1.0),
    "iu": ("units", 1.0), "meq": ("mEq", 1.0), "meqs": ("mEq", 1.0), "mmol": ("mmol", 1.0), "mcgs": ("mg", 0.001),
}  # fmt: skip
SIZE = {  # -> millimetres
    "mm": 1.0, "millimeter": 1.0, "millimeters": 1.0, "millimetre": 1.0, "millimetres": 1.0, "cm": 10.0, "cms": 10.0,
    "centimeter": 10.0, "centimeters": 10.0, "centimetre": 10.0, "centimetres": 10.0, "inch": 25.4, "inches": 25.4,
}  # fmt: skip
WEIGHT = {  # -> kilograms
    "kg": 1.0, "kgs": 1.0, "kilogram": 1.0, "kilograms": 1.0, "kilos": 1.0, "lb": 0.45359237, "lbs": 0.45359237,
    "pound": 0.45359237, "pounds": 0.45359237, "g": 0.001, "gm": 0.001, "gms": 0.001, "gram": 0.001, "grams": 0.001,
}  # fmt: skip
PER_MASS_OR_TIME = frozenset(("kg", "day", "d", "h", "hr", "hour", "min", "minute", "m2", "dose", "week", "24h"))


def celsius(value: float, unit: str) -> float | None:
    """A body temperature in degrees Celsius; without a unit, what is 45 and more is Fahrenheit. None if none of it is.

    Source: outside of 25 to 45 degrees Celsius there is no body temperature.
    """
    fahrenheit = unit[:1].lower() == "f" or (not unit and value > 45)
    degrees = (value - 32) / 1.8 if fahrenheit else value
    return degrees if 25 <= degrees <= 45 else None
