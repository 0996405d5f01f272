# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run by gdb's Python with the kernel's file loaded: compares what sites.c has written of functions,
# SAID, with what gdb knows of the same addresses. LEAST of them at least have to be the same.

import os

import gdb

differences = []
counts = {"entry": 0, "folded": 0, "inlined": 0, "only spile": 0}


def functions_at(address):
    """The functions that an address is part of, inlined ones first, as symbols."""
    block, found = gdb.block_for_pc(address), []
    while block and not block.is_global:
        if block.function:
            found.append(block.function)
        block = block.superblock
    return found


def symbol_address(name):
    try:
        return int(gdb.parse_and_eval("(unsigned long) &'%s'" % name))
    except gdb.error:
        return None


def compare(what, name, address, path, line):
    """What gdb says against it; None if it says the same."""
    functions = [symbol for symbol in functions_at(address) if symbol.name == name]
    if what == "inlined":
        # gdb forgets copies of which no instruction is left; of others it knows the line of the call.
        counts["inlined" if functions else "only spile"] += 1
        return None
    if not functions:
        # The compiler kept one of several functions of the same code: only a symbol is left of the others.
        counts["folded"] += 1
        return None if symbol_address(name) == address else "gdb knows no function of that name there"
    symbol = functions[0]
    if symbol.line != line:
        return "gdb has line %d" % symbol.line
    if not os.path.normpath(symbol.symtab.filename).endswith(path):
        return "gdb has file " + symbol.symtab.filename
    if int(symbol.value().address) != address:
        return "gdb has it begin at %x" % int(symbol.value().address)
    counts["entry"] += 1
    return None


def main():
    for text in open(os.environ["SAID"]):
        what, name, address, path, line = text.split(" ")
        said = compare(what, name, int(address, 16), path, int(line)) if what != "line" else None
        if said:
            differences.append(text.rstrip("\n") + ": " + said)
    for difference in differences:
        print(difference)
    print(", ".join("%d %s" % (count, what) for what, count in counts.items()) + ", %d differ" % len(differences))
    if differences or counts["entry"] + counts["inlined"] < int(os.environ["LEAST"]):
        gdb.execute("quit 1")


main()
