/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exact command that brings what is missing. */
#ifndef SPILE_DOCTOR_ADVICE_H
#define SPILE_DOCTOR_ADVICE_H

#include "doctor/abilities.h"

/* NULL where no command helps. Owned by the arena. */
const char *advice_command(struct arena *arena, const struct facts *facts, const struct remark *remark);

#endif
