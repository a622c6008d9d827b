"""What made-up clinical notes say, sentence by sentence, with what is to be found marked in braces.

Marks of findings: `a` affirmed, `n` negated, `p` possible; after it `h` history, `y` only if something happens, `f` of
somebody else than the patient. Marks of measurements, identifiers and de-identification marks are the kinds' names;
the detail is the value in the kind's own unit, or what a mark stands for.
"""

from __future__ import annotations

SPECIALTIES = {
    "cardiology": {
        "hpi": (
            "Mr. {name|<<last>>} is a <<age>>-year-old man with {a|chest pain} on exertion that settles with rest.",
            "She has {a|palpitations} two or three times a week, with no {n|syncope}.",
            "He sleeps on 2 pillows and denies {n|orthopnea} but reports {a|ankle edema} in the evening.",
            "The stress test of {date|<<date>>} was stopped at stage 3 because of {a|dyspnea}.",
            "{p|Angina} cannot be ruled out, and an ECG was obtained.",
        ),
        "assessment": (
            "{a|Atrial fibrillation}, rate controlled. No evidence of {n|heart failure}.",
            "Possible {p|coronary artery disease}; stress imaging is ordered.",
            "{a|Hypertension}, not at goal. {n|Myocardial infarction} was ruled out.",
        ),
        "plan": (
            "Continue metoprolol {dose|<<mg>>} twice daily and aspirin {dose|81 mg|81 mg} daily.",
            "Echocardiogram in 3 weeks; return if {ay|chest pain} recurs.",
            "Start lisinopril {dose|5mg|5 mg} p.o. q.d.; recheck potassium in 2 weeks.",
        ),
    },
    "orthopedics": {
        "hpi": (
            "The patient fell from a ladder and has {a|knee pain} on the left since then.",
            "There was no {n|loss of consciousness}, no {n|numbness} and no {n|weakness}.",
            "She is s/p right total knee arthroplasty in {date|March 2017} by Dr. {name|<<last>>}.",
            "{a|Pain} is 7/10 with weight bearing and 3/10 at rest.",
            "Radiographs from {date|<<date>>} were negative for {n|fracture}.",
        ),
        "assessment": (
            "Suspected {p|meniscal tear} of the left knee, without {n|dislocation}.",
            "{a|Osteoarthritis} of both knees, grade 3, more on the left.",
            "{n|Osteomyelitis} is not seen. The L4-5 disc shows {a|stenosis}.",
        ),
        "plan": (
            "Ibuprofen {dose|600 mg|600 mg} t.i.d. with food for 10 days.",
            "Physical therapy 2 times a week. MRI of the knee if {ay|swelling} persists.",
            "The wound was closed with 3-0 nylon over a {size|<<size>>} defect.",
        ),
    },
    "neurology": {
        "hpi": (
            "Over the past 6 months she has noticed {a|tremor} of the right hand.",
            "He woke with {a|headache} and one episode of {a|vomiting}, but no {n|photophobia}.",
            "Her husband saw a {a|seizure} that lasted 2 minutes. She denies {n|tongue biting} or {n|incontinence}.",
            "The patient, seen by Dr. {name|<<first>> <<last>>} on {date|<<date>>}, complains of {a|dizziness}.",
            "No history of {nh|stroke} or {nh|head injury}.",
        ),
        "assessment": (
            "Parkinson disease is likely, {a|tremor} being the leading sign.",
            "The picture is suspicious for {p|multiple sclerosis}; {p|neuropathy} is less likely.",
            "{a|Migraine} without aura. No signs of {n|meningitis}.",
        ),
        "plan": (
            "Levetiracetam {dose|500 mg|500 mg} b.i.d., then {dose|1 g|1000 mg} b.i.d. after 2 weeks.",
            "MRI of the brain with and without contrast to rule out {p|tumor}.",
            "She is to call if {ay|weakness} develops on either side.",
        ),
    },
    "gastroenterology": {
        "hpi": (
            "She reports {a|abdominal pain} after meals together with {a|nausea}.",
            "He has had {a|diarrhea} 5 to 6 times a day without {n|fever} or {n|weight loss}.",
            "Her mother had {af|colon cancer} at the age of 58.",
            "{a|Heartburn} not only at night but also after lunch; not relieved by antacids.",
            "Colonoscopy in {date|<<month>> of 2018} found two polyps, the larger {size|<<size>>}.",
        ),
        "assessment": (
            "{a|Gastroesophageal reflux disease}. No evidence of {n|gastrointestinal bleeding} or {n|obstruction}.",
            "{p|Cholelithiasis} is suspected, although {n|jaundice} is absent.",
            "Questionable {p|pancreatitis}; lipase is pending.",
        ),
        "plan": (
            "Omeprazole {dose|20 mg|20 mg} every morning for 8 weeks.",
            "Ultrasound of the abdomen; evaluate for {p|cholecystitis}.",
            "Polyethylene glycol {dose|17 g|17000 mg} in {dose|240 mL|240 mL} of water daily.",
        ),
    },
    "pulmonology": {
        "hpi": (
            "He has {a|cough} with yellow sputum and {a|wheezing} for 5 days.",
            "She is a <<age>> year old smoker with 30 pack-years; no {n|hemoptysis}.",
            "No further {n|fever} since the weekend; {a|shortness of breath} has not improved.",
            "A CT on {date|<<date>>} showed a nodule of {size|<<size>>} in the right lung, possibly {p|malignancy}.",
            "He denies {n|night sweats}, {n|chills} or {n|weight loss}, however he admits to {a|fatigue}.",
        ),
        "assessment": (
            "{a|COPD} exacerbation. Chest film without {n|pneumothorax} or {n|pleural effusion}.",
            "{p|Pneumonia} versus {p|atelectasis} on the left.",
            "{p|Pulmonary embolism} is not ruled out.",
        ),
        "plan": (
            "Prednisone {dose|40 mg|40 mg} for 5 days and albuterol {dose|2.5 mg|2.5 mg} by nebulizer q.4h. p.r.n.",
            "Repeat CT in 6 months. Oxygen at 2 liters if {ay|hypoxia} occurs.",
            "Azithromycin {dose|<<mg>>} on the first day.",
        ),
    },
}

