/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up function whose variables have one expression of DWARF each: those that compilers write,
 * and those that they do not. test_location.c has what each comes to at the labels of the code. The
 * frame: rbx is saved on the stack after `pushed`, rbp after `with_frame`, where the frame is then
 * counted from.
 */
	.cfi_sections .debug_frame
	.text
	.globl function, pushed, with_frame, function_end
function:
	.cfi_startproc
	nop
	push %rbx
	.cfi_def_cfa_offset 16
	.cfi_offset rbx, -16
pushed:
	nop
	push %rbp
	.cfi_def_cfa_offset 24
	.cfi_offset rbp, -24
	mov %rsp, %rbp
	.cfi_def_cfa_register rbp
with_frame:
	nop
	ret
	.cfi_endproc
function_end:
	nop

	.data
	.globl datum
datum:	.quad 0
	.section per_cpu, "aw"
per_cpu_datum: .quad 0

/* ---- Entries: a variable is a macro around the bytes of its expression ---- */

	.section .debug_abbrev, "", @progbits
abbreviations:
	.uleb128 1, 0x11	/* a unit: name, low_pc, high_pc, comp_dir */
	.byte 1
	.uleb128 0x03, 0x08, 0x11, 0x01, 0x12, 0x06, 0x1b, 0x08, 0, 0
	.uleb128 2, 0x24	/* a base type: name, size, encoding */
	.byte 0
	.uleb128 0x03, 0x08, 0x0b, 0x0b, 0x3e, 0x0b, 0, 0
	.uleb128 3, 0x2e	/* a function: name, low_pc, high_pc, frame_base */
	.byte 1
	.uleb128 0x03, 0x08, 0x11, 0x01, 0x12, 0x06, 0x40, 0x18, 0, 0
	.uleb128 4, 0x34	/* a variable: name, location */
	.byte 0
	.uleb128 0x03, 0x08, 0x02, 0x18, 0, 0
	.uleb128 5, 0x34	/* a variable: name, const_value as data1 */
	.byte 0
	.uleb128 0x03, 0x08, 0x1c, 0x0b, 0, 0
	.uleb128 6, 0x34	/* a variable: name, const_value as sdata */
	.byte 0
	.uleb128 0x03, 0x08, 0x1c, 0x0d, 0, 0
	.uleb128 7, 0x34	/* a variable: name, const_value as a block */
	.byte 0
	.uleb128 0x03, 0x08, 0x1c, 0x0a, 0, 0
	.uleb128 8, 0x34	/* a variable: name alone */
	.byte 0
	.uleb128 0x03, 0x08, 0, 0
	.byte 0

	.macro variable name, bytes:vararg
	.uleb128 4
	.asciz "\name"
	.uleb128 end_of_\name - start_of_\name
start_of_\name:
	.byte \bytes
end_of_\name:
	.endm

	.macro base_type label, name, size, encoding
\label:	.uleb128 2
	.asciz "\name"
	.byte \size, \encoding
	.endm

	.macro address_of symbol, name
	.uleb128 4
	.asciz "\name"
	.uleb128 9
	.byte 0x03
	.quad \symbol
	.endm

	.section .debug_info, "", @progbits
	.long unit_end - unit_version
