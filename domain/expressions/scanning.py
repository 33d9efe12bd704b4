"""A first look at an expression's words and signs, which catches most slips with a sentence that helps.

It also bounds what the grammar's own lexer is given: that one takes exponential time over a text whose closing quote
is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from domain.expressions.errors import ExpressionRefused

LONGEST: Final = 2_000
"""Characters of an expression."""
MOST_TOKENS: Final = 500
"""Words, numbers, texts and signs of an expression."""
DEEPEST_BRACKETS: Final = 20
MINOR_DIGITS: Final = 2
"""The decimals that most currencies have: examples in messages assume them."""

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f]+|//[^\n]*)
      |(?P<text>[A-Za-z]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
      |(?P<number>\d\w*(?:\.\w*)?|\.\d\w*)
      |(?P<word>[A-Za-z_]\w*)
      |(?P<sign>==|!=|<=|>=|&&|\|\||--|!!|[-+*/%<>!?:.,()\[\]{}])""",
    re.VERBOSE | re.ASCII,
)
ESCAPE = re.compile(r"\\(.)")
ESCAPES: Final = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "t": "\t"}
WORDS_OF_THE_LANGUAGE: Final = frozenset({"true", "false", "in"})
CLOSES: Final = {")": "(", "]": "["}
CALL: Final = "call"
"""A round bracket after a function's name."""