# Sentences about findings, with what misleads a rule. Any specialty's note may have them.
FINDINGS = (
    "The patient denies {n|chest pain}, {n|dyspnea}, or {n|palpitations}.",
    "No evidence of {n|pneumonia}.",
    "There is no {n|edema}, {n|cyanosis} or {n|clubbing}.",
    "Not only {a|fever} but also {a|chills} were noted.",
    "{p|Deep vein thrombosis} cannot be ruled out.",
    "{p|Appendicitis} could not be excluded.",
    "The patient does not deny {a|alcohol abuse}.",
    "{n|Sepsis} was ruled out by cultures.",
    "We will rule out {p|pulmonary embolism} with a CT.",
    "No change in {a|headache} since the last visit.",
    "No increase in {a|dyspnea} is reported.",
    "Without any {n|nausea}; {a|vomiting} once.",
    "She has no {n|fever}, but {a|cough} persists.",
    "He denied {n|dizziness} except for {a|vertigo} on turning.",
    "{n|Hematuria}: none.",
    "{n|Rash}: absent.",
    "Negative for {n|diarrhea} and {n|constipation}.",
    "The lesion is consistent with {p|melanoma}.",
    "Findings may represent {p|pneumonia}.",
    "Free of {n|pain} today.",
    "Never had {nh|seizures}.",
    "History of {ah|asthma} and {ah|depression}.",
    "Past history of {ah|stroke}, now with {a|weakness} on the left.",
    "Father with {af|diabetes}, mother with {af|breast cancer}.",
    "Her sister has {af|asthma}.",
    "No family history of {nf|colon cancer}.",
    "Call if {ay|fever} or {ay|chills} develop.",
    "Return for {ay|bleeding} or {ay|shortness of breath}.",
    "{a|Hypertension} is well controlled; denies {n|headache}.",
    "There is no doubt that {a|anemia} is present.",
    "He cannot walk far because of {a|claudication}.",
    "Patient unable to sleep because of {a|back pain}.",
    "She was not able to work because of {a|fatigue}.",
    "Gram negative {a|bacteremia} was treated.",
    "There was no response of the {a|rash} to cream.",
    "{a|Hypotension} did not respond to fluids.",
    "The mass shows no signs of {n|malignancy}.",
    "{n|Bleeding} was not observed.",
    "{n|Lymphadenopathy} is absent.",
    "No {n|murmur}, rub or {n|gallop}.",
    "Nonsmoker. Positive for {a|snoring}, negative for {n|apnea}.",
    "Questionable {p|fracture} of the fifth toe.",
    "Likely {p|gastritis}.",
    "The differential includes {p|lymphoma} and {p|tuberculosis}.",
    "Cannot exclude {p|metastasis}.",
    "{n|Fever} resolved without antibiotics.",
    "Cultures did not show {n|infection}.",
    "The {a|pain} is not relieved by rest.",
    "Abdomen: no {n|tenderness}. {a|Obesity}.",
    "Denies any {n|suicidal ideation}; {a|anxiety} is present.",
    "Neither {n|hemoptysis} nor {n|hematemesis}.",
    "Pt w/o {n|fever}; +{a|cough}.",
    "No known {n|allergies}.",
    "Doubt {p|meningitis}.",
    "He has failed to show {n|jaundice}.",
    "Ruled out for {n|myocardial infarction}.",
    "The {n|effusion} has resolved.",
    "Unlikely to be {p|pancreatitis}.",
    "In case of {ay|seizure}, give lorazepam {dose|1 mg|1 mg}.",
    "Not certain if {p|cellulitis} was present.",
    "{a|Diabetes}, no {n|neuropathy}, no {n|nephropathy}.",
    "No {n|wheezing} now although {a|wheezing} was heard last week.",
    "Grandfather died of {af|myocardial infarction} at 70.",
)

