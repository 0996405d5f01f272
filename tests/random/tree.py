# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree of a random program, and its text as a script.

generate.py makes trees, interpret.py runs them, reduce.py takes parts away. A node's `fields` are
its constructor's arguments, in order; what they hold are nodes, lists of nodes, or plain values.
Everything random about the spelling (bases of numbers, braces left out) was decided when the node
was made: the same tree always gives the same text. Parentheses stand only where they must.
"""

# How tightly expressions bind. An operand that binds less than its place asks for is put in
# parentheses. `in` and =~ count as loosest: they want to stand alone.
LOOSEST, TERNARY, LOGICAL_OR, LOGICAL_AND, OR, XOR, AND, COMPARISON, SHIFT, CONCATENATION, SUM, \
    PRODUCT, UNARY, INCREMENT, TIGHTEST = range(15)

BINARY_LEVELS = {
    "||": LOGICAL_OR, "&&": LOGICAL_AND, "|": OR, "^": XOR, "&": AND, "==": COMPARISON,
    "!=": COMPARISON, "<": COMPARISON, "<=": COMPARISON, ">": COMPARISON, ">=": COMPARISON,
    "<<": SHIFT, ">>": SHIFT, ".": CONCATENATION, "+": SUM,
    "-": SUM, "*": PRODUCT, "/": PRODUCT, "%": PRODUCT,
}


class Variable:
    """A global or a local. `keys`, a tuple of types, is not empty for arrays. Unless `declared`,
    the type of a parameter is left for the translator to find."""

    def __init__(self, name, kind, keys=(), initial=None, size=None, wraps=False, histogram=None,
                 declared=False):
        self.name = name
        self.type = kind
        self.keys = keys
        self.initial = initial
        self.size = size
        self.wraps = wraps
        self.histogram = histogram
        self.declared = declared

    def declaration(self):
        text = "global " + self.name + ("%" if self.wraps else "")
        if self.size is not None:
            text += "[%d]" % self.size
        return text + (" = " + self.initial.text() if self.initial else "")


class Node:
    fields = ()
    level = TIGHTEST

    def __init__(self, *values):
        assert len(values) == len(self.fields)
        for name, value in zip(self.fields, values):
            setattr(self, name, value)

    def inside(self, level):
        """As an operand."""
        return "(" + self.text() + ")" if self.level < level else self.text()


def walk(node):
    """The node and all below it, but not into the functions that are called."""
    yield node
    for name in node.fields:
        content = getattr(node, name)
        for child in content if isinstance(content, list) else [content]:
            if isinstance(child, Node):
                yield from walk(child)


def listed(nodes):
    return ", ".join(node.text() for node in nodes)


def quoted(text):
    escapes = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
    return '"' + "".join(escapes.get(character, character) for character in text) + '"'


# ---- expressions: each has a `type`, "long", "string" or "void" ----


class Number(Node):
    fields = ("value", "spelling")
    type = "long"

    @property
    def level(self):
        return UNARY if self.spelling.startswith("-") else TIGHTEST

    def text(self):
        return self.spelling


class String(Node):
    """The spelling may be several literals side by side."""
    fields = ("value", "spelling")
    type = "string"

    def text(self):
        return self.spelling


class Name(Node):
    fields = ("variable",)

    @property
    def type(self):
        return self.variable.type

    def text(self):
        return self.variable.name


class Element(Node):
    """In `delete`, a key may be None for `*`."""
    fields = ("variable", "keys")

    @property
    def type(self):
        return self.variable.type

    def text(self):
        return "%s[%s]" % (self.variable.name, pattern_text(self.keys))


def pattern_text(keys):
    return ", ".join(key.text() if key else "*" for key in keys)


class Unary(Node):
    fields = ("operator", "operand")
    level = UNARY
    type = "long"

    def text(self):
        text = self.operand.inside(UNARY)
        # `--x` would be another operator.
        return self.operator + (" " if text.startswith(self.operator) else "") + text


class Binary(Node):
    """Numbers by all operators, strings by . and comparisons."""
    fields = ("operator", "left", "right")

    @property
    def level(self):
        return BINARY_LEVELS[self.operator]

    @property
    def type(self):
        return "string" if self.operator == "." else "long"

    def text(self):
        return "%s %s %s" % (self.left.inside(self.level), self.operator, self.right.inside(self.level + 1))


class Match(Node):
    """subject =~ "pattern"; operator =~ or !~. No other operator may stand beside it."""
    fields = ("operator", "subject", "pattern")
    level = LOOSEST
    type = "long"

    def text(self):
        return "%s %s %s" % (self.subject.inside(UNARY), self.operator, quoted(self.pattern))


class Ternary(Node):
    fields = ("condition", "yes", "no")
    level = TERNARY

    @property
    def type(self):
        return self.yes.type

    def text(self):
        return "%s ? %s : %s" % (self.condition.inside(LOGICAL_OR), self.yes.inside(TERNARY),
                                 self.no.inside(TERNARY))


class Assign(Node):
    """operator: =, or that of a compound assignment without its =."""
    fields = ("operator", "place", "value")
    level = LOOSEST

    @property
    def type(self):
        return self.place.type

    def text(self):
        operator = "=" if self.operator == "=" else self.operator + "="
        return "%s %s %s" % (self.place.text(), operator, self.value.inside(LOOSEST))


class Include(Node):
    """statistic <<< number."""
    fields = ("place", "value")
    level = LOOSEST
    type = "void"

    def text(self):
        return "%s <<< %s" % (self.place.text(), self.value.inside(TERNARY))


class Increment(Node):
    fields = ("operator", "is_prefix", "place")
    level = INCREMENT
    type = "long"

    def text(self):
        return self.operator + self.place.text() if self.is_prefix else self.place.text() + self.operator


class In(Node):
    """A key may be None for `*`."""
    fields = ("keys", "variable")
    level = LOOSEST
    type = "long"

    def text(self):
        if len(self.keys) == 1 and self.keys[0] and self.keys[0].level > LOOSEST:
            return "%s in %s" % (self.keys[0].inside(COMPARISON), self.variable.name)
        return "[%s] in %s" % (pattern_text(self.keys), self.variable.name)


class Call(Node):
    """Of functions of the program: `functions` are those of one name and number of parameters, in
    the order in which they are asked."""
    fields = ("functions", "arguments")

    @property
    def type(self):
        return self.functions[0].type

    def text(self):
        return "%s(%s)" % (self.functions[0].name, listed(self.arguments))


class Library(Node):
    """A call of a function of the tapset library."""
    fields = ("name", "type", "arguments")

    def text(self):
        return "%s(%s)" % (self.name, listed(self.arguments))


class Error(Node):
    fields = ("message",)
    type = "void"

    def text(self):
        return "error(%s)" % self.message.text()


class Print(Node):
    """print println printd printdln and their sprint twins; `delimiter` is a string or None."""
    fields = ("name", "delimiter", "arguments")

    @property
    def type(self):
        return "string" if self.name.startswith("s") else "void"

    def text(self):
        delimiter = [] if self.delimiter is None else [String(self.delimiter, quoted(self.delimiter))]
        return "%s(%s)" % (self.name, listed(delimiter + self.arguments))


class Format(Node):
    """printf and sprintf; `pieces` are strings and values.Directive."""
    fields = ("name", "pieces", "arguments")

    @property
    def type(self):
        return "string" if self.name == "sprintf" else "void"

    def text(self):
        pieces = [piece if isinstance(piece, str) else piece.text() for piece in self.pieces]
        text = quoted("".join(pieces))
        return "%s(%s)" % (self.name, ", ".join([text] + [node.text() for node in self.arguments]))


class Aggregate(Node):
    """@count(place) and so on; operator without its @."""
    fields = ("operator", "place")
    type = "long"

    def text(self):
        return "@%s(%s)" % (self.operator, self.place.text())


class Histogram(Node):
    """print(@hist_...(place)), with the histogram of the place's variable."""
    fields = ("place",)
    type = "void"

    def text(self):
        return "print(%s)" % histogram_text(self.place)


