from __future__ import annotations

from functools import partial

import pandas as pd
import pytest
from fastlearn.data.problems import DataError
from fastlearn.data.samples import sample_data
from fastlearn.medical.text import (
    CLINICAL_RULES,
    ClinicalTokenizer,
    clean_marks,
    findings,
    found_in,
    identifiers,
    marks,
    mask,
    measurements,
    screen,
    sections,
)  # fmt: skip
from fastlearn.medical.text.sentences import sentence_spans
from fastlearn.text.encode import TextEncoder
from fastlearn.text.recipe import encoder_of, recipe_of
from fastlearn.text.tokenizer import Tokenizer
from hypothesis import given
from hypothesis import strategies as st

NASTY = ["", " ", "a", ":", "A:", "\n" * 50_000, "x" * 100_000, "1" * 100_000, "A" * 50_000 + ":", "no " * 20_000,
         "[**" * 5_000, "İstanbul no fever", "\u202b\u05e9\u05dc\u05d5\u05dd: no pain\u202c",
         "👩‍⚕️ BP 120/80 👍", "1/" * 30_000, "Dr. " * 10_000, ", " * 30_000,
         "<b>PLAN:</b> <script>alert(1)</script>", "A. B. " * 10_000, "3 x " * 10_000,
         "mother " * 20_000 + "fever", "no fever, but cough, " * 5_000]  # fmt: skip


@pytest.mark.parametrize("text", NASTY, ids=lambda text: text[:8].strip() or "blank")
def test_odd_texts_are_read_in_a_moment_and_spans_stay_inside(text):
    for rule in (sections, marks, measurements, findings, identifiers):
        for found in rule(text):
            assert 0 <= found.start <= found.end <= len(text)
    assert isinstance(mask(text), str) and isinstance(clean_marks(text), str)


@given(st.text(alphabet=st.sampled_from("aADr. Mno:/-0123456789\n,%[*_]<>xXmgcF°()@'"), max_size=80))
def test_spans_are_in_order_without_overlaps_for_any_text(text):
    for rule in (marks, measurements, findings, identifiers):
        ends = 0
        for found in rule(text):
            assert ends <= found.start < found.end <= len(text)
            ends = found.end


@pytest.mark.parametrize("text", ["no fever, " * 1000, "x" * 5000, "One. Two.\n\nThree", "", " " * 5000])
def test_sentences_cover_the_note_and_none_is_so_long_that_its_cues_cannot_be_weighed(text):
    spans = list(sentence_spans(text))
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(0 < end - start <= 2000 for start, end in spans)


# Sections


def test_one_name_for_all_spellings_and_the_rest_by_their_own_words():
    note = "Seen today.\n\nHPI: Cough.\nPhysical Exam: Vitals: T 37.2. HEENT: Clear.\nAXIS III: None.\nA/P\nRest."
    assert [(s.name, s.parent, s.text) for s in sections(note)] == [
        ("beginning", "", "Seen today."), ("history of present illness", "", "Cough."),
        ("physical examination", "", ""),
        ("vital signs", "physical examination", "T 37.2."), ("heent", "physical examination", "Clear."),
        ("axis iii", "", "None."), ("assessment and plan", "", "Rest."),
    ]  # fmt: skip
    outer = {s.name: s.text for s in sections(note, inner=False)}
    assert outer["physical examination"] == "Vitals: T 37.2. HEENT: Clear."


def test_the_same_word_is_another_section_inside_of_another():
    note = "ROS: CV: no pain. Resp: no cough.\nEXAM: CV: S1, S2. Resp: clear."
    assert [s.name for s in sections(note) if s.parent] == ["cardiovascular", "respiratory", "heart", "lungs"]


@pytest.mark.parametrize(
    "text",
    [
        "The plan: to wait.",
        "Past medical history is as above.",
        "see medications below",
        "cc: John Smith, M.D.",
        "MRN: 1234567",
        "Family history and allergies were reviewed.",
    ],
)
def test_names_of_sections_inside_sentences_are_no_headings(text):
    assert [s.name for s in sections(text)] == ["beginning"]


