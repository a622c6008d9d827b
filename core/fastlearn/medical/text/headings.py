"""The headings of clinical notes: how they are written, and what is inside of what."""

# ruff: noqa: SIM905  # the lists are easier to read as text

from __future__ import annotations

import re

# A section's name -> spellings of its heading beside the name, in lower case, without points.
SPELLINGS = {
    "chief complaint": """
        cc, c/c, reason for visit, reason for consultation, presenting complaint, reason for admission,
        reason for referral, chief complaints, presenting problem, reason for examination, reason for exam,
        reason for study
    """,
    "history of present illness": """
        hpi, history of the present illness, present illness, history of presenting illness, history, hx,
        interval history, brief history, clinical history, history of present complaint, subjective, s
    """,
    "past medical history": """
        pmh, pmhx, medical history, past medical hx, past history, previous medical history,
        past medical and surgical history, past medical/surgical history, medical hx, pmhx/pshx
    """,
    "past surgical history": "psh, pshx, surgical history, past surgical hx, previous surgery, past surgeries",
    "family history": "fh, fhx, family hx, family medical history",
    "social history": "sh, shx, social hx, habits, personal history, psychosocial history, family and social history",
    "medications": """
        current medications, meds, home medications, medications on admission, admission medications,
        medication, outpatient medications, discharge medications, medications on discharge,
        medications at home, present medications, medications prior to admission, current meds, home meds
    """,
    "allergies": """
        allergies and adverse reactions, drug allergies, allergy, known allergies, medication allergies, all
    """,
    "review of systems": "ros, systems review, review of system",
    "physical examination": """
        pe, px, physical exam, exam, examination, on examination, physical, objective, o, o/e,
        physical examination on admission, physical exam on admission, admission physical exam, discharge exam,
        physical findings
    """,
    "vital signs": "vitals, vs, vital sign, vitals on admission",
    "laboratory data": """
        labs, laboratory findings, lab results, pertinent results, laboratory results, lab data, laboratory,
        laboratories, laboratory studies, laboratory values, lab, admission labs, laboratory examination,
        diagnostic data, laboratory and radiographic data
    """,
    "imaging": "radiology, x-rays, x-ray, radiographs, imaging studies, radiographic studies, diagnostic studies",
    "findings": "operative findings, intraoperative findings",
    "technique": "exam technique, procedure technique",
    "comparison": "comparisons, comparison studies",
    "hospital course": "brief hospital course, course in hospital, course, emergency department course, ed course",
    "assessment": """
        impression, imp, clinical impression, conclusion, conclusions, diagnosis, diagnoses, assessments,
        impressions, a, medical decision making, mdm, summary,
        final diagnosis, discharge diagnosis, discharge diagnoses, admission diagnosis,
        admission diagnoses, admitting diagnosis, final diagnoses
    """,
    "plan": "treatment plan, recommendations, recommendation, disposition, p, treatment, plans, plan of care",
    "assessment and plan": """
        a/p, a and p, impression and plan, assessment/plan, impression/plan, ap, impression and recommendations,
        assessment and recommendations, impression/recommendations
    """,
    "indications": """
        indication, indications for procedure, indication for procedure, indications for operation,
        indications for surgery, indication for operation, indications for the procedure
    """,
    "procedure": """
        procedures, procedure performed, procedures performed, operation, operations, operation performed,
        operations performed, title of operation, name of procedure, title of procedure, operative procedure
    """,
    "description of procedure": """
        procedure in detail, procedure description, details of procedure, operative technique,
        description of operation, description of the procedure, procedure details,
        operative procedure in detail, details of the procedure, description of the operation
    """,
    "preoperative diagnosis": "pre-op diagnosis, preop diagnosis, preoperative diagnoses, pre-op diagnoses",
    "postoperative diagnosis": "post-op diagnosis, postop diagnosis, postoperative diagnoses, post-op diagnoses",
    "anesthesia": "type of anesthesia, anaesthesia",
    "complications": "complication, intraoperative complications",
    "estimated blood loss": "ebl, blood loss",
    "specimens": "specimen, specimens removed, specimen removed",
    "follow-up": "followup, follow up, follow-up instructions, discharge instructions, instructions",
    "condition on discharge": "discharge condition, condition at discharge, condition",
}