_CURRENCY = "leave out the currency sign; amounts are whole minor units, so 20.00 is written 2000"
_QUOTES = 'write straight quotes: "…"'
_MINUS = "write an ordinary hyphen for minus: -"
STRANGE_SIGNS: Final = {
    "=": "write == to compare",
    "&": "write && for and",
    "|": "write || for or",
    ";": "an expression is one condition; join conditions with && or ||",
    "@": "@ has no meaning here; write names such as purchase.amount as they are",
    "#": "# has no meaning here; a comment begins with //",
    "^": "^ has no meaning here; write a * a for a square",
    "\\": "a backslash has a meaning only between quotes",
    "`": _QUOTES,
    "≥": "write >=",
    "≤": "write <=",
    "≠": "write !=",
    "×": "write *",
    "÷": "write /",
    "\N{NO-BREAK SPACE}": "this is a non-breaking space; write an ordinary one",
    **dict.fromkeys("$€£¥", _CURRENCY),
    **dict.fromkeys("“”„‟‘’‚‛«»‹›", _QUOTES),
    **dict.fromkeys("–—−", _MINUS),
}
STRANGE_WORDS: Final = {
    "and": "write && for and",
    "or": "write || for or",
    "not": "write ! for not",
    "is": "write == to compare",
    "equals": "write == to compare",
    "mod": "write % for the remainder of a division",
    "between": "write both ends: x >= 1 && x <= 9",
    "like": 'write a function: x.startsWith("…"), x.endsWith("…") or x.contains("…")',
    "none": 'there is no null: a text that is not known is "", so compare with ""',
    "nil": 'there is no null: a text that is not known is "", so compare with ""',
    "null": 'there is no null: a text that is not known is "", so compare with ""',
}
RESERVED: Final = frozenset(
    {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package"}
    | {"namespace", "return", "then", "var", "void", "while"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, text or sign, and where it stands."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next one may begin."""
        return self.start + len(self.text)

    @property
    def is_value(self) -> bool:
        """It stands for a value or begins the name of one."""
        return self.kind != "sign" and self.text != "in"


def scan(text: str) -> None:
    """Hold an expression to what the grammar can be given.

    Raises: ExpressionRefused.
    """
    if not text.strip():
        raise ExpressionRefused("the expression is empty; leave it out, or write a condition", text, 0)
    if len(text) > LONGEST:
        raise ExpressionRefused(f"an expression has at most {LONGEST} characters, not {len(text)}", text, LONGEST)
    tokens = _tokens(text)
    if len(tokens) > MOST_TOKENS:
        raise ExpressionRefused(
            f"an expression has at most {MOST_TOKENS} words and signs, not {len(tokens)}",
            text,
            tokens[MOST_TOKENS].start,
        )
    _Order(text, tokens).check()


def unquoted(text: str) -> str:
    """What a text between quotes says."""
    return ESCAPE.sub(lambda found: ESCAPES[found[1]], text[1:-1])


def _tokens(text: str) -> list[Token]:
    tokens = []
    place = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise ExpressionRefused(_strange_sign(text, place), text, place)
        kind = found.lastgroup or ""
        if kind != "space":
            tokens.append(Token(kind, found[0], place))
            _CHECKS[kind](text, tokens[-1])
        place = found.end()
    return tokens


def _strange_sign(text: str, place: int) -> str:
    sign = text[place]
    if text.startswith(("=>", "=<"), place):
        return f"write {text[place + 1]}= for {text[place : place + 2]}"
    if sign in "\"'":
        return "the closing quote of this text is missing"
    if sign in STRANGE_SIGNS:
        return STRANGE_SIGNS[sign]
    if sign.isprintable():
        return f"{sign} has no meaning here; letters other than a to z stand between quotes"
    return f"the invisible character U+{ord(sign):04X} has no meaning here; leave it out"


def _check_text(text: str, token: Token) -> None:
    if token.text[0] not in "\"'":
        raise ExpressionRefused(f"leave out the {token.text[0]} before the quote", text, token.start)
    if token.text in {'""', "''"} and text[token.end : token.end + 1] == token.text[0]:
        raise ExpressionRefused("write one quote, not three", text, token.start)
    for found in ESCAPE.finditer(token.text):
        if found[1] not in ESCAPES:
            raise ExpressionRefused(
                f"\\{found[1]} has no meaning; write the character itself, or \\\\ for a backslash",
                text,
                token.start + found.start(),
            )
    for place, sign in enumerate(token.text):
        if ord(sign) < ord(" ") or "\ud800" <= sign <= "\udfff":
            raise ExpressionRefused(
                f"the invisible character U+{ord(sign):04X} cannot stand in a text; leave it out",
                text,
                token.start + place,
            )


def _check_number(text: str, token: Token) -> None:
    number = token.text
    if number.isdigit():
        return
    unit = re.fullmatch(r"(\d+)([A-Za-z_]\w*)", number)
    if re.fullmatch(r"\d*\.\d*", number):
        reason = f"{number} has decimals; {_in_minor_units(number)}"
    elif re.fullmatch(r"0[xX]\w+", number):
        reason = f"{number} is not written in decimal digits; write {_decimal(number)}"
    elif re.fullmatch(r"\d+[uU]", number):
        reason = f"leave out the {number[-1]}: write {number[:-1]}"
    elif re.fullmatch(r"\d*\.?\d*[eE]\d*", number):
        reason = f"{number} is not a whole number; write all its digits"
    elif unit:
        reason = f"leave out {unit[2]}: write {unit[1]}"
    else:
        reason = f"{number} is not a whole number"
    raise ExpressionRefused(reason, text, token.start)


def _decimal(number: str) -> str:
    return str(int(number, 16)) if re.fullmatch(r"0[xX][0-9a-fA-F]+", number) else "a whole number"


def _in_minor_units(number: str) -> str:
    whole, _, decimals = number.replace(",", ".").partition(".")
    if len(decimals) > MINOR_DIGITS:
        return "numbers are whole, and amounts are in minor units: 12.50 is written 1250"
    return f"amounts are whole minor units: write {int((whole or '0') + decimals.ljust(MINOR_DIGITS, '0'))}"


def _check_word(text: str, token: Token) -> None:
    if text[token.start - 1 : token.start] == ".":
        return
    word = token.text
    if word.lower() in STRANGE_WORDS:
        raise ExpressionRefused(STRANGE_WORDS[word.lower()], text, token.start)
    if word.lower() in {"true", "false"} and word not in {"true", "false"}:
        raise ExpressionRefused(f"write {word.lower()} in small letters", text, token.start)
    if word in RESERVED:
        instead = "; for one value or another write: condition ? this : that" if word in {"if", "then", "else"} else ""
        raise ExpressionRefused(f"{word} is a reserved word and names nothing{instead}", text, token.start)


def _check_sign(text: str, token: Token) -> None:
    if token.text == "--":
        raise ExpressionRefused("two minus signs in a row: leave out both, or write - (-1)", text, token.start)
    if token.text == "!!":
        raise ExpressionRefused("two ! in a row undo each other; leave out both", text, token.start)


_CHECKS = {"text": _check_text, "number": _check_number, "word": _check_word, "sign": _check_sign}


@dataclass(slots=True)
class _Order:
    """Whether values and signs take turns and brackets close, from left to right."""

    text: str
    tokens: Sequence[Token]
    open: list[tuple[str, int]] = field(default_factory=list)
    """Brackets and question marks still to be closed, with their places."""
    wants_value: bool = True
    before: Token = field(default=Token("sign", "", 0))

    def check(self) -> None:
        for token in self.tokens:
            self.take(token)
            self.before = token
        if self.wants_value:
            self.refuse_missing(self.before.end, "the expression ends where a value is missing")
        if self.before.text == ".":
            self.refuse("the name after the point is missing", self.before.end)
        if self.open:
            sign, place = self.open[-1]
            self.refuse(_never_closed(sign), place)

    def take(self, token: Token) -> None:
        if self.before.text == "." and (token.kind != "word" or token.text in WORDS_OF_THE_LANGUAGE):
            self.refuse("the name after the point is missing", token.start)
        if token.is_value:
            self.value(token)
        elif token.text in "([{":
            self.opening(token)
        elif token.text in ")]}":
            self.closing(token)
        elif token.text == ".":
            self.point(token)
        elif token.text == "!" and not self.wants_value:
            self.refuse("! stands before what it turns round; for unequal write !=", token.start)
        elif token.text == "!" or (token.text == "-" and self.wants_value):
            pass
        else:
            self.between(token)

    def value(self, token: Token) -> None:
        if not self.wants_value and self.before.text != ".":
            self.refuse_two_values(token)
        self.wants_value = False

    def refuse_two_values(self, token: Token) -> NoReturn:
        if self.before.kind == token.kind == "text":
            self.refuse('two texts in a row; between quotes, write \\" for a quote', token.start)
        self.refuse(f"a sign such as &&, || or == is missing before {token.text}", token.start)

    def point(self, token: Token) -> None:
        if self.wants_value:
            self.refuse("the name before the point is missing", token.start)
        self.wants_value = False

    def opening(self, token: Token) -> None:
        sign = token.text
        if sign == "{":
            self.refuse("{ } has no meaning here; lists are written [ ]", token.start)
        if sign == "[" and not self.wants_value:
            self.refuse(
                "one element cannot be picked out by its place; write .exists(…), .all(…) or .sum(…)", token.start
            )
        if sign == "(" and not self.wants_value:
            if self.before.kind != "word":
                self.refuse_two_values(token)
            sign = CALL
        if len(self.open) == DEEPEST_BRACKETS:
            self.refuse(f"brackets are nested at most {DEEPEST_BRACKETS} deep", token.start)
        self.open.append((sign, token.start))
        self.wants_value = True

    def closing(self, token: Token) -> None:
        if not self.open or token.text == "}":
            self.refuse(f"there is no open bracket for this {token.text}", token.start)
        sign, place = self.open.pop()
        if sign == "?":
            self.refuse(_never_closed(sign), place)
        if CLOSES[token.text] != sign.replace(CALL, "("):
            self.refuse(f"this {token.text} does not fit the {sign.replace(CALL, '(')} before it", token.start)
        empty = self.before.start == place and sign in {CALL, "["}
        if self.wants_value and not empty:
            self.refuse_missing(token.start, f"a value is missing before {token.text}")
        self.wants_value = False

    def between(self, token: Token) -> None:
        if self.wants_value:
            self.refuse_order(token)
        if token.text == "?":
            self.open.append(("?", token.start))
        if token.text == ":" and (not self.open or self.open.pop()[0] != "?"):
            self.refuse("there is no ? for this :", token.start)
        if token.text == ",":
            self.comma(token)
        self.wants_value = True

    def comma(self, token: Token) -> None:
        sign, place = self.open[-1] if self.open else ("", 0)
        if sign == "?":
            self.refuse(_never_closed(sign), place)
        if sign in {CALL, "["}:
            return
        rest = re.match(r",\d+", self.text[token.start :])
        if self.before.kind == "number" and rest:
            number = self.before.text + rest[0]
            self.refuse(f"{number} has a comma; {_in_minor_units(number)}", self.before.start)
        self.refuse("a comma stands only between parts of a list or a function; write && for and", token.start)

    def refuse_order(self, token: Token) -> NoReturn:
        if self.before.text + token.text == "<>":
            self.refuse("write != for <>", self.before.start)
        self.refuse_missing(token.start, f"a value is missing before {token.text}")

    def refuse_missing(self, place: int, reason: str) -> NoReturn:
        if self.before.text == "%":
            self.refuse(
                "% is the remainder of a division; for 5 % of an amount write purchase.amount * 5 / 100",
                self.before.start,
            )
        self.refuse(reason, place)

    def refuse(self, reason: str, place: int) -> NoReturn:
        raise ExpressionRefused(reason, self.text, place)


def _never_closed(sign: str) -> str:
    if sign == "?":
        return "a ? needs a : with the other value: condition ? this : that"
    return f"this {sign.replace(CALL, '(')} is never closed"
