/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command `spile doctor`: what works on this machine, and what to do about the rest. */
#ifndef SPILE_DOCTOR_DOCTOR_H
#define SPILE_DOCTOR_DOCTOR_H

/* Gets the arguments from its own name on; the process's exit status, as abilities_status() has it. */
int doctor_main(int argc, char **argv);

#endif