# Marks


def test_marks_become_words_spaces_or_nothing():
    note = "Dr. [**Last Name (STitle) 12**] saw ___ on [**2151-7-16**], <NAME> and XXXX."
    assert [m.kind for m in marks(note)] == ["name", "other", "date", "name", "other"]
    assert clean_marks(note) == "Dr. xxname saw xxdeid on xxdate, xxname and xxdeid."
    assert clean_marks(note, keep="nothing") == "Dr. saw on, and."
    assert clean_marks("a ___ b", keep="space") == "a   b"
    assert clean_marks("XX, XXX, <0.01, **bold**, [ ] a_b") == "XX, XXX, <0.01, **bold**, [ ] a_b"
    with pytest.raises(ValueError, match=r"one of .*'kind'.*but got 'all'"):
        clean_marks(note, keep="all")


# Measurements


@pytest.mark.parametrize("text, kind, normalised, unit", [
    ("BP 120/80", "blood_pressure", (120, 80), "mmHg"),
    ("pressure 118 over 76 mm Hg", "blood_pressure", (118, 76), "mmHg"),
    ("T 98.6", "temperature", (37.0,), "°C"), ("temp of 101.3 F", "temperature", (38.5,), "°C"),
    ("heart rate was 72", "pulse", (72,), "/min"), ("O2 sat 94%", "saturation", (94,), "%"),
    ("weighs 150 pounds", "weight", (68.039,), "kg"), ("6'1\" tall", "height", (185.42,), "cm"),
    ("3.5 x 2 cm", "size", (35, 20), "mm"), ("0.5 g", "dose", (500,), "mg"),
    ("15 mg/kg/day", "dose", (15,), "mg/kg/day"),
    ("1,000 mg", "dose", (1000,), "mg"), ("500-1000 mg", "dose", (500, 1000), "mg"), ("50 mcg", "dose", (0.05,), "mg"),
    ("glucose 5.5 mmol/L", "lab", (99.088,), "mg/dL"), ("platelets 250,000", "lab", (250,), "10^9/L"),
    ("Troponin I <0.01", "lab", (0.01,), "ng/mL"), ("HCT of 31.2", "lab", (31.2,), "%"),
    ("Blood pressure on arrival 188/102", "blood_pressure", (188, 102), "mmHg"),
    ("Birth weight 3,240 g", "weight", (3.24,), "kg"),
])  # fmt: skip
def test_a_measurement_has_its_value_in_one_unit(text, kind, normalised, unit):
    (found,) = measurements(text)
    assert (found.kind, found.unit) == (kind, unit)
    assert found.normalised == pytest.approx(normalised)


@pytest.mark.parametrize("text", [
    "Strength 5/5", "vision 20/40", "grade 2/6", "L4-5", "T2 images", "oriented x 3", "room 412", "code 99213", "24/7",
    "3-0 nylon", "#10 blade", "3/14/2019", "glucose 3 times daily", "vitamin K", "stage 3", "P: 2 weeks",
])  # fmt: skip
def test_numbers_that_measure_nothing_are_left_alone(text):
    assert measurements(text) == []


def test_both_values_of_a_change_are_found():
    assert [m.text for m in measurements("BNP fell from 880 pg/mL to 310 pg/mL.")] == ["880 pg/mL", "310 pg/mL"]


def test_kinds_can_be_chosen_and_are_checked():
    assert [m.kind for m in measurements("BP 120/80, 5 mg", kinds=["dose"])] == ["dose"]
    assert measurements("BP 120/80, 5 mg", kinds="dose") == measurements("BP 120/80, 5 mg", kinds=["dose"])
    with pytest.raises(ValueError, match=r"some of .*but got \['mass'\]"):
        measurements("5 mg", kinds=["mass"])


# Findings


