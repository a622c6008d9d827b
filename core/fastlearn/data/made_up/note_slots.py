"""The values in made-up notes, drawn at random, with what they are worth in the unit of their kind."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

FIRST = (
    "John",
    "Mary",
    "Ahmed",
    "Li",
    "Grace",
    "Pedro",
    "April",
    "Will",
    "Sofia",
    "Tom",
    "Ingrid",
    "Kwame",
    "Anne-Marie",
)
LAST = (
    "Smith", "Garcia-Lopez", "O'Brien", "Nguyen", "van der Berg", "McDonald", "May", "Okafor", "Fitzgerald", "Chen",
    "Kowalski", "Brown", "Johnson", "Haddad", "Lindqvist", "DeLuca",
)  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November")
Slot = Callable[[Random], str]


def date(rng: Random) -> str:
    """A day in one of many writings."""
    y, m, d, month = rng.randint(1950, 2021), rng.randint(1, 11), rng.randint(1, 28), rng.choice(MONTHS)
    return rng.choice(
        (
            f"{m}/{d}/{y}",
            f"{m:02d}/{d:02d}/{y}",
            f"{m}/{d}/{y % 100:02d}",
            f"{y}-{m:02d}-{d:02d}",
            f"{month} {d}, {y}",
            f"{d} {month} {y}",
            f"{d}-{month[:3]}-{y}",
            f"{month[:3]}. {d}, {y}",
            f"{month} {d}",
            f"{d:02d}.{m:02d}.{y}",
            f"{month} {d}th, {y}" if 3 < d < 20 else f"{month} {d} {y}",
            f"{m:02d}-{d:02d}-{y}",
            f"{month.upper()} {d}, {y}",
            f"the {d}th of {month}".removeprefix("the ") if 3 < d < 20 else f"{y}/{m:02d}/{d:02d}",
        )
    )


def blood_pressure(rng: Random) -> str:
    high, low = rng.randint(90, 199), rng.randint(50, 110)
    low = min(low, high - 15)
    unit = rng.choice(("", "", " mmHg", " mm Hg"))
    sign = rng.choice(("/", "/", "/", " / ", " over "))
    return f"{{blood_pressure|{high}{sign}{low}{unit}|{high},{low}}}"


def temperature(rng: Random) -> str:
    """Degrees Celsius or Fahrenheit, with and without saying so."""
    if rng.random() < 0.5:
        f = round(rng.uniform(96.5, 103.9), 1)
        text = f"{f}" + rng.choice(("", " F", "°F", " degrees F", " degrees Fahrenheit", "F"))
        return f"{{temperature|{text}|{(f - 32) / 1.8:.2f}}}"
    c = round(rng.uniform(35.5, 40.4), 1)
    return f"{{temperature|{c}{rng.choice(('', ' C', '°C', ' degrees Celsius', ' °C'))}|{c}}}"


def weight(rng: Random) -> str:
    if rng.random() < 0.5:
        kg = rng.randint(45, 140)
        return f"{{weight|{kg}{rng.choice((' kg', ' kilograms', 'kg'))}|{kg}}}"
    pounds = rng.randint(100, 310)
    return f"{{weight|{pounds} {rng.choice(('lb', 'lbs', 'pounds'))}|{pounds * 0.45359237:.2f}}}"


def height(rng: Random) -> str:
    feet, inches = rng.randint(4, 6), rng.randint(0, 11)
    cm = (feet * 12 + inches) * 2.54
    if rng.random() < 0.4:
        cm = float(rng.randint(145, 199))
        return f"{{height|{cm:.0f} cm|{cm:.0f}}}"
    text = rng.choice((f"{feet}'{inches}\"", f"{feet} feet {inches} inches", f"{feet} ft {inches} in"))
    return f"{{height|{text}|{cm:.2f}}}"


def size(rng: Random) -> str:
    """Two or three sides, `text|detail` in millimetres."""
    sides = [round(rng.uniform(0.4, 9.9), rng.choice((0, 1))) or 1.0 for _ in range(rng.choice((2, 2, 3)))]
    unit, factor = rng.choice((("cm", 10), ("mm", 1)))
    said = [f"{side:g}" for side in sides]
    text = rng.choice((
        " x ".join(said) + f" {unit}", "x".join(said) + f" {unit}", f" {unit} x ".join(said) + f" {unit}",
        " by ".join(said) + f" {unit}", " \u00d7 ".join(said) + f" {unit}",
    ))  # fmt: skip
    return f"{text}|{','.join(f'{side * factor:g}' for side in sides)}"


def length(rng: Random) -> str:
    side = round(rng.uniform(0.5, 15), rng.choice((0, 1))) or 1.0
    text, factor = rng.choice(
        (
            (f"{side:g} cm", 10.0),
            (f"{side:g}-cm", 10.0),
            (f"{side:g} mm", 1.0),
            (f"{side:g}-mm", 1.0),
            (f"{side:g} centimeter", 10.0),
            (f"{side:g}-inch", 25.4),
        )
    )
    return f"{text}|{side * factor:g}"


def lab(low: float, high: float, digits: int, *units: tuple[str, float]) -> Slot:
    """Values from `low` to `high` in the usual unit; each of `units` is how it is written, and how many make one."""

    def drawn(rng: Random) -> str:
        value = rng.uniform(low, high)
        unit, per = rng.choice((("", 1.0), *units))
        text = f"{value * per:.{digits if per == 1 else 1}f}"
        return f"{{lab|{text}{unit}|{float(text) / per:.3f}}}"

    return drawn


def platelets(rng: Random) -> str:
    n = rng.randint(90, 420)
    return rng.choice(
        (f"{{lab|{n}|{n}}}", f"{{lab|{n},000|{n}}}", f"{{lab|{n} K/uL|{n}}}", f"{{lab|{n} x 10^9/L|{n}}}")
    )


def street(rng: Random) -> str:
    name = rng.choice(("", "W. ", "North ")) + rng.choice(("Oak", "Main", "Elm Park", "Washington"))
    road = f"{rng.randint(2, 4999)} {name}"
    kind = rng.choice(("Street", "St.", "Avenue", "Road", "Blvd", "Lane", "Drive"))
    rest = rng.choice(("", ", Apt 4B", ", Springfield, MA 02139", ", Apt. 12, Boston, MA 02115-1234"))
    text = rng.choice((f"{road} {kind}{rest}",) * 4 + (f"P.O. Box {rng.randint(10, 9999)}",))
    return text.removesuffix(".")


def phone(rng: Random) -> str:
    a, b, c = rng.randint(201, 989), rng.randint(200, 999), f"{rng.randint(0, 9999):04d}"
    return rng.choice(
        (f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"+1 {a} {b} {c}", f"1-{a}-{b}-{c}", f"{b}-{c}")
    )


def milligrams(rng: Random) -> str:
    n = rng.choice((2.5, 10, 25, 50, 100, 250, 500, 1000))
    said = f"{n:,.0f}" if n >= 1000 else f"{n:g}"
    return rng.choice(
        (f"{said} mg|{n:g} mg", f"{said}mg|{n:g} mg", f"{said} milligrams|{n:g} mg", f"{said}-mg|{n:g} mg")
    )


def units(rng: Random) -> str:
    n = rng.randint(4, 60)
    return f"{n} {rng.choice(('units', 'U', 'IU'))}|{n} units"


def micrograms(rng: Random) -> str:
    n = rng.choice((25, 50, 75, 88, 100, 125))
    return f"{n} {rng.choice(('mcg', 'µg', 'micrograms', 'ug'))}|{n / 1000:g} mg"


def record_number(rng: Random) -> str:
    dashed = f"{rng.randint(10, 99)}-{rng.randint(100, 999)}-{rng.randint(100, 999)}"
    return rng.choice((str(rng.randint(10**6, 10**8)), dashed))


def email(rng: Random) -> str:
    who = f"{rng.choice(FIRST).lower()}.{rng.choice(('smith', 'nguyen'))}"
    return f"{who}@{rng.choice(('mail.org', 'clinic.example.com'))}"


def rate(low: int, high: int) -> Slot:
    def drawn(rng: Random) -> str:
        n = rng.randint(low, high)
        return f"{n}|{n}"

    return drawn


def saturation(rng: Random) -> str:
    n = rng.randint(85, 100)
    return f"{n}{rng.choice(('%', ' %', '', ' percent'))}|{n}"


SLOTS: dict[str, Slot] = {
    "date": date,
    "month": lambda rng: rng.choice(MONTHS),
    "first": lambda rng: rng.choice(FIRST),
    "last": lambda rng: rng.choice(LAST),
    "initial": lambda rng: rng.choice("ABCDEFGHJKLMPRSTW"),
    "age": lambda rng: str(rng.randint(18, 88)),
    "old": lambda rng: str(rng.randint(90, 104)),
    "mrn": record_number,
    "ssn": lambda rng: f"{rng.randint(100, 899)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
    "account": lambda rng: rng.choice((str(rng.randint(10**4, 10**8)), f"A{rng.randint(10**4, 10**6)}")),
    "phone": phone,
    "pager": lambda rng: str(rng.randint(10000, 99999)),
    "street": street,
    "email": email,
    "bp": blood_pressure,
    "temp": temperature,
    "weight": weight,
    "height": height,
    "size": size,
    "size1": length,
    "hr": rate(50, 140),
    "rr": rate(10, 30),
    "sat": saturation,
    "mg": milligrams,
    "mcg": micrograms,
    "units": units,
    "gram": lambda rng: rng.choice(("1 g|1000 mg", "2 g|2000 mg", "0.5 grams|500 mg", "1 gm|1000 mg")),
    "Na": lab(128, 148, 0, (" mmol/L", 1), (" mEq/L", 1)),
    "K": lab(3.0, 5.6, 1, (" mmol/L", 1), (" mEq/L", 1)),
    "Cr": lab(0.5, 3.5, 1, (" mg/dL", 1), (" mg/dl", 1), (" µmol/L", 88.42)),
    "BUN": lab(8, 60, 0, (" mg/dL", 1)),
    "glucose": lab(65, 320, 0, (" mg/dL", 1), (" mmol/L", 1 / 18.016)),
    "WBC": lab(3.0, 19.0, 1, (" K/uL", 1), (" x 10^9/L", 1)),
    "Hb": lab(7.0, 16.5, 1, (" g/dL", 1), (" g/L", 10)),
    "A1c": lab(5.0, 11.5, 1, ("%", 1), (" %", 1)),
    "INR": lab(0.9, 3.6, 1),
    "troponin": lab(0.02, 2.5, 2, (" ng/mL", 1)),
    "TSH": lab(0.3, 8.0, 1, (" mIU/L", 1), (" uIU/mL", 1)),
    "cholesterol": lab(120, 290, 0, (" mg/dL", 1)),
    "platelets": platelets,
}