class Bucket(Node):
    """@hist_...(place)[number]."""
    fields = ("place", "number")
    type = "long"

    def text(self):
        return "%s[%s]" % (histogram_text(self.place), self.number.text())


def histogram_text(place):
    histogram = place.variable.histogram
    return "@hist_%s(%s%s)" % ("linear" if histogram.call else "log", place.text(), histogram.call)


# ---- statements: text(indent) ends with a newline ----


class Statement(Node):
    def line(self, indent, text):
        return "\t" * indent + text + "\n"


class Expression(Statement):
    fields = ("value",)

    def text(self, indent):
        return self.line(indent, self.value.text() + ";")


class Block(Statement):
    """Without braces where it is the body of something, if `is_bare`: a single expression."""
    fields = ("statements", "is_bare")

    def text(self, indent):
        return self.line(indent, "{") + self.content(indent + 1) + self.line(indent, "}")

    def content(self, indent):
        return "".join(statement.text(indent) for statement in self.statements)

    def body(self, indent):
        """Behind the head of a statement at `indent`."""
        if self.is_bare and len(self.statements) == 1 and isinstance(self.statements[0], Expression):
            return "\n" + self.content(indent + 1)
        return " {\n" + self.content(indent + 1) + self.line(indent, "}")


class If(Statement):
    fields = ("condition", "yes", "no")

    def text(self, indent):
        text = self.line(indent, "if (%s)" % self.condition.text())[:-1] + self.yes.body(indent)
        if self.no:
            text += self.line(indent, "else")[:-1] + self.no.body(indent)
        return text