MEASURED = (
    "BP <<bp>>, pulse {pulse|<<hr>>}, respirations {respiration|<<rr>>}, temperature <<temp>>.",
    "Blood pressure was <<bp>> and heart rate {pulse|<<hr>>} bpm.",
    "{section|Vitals|vital signs}: T <<temp>>, HR {pulse|<<hr>>}, RR {respiration|<<rr>>}, BP <<bp>>, "
    "SpO2 {saturation|<<sat>>} on room air.",
    "Temp: <<temp>>. Weight <<weight>>. Height <<height>>.",
    "She is afebrile at <<temp>> and weighs <<weight>>.",
    "Oxygen saturation is {saturation|<<sat>>} on 2 L by nasal cannula.",
    "The BP cuff was changed twice; on the third reading the blood pressure is <<bp>>.",
    "O2 sat {saturation|<<sat>>}. P {pulse|<<hr>>}. R {respiration|<<rr>>}.",
    "Height is <<height>>, weight is <<weight>>.",
    "On arrival, BP of <<bp>> with a pulse rate of {pulse|<<hr>>}.",
)

LABS = (
    "Sodium <<Na>>, potassium <<K>>, creatinine <<Cr>>.",
    "{section|Labs|laboratory data}: Na <<Na>>, K <<K>>, BUN <<BUN>>, Cr <<Cr>>, glucose <<glucose>>.",
    "WBC <<WBC>>, hemoglobin <<Hb>>, platelets <<platelets>>.",
    "Hemoglobin A1c was <<A1c>>; glucose of <<glucose>> on arrival.",
    "INR <<INR>>. Troponin I <<troponin>>.",
    "The creatinine is <<Cr>> and the potassium is <<K>>.",
    "Hgb <<Hb>> after vitamin K {dose|10 mg|10 mg} i.v.",
    "TSH <<TSH>>. Total cholesterol <<cholesterol>>.",
    "Potassium was <<K>> before potassium chloride {dose|20 mEq|20 mEq} was given.",
)

SIZES = (
    "There is a mass measuring {size|<<size>>} in the left lobe.",
    "A {size|<<size1>>} lesion is seen on the forearm.",
    "The kidney measures {size|<<size>>}.",
    "An incision of {size|<<size1>>} was made.",
    "Cyst, {size|<<size>>}, unchanged since 2016.",
)

DOSES = (
    "Metformin {dose|<<mg>>} twice daily.",
    "Insulin glargine {dose|<<units>>} at bedtime.",
    "Heparin {dose|5,000 units|5000 units} subcutaneously q.8h.",
    "Levothyroxine {dose|<<mcg>>} daily.",
    "Ceftriaxone {dose|<<gram>>} IV q.24h.",
    "Amoxicillin {dose|500mg|500 mg} t.i.d. for 7 days, 21 tablets.",
    "Lidocaine 1% was injected, {dose|10 mL|10 mL} in all.",
    "Gabapentin {dose|300 mg|300 mg} q.h.s., to be raised to {dose|600 mg|600 mg}.",
    "Tylenol {dose|325 mg|325 mg} 2 tablets every 4 to 6 hours p.r.n.",
)

