"""The mistakes that people make, with what each is told; docs/expressions.md shows the same table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """What somebody wrote, and the whole answer."""

    name: str
    written: str
    answer: str


MISTAKES = [
    Mistake(*row)
    for row in (
        (
            "a misspelt name",
            "purchase.amount > purchase.amout",
            "column 19: purchase.amout is not known; did you mean purchase.amount?",
        ),
        (
            "a name that is not there",
            'basket == "big"',
            (
                "column 1: basket is not known; there is purchase.amount, purchase.quantity, purchase.channel, "
                "purchase.tenders, lines, member.tier, member.tiers, member.joined or at"
            ),
        ),
        (
            "a name of another trigger",
            "action.rating >= 4",
            "column 1: action.rating is not known here: this campaign answers purchases, not actions",
        ),
        (
            "only half a name",
            "purchase > 2000",
            (
                "column 1: purchase has several parts; write purchase.amount, purchase.quantity, purchase.channel or "
                "purchase.tenders"
            ),
        ),
        (
            "a part too many",
            "purchase.amount.total > 5",
            "column 1: purchase.amount is a whole number and has no parts",
        ),
        (
            "a segment",
            '"VIP" in member.segments',
            (
                "column 10: member.segments is not known here: segments of members are named beside the condition, in "
                "segments or notSegments"
            ),
        ),
        (
            "a list asked like one line",
            'lines.category == "WINE"',
            "column 1: lines is a list; ask its elements: lines.exists(e, e.category == …)",
        ),
        (
            "a misspelt field of a line",
            'lines.exists(l, l.categroy == "WINE")',
            "column 17: l.categroy is not known; did you mean l.category?",
        ),
        (
            "a line's name outside its brackets",
            "lines.exists(l, l.amount > 0) && l.units > 2",
            (
                "column 34: l.units is not known; there is purchase.amount, purchase.quantity, purchase.channel, "
                "purchase.tenders, lines, member.tier, member.tiers, member.joined or at"
            ),
        ),
        (
            "a number compared with a text",
            'purchase.amount > "20"',
            "column 19: a whole number and a text cannot be compared; numbers stand without quotes, texts between them",
        ),
        (
            "true between quotes",
            'lines.all(l, l.private_label == "true")',
            "column 33: true or false and a text cannot be compared; true and false stand without quotes",
        ),
        (
            "a time compared with a text",
            'at >= "2026-12-24"',
            'column 7: a time and a text cannot be compared; a time is written timestamp("2026-12-24T18:00:00+02:00")',
        ),
        (
            "a time compared with a number",
            "at >= 17",
            "column 7: a time and a whole number cannot be compared; ask for a part of the time, such as hour(at)",
        ),
        (
            "a time without its offset",
            'at >= timestamp("2026-12-24")',
            'column 17: a time, from 1900 to 2199, is written with its offset from UTC: "2026-12-24T18:00:00+02:00"',
        ),
        (
            "a part of a time after a point",
            "at.hour >= 17",
            "column 1: at is a time and has no parts; write hour(at)",
        ),
        (
            "a decimal amount",
            "purchase.amount > 12.50",
            "column 19: 12.50 has decimals; amounts are whole minor units: write 1250",
        ),
        (
            "a decimal comma",
            "purchase.amount > 12,50",
            "column 19: 12,50 has a comma; amounts are whole minor units: write 1250",
        ),
        (
            "a currency sign",
            "purchase.amount > €20",
            "column 19: leave out the currency sign; amounts are whole minor units, so 20.00 is written 2000",
        ),
        (
            "a currency after the number",
            "purchase.amount > 20EUR",
            "column 19: leave out EUR: write 20",
        ),
        (
            "a percentage",
            "purchase.amount > 5% && at < at",
            "column 20: % is the remainder of a division; for 5 % of an amount write purchase.amount * 5 / 100",
        ),
        (
            "a number for a whole condition",
            "purchase.amount",
            (
                "column 1: this comes to a whole number, and true or false is wanted; "
                "compare it with something, as in x >= 1"
            ),
        ),
        (
            "a single =",
            'member.tier = "GOLD"',
            "column 13: write == to compare",
        ),
        (
            "=> for >=",
            "purchase.amount => 2000",
            "column 17: write >= for =>",
        ),
        (
            "<> for !=",
            "purchase.amount <> 2000",
            "column 17: write != for <>",
        ),
        (
            "the word and",
            'purchase.amount > 2000 and member.tier == "GOLD"',
            "column 24: write && for and",
        ),
        (
            "the word OR",
            "hour(at) < 9 OR hour(at) > 17",
            "column 14: write || for or",
        ),
        (
            "the word not",
            "not (purchase.amount > 2000)",
            "column 1: write ! for not",
        ),
        (
            "a single &",
            "hour(at) > 9 & hour(at) < 17",
            "column 14: write && for and",
        ),
        (
            "the word between",
            "hour(at) between 9 && 17",
            "column 10: write both ends: x >= 1 && x <= 9",
        ),
        (
            "a chain of comparisons",
            "9 <= hour(at) < 17",
            "column 17: comparisons cannot be chained; write both: 1 < x && x < 9",
        ),
        (
            "a missing quote",
            'member.tier == "GOLD',
            "column 16: the closing quote of this text is missing",
        ),
        (
            "smart quotes",
            "member.tier == “GOLD”",
            'column 16: write straight quotes: "…"',
        ),
        (
            "text without quotes",
            "member.tier == GOLD",
            (
                "column 16: GOLD is not known; there is purchase.amount, purchase.quantity, purchase.channel, "
                "purchase.tenders, lines, member.tier, member.tiers, member.joined or at"
            ),
        ),
        (
            "a bracket that stays open",
            "(hour(at) < 9 || hour(at) > 17",
            "column 1: this ( is never closed",
        ),
        (
            "a bracket too many",
            "hour(at) < 9)",
            "column 13: there is no open bracket for this )",
        ),
        (
            "brackets that do not fit",
            "weekday(at) in [6, 7)",
            "column 21: this ) does not fit the [ before it",
        ),
        (
            "nothing at the end",
            "purchase.amount >",
            "column 18: the expression ends where a value is missing",
        ),
        (
            "nothing at all",
            "   ",
            "column 1: the expression is empty; leave it out, or write a condition",
        ),
        (
            "an unknown function",
            "average(lines) > 500",
            (
                "column 1: there is no function average; there is startsWith, endsWith, contains, lowerAscii, hour, "
                "weekday, day, month, year, daysBetween, size, timestamp, exists, all, filter or sum"
            ),
        ),
        (
            "another word for a function",
            'purchase.channel.beginsWith("WEB")',
            "column 18: there is no function beginsWith; write startsWith",
        ),
        (
            "capitals gone astray",
            'purchase.channel.startswith("WEB")',
            "column 18: there is no function startswith; did you mean startsWith?",
        ),
        (
            "a function of CEL that is left out",
            'purchase.channel.matches("WEB.*")',
            "column 18: there is no function matches; write startsWith, endsWith or contains",
        ),
        (
            "too many parts of a function",
            "hour(at, 1) > 9",
            "column 1: hour is written as in hour(at)",
        ),
        (
            "a function of the wrong kind",
            "hour(purchase.amount) > 9",
            "column 6: hour takes a time, not a whole number",
        ),
        (
            "a question without a name for the line",
            "lines.exists(l.amount > 1000)",
            "column 7: exists takes a name for each element, and what is asked of it: lines.exists(l, l.amount > 1000)",
        ),
        (
            "a name that is taken",
            "lines.exists(at, at.amount > 1000)",
            "column 14: at already names something else; choose another name",
        ),
        (
            "a list within a list",
            "lines.exists(a, lines.exists(b, a.sku == b.sku))",
            "column 17: one list cannot be gone through within another",
        ),
        (
            "a sum of texts",
            "lines.sum(l, l.category) > 2",
            "column 14: sum asks for a whole number, not a text",
        ),
        (
            "a filter without a question",
            "lines.filter(l, l.amount > 1000) > 2",
            "column 7: filter leaves a list; ask for its .size(), .exists(…), .all(…) or .sum(…)",
        ),
        (
            "one line by its place",
            "lines[0].amount > 1000",
            "column 6: one element cannot be picked out by its place; write .exists(…), .all(…) or .sum(…)",
        ),
        (
            "a mixed list",
            'weekday(at) in [6, "SUNDAY"]',
            "column 20: a list holds values of one kind, but this is a text and the first a whole number",
        ),
        (
            "a list of another kind",
            'weekday(at) in ["6", "7"]',
            "column 16: this list does not hold a whole number; each of its values is a text",
        ),
        (
            "in without a list",
            'member.tier in "GOLD"',
            "column 16: after in stands a list, such as [1, 2]; this is a text",
        ),
        (
            "an empty list",
            "member.tier in []",
            "column 16: the list is empty, so nothing is in it",
        ),
        (
            "texts added",
            'member.tier + "X" == "GOLDX"',
            "column 1: + reckons with whole numbers, not a text",
        ),
        (
            "&& between numbers",
            "hour(at) && 9",
            "column 1: && joins true or false, not a whole number",
        ),
        (
            "two kinds of answers",
            'hour(at) > 9 ? true : "no"',
            "column 23: both sides of : are of one kind, but this is a text and the other true or false",
        ),
        (
            "half a choice",
            "hour(at) > 9 ? true",
            "column 14: a ? needs a : with the other value: condition ? this : that",
        ),
        (
            "a reserved word",
            "if hour(at) > 9",
            (
                "column 1: if is a reserved word and names nothing; "
                "for one value or another write: condition ? this : that"
            ),
        ),
        (
            "null",
            "member.tier != null",
            'column 16: there is no null: a text that is not known is "", so compare with ""',
        ),
        (
            "TRUE in capitals",
            "lines.exists(l, l.private_label == TRUE)",
            "column 36: write true in small letters",
        ),
        (
            "a map",
            '{"tier": "GOLD"}',
            "column 1: { } has no meaning here; lists are written [ ]",
        ),
        (
            "bytes",
            'member.tier == b"GOLD"',
            "column 16: leave out the b before the quote",
        ),
        (
            "an unsigned number",
            "purchase.quantity >= 3u",
            "column 22: leave out the u: write 3",
        ),
        (
            "a huge number",
            "purchase.amount < 99999999999999999999",
            "column 19: this number is too large; the largest is 9223372036854775807",
        ),
        (
            "a double negation",
            "!!lines.exists(l, l.private_label)",
            "column 1: two ! in a row undo each other; leave out both",
        ),
        (
            "a double minus",
            "purchase.amount --5 > 0",
            "column 17: two minus signs in a row: leave out both, or write - (-1)",
        ),
        (
            "a missing sign between two conditions",
            "hour(at) > 9 weekday(at) == 6",
            "column 14: a sign such as &&, || or == is missing before weekday",
        ),
        (
            "a semicolon",
            "hour(at) > 9;",
            "column 13: an expression is one condition; join conditions with && or ||",
        ),
        (
            "an invisible space from a word processor",
            "hour(at)\N{NO-BREAK SPACE}> 9",
            "column 9: this is a non-breaking space; write an ordinary one",
        ),
        (
            "a mistake on the second line",
            "hour(at) > 9\n&& purchase.amont > 5",
            "line 2, column 4: purchase.amont is not known; did you mean purchase.amount?",
        ),
    )
]
