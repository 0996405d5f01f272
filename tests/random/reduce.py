# SPDX-License-Identifier: GPL-2.0-or-later
"""Smaller versions of a unit, for whoever looks for the smallest that still shows a mistake.

run asks for candidates(), has them all tried at once, each as a unit of one script, takes the
smallest of those that still fail, and asks again. A candidate is one edit of a copy: statements
taken out, a statement replaced by its body, an expression by one of its parts or by a constant.
"""

import copy

import interpret
import tree
import values


def all_nodes(unit):
    for body in [unit.main, unit.show] + [function.body for function in unit.functions]:
        yield from tree.walk(body)


def is_expression(node):
    return isinstance(node, tree.Node) and not isinstance(node, tree.Statement)


# ---- edits: each is a function that changes a unit's copy; they find their node by its number ----


def chunks(length):
    """Ranges to be taken out of a list, the large ones first."""
    size = length
    while size:
        for start in range(0, length, size):
            yield start, start + size
        size //= 2


def removals(node):
    if isinstance(node, tree.Block):
        for start, end in chunks(len(node.statements)):
            yield lambda copied, start=start, end=end: copied.statements.__delitem__(slice(start, end))


def flattened(statement):
    """What may stand for a statement: the bodies in it."""
    bodies = [getattr(statement, name) for name in statement.fields]
    return [body for body in bodies if isinstance(body, tree.Block)]


def replace_statement(block, place, body):
    """By the body-th of the bodies in it."""
    block.statements[place:place + 1] = flattened(block.statements[place])[body].statements


def unwrappings(node):
    if isinstance(node, tree.Block):
        for place, statement in enumerate(node.statements):
            for body in range(len(flattened(statement))):
                yield lambda copied, place=place, body=body: replace_statement(copied, place, body)


def simpler(node):
    """What may stand for an expression: its operands of the same type, a variable of its own
    place, a constant."""
    found = [child for child in list(tree.walk(node))[1:] if is_expression(child) and child.type == node.type]
    if node.type == "long":
        found.append(tree.Number(1, "1"))
    if node.type == "string":
        found.append(tree.String("a", '"a"'))
    return found


# Where anything else than what stands there would make no sense.
FIXED = {"place", "pieces"}


def simplify(node, name, place, choice):
    content = getattr(node, name)
    if place is None:
        setattr(node, name, simpler(content)[choice])
    else:
        content[place] = simpler(content[place])[choice]


def simplifications(node):
    for name in node.fields:
        content = getattr(node, name)
        if name in FIXED:
            continue
        children = list(enumerate(content)) if isinstance(content, list) else [(None, content)]
        for place, child in children:
            if not is_expression(child) or isinstance(child, (tree.Number, tree.String)):
                continue
            for choice in range(len(simpler(child))):
                yield lambda copied, name=name, place=place, choice=choice: simplify(copied, name, place, choice)


def edits(unit):
    """Pairs of a node's number and an edit, large steps first."""
    for kind in (removals, unwrappings, simplifications):
        for number, node in enumerate(all_nodes(unit)):
            for edit in kind(node):
                yield number, edit


# ---- candidates ----


def tidy(unit):
    """Drops functions that nobody calls and globals that nobody uses any more."""
    def used():
        for node in all_nodes(unit):
            if isinstance(node, tree.Call):
                yield from node.functions
            elif "variable" in node.fields:
                yield node.variable

    before = -1
    while before != len(unit.functions):
        before = len(unit.functions)
        called = {id(item) for item in used()}
        unit.functions = [function for function in unit.functions if id(function) in called]
    named = {id(item) for item in used()}
    unit.variables = [variable for variable in unit.variables if id(variable) in named]


def rename(unit, name):
    for item in unit.variables + unit.functions:
        item.name = name + item.name[len(unit.name):]
    unit.name = name


def candidates(unit, skip, most):
    """At most `most` copies, each with one edit, that the reference interpreter can run; the
    first `skip` edits were tried before. Also returns how many edits were looked at."""
    found, looked = [], skip
    for number, edit in list(edits(unit))[skip:]:
        looked += 1
        copied = copy.deepcopy(unit)
        edit(list(all_nodes(copied))[number])
        tidy(copied)
        rename(copied, "r%d" % len(found))
        if has_types(copied) and runs(copied):
            found.append(copied)
        if len(found) == most:
            break
    return found, looked


def assigned_by(node):
    """The variables that a node gives a value, and so a type."""
    if isinstance(node, tree.Assign):
        return [node.place.variable]
    if isinstance(node, tree.Foreach):
        return node.names + [node.value]
    if isinstance(node, tree.Try):
        return [node.variable]
    return []


def body_has_types(unit, body, parameters):
    """Whether each local gets a value somewhere."""
    nodes = list(tree.walk(body))
    known = {id(variable) for node in nodes for variable in assigned_by(node)}
    known |= {id(variable) for variable in parameters + unit.variables}
    return all(id(node.variable) in known for node in nodes if isinstance(node, tree.Name))


def has_types(unit):
    """Whether the translator can still find out about all types that they are what they were."""
    for function in unit.functions:
        returns = [node for node in tree.walk(function.body) if isinstance(node, tree.Return)]
        if function.type != "void" and not returns:
            return False
        if not body_has_types(unit, function.body, function.parameters):
            return False
    return body_has_types(unit, unit.main, []) and body_has_types(unit, unit.show, [])


def runs(unit):
    """Whether it is still a program: no jump out of nowhere, no error uncaught, no endless loop."""
    try:
        interpret.output_of(unit)
    except (interpret.TooLong, interpret.Jump, values.ScriptError, AssertionError):
        return False
    return True