# Numbers, names and dates that are none.
TRAPS = (
    "Alert and oriented x 3.",
    "Strength is 5/5 in all extremities.",
    "Visual acuity is 20/40 on the right.",
    "Grade 2/6 is unchanged.",
    "He has 3 children and lives in room 2 of a shared flat.",
    "CPT code 99213 was billed.",
    "May increase the dose as needed.",
    "She may return to work.",
    "A Foley catheter was placed.",
    "The T2 weighted images were reviewed.",
    "Disc height at L4-5 and C5-6 is preserved.",
    "Babinski sign is down going.",
    "Stage 3 of 4.",
    "He drinks 2 beers per day.",
    "A #10 blade was used.",
    "Apgar scores were 8 and 9.",
    "He was seen by Dr. X.",
    "Glasgow coma scale 15.",
    "She rates it 6/10.",
    "Mayo stand and Kerlix were at hand.",
    "The stone was sent to pathology in 2 jars.",
    "He walked 1,200 steps and stopped 4 times.",
    "Discussed assessment and plan with the family.",
    "Past medical history is as noted above.",
    "The review of systems is otherwise unremarkable.",
    "Medications were reviewed, and allergies were updated.",
    "He does not march well; will see him again.",
    "Follow up in 6 weeks to 2 months.",
    "The patient Denies further questions.",
    "An 89-year-old neighbour drives her.",
    "ICD-10 code E11.9 applies.",
    "The plan: to wait.",
    "In August company he is at ease.",
    "Ratio of 3:1, 24/7 support at home.",
    "He smokes 1/2 pack per day.",
    "Class II, type 2, day 3 of 5.",
    "Will Rogers phenomenon was explained.",
    "Patient Care was discussed with the nurse.",
)

IDENTIFYING = (
    "Patient Name: {name|<<last>>, <<first>>}",
    "MRN: {id|<<mrn>>}",
    "Medical record number {id|<<mrn>>}.",
    "Date of birth: {date|<<date>>}.",
    "Patient {name|<<first>> <<last>>} was seen today.",
    "Referred by Dr. {name|<<first>> <<initial>>. <<last>>}.",
    "Please call {phone|<<phone>>} with questions.",
    "Home address: {address|<<street>>}.",
    "Mail: {email|<<email>>}.",
    "She is a {age|<<old>>}-year-old woman.",
    "He, aged {age|<<old>>}, lives alone.",
    "Seen on {date|<<date>>} and again on {date|<<date>>}.",
    "SSN {id|<<ssn>>}.",
    "Mrs. {name|<<last>>} lives at {address|<<street>>}.",
    "Account number: {id|<<account>>}.",
    "Admitted {date|<<date>>}, discharged {date|<<date>>}.",
    "Her daughter, Ms. {name|<<last>>}, can be reached at {phone|<<phone>>}.",
    "Mr. and Mrs. {name|<<last>>} agree.",
    "cc: {name|<<first>> <<last>>}, M.D.",
    "Discussed with {name|<<first>> <<last>>}, RN, at bedside.",
    "Acct # {id|<<account>>}",
    "This {age|<<old>>} y/o man is frail.",
    "Pager: {phone|<<pager>>}.",
    "Since {date|May}, she has been well.",
    "Surgery is planned for {date|<<month>> 14th}.",
    "Dr. {name|<<last>>} and Dr. {name|<<last>>} agree.",
    "Tel. {phone|<<phone>>}, fax {phone|<<phone>>}.",
)

SIGNED = (
    "Electronically signed by {name|<<first>> <<last>>}, MD on {date|<<date>>}",
    "Dictated by: {name|<<first>> <<initial>>. <<last>>}, M.D.",
    "Signed: Dr. {name|<<last>>}",
    "Attending: {name|<<first>> <<last>>}, MD",
)

MARKS = (
    "Seen by Dr. {mark|[**Last Name (STitle) 4587**]|name} on {mark|[**2151-7-16**]|date}.",
    "Transferred from {mark|[**Hospital1 18**]|place} on {mark|[**5-12**]|date}.",
    "Mr. {mark|___|other} was admitted to {mark|___|other}.",
    "Dear {mark|<NAME>|name}, please see {mark|<NAME>|name} on {mark|<DATE>|date}.",
    "XRAY read by {mark|XXXX|other}. The {mark|XXXX|other} year follow up is arranged.",
    "Phone {mark|[**Telephone/Fax (1) 12345**]|phone}, record {mark|[**Medical Record Number 99**]|id}.",
    "Chromosomes are XX, and a level of <0.01 is normal.",
    "Signature: {mark|__________|other}",
    "Born {mark|XX/XX/XXXX|date}, lives in {mark|<LOCATION>|place}.",
    "Triple XXX syndrome is not **relevant** here, [ ] to do.",
    "Resident: {mark|[NAME]|name}; seen {mark|[DATE]|date}.",
    "If 5 < 6 and 7 > 3, all is well.",
    "{mark|[**Known firstname **]|name} is a {mark|[**Age over 90 **]|age} year old.",
)

