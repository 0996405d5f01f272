/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ordered loads and stores of single words.
 *
 * History: ACCESS_ONCE gave way to READ_ONCE/WRITE_ONCE, and smp_load_acquire came after 3.10;
 * RHEL 7 has some of them by backport. A volatile access and smp_rmb/smp_wmb exist everywhere
 * and mean the same on every kernel, so nothing is tested here. Used by the whole runtime for
 * words that another CPU or an interrupt reads or writes.
 */
#ifndef SPILE_COMPAT_BARRIER_H
#define SPILE_COMPAT_BARRIER_H

/* One load or store, neither torn nor cached by the compiler. Context: any, NMI included. */
#define kc_load(variable) (*(volatile __typeof__(variable) *)&(variable))
#define kc_store(variable, value) \
	do { *(volatile __typeof__(variable) *)&(variable) = (value); } while (0)

/* Everything written before kc_store_release is seen by who read its value with kc_load_acquire. */
#define kc_load_acquire(variable) \
	({ __typeof__(variable) kc_loaded = kc_load(variable); kc_acquire_barrier(); kc_loaded; })
#define kc_store_release(variable, value) \
	do { kc_release_barrier(); kc_store(variable, value); } while (0)

/*
 * x86 never moves a load or a store before an earlier load, nor a store before an earlier store:
 * keeping the compiler is enough.
 */
#ifdef CONFIG_X86
#define kc_acquire_barrier() barrier()
#define kc_release_barrier() barrier()
#else
#define kc_acquire_barrier() smp_mb()
#define kc_release_barrier() smp_mb()
#endif

#endif
