# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference interpreter: what a random program must print.

Walks the tree of tree.py. Every rule of the language that a program can notice stands at the
method that follows it, in a comment; what operators and formats do is in values.py. Nothing of
the translator or the runtime is used, so that both are checked against the rules alone.
"""

import re

import tree
import values
from values import ScriptError

STRING_BYTES = 63  # MAXSTRINGLEN - 1
MAP_ENTRIES = 64  # MAXMAPENTRIES
MOST_STEPS = 20000
MOST_OUTPUT = 20000
MOST_CALLS = 10  # within each other: MAXNESTING bounds those of functions that call themselves


class TooLong(Exception):
    """The program runs or prints more than is good for a test."""


class Jump(Exception):
    """break, continue or next on its way to whom it concerns."""

    def __init__(self, word):
        Exception.__init__(self)
        self.word = word


class Returned(Exception):
    def __init__(self, value):
        Exception.__init__(self)
        self.value = value


NEW_VALUES = {"long": int, "string": str, "stats": values.Statistic, "void": lambda: None}


def cut(text):
    """Strings are cut at MAXSTRINGLEN - 1 bytes."""
    return text[:STRING_BYTES]


def new_global(variable):
    """0, "", or an empty statistic, unless there is an initial value."""
    new_value = NEW_VALUES[variable.type]
    if variable.keys:
        size = MAP_ENTRIES if variable.size is None else variable.size
        return values.Array(variable.name, new_value, size, variable.wraps)
    return variable.initial.value if variable.initial else new_value()


class Interpreter:
    def __init__(self, unit):
        self.unit = unit
        self.globals = {variable: new_global(variable) for variable in unit.variables}
        self.locals = {}
        self.steps = 0
        self.depth = 0
        self.length = 0
        self.out = []

    def run(self):
        """All that the unit prints. TooLong if that is too much; any other exception is a mistake
        of the generator."""
        self.print(self.unit.marker())
        self.handler(self.unit.main)
        self.handler(self.unit.show)
        return "".join(self.out)

    def handler(self, body):
        """`next` leaves a handler."""
        self.locals = {}
        try:
            self.execute(body)
        except Jump as jump:
            assert jump.word == "next"

    def print(self, text):
        self.out.append(text)
        self.length += len(text)
        if self.length > MOST_OUTPUT:
            raise TooLong()

    def step(self):
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooLong()

    # ---- places: variables and elements ----

    def load(self, variable):
        if variable in self.globals:
            return self.globals[variable]
        return self.locals.get(variable, NEW_VALUES[variable.type]())

    def store(self, variable, value):
        if variable in self.globals:
            self.globals[variable] = value
        else:
            self.locals[variable] = value

    def keys_of(self, place):
        """The keys of a place, None for a variable. A key None stands for `*`."""
        if isinstance(place, tree.Name):
            return None
        return self.pattern(place.keys)

    def pattern(self, keys):
        """Keys are evaluated from left to right."""
        return tuple(None if key is None else self.value(key) for key in keys)

    def read(self, place, keys):
        content = self.load(place.variable)
        return content if keys is None else content.read(keys)

    def write(self, place, keys, value):
        """Assignment makes an absent element, but keeps an element's place in the order."""
        if keys is None:
            self.store(place.variable, value)
        else:
            self.load(place.variable).make(keys).value = value

    # ---- expressions ----

    def value(self, node):
        """Operands are evaluated from left to right: what one changes, only later ones see."""
        self.step()
        return getattr(self, "value_" + type(node).__name__)(node)

    def all_values(self, nodes):
        return [self.value(node) for node in nodes]

    def value_Number(self, node):
        return node.value

    def value_String(self, node):
        return node.value

    def value_Name(self, node):
        return self.load(node.variable)

    def value_Element(self, node):
        """Reading does not make an element."""
        return self.read(node, self.keys_of(node))

    def value_Unary(self, node):
        return values.UNARY_OPERATORS[node.operator](self.value(node.operand))

    def value_Binary(self, node):
        if node.operator in ("&&", "||"):
            return self.short_cut(node)
        left = self.value(node.left)
        return self.operate(node.operator, left, self.value(node.right))

    def operate(self, operator, left, right):
        if operator == ".":
            return cut(left + right)
        if operator in values.COMPARISONS:
            return values.COMPARISONS[operator](left, right)
        return values.NUMBER_OPERATORS[operator](left, right)

    def short_cut(self, node):
        """The right side only where the left one does not decide; 0 or 1."""
        if bool(self.value(node.left)) == (node.operator == "||"):
            return int(node.operator == "||")
        return int(self.value(node.right) != 0)

    def value_Match(self, node):
        """Whether the pattern is found anywhere in the text. `.` is any byte, `$` only the end."""
        pattern = node.pattern.replace("$", r"\Z")
        found = re.search(pattern, self.value(node.subject), re.DOTALL) is not None
        return int(found == (node.operator == "=~"))

    def value_Ternary(self, node):
        """Only one side is evaluated."""
        return self.value(node.yes if self.value(node.condition) else node.no)

    def value_Assign(self, node):
        """From left to right: keys, then the value. What a compound assignment changes is read
        last. An error leaves the place as it was. The result is what was assigned."""
        keys = self.keys_of(node.place)
        value = self.value(node.value)
        if node.operator != "=":
            value = self.operate(node.operator, self.read(node.place, keys), value)
        self.write(node.place, keys, value)
        return value

    def value_Include(self, node):
        keys = self.keys_of(node.place)
        value = self.value(node.value)
        content = self.load(node.place.variable)
        statistic = content if keys is None else content.make(keys).value
        statistic.values.append(value)

    def value_Increment(self, node):
        """The new value in front, the old one behind."""
        keys = self.keys_of(node.place)
        old = self.read(node.place, keys)
        new = values.wrap(old + (1 if node.operator == "++" else -1))
        self.write(node.place, keys, new)
        return new if node.is_prefix else old

    def value_In(self, node):
        """`*` is any key."""
        return int(bool(self.load(node.variable).matching(self.pattern(node.keys))))

    def value_Library(self, node):
        return values.LIBRARY[node.name](*self.all_values(node.arguments))

    def value_Error(self, node):
        raise ScriptError(self.value(node.message))

    def value_Print(self, node):
        """All arguments are evaluated before anything is printed. A string that is the result is
        cut, what is printed is not."""
        texts = [str(value) for value in self.all_values(node.arguments)]
        text = (node.delimiter or "").join(texts) + ("\n" if node.name.endswith("ln") else "")
        return cut(text) if node.type == "string" else self.print(text)

    def value_Format(self, node):
        text = values.format_text(node.pieces, self.all_values(node.arguments))
        return cut(text) if node.type == "string" else self.print(text)

    def value_Aggregate(self, node):
        return self.read(node.place, self.keys_of(node.place)).number(node.operator)

    def value_Histogram(self, node):
        statistic = self.read(node.place, self.keys_of(node.place))
        self.print(values.draw_histogram(statistic, node.place.variable.histogram))

    def value_Bucket(self, node):
        statistic = self.read(node.place, self.keys_of(node.place))
        return statistic.buckets(node.place.variable.histogram)[self.value(node.number)]

    # ---- functions ----

    def value_Call(self, node):
        """Arguments are copies, evaluated from left to right. A function that leaves by `next`
        passes the call, with the same arguments, to the next one of its name."""
        arguments = self.all_values(node.arguments)
        for function in node.functions:
            try:
                return self.call(function, arguments)
            except Jump as jump:
                assert jump.word == "next"
        raise ScriptError("all functions '%s' exhausted" % node.functions[0].name)

    def call(self, function, arguments):
        """Locals begin as 0 and ""; so does the result of a function that ends without return."""
        callers = self.locals
        self.locals = dict(zip(function.parameters, arguments))
        self.depth += 1
        if self.depth > MOST_CALLS:
            raise TooLong()
        try:
            self.execute(function.body)
        except Returned as returned:
            return returned.value
        finally:
            self.locals = callers
            self.depth -= 1
        return NEW_VALUES[function.type]()

    # ---- statements ----

    def execute(self, node):
        self.step()
        getattr(self, "execute_" + type(node).__name__)(node)

    def execute_Expression(self, node):
        self.value(node.value)

    def execute_Block(self, node):
        for statement in node.statements:
            self.execute(statement)

    def execute_If(self, node):
        if self.value(node.condition):
            self.execute(node.yes)
        elif node.no:
            self.execute(node.no)

    def goes_on(self, body):
        """One turn of a loop: False after `break`."""
        try:
            self.execute(body)
        except Jump as jump:
            if jump.word == "next":
                raise
            return jump.word == "continue"
        return True

    def execute_While(self, node):
        while self.value(node.condition) and self.goes_on(node.body):
            pass

    def execute_For(self, node):
        """`continue` goes to the step; no condition is a true one."""
        if node.initial:
            self.value(node.initial)
        while (not node.condition or self.value(node.condition)) and self.goes_on(node.body):
            if node.step:
                self.value(node.step)

    def execute_Foreach(self, node):
        """What is visited, and in which order, is decided at the start. Elements deleted since
        are passed over. A limit of 0 or below lets nothing in. The variables keep what they had
        last."""
        array = self.load(node.variable)
        pattern = self.pattern(node.pattern or [None] * len(node.names))
        limit = max(self.value(node.limit), 0) if node.limit else None
        order = self.foreach_order(node, array, array.matching(pattern))[:limit]
        cells = [array.cells[keys] for keys in order]
        for keys, cell in zip(order, cells):
            if array.cells.get(keys) is not cell:
                continue
            self.foreach_variables(node, keys, cell)
            if not self.goes_on(node.body):
                break

    def foreach_variables(self, node, keys, cell):
        for name, key in zip(node.names, keys):
            self.store(name, key)
        if node.value:
            self.store(node.value, cell.value)

    def foreach_order(self, node, array, order):
        """By insertion, or sorted by a key, by value or by a number of a statistic (its count, if
        none is named), where equals stay in the order of their insertion, up and down."""
        def by(keys):
            if node.column:
                return keys[node.column - 1]
            value = array.cells[keys].value
            return value.sort_key(node.operator or "count") if node.variable.type == "stats" else value

        if not node.direction:
            return order
        return sorted(order, key=by, reverse=node.direction == "-")

    def execute_Return(self, node):
        raise Returned(self.value(node.value) if node.value else None)

    def execute_Jump(self, node):
        raise Jump(node.word)

    def execute_Delete(self, node):
        """Of an element or all that match a pattern, of a whole array, of a variable: it is then
        0, "" or empty. Deleting what is not there is no error."""
        keys = self.keys_of(node.place)
        variable = node.place.variable
        if keys is not None:
            array = self.load(variable)
            for found in array.matching(keys):
                del array.cells[found]
        elif variable.keys:
            self.load(variable).cells.clear()
        else:
            self.store(variable, NEW_VALUES[variable.type]())

    def execute_Try(self, node):
        """What was done before the error stays done. An error in the handler goes on outwards."""
        try:
            self.execute(node.body)
        except ScriptError as error:
            message = cut(str(error))
        else:
            return
        if node.variable:
            self.store(node.variable, message)
        self.execute(node.handler)


def output_of(unit):
    return Interpreter(unit).run()