@pytest.mark.parametrize("text, said", [
    ("No evidence of pneumonia.", "negated"), ("Denies cough, fever or rash.", "negated negated negated"),
    ("Not only fever but also chills.", "affirmed affirmed"), ("Pneumonia cannot be ruled out.", "possible"),
    ("Pneumonia was ruled out.", "negated"), ("Does not deny cough.", "affirmed"),
    ("No fever, but cough persists.", "negated affirmed"), ("No change in headache.", "affirmed"),
    ("There is no doubt that anemia is present.", "affirmed"), ("Rash: absent. Cough.", "negated affirmed"),
    ("Fever: no. Chills denied.", "negated negated"), ("Reports cough, denied fever.", "affirmed negated"),
    ("Unclear whether seizure or syncope.", "possible possible"), ("Stroke is to be excluded by MRI.", "possible"),
    ("He is not on warfarin, found with cough.", "affirmed"), ("Gram negative sepsis.", "affirmed"),
    ("Suspected stroke.", "possible"), ("To rule out stroke.", "possible"),
])  # fmt: skip
def test_negation_and_doubt(text, said):
    assert [found.negation for found in findings(text)] == said.split()


def test_history_condition_and_family_are_told_apart_with_their_cues():
    (past,) = findings("History of asthma.")
    (unless,) = findings("Call if fever occurs.")
    assert [f.temporality for f in findings("TIA ten years ago. Kidney stones in 2015. Call 555-0123 for fever.")] == [
        "historical", "historical", "hypothetical"
    ]  # fmt: skip
    assert findings("Brought in by her mother with fever.")[0].experiencer == "patient"
    below = findings("FAMILY HISTORY: Father had stroke. No asthma.\nSOCIAL HISTORY: Drinks with gout.")
    assert [f.experiencer for f in below] == ["other", "other", "patient"]
    (hers,) = findings("Her mother has diabetes.")
    (told,) = findings("Mother reports fever.")
    assert (past.temporality, unless.temporality, hers.experiencer, told.experiencer) == (
        "historical", "hypothetical", "other", "patient")  # fmt: skip
    assert past.cues == ("history of",) and unless.cues == ("call if",) and hers.cues == ("mother",)


def test_terms_of_your_own_take_the_place_of_the_list():
    found = findings("No zebra stripes, no fever.", terms=["zebra stripe"])
    assert [(f.text, f.negation) for f in found] == [("zebra stripes", "negated")]
    assert findings("No fever.", terms=[]) == [] == findings("No fever.", terms=["", " "])
    assert findings("No fever.", terms="fever") == findings("No fever.", terms=["fever"]) != []


def test_what_ends_a_scope_counts_only_between_a_cue_and_a_finding():
    said = {f.text: f.negation for f in findings("Cough but no fever or rash but chills, but no pain or nausea.")}
    assert said == {"Cough": "affirmed", "fever": "negated", "rash": "negated", "chills": "affirmed",
                    "pain": "negated", "nausea": "negated"}  # fmt: skip


# Screen


def test_a_report_shows_no_writing_and_masking_leaves_the_given_texts():
    notes = pd.Series(["Dr. John Smith, MRN: 1234567", "Seen 3/14/2019, call 617-555-0123."], index=["a", "b"])
    report = screen(notes)
    assert report.counts == {"name": 1, "id": 1, "date": 1, "phone": 1} and report
    assert not any(
        word in str(report) + report.frame().to_csv() for word in ("John", "Smith", "1234567", "0123", "2019")
    )
    assert list(report.frame().row) == ["a", "a", "b", "b"]
    clean = mask(notes)
    assert list(clean) == ["Dr. [NAME], MRN: [ID]", "Seen [DATE], call [PHONE]."] and list(clean.index) == ["a", "b"]
    assert notes["a"].startswith("Dr. John") and not screen(clean)
    assert mask("Dr. Smith", style="blocks") == "Dr. █████" and mask(["Dr. Smith 3/4/2019"], kinds="date") == [
        "Dr. Smith [DATE]"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "May improve.",
        "may 5",
        "Dr. X",
        "Foley catheter",
        "patient Denies pain",
        "89-year-old",
        "95% on room air",
        "CPT 99213",
        "2019",
        "Strength 5/5",
        "Parkinson disease",
        "[**2151-7-16**]",
    ],
)
def test_what_identifies_nobody_is_left_alone(text):
    assert identifiers(text) == []


