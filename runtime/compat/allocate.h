/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory taken at load time: zeroed, large, and on the node of the CPU that will use it.
 *
 * History: vzalloc_node and __alloc_percpu are functions up to 6.1 and macros over *_noprof
 * variants from 6.10 on; source that calls them by these names compiles on all, so no test is
 * needed. Handlers never allocate; everything here is for process context.
 */
#ifndef SPILE_COMPAT_ALLOCATE_H
#define SPILE_COMPAT_ALLOCATE_H

/* Zeroed memory, NULL when there is none. Context: process. */
static inline void *kc_allocate(size_t size)
{
	return vzalloc(size);
}

/* As kc_allocate, near `cpu`. Context: process. */
static inline void *kc_allocate_near(size_t size, int cpu)
{
	return vzalloc_node(size, cpu_to_node(cpu));
}

/* Frees what the two above returned; NULL is allowed. Context: process. */
static inline void kc_release(void *memory)
{
	vfree(memory);
}

#endif
