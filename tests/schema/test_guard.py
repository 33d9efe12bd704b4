"""A document that asks too much is refused before it costs anything; one that was seen before costs nothing at all."""

from __future__ import annotations

import time
from typing import Any

import pytest
from graphql import parse

from partners.viewer import NOBODY
from schema.documents import Documents, Rejected
from schema.execution import Engine, Request
from schema.guard import Walk
from schema.limits import Limits
from tests.builders.graphql import ALPHA, engine, lab

SECONDS = 0.1
"""What refusing one hostile document may take; the dearest takes a fifth of it on two slow cores."""


def circle(length: int) -> str:
    links = "".join(f"fragment F{n} on LabQuery{{hello ...F{(n + 1) % length}}}" for n in range(length))
    return "{...F0}" + links


def bomb(length: int, spreads: int) -> str:
    """Each fragment spreads the next several times: its expansion is beyond counting."""
    links = "".join(f"fragment F{n} on LabQuery{{{f'...F{n + 1} ' * spreads}}}" for n in range(length))
    return "{...F0}" + links + f"fragment F{length} on LabQuery{{hello}}"


def each(count: int, part: str) -> str:
    return " ".join(part.replace("#", str(n)) for n in range(count))


HOSTILE = {
    "deep fields": ("TOO_DEEP", "{crate(number:1){" + "beside{" * 13 + "label" + "}" * 15),
    "fields nested beyond the parser": ("SYNTAX_ERROR", "{crate(number:1){" + "beside{" * 250 + "label" + "}" * 252),
    "inline fragments nested": ("TOO_DEEP", "{" + "...{" * 60 + "hello" + "}" * 61),
    "lists nested": ("SYNTAX_ERROR", "{echo(text:" + "[" * 1400 + ")}"),
    "a bomb of fragments": ("TOO_MANY_DUPLICATES", bomb(30, 2)),
    "a wide bomb of fragments": ("TOO_MANY_DUPLICATES", bomb(8, 20)),
    "a bomb of fields": (
        "TOO_MANY_FIELDS",
        "{crate(number:1){...F0}}"
        + "".join(f"fragment F{n} on Crate{{{f'beside{{...F{n + 1}}} ' * 5}}}" for n in range(9))
        + "fragment F9 on Crate{label}",
    ),
    "a long bomb of fragments": ("TOO_DEEP", bomb(100, 2)),
    "a chain of fragments": ("TOO_DEEP", bomb(140, 1)),
    "a circle of fragments": ("VALIDATION_FAILED", circle(4)),
    "a fragment in itself": ("VALIDATION_FAILED", circle(1)),
    "unused fragments": ("VALIDATION_FAILED", "{hello}" + each(180, "fragment F# on LabQuery{hello}")),
    "aliases": ("TOO_MANY_ALIASES", "{crate(number:1){" + each(31, "a#:label") + "}}"),
    "root fields": ("TOO_MANY_ROOT_FIELDS", "{" + each(11, "a#:hello") + "}"),
    "root fields by a fragment": (
        "TOO_MANY_ROOT_FIELDS",
        "{...A ...B}fragment A on LabQuery{"
        + each(6, "a#:hello")
        + "}fragment B on LabQuery{"
        + each(6, "b#:hello")
        + "}",
    ),
    "directives": ("TOO_MANY_DIRECTIVES", "{hello " + "@skip(if:false)" * 5 + "}"),
    "directives on an operation": ("TOO_MANY_DIRECTIVES", "query " + "@a" * 700 + "{hello}"),
    "directives on a variable": ("TOO_MANY_DIRECTIVES", "query($a:Int " + "@a" * 700 + "){hello}"),
    "directives on a fragment": ("TOO_MANY_DIRECTIVES", "{...A}fragment A on LabQuery " + "@a" * 700 + "{hello}"),
    "one field many times": ("TOO_MANY_DUPLICATES", "{" + "hello " * 6 + "}"),
    "one field many times by fragments": (
        "TOO_MANY_DUPLICATES",
        "{crate(number:1){" + each(6, "...F#") + "}}" + each(6, "fragment F# on Crate{beside{label}}"),
    ),
    "tokens": ("TOO_MANY_TOKENS", "{" + "hello " * 1500 + "}"),
    "comments": ("TOO_MANY_TOKENS", "{hello" + "#\n" * 9_000 + "}"),
    "commas": ("TOO_MANY_TOKENS", "{hello" + "," * 90_000 + "}"),
    "operations": ("TOO_MANY_OPERATIONS", each(6, "query Q#{hello}")),
    "introspection in depth": (
        "VALIDATION_FAILED",
        "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}",
    ),
    "introspection again and again": ("TOO_COSTLY", "{" + each(3, "a#:__schema{types{name}}") + "}"),
    "pages of pages": ("TOO_COSTLY", "{crates(first:100){nodes{crates(first:100){nodes{label}}}}}"),
    "many unknown fields": ("VALIDATION_FAILED", "{crate(number:1){" + each(700, "z#") + "}}"),
    "many unused variables": ("VALIDATION_FAILED", "query(" + each(350, "$v#:Int") + "){hello}"),
    "a long list of wrong values": ("VALIDATION_FAILED", "{echo(text:[" + "1 " * 1400 + "])}"),
    "an object of unknown fields": (
        "VALIDATION_FAILED",
        "mutation{crateLift(input:{" + each(400, "a#:1") + "}){lifted}}",
    ),
    "wide fragments spread widely": (
        "VALIDATION_FAILED",
        "{hello}fragment B on Crate{" + each(400, "a#") + "}" + each(90, "fragment F# on Crate{beside{...B}}"),
    ),
    "a code guessed again and again": ("ONCE_ONLY", "mutation{" + each(2, 'a#:codeGuess(code:"#")') + "}"),
    "a code guessed by a fragment": (
        "ONCE_ONLY",
        'mutation{codeGuess(code:"1") ...A}fragment A on LabMutation{a:codeGuess(code:"2")}',
    ),
    "nothing": ("SYNTAX_ERROR", " "),
    "definitions of types": ("VALIDATION_FAILED", "type A{a:Int} {hello}"),
    "a NUL in a string": ("BAD_USER_INPUT", '{echo(text:"\\u0000")}'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_at_once(name: str) -> None:
    code, text = HOSTILE[name]
    fresh = engine()
    took = []
    for _ in range(3):
        began = time.process_time()
        with pytest.raises(Rejected) as rejected:
            fresh.ready(Request(text), ALPHA)
        took.append(time.process_time() - began)
    first = rejected.value.errors[0]
    assert (first.extensions or {}).get("code", rejected.value.fault) == code
    assert len(rejected.value.errors) <= 3
    assert min(took) < SECONDS  # the best of three: the collector may stop by in any of them


def test_limits_hold_at_the_limit_itself() -> None:
    for text in [
        "{crate(number:1){" + "beside{" * 10 + "label" + "}" * 12,
        "{crate(number:1){" + each(30, "a#:label") + "}}",
        "{" + each(10, "a#:hello") + "}",
        "{hello " + "@skip(if:false) @include(if:true)" + "}",
        "{" + "hello " * 5 + "}",
        'mutation{codeGuess(code:"1")}',
    ]:
        engine(limits=Limits(cost=10**9)).ready(Request(text), ALPHA)


def test_no_error_guesses_at_other_names() -> None:
    for text in ["{helo}", "{hello{a}}", "{crate(numbr:1){label}}", "{crate(number:1){lable}}", "{...on Crat{label}}"]:
        with pytest.raises(Rejected) as rejected:
            engine().ready(Request(text), ALPHA)
        assert all("Did you mean" not in error.message for error in rejected.value.errors)


def test_a_document_seen_before_is_neither_parsed_nor_validated_again() -> None:
    fresh = engine()
    text = "query($n:Int!){crate(number:$n){label}}"
    first = fresh.ready(Request(text, {"n": 1}), ALPHA)
    again = fresh.ready(Request(text, {"n": 2}), NOBODY)
    assert again.document is first.document
    assert again.operation is first.operation


def test_kept_documents_make_room_for_new_ones() -> None:
    documents = Documents(lab._schema, Limits(), kept=200)
    for number in range(100):
        documents.ready(f"{{a{number}:hello}}")
    assert sum(map(len, documents._kept)) <= 200
    assert "{a99:hello}" in documents._kept
    assert "{a0:hello}" not in documents._kept


@pytest.mark.parametrize(
    ("text", "variables", "cost"),
    [
        ("{hello}", {}, 1),
        ("{crate(number:1){label}}", {}, 2),
        ("{crates{nodes{label}}}", {}, 2 + 20),
        ("{crates(first:3){nodes{label}}}", {}, 2 + 3),
        ("{crates(first:3){edges{cursor node{label}} pageInfo{endCursor}}}", {}, 2 + 3),
        ("query($n:Int!){crates(first:$n){nodes{label}}}", {"n": 7}, 2 + 7),
        ("query($n:Int=9){crates(first:$n){nodes{label}}}", {}, 2 + 20),
        ("query($n:Int!){crates(first:$n){nodes{label}}}", {"n": 10**9}, 2 + 100),
        ("query($n:Int!){crates(first:$n){nodes{label}}}", {"n": "x"}, 2 + 20),
        ("query($i:[ID!]!){nodes(ids:$i){id ...on Crate{beside{label}}}}", {"i": ["a"] * 4}, 2 + 4 * 1),
        ("{crate(number:1){beside{beside{label}}}}", {}, 2 + 1 + 5),
        ('mutation{codeGuess(code:"1")}', {}, 11),
    ],
)
def test_an_operation_costs_what_it_may_give(text: str, variables: dict[str, Any], cost: int) -> None:
    assert engine().ready(Request(text, variables), ALPHA).cost == cost


def test_the_same_document_costs_by_its_variables() -> None:
    fresh: Engine = engine()
    text = "query($n:Int!){crates(first:$n){nodes{beside{beside{beside{label}}}}}}"
    assert fresh.ready(Request(text, {"n": 1}), ALPHA).cost < fresh.ready(Request(text, {"n": 10}), ALPHA).cost
    with pytest.raises(Rejected, match="TOO_COSTLY"):
        fresh.ready(Request(text, {"n": 100}), ALPHA)


def test_a_walk_is_linear_in_the_document() -> None:
    """Doubling the spreads of a bomb doubles the work and no more, though its expansion is squared."""
    limits = Limits(fields=10**100, duplicates=10**100, root_fields=10**100)
    walk = Walk(parse(bomb(40, 2)), lab._schema, limits)
    node: Any = walk_operation(bomb(40, 2))
    began = time.process_time()
    assert walk.operation(node).fields == 2**40
    assert time.process_time() - began < SECONDS


def walk_operation(text: str) -> Any:
    return parse(text).definitions[0]


def test_those_without_a_token_do_not_introspect_where_it_is_switched_off() -> None:
    closed = engine(introspection=False)
    with pytest.raises(Rejected, match="INTROSPECTION_DISABLED"):
        closed.ready(Request("{__schema{types{name}}}"), NOBODY)
    with pytest.raises(Rejected, match="INTROSPECTION_DISABLED"):
        closed.ready(Request('{...A}fragment A on LabQuery{x:__type(name:"Crate"){name}}'), NOBODY)
    closed.ready(Request("{__typename}"), NOBODY)
    closed.ready(Request("{__schema{types{name}}}"), ALPHA)


def test_those_without_a_token_reach_public_fields_only() -> None:
    with pytest.raises(Rejected, match="UNAUTHENTICATED"):
        engine().ready(Request("{hello myCrate{label}}"), NOBODY)
    with pytest.raises(Rejected, match="UNAUTHENTICATED"):
        engine().ready(Request("{...A}fragment A on LabQuery{myCrate{label}}"), NOBODY)
