/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms of @hist_log and @hist_linear, drawn as text. */
#ifndef SPILE_READER_HISTOGRAM_H
#define SPILE_READER_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "abi.h"
#include "text.h"

/*
 * Draws the histogram whose struct spile_histogram and buckets are the `size` bytes at
 * `payload` (aligned for u64). Nothing is drawn for one without values. False if the bytes
 * are no histogram.
 */
bool histogram_draw(const void *payload, size_t size, struct text *out);

#endif