HISTORY = (
    "1. {a|Hypertension}.\n2. {a|Diabetes}.\n3. {a|Hyperlipidemia}.",
    "{a|Asthma}, {a|anxiety} and {a|hypothyroidism}.",
    "Significant for {a|COPD} and {a|anemia}.",
    "Appendectomy in 1998. No {n|diabetes}.",
    "None.",
)
FAMILY = (
    "Father had {af|stroke}; mother is alive and well.",
    "Brother with {af|schizophrenia}.",
    "Noncontributory.",
    "Mother died of {af|lung cancer}. There is no family history of {nf|diabetes}.",
)
SOCIAL = (
    "He is married, drinks 2 glasses of wine a week and quit smoking 10 years ago.",
    "Lives with her parents. No tobacco.",
    "Retired teacher, 4 grandchildren.",
)
EXAM = {
    "general": ("Well developed, in no acute {n|distress}.", "Alert, pleasant."),
    "heent": ("Pupils equal, round and reactive. No {n|scleral icterus}.", "Normocephalic. Oropharynx clear."),
    "neck": ("Supple without {n|lymphadenopathy}.", "No {n|jugular venous distention}."),
    "lungs": ("Clear to auscultation, no {n|wheezing} or {n|crackles}.", "Scattered {a|rhonchi} at both bases."),
    "heart": ("Regular rate and rhythm. No {n|murmur}.", "S1 and S2 normal with a soft {a|murmur}."),
    "abdomen": ("Soft, without {n|tenderness}.", "Bowel sounds active. No {n|hepatomegaly}."),
    "extremities": ("No {n|edema}.", "Trace {a|edema} on both sides, no {n|cyanosis}."),
    "neurologic": ("Cranial nerves intact.", "Strength 5/5, reflexes 2+ throughout."),
    "skin": ("No {n|rash}.", "Warm and dry."),
}
REVIEW = {
    "constitutional": ("No {n|fever} or {n|chills}.", "Denies {n|fatigue}."),
    "cardiovascular": ("Denies {n|palpitations}.", "Negative for {n|chest pain}."),
    "respiratory": ("No {n|cough}.", "{a|Dyspnea} on exertion."),
    "gastrointestinal": ("No {n|nausea} or {n|vomiting}.", "Positive for {a|constipation}."),
}

# The name of a section, and how its heading may be written.
HEADINGS = {
    "chief complaint": ("Chief Complaint", "CC", "Reason for Visit", "Presenting Complaint"),
    "history of present illness": (
        "History of Present Illness", "HPI", "History of the Present Illness", "H.P.I.", "Present Illness",
    ),
    "past medical history": ("Past Medical History", "PMH", "PMHx", "Medical History", "Past Medical Hx"),
    "family history": ("Family History", "FH", "FHx", "Family Hx"),
    "social history": ("Social History", "SH", "Social Hx"),
    "medications": ("Medications", "Current Medications", "Meds", "Home Medications", "Medications on Admission"),
    "allergies": ("Allergies", "Allergies and Adverse Reactions", "Drug Allergies"),
    "review of systems": ("Review of Systems", "ROS", "R.O.S."),
    "physical examination": ("Physical Examination", "Physical Exam", "PE", "Exam", "On Examination", "Examination"),
    "vital signs": ("Vital Signs", "Vitals", "VS"),
    "laboratory data": ("Laboratory Data", "Labs", "Laboratory Findings", "Lab Results", "Pertinent Results"),
    "assessment": ("Assessment", "Impression", "A", "IMP", "Clinical Impression"),
    "plan": ("Plan", "P", "Treatment Plan", "Recommendations"),
    "assessment and plan": ("Assessment and Plan", "A/P", "Assessment & Plan", "A&P", "Impression and Plan"),
    "general": ("General", "General Appearance", "Gen"),
    "heent": ("HEENT",),
    "neck": ("Neck",),
    "lungs": ("Lungs", "Chest", "Pulm"),
    "heart": ("Heart", "Cor", "CV"),
    "abdomen": ("Abdomen", "Abd"),
    "extremities": ("Extremities", "Ext"),
    "neurologic": ("Neurologic", "Neuro", "Neurological"),
    "skin": ("Skin",),
    "constitutional": ("Constitutional",),
    "cardiovascular": ("Cardiovascular", "CV"),
    "respiratory": ("Respiratory", "Resp"),
    "gastrointestinal": ("Gastrointestinal", "GI"),
    "description of procedure": ("Description of Procedure", "Procedure in Detail", "Procedure Description"),
    "preoperative diagnosis": ("Preoperative Diagnosis", "Pre-op Diagnosis", "Pre-Operative Diagnosis"),
    "selective coronary arteriography": ("Selective Coronary Arteriography",),  # in no table of ours
    "brief course by system": ("Brief Course by System",),
}  # fmt: skip