class While(Statement):
    fields = ("condition", "body")

    def text(self, indent):
        return self.line(indent, "while (%s)" % self.condition.text())[:-1] + self.body.body(indent)


class For(Statement):
    """Each of the first three may be None."""
    fields = ("initial", "condition", "step", "body")

    def text(self, indent):
        head = "; ".join(part.text() if part else "" for part in (self.initial, self.condition, self.step))
        return self.line(indent, "for (%s)" % head)[:-1] + self.body.body(indent)


class Foreach(Statement):
    """foreach (value = [names] in variable[pattern] @operator direction limit number). Column 0
    sorts by value, n by the n-th name; direction "" does not sort. value, pattern, operator and
    limit may be None; so may parts of the pattern, for `*`."""
    fields = ("value", "names", "variable", "pattern", "column", "direction", "operator", "limit", "body")

    def head(self):
        names = [name.name + (self.direction if self.column == place else "")
                 for place, name in enumerate(self.names, 1)]
        text = "%s = " % self.value.name if self.value else ""
        text += names[0] if len(names) == 1 else "[%s]" % ", ".join(names)
        text += " in " + self.variable.name
        if self.pattern:
            text += "[%s]" % pattern_text(self.pattern)
        if self.column == 0 and self.direction:
            text += " @%s %s" % (self.operator, self.direction) if self.operator else self.direction
        return text + (" limit " + self.limit.text() if self.limit else "")

    def text(self, indent):
        return self.line(indent, "foreach (%s)" % self.head())[:-1] + self.body.body(indent)


class Return(Statement):
    """The value is None in functions without a result."""
    fields = ("value",)

    def text(self, indent):
        return self.line(indent, "return %s;" % self.value.text() if self.value else "return;")


class Jump(Statement):
    """break, continue, next."""
    fields = ("word",)

    def text(self, indent):
        return self.line(indent, self.word + ";")


class Delete(Statement):
    """The place is a Name or an Element."""
    fields = ("place",)

    def text(self, indent):
        return self.line(indent, "delete %s;" % self.place.text())


class Try(Statement):
    """The variable of catch may be None."""
    fields = ("body", "variable", "handler")

    def text(self, indent):
        catch = "catch (%s)" % self.variable.name if self.variable else "catch"
        return (self.line(indent, "try {") + self.body.content(indent + 1) +
                self.line(indent, "} %s {" % catch) + self.handler.content(indent + 1) +
                self.line(indent, "}"))


# ---- programs ----


class Function:
    """`type` is that of its result, "void" for none; `priority` None or a number; it has
    `is_declared` types or not."""

    def __init__(self, name, kind, parameters, is_declared, priority=None):
        self.name = name
        self.type = kind
        self.parameters = parameters
        self.is_declared = is_declared
        self.priority = priority
        self.body = Block([], False)

    def text(self):
        parameters = ", ".join(parameter.name + (":" + parameter.type if parameter.declared else "")
                               for parameter in self.parameters)
        kind = ":" + self.type if self.is_declared and self.type != "void" else ""
        priority = ":%d" % self.priority if self.priority is not None else ""
        return "function %s%s (%s)%s" % (self.name, kind, parameters, priority) + self.body.body(0)


class Unit:
    """A part of a program that shares nothing with the others: globals, functions, a handler that
    does something and one that then shows all globals."""

    def __init__(self, name, variables, functions, main, show):
        self.name = name
        self.variables = variables
        self.functions = functions
        self.main = main
        self.show = show

    def marker(self):
        """What the unit prints first, to tell its output from that of the others."""
        return "\n== %s\n" % self.name

    def text(self, number):
        """As the `number`-th of its script."""
        parts = [variable.declaration() + "\n" for variable in self.variables]
        parts += ["\n" + function.text() for function in self.functions]
        parts.append("\nprobe begin(%d) {\n\tprint(%s);\n" % (2 * number, quoted(self.marker())))
        parts.append(self.main.content(1) + "}\n")
        parts.append("\nprobe begin(%d)" % (2 * number + 1) + self.show.body(0))
        return "".join(parts)


def program_text(units):
    parts = ["# " + unit.name + "\n" + unit.text(number) for number, unit in enumerate(units)]
    return "\n".join(parts + ["probe begin(%d) {\n\texit();\n}\n" % (2 * len(units))])
