# SPDX-License-Identifier: GPL-2.0-or-later
"""The values of the script language, and what its operators and library functions make of them.

Numbers are ints from -2^63 to 2^63 - 1, strings are strs of one character per byte, without NUL.
Written from docs/LANGUAGE.md, docs/TAPSETS.md and the comment of include/format.h alone, and
with Python's unbounded numbers, so that it errs in other ways than what it is compared with.
Used by interpret.py.
"""

MOST = 2**63 - 1
LEAST = -(2**63)


class ScriptError(Exception):
    """A run-time error of the script, with the message that a catch block gets."""


# ---- numbers ----


def wrap(number):
    """Numbers have 64 bits and wrap."""
    return (number - LEAST) % 2**64 + LEAST


def divide(left, right):
    """Towards zero; the least number by -1 wraps to itself."""
    if right == 0:
        raise ScriptError("division by 0")
    quotient = abs(left) // abs(right)
    return wrap(quotient if (left < 0) == (right < 0) else -quotient)


def modulo(left, right):
    """What divide() leaves over: it has the sign of the left side."""
    if right == 0:
        raise ScriptError("division by 0")
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


# Shifts look at the low six bits of their right side; >> keeps the sign.
NUMBER_OPERATORS = {
    "+": lambda left, right: wrap(left + right),
    "-": lambda left, right: wrap(left - right),
    "*": lambda left, right: wrap(left * right),
    "/": divide,
    "%": modulo,
    "<<": lambda left, right: wrap(left << (right & 63)),
    ">>": lambda left, right: left >> (right & 63),
    "&": lambda left, right: left & right,
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
}

# Numbers by value, strings by bytes: Python's order is both.
COMPARISONS = {
    "==": lambda left, right: int(left == right),
    "!=": lambda left, right: int(left != right),
    "<": lambda left, right: int(left < right),
    "<=": lambda left, right: int(left <= right),
    ">": lambda left, right: int(left > right),
    ">=": lambda left, right: int(left >= right),
}

UNARY_OPERATORS = {
    "+": lambda operand: operand,
    "-": lambda operand: wrap(-operand),
    "~": lambda operand: ~operand,
    "!": lambda operand: int(operand == 0),
}


# ---- strings ----


def substr(text, start, length):
    """Nothing where start or length make no sense, else as many bytes as there are."""
    if start < 0 or length <= 0:
        return ""
    return text[start:start + length]


def digit_value(character):
    place = "0123456789abcdefghijklmnopqrstuvwxyz".find(character.lower())
    return place if place >= 0 else 99


def split_prefix(text, base):
    """0x belongs to base 16 if a digit follows; base 0 is decided by the prefix, as in C."""
    has_prefix = text[:2] in ("0x", "0X") and digit_value(text[2:3] or " ") < 16
    if base == 0:
        base = 16 if has_prefix else 8 if text.startswith("0") else 10
    return (text[2:] if has_prefix and base == 16 else text), base


def strtol(text, base):
    """The number that the text begins with, behind blanks and a sign; it wraps."""
    if base < 0 or base == 1 or base > 36:
        return 0
    text = text.lstrip(" \t\n\v\f\r")
    is_negative = text.startswith("-")
    if text[:1] in ("-", "+"):
        text = text[1:]
    text, base = split_prefix(text, base)
    number = 0
    for character in text:
        if digit_value(character) >= base:
            break
        number = number * base + digit_value(character)
    return wrap(-number if is_negative else number)


LIBRARY = {
    "strlen": len,
    "substr": substr,
    "isinstr": lambda text, part: int(part in text),
    "strtol": strtol,
}


# ---- printf ----


class Directive:
    """One % of a format. Width and precision are ints, "*" to come with the arguments, or None."""

    def __init__(self, conversion, flags="", width=None, precision=None):
        self.conversion = conversion
        self.flags = flags
        self.width = width
        self.precision = precision

    def text(self):
        width = "" if self.width is None else str(self.width)
        precision = "" if self.precision is None else "." + str(self.precision)
        return "%" + self.flags + width + precision + self.conversion

    def argument_types(self):
        """The types of what it takes: the value of each *, then its own."""
        stars = ["long" for size in (self.width, self.precision) if size == "*"]
        if self.conversion == "%":
            return stars
        return stars + ["string" if self.conversion == "s" else "long"]


