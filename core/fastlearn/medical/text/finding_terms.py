"""Symptoms, signs and diseases that `findings` looks for where no terms are given: common ones, by no means all."""

from __future__ import annotations

SYMPTOMS = """
abdominal pain, agitation, anorexia, anxiety, apnea, ascites, ataxia, back pain, belching, bleeding, blurred vision,
bradycardia, bruising, chest discomfort, chest pain, chest pressure, chest tightness, chills, claudication, clubbing,
confusion, congestion, constipation, cough, crackles, cyanosis, dehydration, diaphoresis, diarrhea, diplopia,
discomfort, distension, distention, distress, dizziness, drowsiness, dry mouth, dysphagia, dyspnea, dysuria, earache,
ear pain, ecchymosis, edema, ankle edema, effusion, epistaxis, erythema, exertional dyspnea, facial droop, fatigue,
fever, flank pain, flushing, gallop, guarding, hair loss, hallucinations, headache, hearing loss, heartburn,
hematemesis, hematochezia, hematuria, hemoptysis, hepatomegaly, hepatosplenomegaly, hiccups, hoarseness, hypoxia,
incontinence, insomnia, irritability, itching, jaundice, joint pain, jugular venous distention, knee pain, leg
swelling, lethargy, lightheadedness, loss of appetite, loss of consciousness, lymphadenopathy, malaise, melena,
murmur, muscle weakness, myalgia, nasal congestion, nausea, neck pain, neck stiffness, night sweats, nocturia,
numbness, orthopnea, pain, pallor, palpitation, paralysis, paresthesia, paroxysmal nocturnal dyspnea, photophobia,
polydipsia, polyuria, pruritus, rales, rash, rebound, rhinorrhea, rhonchi, rigidity, runny nose, scleral icterus,
shortness of breath, snoring, sore throat, splenomegaly, stiffness, stridor, suicidal ideation, homicidal ideation,
suicidal thoughts, sweating, swelling, syncope, tachycardia, tachypnea, tenderness, tingling, tinnitus, tongue biting,
tremor, urinary frequency, urinary retention, urgency, vertigo, visual changes, vision loss, vomiting, weakness,
weight gain, weight loss, wheeze, wheezing, hypotension, hot flashes, hemorrhage, thrill, bruit, seizure, stiff neck,
bone pain, shoulder pain, hip pain, pelvic pain, leg pain, calf pain, arm pain, eye pain, tooth pain, toothache,
pleuritic pain, vaginal bleeding, rectal bleeding, vaginal discharge, contractions, dry eyes, mouth sores, oral
ulcers, mouth ulcers, slurred speech, aphasia, dysarthria, poor appetite, decreased appetite, asterixis, deformity,
ulceration, redness, respiratory distress, respiratory failure, morning stiffness, cva tenderness, costovertebral
angle tenderness, pnd, panic attacks, nystagmus, clonus, hyperreflexia, crepitus, hirsutism, acne, hives, urticaria,
cramping, cramps, bloating, flatulence, regurgitation, restlessness, palpable mass, breast mass, lung mass, abdominal
mass, masses, galactorrhea
"""
DISEASES = """
abscess, acute coronary syndrome, adenopathy, alcohol abuse, alcoholism, anemia, aneurysm, angina, appendicitis,
arrhythmia, arthritis, asthma, atelectasis, atrial fibrillation, atrial flutter, bacteremia, breast cancer,
bronchitis, bowel obstruction, cancer, carcinoma, cardiomegaly, cardiomyopathy, cataract, cellulitis, cerebrovascular
accident, cholecystitis, cholelithiasis, chronic kidney disease, cirrhosis, colitis, colon cancer, concussion,
congestive heart failure, consolidation, copd, chronic obstructive pulmonary disease, coronary artery disease,
coronary disease, deep vein thrombosis, deep venous thrombosis, dementia, depression, dermatitis, diabetes, diabetes
mellitus, dislocation, diverticulitis, dysplasia, eczema, embolism, emphysema, encephalopathy, endocarditis, epilepsy,
fibrillation, fracture, gallstone, gastritis, gastroesophageal reflux, gastroesophageal reflux disease, gerd,
gastrointestinal bleeding, gi bleeding, glaucoma, gout, head injury, head trauma, heart attack, heart disease, heart
failure, hematoma, hemorrhoid, hepatitis, hernia, hydrocele, hydronephrosis, hypercholesterolemia, hyperglycemia,
hyperlipidemia, hypertension, hyperthyroidism, hypoglycemia, hypothyroidism, infarct, infarction, infection, ischemia,
kidney disease, kidney stone, leukemia, lung cancer, lupus, lymphoma, malignancy, melanoma, meningitis, meniscal tear,
metastasis, metastases, metastatic disease, migraine, migraine headache, multiple sclerosis, myocardial infarction,
nephropathy, neuropathy, obesity, obstruction, osteoarthritis, osteomyelitis, osteoporosis, pancreatitis, papilledema,
pericarditis, peritonitis, pharyngitis, pleural effusion, pneumonia, pneumothorax, prostate cancer, psoriasis,
psychosis, pulmonary edema, pulmonary embolism, pulmonary embolus, pyelonephritis, renal failure, retinopathy,
rheumatoid arthritis, sarcoidosis, schizophrenia, sciatica, sepsis, seizure disorder, shock, sinusitis, sleep apnea,
stenosis, stroke, subarachnoid hemorrhage, tendonitis, thrombosis, tia, transient ischemic attack, tuberculosis,
tumor, ulcer, urinary tract infection, uti, urinary tract infections, varices, peripheral vascular disease, otitis
media, acute kidney injury, acute tubular necrosis, acute respiratory distress syndrome, ards, preeclampsia,
eclampsia, gestational diabetes, type 1 diabetes, type 2 diabetes, bipolar disorder, osteopenia, diverticulosis,
thrombophilia, acoustic neuroma, rotator cuff tear, tendon rupture, sprain, mitral regurgitation, mitral stenosis,
aortic stenosis, aortic regurgitation, tricuspid regurgitation, bladder cancer, ovarian cancer, skin cancer,
intracranial hemorrhage, delirium, influenza, croup, bronchiolitis, strep throat, hypokalemia, hyperkalemia,
hyponatremia, hypernatremia, hypocalcemia, hypercalcemia, acidosis, thrombocytopenia, neutropenia, leukocytosis,
leukopenia, pancytopenia, coagulopathy, crohn's disease, ulcerative colitis, irritable bowel syndrome, celiac disease,
endometriosis, ovarian cyst, ectopic pregnancy, placenta previa, miscarriage, vocal cord dysfunction, conjunctivitis,
tonsillitis, gastroenteritis, impetigo, scoliosis
"""

FINDING_TERMS = tuple(" ".join(term.split()) for term in f"{SYMPTOMS},{DISEASES}".split(",") if term.strip())
