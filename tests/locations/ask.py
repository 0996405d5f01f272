# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run by gdb's Python with the kernel's file loaded: asks gdb for the variables that locate.c has
# spoken of, and compares. SAID is its output; LEAST variables at least have to be the same.

import os

import gdb

differences = []
counts = {"same": 0, "only spile": 0, "only gdb": 0, "nowhere": 0, "other scope": 0}


def asked(frame, name):
    """What gdb says of a variable: ("number", n), ("address", n), or None where it is nowhere."""
    try:
        value = frame.read_var(name)
        kind = value.type.strip_typedefs()
        if value.is_optimized_out:
            return None
        if kind.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ENUM, gdb.TYPE_CODE_BOOL,
                         gdb.TYPE_CODE_CHAR):
            return "number", int(value) % (1 << 8 * kind.sizeof)
        return None if value.address is None else ("address", int(value.address))
    except gdb.error:
        return None


def compare(place, frame, name, kind, rest):
    try:
        theirs = asked(frame, name)
    except ValueError:
        counts["other scope"] += 1
        return
    ours = None if kind == "nowhere" else (kind, int(rest, 16))
    if ours == theirs:
        counts["same" if ours else "nowhere"] += 1
    elif ours and theirs:
        differences.append("%s: %s is %s %x, gdb says %s %x" % (place, name, *ours, *theirs))
    else:
        counts["only spile" if ours else "only gdb"] += 1
        if theirs and os.environ.get("VERBOSE"):
            print("%s: %s: gdb says %s %x; %s" % (place, name, *theirs, rest))


def main():
    frame, place = None, None
    for line in open(os.environ["SAID"]):
        first, second, rest = line.rstrip("\n").split(" ", 2)
        if first == "place:":
            function, core = rest.split(" ")
            gdb.execute("core-file " + core, to_string=True)
            frame = gdb.newest_frame()
            place = "%s in %s" % (second, function)
            # gdb takes the first instruction of an inlined copy as one of what surrounds it.
            if not frame.function() or frame.function().name != function:
                frame = None
        elif frame:
            compare(place, frame, first, second, rest)
        else:
            counts["other scope"] += 1
    for difference in differences:
        print(difference)
    print(", ".join("%d %s" % (count, what) for what, count in counts.items()) + ", %d differ" % len(differences))
    if differences or counts["same"] < int(os.environ["LEAST"]):
        gdb.execute("quit 1")


main()