def pad(directive, text):
    return text.ljust(directive.width or 0) if "-" in directive.flags else text.rjust(directive.width or 0)


def number_prefix(directive, number):
    """A sign for signed numbers, 0x where it is asked for: %#x does not want one before 0."""
    if directive.conversion in "di":
        if number < 0:
            return "-"
        return "+" if "+" in directive.flags else " " if " " in directive.flags else ""
    if directive.conversion == "p":
        return "0x"
    if directive.conversion in "xX" and "#" in directive.flags and number:
        return "0" + directive.conversion
    return ""


def number_digits(conversion, number):
    """Without leading zeros: none at all for 0. All but d and i see 64 bits without a sign."""
    number = abs(number) if conversion in "di" else number % 2**64
    spelling = {"o": "o", "x": "x", "X": "X", "p": "x"}.get(conversion, "d")
    return format(number, spelling) if number else ""


def format_number(directive, number):
    """The precision is the least number of digits (1 without one); flag 0 fills up to the width
    unless there is a precision or a flag -; # gives an octal number a 0 in front."""
    prefix = number_prefix(directive, number)
    digits = number_digits(directive.conversion, number)
    digits = digits.rjust(1 if directive.precision is None else directive.precision, "0")
    if directive.conversion == "o" and "#" in directive.flags and not digits.startswith("0"):
        digits = "0" + digits
    if "0" in directive.flags and "-" not in directive.flags and directive.precision is None:
        digits = digits.rjust((directive.width or 0) - len(prefix), "0")
    return pad(directive, prefix + digits)


def format_binary(directive, number):
    """%b: the low bytes as the machine (little-endian here) stores them, 8 unless the width is
    1, 2 or 4."""
    size = directive.width if directive.width in (1, 2, 4) else 8
    return (number % 2**64).to_bytes(8, "little")[:size].decode("latin-1")


def with_stars(directive, arguments):
    """The directive with its * filled in, and the arguments left. A negative width adjusts to the
    left, a negative precision is none."""
    flags, width, precision = directive.flags, directive.width, directive.precision
    if width == "*":
        width, arguments = arguments[0], arguments[1:]
        if width < 0:
            flags, width = flags + "-", -width
    if precision == "*":
        precision, arguments = arguments[0], arguments[1:]
        if precision < 0:
            precision = None
    return Directive(directive.conversion, flags, width, precision), arguments


def format_directive(directive, arguments):
    """The text of a directive, and the arguments left."""
    directive, arguments = with_stars(directive, arguments)
    if directive.conversion == "%":
        return "%", arguments
    value, arguments = arguments[0], arguments[1:]
    if directive.conversion == "s":
        return pad(directive, value[:directive.precision]), arguments
    if directive.conversion == "c":
        return pad(directive, chr(value % 256)), arguments
    if directive.conversion == "b":
        return format_binary(directive, value), arguments
    return format_number(directive, value), arguments


def format_text(pieces, arguments):
    """printf: pieces are literal strings and directives."""
    out = []
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
        else:
            text, arguments = format_directive(piece, arguments)
            out.append(text)
    assert not arguments
    return "".join(out)


# ---- statistics ----


class Statistic:
    """What <<< has added, all of it."""

    def __init__(self):
        self.values = []

    def number(self, operator):
        """@count, @sum ...: the value; @min, @max, @avg of nothing are errors, all others 0."""
        values = self.values
        if operator == "count":
            return len(values)
        if operator == "sum":
            return wrap(sum(values))
        if operator == "variance":
            return self.variance()
        if not values:
            raise ScriptError("empty aggregate")
        if operator == "avg":
            return divide(wrap(sum(values)), len(values))
        return min(values) if operator == "min" else max(values)

    def sort_key(self, operator):
        """What foreach sorts by."""
        return self.number(operator) if self.values else 0

    def variance(self):
        """Unbiased: squares of the distances from the mean, by one less than there are; exact,
        then rounded down."""
        count, values = len(self.values), self.values
        if count < 2:
            return 0
        return (count * sum(v * v for v in values) - sum(values)**2) // (count * (count - 1))

    def buckets(self, histogram):
        """How many values each bucket of the histogram has."""
        counts = [0] * histogram.size()
        for value in self.values:
            counts[histogram.bucket(value)] += 1
        return counts


