"""Laboratory values: how tests are called, the usual unit of each, and what other units are worth in it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lab:
    """A test, its usual `unit`, and for other units by how much a value is to be divided."""

    name: str
    unit: str
    others: dict[str, float] = field(default_factory=dict)


_MMOL = {"mmol/l": 1.0, "meq/l": 1.0}
_ENZYME = {"u/l": 1.0, "iu/l": 1.0, "units/l": 1.0}
_COUNT = {"k/ul": 1.0, "x10^9/l": 1.0, "x10(9)/l": 1.0, "x10^3/ul": 1.0, "k/mm3": 1.0, "/ul": 1000.0, "/mm3": 1000.0,
          "k": 1.0, "thousand": 1.0}  # fmt: skip

# Spellings; single letters and pairs of letters count only as they are written here, others in any case.
_TABLE: tuple[tuple[str, Lab], ...] = (
    ("sodium, Na, Na+", Lab("sodium", "mmol/L", _MMOL)),
    ("potassium, K, K+", Lab("potassium", "mmol/L", _MMOL)),
    ("chloride, Cl", Lab("chloride", "mmol/L", _MMOL)),
    ("bicarbonate, HCO3, CO2, carbon dioxide, bicarb", Lab("bicarbonate", "mmol/L", _MMOL)),
    ("creatinine, Cr, creat, serum creatinine",
     Lab("creatinine", "mg/dL", {"mg/dl": 1.0, "µmol/l": 88.42, "umol/l": 88.42})),
    ("BUN, blood urea nitrogen", Lab("urea nitrogen", "mg/dL", {"mg/dl": 1.0, "mmol/l": 0.357})),
    ("glucose, blood sugar, blood glucose, fasting glucose, fingerstick, blood sugars",
     Lab("glucose", "mg/dL", {"mg/dl": 1.0, "mmol/l": 1 / 18.016})),
    ("calcium, Ca", Lab("calcium", "mg/dL", {"mg/dl": 1.0, "mmol/l": 0.2495})),
    ("magnesium, Mg", Lab("magnesium", "mg/dL", {"mg/dl": 1.0, "mmol/l": 0.4114, "meq/l": 0.823})),
    ("phosphorus, phosphate, phos", Lab("phosphate", "mg/dL", {"mg/dl": 1.0, "mmol/l": 0.3229})),
    ("WBC, white blood cell, white blood cells, white count, white cell, white blood, WBCs, leukocytes",
     Lab("white blood cells", "10^9/L", _COUNT)),
    ("platelets, platelet, plt, plts", Lab("platelets", "10^9/L", _COUNT)),
    ("hemoglobin, haemoglobin, Hb, Hgb", Lab("hemoglobin", "g/dL", {"g/dl": 1.0, "g/l": 10.0, "gm/dl": 1.0})),
    ("hematocrit, haematocrit, Hct, crit", Lab("hematocrit", "%")),
    ("hemoglobin A1c, HbA1c, A1c, glycated hemoglobin, glycosylated hemoglobin, HgbA1c, hgb A1c",
     Lab("hemoglobin A1c", "%")),
    ("INR", Lab("INR", "")),
    ("PT, prothrombin time", Lab("prothrombin time", "s", {"seconds": 1.0, "sec": 1.0, "s": 1.0})),
    ("PTT, aPTT, partial thromboplastin time", Lab("partial thromboplastin time", "s", {"seconds": 1.0, "sec": 1.0})),
    ("troponin, troponin I, troponin T, trop, trops", Lab("troponin", "ng/mL", {"ng/ml": 1.0, "ng/l": 1000.0})),
    ("CK, creatine kinase, CPK", Lab("creatine kinase", "U/L", _ENZYME)),
    ("CK-MB, MB, MB fraction", Lab("creatine kinase MB", "ng/mL", {"ng/ml": 1.0})),
    ("BNP", Lab("BNP", "pg/mL", {"pg/ml": 1.0})),
    ("TSH", Lab("TSH", "mIU/L", {"miu/l": 1.0, "uiu/ml": 1.0, "µiu/ml": 1.0, "miu/ml": 0.001})),
    ("cholesterol, total cholesterol", Lab("cholesterol", "mg/dL", {"mg/dl": 1.0, "mmol/l": 0.02586})),
    ("LDL, LDL cholesterol", Lab("LDL cholesterol", "mg/dL", {"mg/dl": 1.0, "mmol/l": 0.02586})),
    ("HDL, HDL cholesterol", Lab("HDL cholesterol", "mg/dL", {"mg/dl": 1.0, "mmol/l": 0.02586})),
    ("triglycerides, triglyceride", Lab("triglycerides", "mg/dL", {"mg/dl": 1.0, "mmol/l": 0.01129})),
    ("AST, SGOT", Lab("AST", "U/L", _ENZYME)), ("ALT, SGPT", Lab("ALT", "U/L", _ENZYME)),
    ("alkaline phosphatase, alk phos, ALP, alk. phos", Lab("alkaline phosphatase", "U/L", _ENZYME)),
    ("bilirubin, total bilirubin, T bili, bili",
     Lab("bilirubin", "mg/dL", {"mg/dl": 1.0, "µmol/l": 17.1, "umol/l": 17.1})),
    ("albumin", Lab("albumin", "g/dL", {"g/dl": 1.0, "g/l": 10.0})),
    ("total protein, protein", Lab("protein", "g/dL", {"g/dl": 1.0, "g/l": 10.0})),
    ("lipase", Lab("lipase", "U/L", _ENZYME)), ("amylase", Lab("amylase", "U/L", _ENZYME)),
    ("lactate, lactic acid", Lab("lactate", "mmol/L", _MMOL)),
    ("CRP, C-reactive protein", Lab("CRP", "mg/L", {"mg/l": 1.0, "mg/dl": 0.1})),
    ("ESR, sed rate, sedimentation rate", Lab("ESR", "mm/h", {"mm/h": 1.0, "mm/hr": 1.0})),
    ("PSA", Lab("PSA", "ng/mL", {"ng/ml": 1.0})), ("ferritin", Lab("ferritin", "ng/mL", {"ng/ml": 1.0})),
    ("uric acid", Lab("uric acid", "mg/dL", {"mg/dl": 1.0})), ("LDH", Lab("LDH", "U/L", _ENZYME)),
    ("MCV", Lab("MCV", "fL", {"fl": 1.0})), ("pH", Lab("pH", "")), ("pCO2, PaCO2", Lab("pCO2", "mmHg", {"mmhg": 1.0})),
    ("pO2, PaO2", Lab("pO2", "mmHg", {"mmhg": 1.0})), ("digoxin level", Lab("digoxin", "ng/mL", {"ng/ml": 1.0})),
    ("ejection fraction, LVEF, EF", Lab("ejection fraction", "%")),
)  # fmt: skip

SHORT = 2  # letters of a spelling that counts only as it is written

LABS: dict[str, Lab] = {}
for _spellings, _lab in _TABLE:
    for _spelling in _spellings.split(", "):
        LABS[_spelling if len(_spelling) <= SHORT else _spelling.lower()] = _lab


def usual(lab: Lab, value: float, unit: str) -> float | None:
    """`value` in the usual unit of `lab`; None if `unit` is no unit of it. Cell counts in full become thousands."""
    written = unit.lower().replace(" ", "").replace("×", "x").replace("μ", "µ").removeprefix("of")  # noqa: RUF001
    if not written or written == "%":
        if lab.unit == "10^9/L" and not written and value >= 1000:
            return value / 1000
        return value if not written or lab.unit == "%" else None
    per = lab.others.get(written)
    return None if per is None else value / per
