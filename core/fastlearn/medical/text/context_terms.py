"""The phrases by which negation, doubt, history, condition and family are told, and those that only look so.

Source: Chapman et al. 2001, "A Simple Algorithm for Identifying Negated Findings and Diseases in Discharge Summaries"
(NegEx), and Harkema et al. 2009, "ConText: An algorithm for determining negation, experiencer, and temporal status from
clinical reports", for the kinds of phrases and their scopes. The lists are written for this library.
"""

from __future__ import annotations

# (what it says, where its scope lies) -> phrases. Of phrases that overlap the longest counts.
CUES: dict[tuple[str, str], str] = {
    ("negated", "after"): """
        no, not, denies, denied, denying, deny, without, without any, w/o, no evidence of, no sign of, no signs of,
        no evidence for, negative for, was negative for, were negative for, is negative for, are negative for,
        absence of, free of, never, never had, neither, nor, ruled out for, rules out, ruled him out for, ruled her
        out for, failed to show, failed to reveal, fails to reveal, did not show, did not reveal, does not have, has
        not had, have not had, did not have, no complaints of, no complaint of, no known, no new, no further, no
        other, no obvious, no definite, no significant, no acute, not demonstrate, not reveal, not have, not feel,
        unremarkable for, resolution of, lack of, lacks, cannot see, not appreciate, not associated with, with no,
        no suggestion of, no suspicion of, no indication of, nil, evaluated for and had no, no abnormal
    """,
    ("negated", "before"): """
        ruled out, was ruled out, were ruled out, is ruled out, are ruled out, has been ruled out, have been ruled
        out, absent, is absent, are absent, was absent, not seen, is not seen, are not seen, not observed, was not
        observed, were not observed, not present, not identified, not found, not noted, not appreciated, not
        demonstrated, not detected, none, resolved, has resolved, have resolved, was excluded, is excluded, has been
        excluded, negative, is negative, was negative, are negative, were negative, not evident, not visualized,
        denied by patient, none noted, none seen
    """,
    ("possible", "after"): """
        possible, possibly, probable, probably, likely, suspected, suspicion of, suspicion for, suspicious for,
        suspect, questionable, question of, may represent, may have, may be, might be, might have, could be, could
        represent, consistent with, concern for, concerning for, rule out, to rule out, r/o, evaluate for, to
        evaluate for, differential includes, differential diagnosis includes, cannot exclude, cannot rule out, could
        not rule out, can not rule out, not rule out, not exclude, doubt, unlikely to be, presumed, not certain if,
        not certain whether, not sure if, appears to be, suggestive of, suggests, worrisome for, compatible with,
        versus, vs, vs., most likely, more likely, less likely, presumably, assess for, work-up for, workup for,
        susceptible to, unknown whether, unknown if, unclear whether, unclear if, uncertain whether
    """,
    ("possible", "before"): """
        cannot be ruled out, can not be ruled out, could not be ruled out, cannot be excluded, could not be
        excluded, not ruled out, is not ruled out, was not ruled out, not been ruled out, has not been ruled out,
        not excluded, is not excluded, not be excluded, not be ruled out, is suspected, was suspected, are
        suspected, suspected, is likely, is possible, is probable, is less likely, are less likely, unlikely, is
        unlikely, less likely, in question, is questionable, is questioned, may be present, is considered, is a
        consideration, versus, vs, vs., should be ruled out, must be ruled out, to be ruled out, should be excluded,
        remains possible, did not rule out, to be excluded, be excluded
    """,
    ("historical", "after"): """
        history of, hx of, past history of, past medical history of, h/o, previous, prior, previously had, history
        includes, remote history of, history significant for, medical history significant for, years ago had
    """,
    ("historical", "before"): "years ago, in childhood, as a child, as a teenager, in the past",
    ("negated historical", "after"): """
        no history of, no prior history of, no past history of, no hx of, no h/o, denies history of, denies any
        history of, denies a history of, no prior, no previous, never had, never had any, without history of,
        negative history of, denies prior, no known history of, without any history of
    """,
    ("hypothetical", "after"): """
        risks including, risks include, risks including but not limited to, including but not limited to, risk for,
        risks for, risk including, low risk for, if, in case of, return for, return if, should, call for, call if,
        come back for, come back if, precautions for, as needed for, prn for, monitor for, watch for, risk of, risks
        of, at risk for, in the event of, unless, return with, prevention of, to prevent, prophylaxis for,
        call, call sooner for, come in for, stop if
    """,
    ("other", "after"): """
        father, mother, sister, brother, grandfather, grandmother, aunt, uncle, cousin, son, daughter, parents,
        siblings, sibling, brothers, sisters, family history of, family history, family history significant for,
        family hx of, maternal, paternal, family member, family members, grandparents, niece, nephew, relatives
    """,
    ("negated other", "after"): """
        no family history of, no family history, no known family history of, negative family history of, denies
        family history of, denies any family history of, no family hx of
    """,
    ("other", "before"): """
        in her mother, in his mother, in her father, in his father, in his brother, in her brother, in his sister,
        in her sister, in the family, in the mother, in the father, in both parents, in the patient's mother, in the
        patient's father, on his father's side, on her mother's side, in a brother, in a sister
    """,
    # What only looks like one of these.
    ("", ""): """
        prior to, previous to, previous study, prior study, prior exam, not only, no change in, no change, no
        interval change, no significant change, no increase in, no increase, no decrease in, gram negative,
        gram-negative, does not deny, did not deny, not deny, no doubt that, no doubt, no response of, no response,
        without difficulty, not necessarily, not cause, not drain, not improved, not relieved, not extend, with and
        without, and without contrast, no improvement in, not limited by, not limited to, not significantly changed,
        no relief of, no relief from, not respond, cannot, unable to, not able to, not responded, not improve,
        should be, should have, should continue, should return, no longer than, not at goal, if any, not controlled,
        not well controlled, no more than, without relief, without improvement, history of present illness, history
        of the present illness, history of presenting illness, likely due to, likely secondary to, may be due to,
        not to, not yet, not take, not taking, if possible, as if, not on, on call, call bell, call light, call button
    """,
    # Where a scope ends.
    ("end", ""): """
        but, however, nevertheless, yet, though, although, even though, except, except for, aside from, apart from,
        other than, secondary to, due to, because, because of, who, whom, which, presents with, presented with,
        complains of, complaining of, complained of, reports, reported, admits to, admits, positive for, does have,
        does report, has had, developed, now with, now has, is present, are present, was present, is noted, was
        noted, was heard, are noted, were noted, originally, still has, until, caused by, as there is, as there are,
        for which, since, while, whereas, in spite of, despite, treated with, was treated
    """,
}

# With nothing after them they speak of what stands before them.
ENDING = frozenset(["no", "denied", "denies"])

# A relative who tells about the patient is nobody's disease.
TELLING = frozenset(
    [
        "reports",
        "reported",
        "states",
        "stated",
        "says",
        "said",
        "notes",
        "noted",
        "denies",
        "denied",
        "describes",
        "described",
        "thinks",
        "feels",
        "believes",
        "brought",
        "called",
        "observed",
        "saw",
        "noticed",
        "is",
        "was",
        "and",
    ]
)