class LogHistogram:
    """Bucket 64 counts zeros, 64 + n what has n bits, 64 - n the same of negative numbers. Its
    label is the number in the bucket that is nearest to zero."""

    call = ""

    def __eq__(self, other):
        return isinstance(other, LogHistogram)

    def size(self):
        return 129

    def bucket(self, value):
        bits = abs(value).bit_length()
        return 64 + bits if value >= 0 else 64 - bits

    def label(self, bucket):
        if bucket == 64:
            return "0"
        return str(2**(bucket - 65) if bucket > 64 else -(2**(63 - bucket)))

    def first_row(self, filled):
        """Rows of negative numbers are shown only where there are negative numbers."""
        return 0 if filled < 64 else 64


class LinearHistogram:
    """A bucket for what is below `low`, buckets of `step` numbers each, and one for what is above
    `high`."""

    def __init__(self, low, high, step):
        self.low, self.high, self.step = low, high, step
        self.call = ", %d, %d, %d" % (low, high, step)

    def size(self):
        return (self.high - self.low) // self.step + 3

    def bucket(self, value):
        if value < self.low:
            return 0
        if value > self.high:
            return self.size() - 1
        return (value - self.low) // self.step + 1

    def label(self, bucket):
        if bucket == 0:
            return "<%d" % self.low
        if bucket == self.size() - 1:
            return ">%d" % self.high
        return str(self.low + (bucket - 1) * self.step)

    def first_row(self, filled):
        """The row for what is below is shown only when something is."""
        return 0 if filled == 0 else 1


ROWS_AROUND = 2
BAR_WIDTH = 50


def shown_rows(histogram, counts):
    """Filled buckets and two on each side; the row for what is above all only when filled."""
    filled = [bucket for bucket, count in enumerate(counts) if count]
    last = len(counts) - (0 if counts[-1] else 1)
    return [bucket for bucket in range(histogram.first_row(filled[0]), last)
            if any(abs(bucket - other) <= ROWS_AROUND for other in filled)]


def draw_histogram(statistic, histogram):
    """The picture that print(@hist_...) makes; nothing for an empty statistic. A bar has at most
    50 @, each for as many values as that needs; ~ stands for rows left out."""
    counts = statistic.buckets(histogram)
    if not statistic.values:
        return ""
    rows = shown_rows(histogram, counts)
    label_width = max([len("value")] + [len(histogram.label(row)) for row in rows])
    count_width = len(str(max(counts)))
    scale = max(counts) // (BAR_WIDTH + 1) + 1
    lines = ["%*s |%s count" % (label_width, "value", "-" * BAR_WIDTH)]
    for place, row in enumerate(rows):
        if place and row != rows[place - 1] + 1:
            lines.append(" " * label_width + " ~")
        bar = "@" * (counts[row] // scale)
        lines.append("%*s |%-*s %*d" % (label_width, histogram.label(row), BAR_WIDTH, bar, count_width,
                                        counts[row]))
    return "\n".join(lines) + "\n\n"


# ---- arrays ----


class Cell:
    """An element of an array; a deleted one is never used again."""

    def __init__(self, value):
        self.value = value


class Array:
    """Elements by their tuples of keys, from the oldest to the newest."""

    def __init__(self, name, new_value, capacity, wraps):
        self.name = name
        self.new_value = new_value
        self.capacity = capacity
        self.wraps = wraps
        self.cells = {}

    def read(self, keys):
        """What is not there reads as 0, "" or an empty statistic, and is not made."""
        cell = self.cells.get(keys)
        return cell.value if cell else self.new_value()

    def make(self, keys):
        """The element, made if absent. A full array drops its oldest element if it wraps."""
        if keys not in self.cells:
            if len(self.cells) >= self.capacity:
                if not self.wraps:
                    raise ScriptError("array '%s' is full (%d elements, see MAXMAPENTRIES)" %
                                      (self.name, self.capacity))
                del self.cells[next(iter(self.cells))]
            self.cells[keys] = Cell(self.new_value())
        return self.cells[keys]

    def matching(self, pattern):
        """Keys that agree with a pattern, in which None agrees with all."""
        return [keys for keys in self.cells
                if all(wanted is None or wanted == key for wanted, key in zip(pattern, keys))]
