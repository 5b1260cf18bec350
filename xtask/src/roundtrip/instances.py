"""Random instances of JSON Schemas, by hypothesis-jsonschema.

Standard input: one JSON object with `defs` (schemas by name, to which `#/$defs/NAME` refers), `subjects` (schemas by name),
`count`, `seed` and `seconds` (how long one subject may take). Standard output, a JSON value a line: `{"name", "json", "wide"}` for each
instance, with the instance as text and whether a number in it does not fit 64 bits; `{"name", "skipped"}` for a subject that got
none, with the reason.
"""

import base64
import json
import signal
import sys
import warnings

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

warnings.simplefilter("ignore")
# Schemas nest deeper than Python's own limit is used to.
sys.setrecursionlimit(20_000)

# How many references are followed on one way into a schema, deepest first; the next one is tried when a schema gets too large.
DEPTHS = (6, 4, 3, 2, 1)
# How many keywords a schema may have once its references are replaced by what they lead to.
LARGE = 1500

# Formats that the library would fill with any text.
FORMATS = {
    "byte": st.binary(max_size=40).map(lambda octets: base64.b64encode(octets).decode()),
    "base64": st.binary(max_size=40).map(lambda octets: base64.b64encode(octets).decode()),
    "base64url": st.binary(max_size=40).map(lambda octets: base64.urlsafe_b64encode(octets).decode()),
    "uuid": st.uuids().map(str),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
}


class TooLarge(Exception):
    pass


class TooSlow(BaseException):
    pass


class Inliner:
    """Replaces references by what they lead to: the library cannot make instances of schemas that contain themselves."""

    def __init__(self, defs, depth):
        self.defs, self.depth, self.size = defs, depth, 0

    def schema(self, value, way=()):
        if isinstance(value, bool):
            return value
        self.size += 1 + len(value)
        if self.size > LARGE:
            raise TooLarge
        rest = {key: self.keyword(key, inner, way) for key, inner in value.items() if key != "$ref"}
        if "integer" in kinds(rest):
            # The contract's integers have 64 bits; wider ones are made where any value may stand.
            rest.setdefault("minimum", -(2**63))
            rest.setdefault("maximum", 2**63 - 1)
        if "$ref" not in value:
            return rest
        target = self.target(value["$ref"], way)
        return {"allOf": [target, rest]} if rest else target

    def target(self, reference, way):
        name = reference.removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
        if way.count(name) > 1 or len(way) >= self.depth:
            # Nothing stands here: lists are empty and optional members absent.
            return False
        return self.schema(self.defs[name], (*way, name))

    def keyword(self, key, value, way):
        if key in ("properties", "patternProperties", "dependentSchemas"):
            return {name: self.schema(inner, way) for name, inner in value.items()}
        if key in ("allOf", "anyOf", "oneOf", "prefixItems"):
            return [self.schema(inner, way) for inner in value]
        if key in SCHEMAS:
            return self.schema(value, way)
        return value


SCHEMAS = (
    "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip


def kinds(schema):
    kind = schema.get("type", [])
    return kind if isinstance(kind, list) else [kind]


def inlined(schema, defs):
    for depth in DEPTHS:
        try:
            return Inliner(defs, depth).schema(schema)
        except TooLarge:
            continue
    raise TooLarge


def drafted(schema):
    """Draft 7, the newest that the library knows: `prefixItems` is a list of `items` there."""
    if isinstance(schema, list):
        return [drafted(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: drafted(value) for key, value in schema.items()}
    if isinstance(out.get("prefixItems"), list):
        if "items" in out:
            out["additionalItems"] = out.pop("items")
        out["items"] = out.pop("prefixItems")
    return out


def instances(schema, count, seed_):
    out = []

    @seed(seed_)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(from_schema(schema, custom_formats=FORMATS))
    def collect(instance):
        out.append(instance)

    # What was made before the time was over, or the library lost its way, is as good as any.
    try:
        collect()
    except (TooSlow, Exception):
        if not out:
            raise
    return out


def wide(value):
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return not -(2**63) <= value < 2**64
    if isinstance(value, list):
        return any(map(wide, value))
    if isinstance(value, dict):
        return any(map(wide, value.values()))
    return False


def encodable(text):
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def say(**what):
    print(json.dumps(what), flush=True)


RUNNING = False


def alarm(*_):
    if RUNNING:
        raise TooSlow


def begin(seconds):
    global RUNNING
    RUNNING = True
    # Again and again: one alarm is lost when it falls into code that lets no exception out.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)


def end():
    """No alarm comes through after this. One may come in here, where nobody waits for it."""
    global RUNNING
    while RUNNING:
        try:
            RUNNING = False
            signal.setitimer(signal.ITIMER_REAL, 0)
        except TooSlow:
            RUNNING = True


def timed(schema, given_):
    try:
        return instances(drafted(inlined(schema, given_["defs"])), given_["count"], given_["seed"])
    finally:
        # Before anybody looks at what became of it.
        end()


def main():
    given_ = json.load(sys.stdin)
    signal.signal(signal.SIGALRM, alarm)
    for name, schema in given_["subjects"].items():
        begin(given_["seconds"])
        try:
            made = timed(schema, given_)
        except TooLarge:
            say(name=name, skipped="its schema is too large for the library")
            continue
        except TooSlow:
            say(name=name, skipped="the library took too long")
            continue
        except Exception as error:
            say(name=name, skipped=f"the library gave up: {type(error).__name__}")
            continue
        finally:
            end()
        told = set()
        for instance in made:
            text = json.dumps(instance, ensure_ascii=False)
            # Half a character of UTF-16 is nothing that UTF-8 has.
            if text not in told and encodable(text):
                told.add(text)
                say(name=name, json=text, wide=wide(instance))


main()