EXAM = {
    "vital signs": "vitals, vs",
    "general": "general appearance, gen, constitutional, appearance",
    "heent": "head, head and neck, head eyes ears nose and throat, ent",
    "eyes": "eye, pupils",
    "ears": "ears nose and throat, ear",
    "nose": "",
    "throat": "oropharynx, mouth, mouth and throat",
    "neck": "neck exam",
    "lungs": "chest, pulm, pulmonary, lung, respiratory, resp, chest/lungs, chest and lungs, thorax",
    "heart": "cor, cv, cardiac, cardiovascular, cvs, cardio",
    "breasts": "breast",
    "abdomen": "abd, gastrointestinal, gi",
    "genitourinary": "gu, genitalia, pelvic, external genitalia, pelvis",
    "rectal": "",
    "back": "spine",
    "extremities": "ext, extremity, lower extremities, upper extremities, extrem",
    "musculoskeletal": "msk, joints",
    "neurologic": """
        neuro, neurological, neurologic exam, neurologic examination, cns, neurological examination,
        neurologically
    """,
    "psychiatric": "psych, mental status, mental status examination",
    "skin": "integument, integumentary, dermatologic",
    "lymphatic": "lymph nodes, lymphatics, lymph",
    "vascular": "pulses, peripheral vascular",
}
REVIEW = {
    "constitutional": "general, const, gen",
    "heent": "head, ent",
    "eyes": "eye, ophthalmologic",
    "ears": "ears nose and throat, ear, ears nose mouth and throat",
    "neck": "",
    "cardiovascular": "cv, cardiac, heart, cvs, cardio",
    "respiratory": "resp, pulmonary, lungs, pulm, chest",
    "gastrointestinal": "gi, abdomen",
    "genitourinary": "gu, urinary, renal",
    "musculoskeletal": "msk, extremities, joints",
    "neurologic": "neuro, neurological, neurology",
    "psychiatric": "psych, psychological, psychiatry",
    "skin": "integumentary, dermatologic, integument",
    "endocrine": "metabolic",
    "hematologic": "heme, hematology, hematologic/lymphatic, heme/lymph, hematologic and lymphatic",
    "allergic": "allergy/immunology, immunologic, allergic/immunologic",
}
NO_HEADINGS = frozenset(
    """
    mrn ssn dob name patient date attending resident signed signature dictated md note notes time room unit tel
    phone fax email page re to from dear sincerely re-exam
    """.split()
)
SMALL_WORDS = frozenset(["of", "by", "and", "the", "in", "for", "on", "to", "with"])
SHORTEST_UNKNOWN = 4  # letters of a heading in capitals that is in no table
MOST_WORDS = 8

Table = dict[str, str]


def _table(spellings: dict[str, str]) -> Table:
    table = {name: name for name in spellings}
    for name, others in spellings.items():
        table |= {other.strip(): name for other in others.split(",") if other.strip()}
    return table


TOP = _table(SPELLINGS)
INNER = {"physical examination": _table(EXAM), "review of systems": _table(REVIEW)}
_ANY_INNER = INNER["review of systems"] | INNER["physical examination"]

_POINTS = re.compile(r"(?<=\b[a-z])\.")
_SIGNS = re.compile(r"[\s_]+|[.,()\[\]]")


def plain_heading(heading: str) -> str:
    """A heading as the tables have it: `H.P.I.` to `hpi`, `Pre-Operative  Diagnosis` to `preoperative diagnosis`."""
    words = _SIGNS.sub(" ", _POINTS.sub("", heading.lower().replace("&", " and "))).strip()
    words = " ".join(words.split())
    return words.replace("pre-operative", "preoperative").replace("post-operative", "postoperative")


def section_name(heading: str, parent: str) -> tuple[str, bool] | None:
    """The name of a section by its heading, and whether it is inside of `parent`; None for an unknown heading."""
    words = plain_heading(heading)
    inner = INNER.get(parent, {}).get(words)
    if inner is not None:
        return inner, True
    top = TOP.get(words)
    if top is not None:
        return top, False
    alone = _ANY_INNER.get(words)
    return None if alone is None else (alone, False)


def looks_like_heading(heading: str, alone: bool = False) -> bool:
    """Whether an unknown heading is written as headings are: in capitals, or each of three words with a capital.

    `alone` on its line, without a colon, only two words and more in capitals are one.
    """
    words = plain_heading(heading).split()
    if (
        not words
        or len(words) > MOST_WORDS
        or words[0] in NO_HEADINGS
        or sum(map(str.isalpha, heading)) < SHORTEST_UNKNOWN
    ):
        return False
    if heading.upper() == heading:
        return not alone or (len(words) > 1 and not any(map(str.isdigit, heading)))
    return not alone and len(words) > 2 and all(w[0].isupper() or w in SMALL_WORDS for w in heading.split())