unit_version:
	.value 4
	.long abbreviations
	.byte 8
	.uleb128 1
	.asciz "made-up.c"
	.quad function
	.long function_end - function
	.asciz "/made/up"
	.set unit, unit_version - 4

	base_type int_type, "int", 4, 5
	.set int, int_type - unit
	base_type byte_type, "unsigned char", 1, 8
	.set u8, byte_type - unit
	base_type word_type, "unsigned int", 4, 7
	.set u32, word_type - unit
	base_type double_type, "double", 8, 4
	.set double, double_type - unit
	base_type wide_type, "__int128", 16, 5
	.set wide, wide_type - unit

	.uleb128 3
	.asciz "function"
	.quad function
	.long function_end - function
	.uleb128 1
	.byte 0x9c

	/* registers and the frame */
	variable reg, 0x55
	variable regx, 0x90, 12
	variable vector, 0x61
	variable breg, 0x77, 24
	variable bregx, 0x92, 6, 0x70
	variable fbreg, 0x91, 0x68
	variable cfa, 0x9c
	address_of datum, "addr"
	address_of per_cpu_datum, "per_cpu"
	/* the stack */
	variable literal, 0x3a, 0x9f
	variable constants, 0x09, 0xff, 0x08, 0xff, 0x22, 0x9f
	variable dup, 0x70, 1, 0x12, 0x1e, 0x9f
	variable over, 0x71, 0, 0x35, 0x14, 0x1c, 0x22, 0x9f
	variable pick, 0x70, 0, 0x71, 0, 0x72, 0, 0x15, 2, 0x9f
	variable swap, 0x70, 0, 0x71, 0, 0x16, 0x1c, 0x9f
	variable rot, 0x70, 0, 0x71, 0, 0x72, 0, 0x17, 0x1c, 0x1c, 0x9f
	variable drop, 0x70, 0, 0x71, 0, 0x13, 0x9f
	variable nop, 0x70, 0, 0x96, 0x9f
	/* arithmetic */
	variable division, 0x70, 0, 0x33, 0x1b, 0x9f
	variable remainder, 0x70, 0, 0x33, 0x1d, 0x9f
	variable negated, 0x70, 0, 0x1f, 0x20, 0x9f
	variable absolute, 0x70, 0, 0x19, 0x9f
	variable known_absolute, 0x09, 0xf6, 0x19, 0x9f
	variable known_division, 0x09, 0xf6, 0x33, 0x1b, 0x9f
	variable by_zero, 0x3a, 0x30, 0x1b, 0x9f
	variable shifts, 0x70, 0, 0x33, 0x24, 0x32, 0x26, 0x31, 0x25, 0x9f
	variable logic, 0x70, 0, 0x71, 0, 0x1a, 0x72, 0, 0x21, 0x3f, 0x27, 0x9f
	variable less, 0x70, 0, 0x35, 0x2d, 0x9f
	variable greater, 0x70, 0, 0x35, 0x2b, 0x9f
	variable at_least, 0x70, 0, 0x35, 0x2a, 0x9f
	variable at_most, 0x70, 0, 0x35, 0x2c, 0x9f
	variable equal, 0x70, 0, 0x35, 0x29, 0x9f
	variable unequal, 0x70, 0, 0x35, 0x2e, 0x9f
	variable uconst, 0x70, 2, 0x23, 0x80, 1, 0x23, 1, 0x9f
	/* memory */
	variable deref, 0x77, 8, 0x06
	variable deref_size, 0x77, 8, 0x94, 2, 0x9f
	/* types */
	variable typed, 0xf5, 5, int, 0xf7, u8, 0x9f
	variable typed_sum, 0xa5, 5, int, 0xa5, 4, int, 0x22, 0x9f
	variable typed_shift, 0xa5, 5, int, 0x31, 0x25, 0x9f
	variable typed_less, 0xa5, 5, u32, 0xa5, 4, u32, 0x2d, 0x9f
	variable typed_constant, 0xa4, u8, 1, 200, 0xa8, int, 0x9f
	variable typed_read, 0x77, 8, 0xa6, 4, int, 0x9f
	variable untyped, 0xa5, 5, int, 0xa8, 0, 0x9f
	variable reinterpreted, 0xa5, 5, int, 0xa9, u32, 0x9f
	variable floating, 0x70, 0, 0xa8, double, 0x9f
	variable too_wide, 0x70, 0, 0xa8, wide, 0x9f
	/* nowhere, but known */
	variable implicit, 0x9e, 4, 1, 2, 3, 4
	variable implicit_long, 0x9e, 12, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0
	.uleb128 5
	.asciz "constant"
	.byte 200
	.uleb128 6
	.asciz "negative"
	.sleb128 -5
	.uleb128 7
	.asciz "constant_bytes"
	.byte 3, 7, 8, 9
	.uleb128 8
	.asciz "gone"
implicit_target:
	variable parts, 0x53, 0x93, 8, 0x93, 4, 0x77, 8, 0x93, 4
	.uleb128 4
	.asciz "implicit_pointer"
	.uleb128 6
	.byte 0xf2
	.long implicit_target
	.byte 8
	.uleb128 4
	.asciz "pointer_to_nothing"
	.uleb128 6
	.byte 0xf2
	.long gone_target
	.byte 0
	variable bit_pieces, 0x50, 0x9d, 5, 3, 0x77, 0, 0x9d, 11, 4, 0x3a, 0x9f, 0x9d, 16, 0
	/* the function's entry */
	variable entry_rbx, 0xf3, 1, 0x53, 0x9f
	variable entry_rbp, 0xa3, 1, 0x56, 0x9f
	variable entry_r12, 0xa3, 1, 0x5c, 0x9f
	variable entry_rdi, 0xf3, 1, 0x55, 0x9f
	variable entry_rsp, 0xa3, 1, 0x57, 0x9f
	variable entry_sum, 0xa3, 1, 0x53, 0x23, 8, 0x06
	variable entry_memory, 0xa3, 3, 0x77, 8, 0x06, 0x9f
	/* branches */
	variable skipped, 0x31, 0x2f, 1, 0, 0x32, 0x9f
	variable taken, 0x31, 0x28, 2, 0, 0x32, 0x9f, 0x33, 0x9f
	variable not_taken, 0x33, 0x30, 0x28, 1, 0, 0x12, 0x22, 0x9f
	variable undecided, 0x70, 0, 0x28, 1, 0, 0x32, 0x31, 0x9f
	variable smaller, 0x70, 0, 0x71, 0, 0x14, 0x14, 0x2d, 0x28, 1, 0, 0x16, 0x13, 0x9f
	variable either, 0x70, 0, 0x30, 0x2d, 0x28, 4, 0, 0x31, 0x2f, 1, 0, 0x32, 0x9f
	variable either_read, 0x70, 0, 0x70, 0, 0x28, 1, 0, 0x06, 0x9f
	variable endless, 0x96, 0x2f, 0xfc, 0xff, 0x31
	/* refused */
	variable thread_local, 0x31, 0xe0
	variable parameter_ref, 0xfa, 0, 0, 0, 0, 0x9f
	variable empty_stack, 0x22, 0x9f
	variable other_space, 0x70, 0, 0x31, 0x18
gone_target:
	.uleb128 8
	.asciz "gone_too"
	.byte 0
	.byte 0
unit_end:
