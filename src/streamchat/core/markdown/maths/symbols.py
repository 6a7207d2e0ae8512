"""TeX's names of symbols, letters and functions.

Each table is text, which `read_table` reads.
"""

from __future__ import annotations

from collections.abc import Mapping


def read_table(text: str) -> dict[str, str]:
    """A name and what it stands for, in turn."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# Letters and what comes before an operand: a blank after their name is not shown.
LETTERS: Mapping[str, str] = read_table(
    """
    alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ
    iota ι kappa κ varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ
    sigma σ varsigma ς tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω digamma ϝ
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    partial ∂ nabla ∇ hbar ħ hslash ℏ ell ℓ imath ı jmath ȷ wp ℘ aleph ℵ beth ℶ gimel ℷ
    forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ angle ∠ measuredangle ∡ triangle △ surd √
    eth ð complement ∁ sharp ♯ flat ♭ natural ♮ mho ℧ AA Å
    grad ∇ laplacian ∇² curl ∇× sphericalangle ∢
    """
)
PLAIN: Mapping[str, str] = read_table(
    """
    infty ∞ emptyset ∅ varnothing ∅ top ⊤ bot ⊥ prime ′ backprime ‵ degree ° square □
    Box □ blacksquare ■ qed ∎ diamond ⋄ Diamond ◇ lozenge ◊ star ⋆ bigstar ★ circledast ⊛
    ldots … dots … dotsc … dotsb … dotsm … cdots ⋯ vdots ⋮ ddots ⋱ iddots ⋰
    clubsuit ♣ diamondsuit ♦ heartsuit ♥ spadesuit ♠ checkmark ✓ dagger † ddagger ‡
    copyright © pounds £ euro € yen ¥ S § P ¶ ss ß o ø O Ø ae æ AE Æ l ł L Ł
    lbrace { rbrace } lbrack [ rbrack ] backslash \\ textbackslash \\ vert | Vert ‖
    textasciitilde ~ textdegree ° therefore ∴ because ∵ blacktriangle ▴
    bigcirc ◯ circledR ® trademark ™ mathsection § mathdollar $
    """
)
OPENING: Mapping[str, str] = read_table(
    "langle ⟨ lvert | lVert ‖ lceil ⌈ lfloor ⌊ lgroup ( llbracket ⟦ ulcorner ⌜ llcorner ⌞"
)
CLOSING: Mapping[str, str] = read_table(
    "rangle ⟩ rvert | rVert ‖ colon : rceil ⌉ rfloor ⌋ rgroup ) rrbracket ⟧ urcorner ⌝"
    " lrcorner ⌟"
)
# A blank on both sides.
RELATIONS: Mapping[str, str] = read_table(
    """
    le ≤ leq ≤ ge ≥ geq ≥ lt < gt > ne ≠ neq ≠ equiv ≡ approx ≈ sim ∼ simeq ≃ cong ≅ ncong ≇
    propto ∝ varpropto ∝ asymp ≍ doteq ≐ triangleq ≜ coloneqq ≔ eqqcolon ≕ coloneq ≔ defeq ≝
    leqslant ⩽ geqslant ⩾ leqq ≦ geqq ≧ ll ≪ gg ≫ lll ⋘ ggg ⋙ lesssim ≲ gtrsim ≳ nless ≮
    ngtr ≯ nleq ≰ ngeq ≱ prec ≺ succ ≻ preceq ⪯ succeq ⪰ preccurlyeq ≼ succcurlyeq ≽
    in ∈ notin ∉ ni ∋ owns ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋
    nsubseteq ⊈ nsupseteq ⊉ sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ Subset ⋐ Supset ⋑
    mid | nmid ∤ parallel ∥ nparallel ∦ perp ⊥ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ Vdash ⊩
    nvdash ⊬ nvDash ⊭ bowtie ⋈ frown ⌢ smile ⌣ between ≬ pitchfork ⋔ approxeq ≊ backsim ∽
    trianglelefteq ⊴ trianglerighteq ⊵ vartriangleleft ⊲ vartriangleright ⊳ lhd ⊲ rhd ⊳
    to → rightarrow → gets ← leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐
    Leftrightarrow ⇔ implies ⟹ impliedby ⟸ iff ⟺ longrightarrow ⟶ longleftarrow ⟵
    longleftrightarrow ⟷ Longrightarrow ⟹ Longleftarrow ⟸ Longleftrightarrow ⟺ mapsto ↦
    longmapsto ⟼ hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ rightharpoondown ⇁
    leftharpoonup ↼ leftharpoondown ↽ rightleftharpoons ⇌ leftrightharpoons ⇋ rightarrowtail ↣
    twoheadrightarrow ↠ rightsquigarrow ⇝ leadsto ⇝ nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖
    uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓ Updownarrow ⇕ nrightarrow ↛
    nleftarrow ↚ nRightarrow ⇏ nLeftarrow ⇍ rightrightarrows ⇉ rightleftarrows ⇄
    dashrightarrow ⇢ circlearrowleft ↺ circlearrowright ↻ upharpoonright ↾ restriction ↾
    multimap ⊸ vcentcolon : Perp ⫫ indep ⫫
    """
)
OPERATORS: Mapping[str, str] = read_table(
    """
    pm ± mp ∓ times × div ÷ cdot · ast ∗ circ ∘ bullet • oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘
    odot ⊙ cap ∩ cup ∪ Cap ⋒ Cup ⋓ sqcap ⊓ sqcup ⊔ uplus ⊎ amalg ⨿ wedge ∧ land ∧ vee ∨ lor ∨
    veebar ⊻ barwedge ⊼ setminus ∖ smallsetminus ∖ wr ≀ dotplus ∔ ltimes ⋉ rtimes ⋊ boxplus ⊞
    cross × boxminus ⊟ boxtimes ⊠ boxdot ⊡ curlyvee ⋎ curlywedge ⋏ divideontimes ⋇ intercal ⊺
    triangleleft ◁ triangleright ▷ bigtriangleup △ bigtriangledown ▽ centerdot · cdotp ·
    """
)
# Large operators; their limits are scripts.
LARGE: Mapping[str, str] = read_table(
    """
    sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ oiint ∯ intop ∫ bigcup ⋃ bigcap ⋂
    bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ biguplus ⨄ bigsqcup ⨆
    """
)
FUNCTIONS: Mapping[str, str] = read_table(
    """
    arccos arccos arcsin arcsin arctan arctan arg arg cos cos cosh cosh cot cot coth coth
    csc csc deg deg det det dim dim exp exp gcd gcd hom hom ker ker lcm lcm lg lg ln ln log log
    Pr Pr sec sec sin sin sinh sinh tan tan tanh tanh sgn sgn bmod mod mod mod
    Tr Tr tr tr rank rank Re Re Im Im
    """
)
# Functions whose scripts are limits: what follows is not an argument.
LIMITS: Mapping[str, str] = {
    **{name: name for name in ("lim", "max", "min", "sup", "inf", "argmax", "argmin")},
    "limsup": "lim sup",
    "varlimsup": "lim sup",
    "liminf": "lim inf",
    "varliminf": "lim inf",
    "injlim": "inj lim",
    "varinjlim": "lim→",
    "varprojlim": "lim←",
    "projlim": "proj lim",
}
# Marks that are combined with the character before them.
ACCENTS: Mapping[str, str] = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "vec": "\u20d7",
    "va": "\u20d7",
    "vu": "\u0302",
    "dot": "\u0307",
    "ddot": "\u0308",
    "dddot": "\u20db",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
    "mathring": "\u030a",
    "overrightarrow": "\u20d7",
    "overleftarrow": "\u20d6",
    "overleftrightarrow": "\u20e1",
}
# Marks that go with every character.
LINES: Mapping[str, str] = {
    "overline": "\u0305",
    "underline": "\u0332",
    "underbar": "\u0332",
    "cancel": "\u0336",
    "bcancel": "\u0336",
    "xcancel": "\u0336",
    "sout": "\u0336",
    "slashed": "\u0338",
}

_DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
_SCRIPT = dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True))
_FRAKTUR = dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True))
_ALPHABETS = {
    "mathbb": (_DOUBLE_STRUCK, 0x1D538, 0x1D552, 0x1D7D8),
    "Bbb": (_DOUBLE_STRUCK, 0x1D538, 0x1D552, 0x1D7D8),
    "mathcal": (_SCRIPT, 0x1D49C, 0x1D4B6, 0),
    "mathscr": (_SCRIPT, 0x1D49C, 0x1D4B6, 0),
    "mathfrak": (_FRAKTUR, 0x1D504, 0x1D51E, 0),
    "frak": (_FRAKTUR, 0x1D504, 0x1D51E, 0),
}
ALPHABETS = frozenset(_ALPHABETS)


def lettered(alphabet: str, text: str) -> str:
    """The letters in that alphabet; a character that it lacks stays."""
    known, capitals, small, digits = _ALPHABETS[alphabet]

    def letter(character: str) -> str:
        if character in known:
            return known[character]
        if "A" <= character <= "Z":
            return chr(capitals + ord(character) - ord("A"))
        if "a" <= character <= "z":
            return chr(small + ord(character) - ord("a"))
        if "0" <= character <= "9" and digits:
            return chr(digits + ord(character) - ord("0"))
        return character

    return "".join(map(letter, text))