def test_bad_input_is_named_with_a_remedy():
    with pytest.raises(DataError, match=r"Row 1 has no text.*nan.*dropna"):
        screen(["a", float("nan")])
    with pytest.raises(TypeError, match=r"one column of a table.*df\[\"text\"\]"):
        mask(pd.DataFrame({"text": ["a"]}))
    with pytest.raises(TypeError, match="but got int"):
        screen(3)
    for rule in (sections, marks, measurements, findings, identifiers):
        with pytest.raises(DataError, match=r"A note is a str, but got float nan.*dropna"):
            rule(float("nan"))
    with pytest.raises(ValueError, match=r"some of .*but got \['names'\]"):
        mask("a", kinds="names")
    with pytest.raises(ValueError, match=r"`style` is one of .*but got 'x'"):
        mask("a", style="x")


def test_a_table_of_what_was_found():
    made = found_in(pd.Series(["5 mg", "", "BP 120/80"], index=[7, 8, 9]), measurements)
    assert list(made.row) == [7, 9] and list(made.kind) == ["dose", "blood_pressure"]


@pytest.mark.parametrize("rule", [marks, measurements, findings, identifiers, partial(measurements, kinds=["lab"])])
def test_a_table_of_nothing_has_the_columns_of_one_of_something(rule):
    full = found_in(["___ no fever, BP 120/80, Na 140, MRN: 1234567"], rule)
    assert len(full) and set(found_in(["nothing"], rule).columns) == set(full.columns)


# Words


@pytest.mark.parametrize("text, tokens", [
    ("5 mg/dL", "5 mg/dl"), ("q.i.d.", "q.i.d."), ("(b.i.d.)", "( b.i.d. )"), ("s/p", "s/p"),
    ("bp 120/80,", "bp 120/80 ,"),
    ("3.5 x 2 cm", "3.5 x 2 cm"), ("t 37.2", "t 37.2"), ("5mg.", "5 mg ."), ("75 mcg/kg/min", "75 mcg/kg/min"),
    ("and/or", "and / or"), ("37.2°C", "37.2 °c"), ("w/o pain", "w/o pain"), ("___ p.o.", "xxdeid p.o."),
])  # fmt: skip
def test_units_ratios_and_abbreviations_stay_whole(text, tokens):
    tokenizer = Tokenizer(ClinicalTokenizer(), rules=CLINICAL_RULES)
    assert list(tokenizer(text))[1:] == tokens.split()


def test_the_clinical_tokenizer_can_be_made_again_in_another_process():
    recipe = recipe_of(TextEncoder(ClinicalTokenizer(), list(CLINICAL_RULES)))
    assert recipe is not None
    again = encoder_of(recipe)
    assert isinstance(again.tok, ClinicalTokenizer) and list(again.rules) == list(CLINICAL_RULES)


def test_the_sample_has_notes_and_what_is_in_them(tmp_path):
    folder = sample_data("notes", tmp_path)
    table = pd.read_csv(folder / "notes.csv")
    gold = pd.read_json(folder / "gold.json", typ="series")
    assert len(table) == len(gold) == 200 and table.specialty.nunique() == 5 and table.is_valid.sum() == 40
    first = gold[0][0]
    assert table.text[0][first["start"] : first["end"]] == first["text"]


@pytest.mark.parametrize("text, kind, written", [
    ("diagnosed 08/2019.", "date", "08/2019"), ("Date of visit: 2022-06-15", "date", "2022-06-15"),
    ("RE: Winslow, Marguerite", "name", "Winslow, Marguerite"),
    ("Contact: Rosalind Kemp (niece)", "name", "Rosalind Kemp"),
    ("Jerome Whitfield, date of birth unknown", "name", "Jerome Whitfield"),
    ("Jane Miller is a 45-year-old nurse.", "name", "Jane Miller"),
])  # fmt: skip
def test_identifiers_are_found_where_letters_and_forms_have_them(text, kind, written):
    (found,) = identifiers(text)
    assert (found.kind, text[found.start : found.end]) == (kind, written)
