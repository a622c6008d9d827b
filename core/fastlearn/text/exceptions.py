"""English words that are split, or kept whole, in their own way: contractions, abbreviations, emoticons."""

# ruff: noqa: RUF001, SIM905  # typographic signs are meant; the lists are easier to read as text

from __future__ import annotations

from collections.abc import Callable

LONGEST = 13  # characters; nothing longer is an exception

# Kept whole although they begin or end with a sign.
WHOLE = frozenset(
    """
    ' '' 'bout 'cause 'cos 'coz 'cuz 'd 'em 'll 'nuff 're 's em ll nuff ol ol' doin doin' goin goin' havin havin'
    lovin lovin' nothin nothin' nuthin nuthin' somethin somethin' ma'am o'clock a.m. p.m. e.g. i.e. co. v.s. vs.
    w/o and/or (*_*) :-D :D :-O :O :-P :P :-X :X ;-D ;D =D 8-D 8D o.O o_O E.g. I.e. (-8 (-: (-; (-_-) (._.) (: (;
    (= (>_<) (^_^) (o: )-: ): -_- -__- ._. 0.0 0.o 0_0 0_o 8) 8-) 8d :'( :') :'-( :'-) :( :(( :((( :() :) :))
    :))) :* :-( :-(( :-((( :-) :-)) :-))) :-* :-/ :-0 :-3 :-> :-] :-o :-p :-x :-| :-} :/ :0 :1 :3 :> :] :o
    :o) :p :x :| :} ;) ;-) ;_; <.< </3 <3 <33 <333 <space> =( =) =/ =3 =[ =] =| >.< >.> >:( >:o ><(((*>
    @_@ [-: [: [= ]= ^_^ ^__^ ^___^ o.0 o.o o_0 o_o v.v v_v xd xdd (¬_¬) (ಠ_ಠ) ಠ_ಠ ಠ︵ಠ ¯\\(ツ)/¯ (╯°□°）╯︵┻━┻ \\n \\t
    \\") ä. ö. ü. a. b. c. d. e. f. g. h. i. j. k. l. m. n. o. p. q. r. s. t. u. v. w. x. y. z.
    """.split()
)
# Kept whole only as they are written here.
ABBREVIATIONS = frozenset(
    """
    Adm. Ak. Ala. Apr. Ariz. Ark. Aug. Bros. Calif. Co. Colo. Conn. Corp. Dec. Del. Dr. Feb. Fla. Ga. Gen. Gov. Ia.
    Id. Ill. Inc. Ind. Jan. Jr. Jul. Jun. Kan. Kans. Ky. La. Ltd. Mar. Mass. Md. Messrs. Mich. Minn. Miss. Mo.
    Mont. Mr. Mrs. Ms. Mt. Neb. Nebr. Nev. Nov. Oct. Okla. Ore. Pa. Prof. Rep. Rev. Sen. Sep. Sept. St. Tenn. Va.
    Wash. Wis. E.G. E.g. I.e. I.E. D.C. N.C. N.D. N.H. N.J. N.M. N.Y. S.C. C++ Ph.D. ‘S ‘s
    XD XDD xD xDD O.O O_O V.V V_V ’’
    """.split()
)


def _all_exceptions() -> dict[str, tuple[str, ...]]:
    """Every exception as it may be written: with either apostrophe, and with a capital at its start."""
    found: dict[str, tuple[str, ...]] = {}
    for word, cuts in _contractions().items():
        for variant in _variants(word):
            found[variant] = tuple(variant[a:b] for a, b in zip((0, *cuts), (*cuts, len(word)), strict=True))
    for word in WHOLE:
        found.update({variant: (variant,) for variant in _variants(word, bool(word.strip("'")))})
    for hour in range(1, 13):
        found.update({f"{hour}{half}": (str(hour), half) for half in ("am", "pm", "a.m.", "p.m.")})
    for letter in "CFKcfk":
        found[f"°{letter}."] = ("°", letter, ".")
    return found | {word: (word,) for word in ABBREVIATIONS}


def _variants(word: str, other_sign: bool = True) -> set[str]:
    """`word` as it is, with the typographic apostrophe, and each with a capital if it is no single letter."""
    signs = {word, word.replace("'", "’")} if other_sign else {word}
    letter = word.lstrip("'")[:1].isalpha()
    return signs | {_capitalised(w) for w in signs if letter and len(word) > 1 and not word.endswith(".")}


def _capitalised(word: str) -> str:
    at = next(i for i, c in enumerate(word) if c.isalpha())
    return word[:at] + word[at].upper() + word[at + 1 :]


def _contractions() -> dict[str, tuple[int, ...]]:
    """Each contraction, with and without its apostrophes, and the places where it is cut."""
    found: dict[str, tuple[int, ...]] = {}

    def add(*parts: str) -> None:
        for sign in ("'", ""):
            bare = [part.replace("'", sign) for part in parts]
            found["".join(bare)] = tuple(sum(map(len, bare[:i])) for i in range(1, len(bare)))

    _add_pronouns(add)
    for word in "ca could do does did had may might must need ought sha should wo would".split():
        add(word, "n't")
        add(word, "n't", "'ve")
    for word in "ai are is was were have has dare".split():
        add(word, "n't")
    for word in "could might must should would not".split():
        add(word, "'ve")
    # Without the apostrophe these are words of their own.
    for word in "ill its hell shell shed were well whore".split():
        found.pop(word, None)
    found |= {"cannot": (3,), "gonna": (3,), "gotta": (3,), "let's": (3,), "c'mon": (3,), "y'all": (2,), "yall": (1,)}
    return found | {"how'd'y": (3, 5)}


def _add_pronouns(add: Callable[..., None]) -> None:
    asking = "who what when where why how there".split()
    for word in [*"i you he she it we they that this these those".split(), *asking]:
        for ends in (("'ll",), ("'ll", "'ve"), ("'d",), ("'d", "'ve")):
            add(word, *ends)
    for word in [*"he she it that this".split(), *asking]:
        add(word, "'s")
    for word in ["you", "we", "they", "these", "those", *asking]:
        add(word, "'re")
        add(word, "'ve")
    for ends in (("'m",), ("'m", "a"), ("'ve",)):
        add("i", *ends)


EXCEPTIONS = _all_exceptions()
BEGINNINGS = frozenset(word[:n] for word in EXCEPTIONS if not word.isalnum() for n in range(1, len(word)))
"""What an exception with a sign in it may begin with."""


def split_exception(word: str) -> tuple[str, ...] | None:
    """How `word` is split where that follows no rule; None for an ordinary word."""
    return EXCEPTIONS.get(word)
