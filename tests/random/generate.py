# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes random programs: valid, ending, and with much to see.

unit_of() is called by run, with a seed. The same seed and features always give the same unit. A
loop has a counter that nothing else changes, a recursion a depth, and what still runs too long in
the reference interpreter is thrown away. What may fail (a division, an empty statistic) stands
within `try`, or rarely in a function; the whole main handler does, too.

Features, to be left out with --without:

    order      keys that change what is assigned to them, or the other way round
    fault      compound assignments to elements that fail
    match      =~ and !~
    variance   @variance
    bucket     single buckets of histograms
    slice      `*` as a key in foreach, in, delete
    arity      functions of one name that differ in their number of parameters
    next       functions of one name that pass a call on by `next`
    arguments  such functions that have done something before
"""

import random

import interpret
import tree
from tree import Block, Expression, Name, Variable
from values import Directive, LinearHistogram, LogHistogram

FEATURES = ("order", "fault", "match", "variance", "bucket", "slice", "arity", "next", "arguments")

NUMBERS = [0, 1, 2, 3, 5, 7, 8, 10, 31, 63, 64, 100, 255, 4096, 65535, 2**31 - 1, 2**31, 2**32 - 1,
           2**32, 2**62, 2**63 - 1]
STRINGS = ["", "a", "b", "ab", "ba", "abc", "cab", "aab", "-7", "0x1f", "017", " 42x", "zz top", "b c",
           "tab\tbed", "new\nline", 'quo"te', "back\\slash", "%d%s", "a long text with some words", "A"]
PATTERN_PARTS = ["a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", "(a|bc)", "(ab)", "(b|)", "(a|ab)(c|bcd)"]
NUMBER_OPERATORS = ["+", "-", "*", "&", "|", "^", "<<", ">>"]
ERROR_FREE_DIRECTIVES = ["d", "i", "u", "x", "X", "o", "p", "s", "s", "d"]
PRINTS = ["print", "println", "printd", "printdln"]


class Names:
    """What a function or handler can use."""

    def __init__(self, parameters, functions):
        self.readable = list(parameters)
        self.assignable = list(parameters)
        self.functions = functions  # lists of those that one call may ask
        self.loops = 0
        self.is_guarded = False  # within try
        self.iterated = []  # arrays that foreach runs over
        self.function = None
        self.title = "locals"
        self.number = 0

    def add(self, variable):
        self.readable.append(variable)
        self.assignable.append(variable)
        return variable


class Generator:
    def __init__(self, seed, name, features):
        self.random = random.Random(seed)
        self.name = name
        self.features = features
        self.globals = []
        self.groups = []  # of functions: each a list of those of one name and number of parameters
        self.changed = {}  # arrays whose elements a function may change, itself or by calls
        self.names = None

    # ---- chance ----

    def one_in(self, number):
        return self.random.randrange(number) == 0

    def pick(self, choices):
        return self.random.choice(choices)

    def below(self, number):
        return self.random.randrange(number)

    def has(self, feature):
        return feature in self.features

    def weighted(self, *pairs):
        """One of the makers, called; pairs of weight and maker."""
        pairs = [pair for pair in pairs if pair[0]]
        point = self.below(sum(weight for weight, _ in pairs))
        for weight, maker in pairs:
            point -= weight
            if point < 0:
                return maker()
        raise AssertionError

    # ---- declarations ----

    def unit(self):
        self.make_globals()
        for number in range(2 + self.below(4)):
            self.make_functions(number)
        main = self.main()
        functions = [function for group in self.groups for function in group]
        self.random.shuffle(functions)
        return tree.Unit(self.name, self.globals, functions, main, self.show())

    def add_global(self, name, kind, keys=(), **options):
        variable = Variable("%s_%s" % (self.name, name), kind, keys, **options)
        self.globals.append(variable)
        return variable

    def make_globals(self):
        for number in range(2):
            self.add_global("n%d" % number, "long", initial=self.number() if self.one_in(2) else None)
        self.add_global("s0", "string", initial=self.string() if self.one_in(2) else None)
        self.add_global("t0", "stats", histogram=self.histogram())
        for number in range(3 + self.below(2)):
            kind = self.pick(["long", "long", "string"])
            self.add_global("a%d" % number, kind, self.key_types(), **self.size())
        self.add_global("h0", "stats", self.key_types(), histogram=self.histogram(), **self.size())

    def key_types(self):
        return tuple(self.pick(["long", "string"]) for _ in range(self.pick([1, 1, 1, 2, 2, 3, 4])))

    def size(self):
        return self.pick([{}, {}, {"size": 40}, {"size": 2 + self.below(8)},
                          {"size": 1 + self.below(6), "wraps": True}, {"size": 5, "wraps": True}])

    def histogram(self):
        low = self.below(30) - 15
        return self.pick([None, LogHistogram(),
                          LinearHistogram(low, low + 10 + 10 * self.below(9), self.pick([1, 3, 10, 20]))])

    def make_functions(self, number):
        """One function, or several of one name, told apart by arity or by `next`."""
        count = 1 + self.below(4)
        kind = self.pick(["long", "long", "string", "void"])
        types = [self.pick(["long", "long", "string"]) for _ in range(count)]
        alternatives = 2 + self.below(2) if self.has("next") and self.one_in(5) else 1
        self.groups.append(self.alternatives("f%d" % number, kind, types, alternatives))
        if self.has("arity") and alternatives == 1 and self.one_in(4):
            self.groups.append(self.alternatives("f%d" % number, kind, types[1:], 1))

    def alternatives(self, name, kind, types, count):
        """In the order in which they are asked: by rising priority, written in any order."""
        return [self.function(name, kind, types, place + 1 if count > 1 else None, place < count - 1)
                for place in range(count)]

    def function(self, name, kind, types, priority, may_decline):
        is_declared = priority is not None or self.one_in(3)
        parameters = [Variable("p%d" % place, kind_of, declared=is_declared or self.one_in(3))
                      for place, kind_of in enumerate(types)]
        function = tree.Function("%s_%s" % (self.name, name), kind, parameters, is_declared, priority)
        names = Names(parameters, list(self.groups))
        names.function = function
        names.title = name
        function.body = Block(self.function_body(names, function, may_decline), False)
        self.changed[function] = self.changed_by(function)
        return function

    def changed_by(self, function):
        changed = set()
        for node in tree.walk(function.body):
            if isinstance(node, tree.Call):
                changed.update(*[self.changed.get(called, ()) for called in node.functions])
            elif isinstance(getattr(node, "place", None), tree.Element):
                changed.add(node.place.variable)
        return changed

    def function_body(self, names, function, may_decline):
        self.names = names
        body = self.first_assignments()
        # A function that calls itself gets its depth as first parameter, where that is a number.
        is_recursive = (function.parameters and function.parameters[0].type == "long" and
                        function.priority is None and self.one_in(3))
        if is_recursive:
            body += self.recursion(function)
        body += self.statements(2 + self.below(4), 2)
        if may_decline and self.has("arguments"):
            body.insert(self.below(len(body) + 1), self.declining(self.long(1)))
        elif may_decline:
            first = function.parameters[0]
            body.insert(0, self.declining(tree.Binary("<", Name(first), self.leaf(first.type))))
        body.append(self.show_locals())
        if function.type != "void" and not (self.one_in(8) and self.returns_somewhere(body)):
            body.append(tree.Return(self.expression(function.type, 2)))
        return body

    def declining(self, condition):
        return tree.If(condition, Block([tree.Jump("next")], False), None)

    def returns_somewhere(self, body):
        """A function without any return has no result, nor one whose only return stands where the
        translator sees that it is not reached."""
        return any(isinstance(statement, tree.Return) or
                   (isinstance(statement, tree.If) and not isinstance(statement.condition, tree.Number) and
                    self.returns_somewhere(statement.yes.statements))
                   for statement in body)

    def recursion(self, function):
        """if (depth > 0 && depth < 5) what it calls is itself, with depth - 1."""
        depth = function.parameters[0]
        self.names.assignable.remove(depth)
        down = tree.Binary("-", Name(depth), self.plain(1))
        arguments = [down] + [self.expression(parameter.type, 1) for parameter in function.parameters[1:]]
        call = tree.Call([function], arguments)
        statement = Expression(call)
        if function.type != "void":
            statement = Expression(tree.Assign("=", Name(self.local(function.type)), call))
        condition = tree.Binary("&&", tree.Binary(">", Name(depth), self.plain(0)),
                                tree.Binary("<", Name(depth), self.plain(5)))
        return [tree.If(condition, Block([statement], False), None)]

    def main(self):
        self.names = Names([], list(self.groups))
        self.names.is_guarded = True
        body = self.first_assignments() + self.statements(8 + self.below(6), 3)
        body += [statement for group in self.groups for statement in self.called(group)]
        body.append(self.show_locals())
        message = self.local("string")
        self.names.is_guarded = False
        print_message = self.report("caught", message)
        return Block([tree.Try(Block(body, False), message, Block([print_message], False))], False)

    def called(self, group):
        """Every function is called at least once: an unused one would be dropped."""
        arguments = [self.expression(parameter.type, 1) for parameter in group[0].parameters]
        call = tree.Call(group, arguments)
        if call.type == "void":
            return [Expression(call)]
        return [Expression(tree.Print("println", None, [call]))]

    def show_locals(self):
        """All are read: the translator leaves assignments out that nobody sees, and with them
        errors that their values make."""
        return self.show_values(self.names.title, *[Name(variable) for variable in self.names.readable])

    def report(self, what, *variables):
        return Expression(tree.Print("printdln", " ", [tree.String(what, tree.quoted(what))] +
                                     [Name(variable) for variable in variables]))

    # ---- the handler that shows all globals ----

    def show(self):
        statements = []
        for variable in self.globals:
            if variable.keys:
                statements.append(self.show_array(variable))
            elif variable.type == "stats":
                statements += self.show_statistic(variable.name, Name(variable))
            else:
                statements.append(self.show_values(variable.name + " =", Name(variable)))
        return Block(statements, False)

    def show_values(self, title, *values):
        """By printf, so that all types are known, also of what nobody uses."""
        pieces = [title]
        for value in values:
            pieces += [" ", Directive("s" if value.type == "string" else "d")]
        return Expression(tree.Format("printf", pieces + ["\n"], list(values)))

    def show_array(self, variable):
        names = [Variable("k%d%s" % (place, kind[0]), kind) for place, kind in enumerate(variable.keys)]
        place = tree.Element(variable, [Name(name) for name in names])
        body = [self.show_values(variable.name, *place.keys)]
        if variable.type == "stats":
            body += self.show_statistic("..", place)
        else:
            body.append(self.show_values("=", place))
        return tree.Foreach(None, names, variable, None, 0, "", None, None, Block(body, False))

    def show_statistic(self, title, place):
        def line(operators):
            return self.show_values(title, *[tree.Aggregate(operator, place) for operator in operators])

        variance = ["variance"] if self.has("variance") else []
        filled = [line(["min", "max", "avg"] + variance)]
        if place.variable.histogram:
            filled.append(Expression(tree.Histogram(place)))
        return [line(["count", "sum"]), tree.If(tree.Aggregate("count", place), Block(filled, False), None)]

    # ---- variables ----

    def local(self, kind):
        """A new one."""
        self.names.number += 1
        return self.names.add(Variable("%s%d" % (kind[0], self.names.number), kind))

    def first_assignments(self):
        statements = []
        for kind in ("long", "long", "string"):
            value = self.leaf(kind)
            statements.append(Expression(tree.Assign("=", Name(self.local(kind)), value)))
        return statements

    def scalar(self, kind, candidates):
        """A variable of that type among the candidates and the globals."""
        variables = [variable for variable in candidates if variable.type == kind]
        shared = [variable for variable in self.globals if variable.type == kind and not variable.keys]
        return self.pick(variables) if variables and not self.one_in(3) else self.pick(shared)

    def arrays(self, kind):
        return [variable for variable in self.globals if variable.type == kind and variable.keys]

    def may_change(self, variable):
        """No array may be changed while foreach runs over it, but for being deleted whole."""
        return variable not in self.names.iterated

    def may_call(self, group):
        return not any(variable in self.names.iterated for function in group for variable in self.changed[function])

    def callable(self, kind):
        return [group for group in self.names.functions if group[0].type == kind and self.may_call(group)]

    def place(self, kind, depth):
        """Something that can be assigned to."""
        arrays = [array for array in self.arrays(kind) if self.may_change(array)]
        if arrays and self.one_in(2):
            return self.changed_element(self.pick(arrays), depth)
        return Name(self.scalar(kind, self.names.assignable))

    def changed_element(self, variable, depth):
        """Without the feature `order`, keys that have nothing to do with anything else."""
        if self.has("order"):
            return self.element(variable, depth)
        return tree.Element(variable, [self.number() if kind == "long" else self.string() for kind in variable.keys])

    def element(self, variable, depth):
        return tree.Element(variable, self.key_values(variable, depth))

    def key_values(self, variable, depth):
        return [self.key(kind, depth) for kind in variable.keys]

    def key(self, kind, depth):
        """Few different ones, so that elements are met again."""
        if self.one_in(3):
            return self.number() if kind == "long" else self.string()
        if kind == "long":
            mask = self.plain(self.pick([1, 3, 3, 7]))
            return tree.Binary("&", self.expression("long", depth - 1), mask)
        if self.one_in(3):
            return self.expression("string", depth - 1)
        arguments = [self.expression("string", depth - 1), self.plain(self.below(2)), self.plain(self.below(3))]
        return tree.Library("substr", "string", arguments)

    def statistic(self, depth):
        arrays = [array for array in self.arrays("stats") if self.may_change(array)]
        if arrays and self.one_in(2):
            return self.changed_element(self.pick(arrays), depth)
        return Name(self.scalar("stats", []))

    # ---- expressions ----

    def plain(self, number):
        return tree.Number(number, str(number))

    def number(self):
        value = self.pick(NUMBERS) if self.one_in(2) else self.below(10)
        if self.one_in(4):
            return tree.Number(-value, "-%d" % value)
        if value and self.one_in(4):
            return tree.Number(value, self.pick(["0x%x", "0%o", "0x%X"]) % value)
        if self.one_in(40):
            return tree.Number(-2**63, "0x8000000000000000")
        return self.plain(value)

    def string(self):
        value = self.pick(STRINGS)
        if len(value) > 1 and self.one_in(8):
            cut = 1 + self.below(len(value) - 1)
            return tree.String(value, tree.quoted(value[:cut]) + " " + tree.quoted(value[cut:]))
        if value == "A":
            return tree.String(value, self.pick(['"\\101"', '"\\x41"', '"A"']))
        return tree.String(value, tree.quoted(value))

    def leaf(self, kind):
        if self.one_in(3):
            return self.number() if kind == "long" else self.string()
        return Name(self.scalar(kind, self.names.readable))

    def expression(self, kind, depth):
        return self.long(depth) if kind == "long" else self.text(depth)

    def long(self, depth):
        if depth <= 0:
            return self.leaf("long")
        smaller = depth - 1
        return self.weighted(
            (4, lambda: self.leaf("long")),
            (6, lambda: tree.Binary(self.pick(NUMBER_OPERATORS), self.long(smaller), self.long(smaller))),
            (2, lambda: self.division(smaller)),
            (3, lambda: self.comparison(smaller)),
            (2, lambda: tree.Binary(self.pick(["&&", "||"]), self.long(smaller), self.long(smaller))),
            (2, lambda: tree.Unary(self.pick("-!~+"), self.long(smaller))),
            (2, lambda: tree.Ternary(self.long(smaller), self.long(smaller), self.long(smaller))),
            (3, lambda: self.element(self.pick(self.arrays("long")), smaller)
             if self.arrays("long") else self.leaf("long")),
            (2, lambda: self.membership(smaller)),
            (2, lambda: self.library_number(smaller)),
            (2, lambda: self.aggregate(smaller)),
            (2, lambda: self.call("long", smaller)),
            (1, lambda: self.assignment("long", smaller)),
            (2, lambda: self.increment(smaller)),
            (2 if self.has("match") else 0, lambda: self.match(smaller)))

    def text(self, depth):
        if depth <= 0:
            return self.leaf("string")
        smaller = depth - 1
        return self.weighted(
            (4, lambda: self.leaf("string")),
            (5, lambda: tree.Binary(".", self.text(smaller), self.text(smaller))),
            (2, lambda: tree.Ternary(self.long(smaller), self.text(smaller), self.text(smaller))),
            (3, lambda: self.element(self.pick(self.arrays("string")), smaller)
             if self.arrays("string") else self.leaf("string")),
            (2, lambda: tree.Library("substr", "string", [self.text(smaller), self.position(smaller),
                                                          self.position(smaller)])),
            (2, lambda: self.format("sprintf", smaller)),
            (1, lambda: self.print(self.pick(["s" + name for name in PRINTS]), smaller)),
            (2, lambda: self.call("string", smaller)),
            (1, lambda: self.assignment("string", smaller)))

    def position(self, depth):
        """Mostly one that is in the text, or nearly."""
        if self.one_in(3):
            return self.long(depth)
        return tree.Number(-1, "-1") if self.one_in(8) else self.plain(self.below(12))

    def division(self, depth):
        """By something that is never 0, unless it may fail here."""
        right = self.long(depth)
        may_fail = self.one_in(4) if self.names.is_guarded else self.one_in(30)
        if not may_fail:
            right = tree.Binary("|", right, self.plain(self.pick([1, 2, 8])))
        return tree.Binary(self.pick("/%"), self.long(depth), right)

    def comparison(self, depth):
        kind = self.pick(["long", "long", "string"])
        operator = self.pick(["==", "!=", "<", "<=", ">", ">="])
        return tree.Binary(operator, self.expression(kind, depth), self.expression(kind, depth))

    def match(self, depth):
        parts = [self.pick(PATTERN_PARTS) + self.pick(["", "", "*", "+", "?", "{1,2}"])
                 for _ in range(1 + self.below(4))]
        pattern = self.pick(["", "", "^"]) + "".join(parts) + self.pick(["", "", "$"])
        return tree.Match(self.pick(["=~", "!~"]), self.text(depth), pattern)

    def membership(self, depth):
        variable = self.pick([variable for variable in self.globals if variable.keys])
        keys = self.key_values(variable, depth)
        if self.has("slice") and self.one_in(4):
            keys[self.below(len(keys))] = None
        return tree.In(keys, variable)

    def library_number(self, depth):
        return self.weighted(
            (1, lambda: tree.Library("strlen", "long", [self.text(depth)])),
            (1, lambda: tree.Library("isinstr", "long", [self.text(depth), self.text(depth)])),
            (1, lambda: tree.Library("strtol", "long", [self.text(depth), self.base()])))

    def base(self):
        return self.plain(self.pick([0, 8, 10, 10, 16, 16, 36, 2, 1, 37]))

    def aggregate(self, depth):
        operators = ["count", "sum", "min", "max", "avg"] + ["variance"] * self.has("variance")
        operator = self.pick(operators)
        place = self.statistic(0)
        if place.variable.histogram and self.has("bucket") and self.one_in(3):
            return self.filled_only(place, tree.Bucket(place, self.bucket(place.variable.histogram)))
        node = tree.Aggregate(operator, place)
        if operator in ("count", "sum") or (self.names.is_guarded and self.one_in(3)):
            return node
        return self.filled_only(place, node)

    def bucket(self, histogram):
        return self.plain(self.below(histogram.size()) if histogram.call else 58 + self.below(20))

    def filled_only(self, place, node):
        return tree.Ternary(tree.Aggregate("count", place), node, self.number())

    def call(self, kind, depth):
        groups = self.callable(kind)
        if not groups:
            return self.leaf(kind)
        group = self.pick(groups)
        return tree.Call(group, [self.expression(parameter.type, depth) for parameter in group[0].parameters])

    def assignment(self, kind, depth):
        place = self.place(kind, depth)
        if kind == "string":
            return tree.Assign(self.pick(["=", "."]), place, self.text(depth))
        if self.one_in(6) and (self.has("fault") or isinstance(place, Name)):
            value = self.division(depth)
            return tree.Assign(value.operator, place, value.right)
        return tree.Assign(self.pick(["=", "="] + NUMBER_OPERATORS), place, self.long(depth))

    def increment(self, depth):
        return tree.Increment(self.pick(["++", "--"]), self.one_in(2), self.place("long", depth))

    # ---- printing ----

    def print(self, name, depth):
        delimiter = self.pick([" ", ",", "", "--"]) if "printd" in name else None
        count = self.below(3) + (1 if delimiter is None else 2)
        arguments = [self.expression(self.pick(["long", "string"]), depth) for _ in range(count)]
        return tree.Print(name, delimiter, arguments)

    def format(self, name, depth):
        """%c and %b only where a NUL does not end the string."""
        pieces, arguments = [], []
        for _ in range(1 + self.below(4)):
            directive = self.directive(name)
            types = directive.argument_types()
            pieces += [self.pick(["[", " ", "x=", "|", "%%"]).replace("%%", ", "), directive]
            arguments += [self.size_argument() for _ in types[:-1]]
            arguments += [self.format_argument(directive, kind, depth) for kind in types[-1:]]
        return tree.Format(name, pieces + ["]" if self.one_in(2) else "\n"], arguments)

    def directive(self, name):
        conversion = self.pick(ERROR_FREE_DIRECTIVES + ["c", "%"] + ["b"] * (name == "printf"))
        if conversion == "%":
            return Directive("%")
        if conversion == "b":
            return Directive("b", "", self.pick([None, 1, 2, 4, 8]))
        flags = "".join(self.random.sample("#0-+ ", self.pick([0, 0, 0, 1, 1, 2])))
        width = self.pick([None, None, "*", 1 + self.below(20)])
        precision = self.pick([None, None, None, "*", self.below(12)]) if conversion not in "pc" else None
        return Directive(conversion, flags, width, precision)

    def size_argument(self):
        return self.number_of(self.below(25) - 6)

    def number_of(self, value):
        return tree.Number(value, str(value))

    def format_argument(self, directive, kind, depth):
        if directive.conversion != "c":
            return self.expression(kind, depth)
        return tree.Binary("+", self.plain(33), tree.Binary("&", self.long(depth), self.plain(63)))

    # ---- statements ----

    def statements(self, count, depth):
        statements = []
        for _ in range(count):
            statements += self.statement(depth)
        return statements

    def block(self, depth):
        """A body; no new local of it is used outside."""
        return Block(self.statements(1 + self.below(3), depth - 1), self.one_in(3))

    def statement(self, depth):
        """A list of statements that belong together."""
        nested = 1 if depth > 0 else 0
        return self.weighted(
            (6, lambda: [Expression(self.assignment(self.pick(["long", "long", "string"]), 3))]),
            (2, lambda: [Expression(self.increment(2))]),
            (4, lambda: [Expression(tree.Include(self.statistic(1), self.included()))]),
            (3, lambda: [Expression(self.format("printf", 2))]),
            (3, lambda: [Expression(self.print(self.pick(PRINTS), 2))]),
            (1, lambda: self.void_call()),
            (2, lambda: [self.delete()]),
            (1, lambda: self.fill()),
            (1, self.leave),
            (1, self.histogram_picture),
            (4 * nested, lambda: [self.branch(depth)]),
            (3 * nested, lambda: self.loop(depth)),
            (4 * nested, lambda: [self.foreach(depth)]),
            (3 * nested, lambda: [self.try_block(depth)]))

    def included(self):
        """Small, so that sums of squares do not wrap."""
        return tree.Binary("%", self.long(2), self.plain(self.pick([5, 40, 1000])))

    def void_call(self):
        groups = self.callable("void")
        if not groups:
            return [Expression(self.print("println", 2))]
        group = self.pick(groups)
        return [Expression(tree.Call(group, [self.long(2) if parameter.type == "long" else self.text(2)
                                             for parameter in group[0].parameters]))]

    def delete(self):
        variable = self.pick(self.globals)
        if not variable.keys or not self.may_change(variable) or self.one_in(10):
            return tree.Delete(Name(variable))
        keys = self.key_values(variable, 1)
        if self.has("slice") and self.one_in(3):
            keys[self.below(len(keys))] = None
        return tree.Delete(tree.Element(variable, keys))

    def fill(self):
        """Several elements at once, so that foreach has something to sort."""
        variables = [array for array in self.arrays("long") + self.arrays("string") if self.may_change(array)]
        if not variables:
            return [Expression(self.increment(1))]
        variable = self.pick(variables)
        return [Expression(tree.Assign("=", self.changed_element(variable, 1), self.leaf(variable.type)))
                for _ in range(4)]

    def leave(self):
        """break, continue, return, error(): under a condition, so that there is life behind it."""
        makers = []
        if self.names.loops:
            makers += [lambda: tree.Jump("break"), lambda: tree.Jump("continue")]
        if self.names.function:
            makers.append(self.return_now)
        if self.names.is_guarded or self.one_in(4):
            makers.append(lambda: Expression(tree.Error(self.text(1))))
        if not makers:
            return [Expression(self.increment(1))]
        return [tree.If(self.long(2), Block([self.pick(makers)()], False), None)]

    def return_now(self):
        kind = self.names.function.type
        return tree.Return(None if kind == "void" else self.expression(kind, 2))

    def histogram_picture(self):
        place = self.statistic(0)
        if not place.variable.histogram:
            return [Expression(tree.Print("println", None, [self.aggregate(1)]))]
        return [tree.If(tree.Aggregate("count", place), Block([Expression(tree.Histogram(place))], False), None)]

    def branch(self, depth):
        condition = self.number() if self.one_in(10) else self.long(3)
        return tree.If(condition, self.block(depth), self.block(depth) if self.one_in(2) else None)

    def looped(self, depth):
        self.names.loops += 1
        body = self.block(depth)
        self.names.loops -= 1
        return body

    def loop(self, depth):
        """A counter from `first` on, `turns` times, in one of the forms of a loop."""
        counter = self.local("long")
        self.names.assignable.remove(counter)
        turns, first = 1 + self.below(6), self.below(10) - 5
        body = self.looped(depth)
        start = tree.Assign("=", Name(counter), self.number_of(first))
        up = tree.Increment("++", self.one_in(2), Name(counter))
        below_end = tree.Binary("<", Name(counter), self.number_of(first + turns))
        if self.one_in(3):
            return [Expression(start), tree.While(tree.Binary("<", up, self.number_of(first + turns)), body)]
        if self.one_in(3):
            stop = tree.If(tree.Unary("!", below_end), Block([tree.Jump("break")], False), None)
            return [tree.For(start, None, up, Block([stop] + body.statements, False))]
        step = self.pick([up, tree.Assign("+", Name(counter), self.plain(2))])
        return [tree.For(start, below_end, step, body)]

    def foreach(self, depth):
        variable = self.pick([variable for variable in self.globals if variable.keys])
        names = [self.local(kind) for kind in variable.keys]
        value = None
        if variable.type != "stats" and self.one_in(2):
            value = self.local(variable.type)
        column, direction, operator = self.sorting(variable, bool(value))
        limit = self.number_of(self.below(6) - 1) if self.one_in(3) else None
        pattern = self.slice(variable)
        self.names.iterated.append(variable)
        body = self.looped(depth)
        self.names.iterated.pop()
        if self.one_in(2):
            body.statements.insert(0, self.report(variable.name, *(names + ([value] if value else []))))
        return tree.Foreach(value, names, variable, pattern, column, direction, operator, limit, body)

    def sorting(self, variable, has_value):
        """Column, direction and statistic."""
        if self.one_in(3):
            return 0, "", None
        column = self.below(len(variable.keys) + 1)
        operator = None
        if column == 0 and variable.type == "stats" and self.one_in(2):
            operator = self.pick(["count", "sum", "min", "max", "avg"])
        return column, self.pick("+-"), operator

    def slice(self, variable):
        if not self.has("slice") or not self.one_in(3):
            return None
        keys = self.key_values(variable, 1)
        keys[self.below(len(keys))] = None
        return keys

    def try_block(self, depth):
        was_guarded, self.names.is_guarded = self.names.is_guarded, True
        body = self.block(depth)
        self.names.is_guarded = was_guarded
        message = self.local("string") if self.one_in(2) else None
        handler = self.block(depth)
        if message:
            handler.statements.insert(0, self.report("caught", message))
        return tree.Try(body, message, handler)


def unit_of(seed, name, features):
    """The unit of that name and seed: the first attempt that does not run too long."""
    for attempt in range(1000):
        unit = Generator("%s/%s/%d" % (seed, name, attempt), name, features).unit()
        try:
            interpret.output_of(unit)
        except interpret.TooLong:
            continue
        return unit
    raise AssertionError("no attempt for unit %s of seed %s ends in time" % (name, seed))
