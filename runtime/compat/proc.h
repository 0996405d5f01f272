/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files under /proc.
 *
 * History: proc_create took struct file_operations until Linux 5.6, then struct proc_ops.
 * poll returns __poll_t since 4.16. PDE_DATA became pde_data in 5.17.
 */
#ifndef SPILE_COMPAT_PROC_H
#define SPILE_COMPAT_PROC_H

#ifdef HAVE_POLL_T
#define kc_poll_t __poll_t
#else
#define kc_poll_t unsigned int
#endif

/* Defines the operations of a proc file; a NULL poll means always ready. */
#ifdef HAVE_PROC_OPS
#define kc_proc_operations proc_ops
#define KC_PROC_OPERATIONS(open_, read_, write_, poll_, release_) { \
	.proc_open = open_, .proc_read = read_, .proc_write = write_, \
	.proc_poll = poll_, .proc_release = release_, .proc_lseek = noop_llseek }
#else /* !HAVE_PROC_OPS */
#define kc_proc_operations file_operations
#define KC_PROC_OPERATIONS(open_, read_, write_, poll_, release_) { \
	.owner = THIS_MODULE, .open = open_, .read = read_, .write = write_, \
	.poll = poll_, .release = release_, .llseek = noop_llseek }
#endif

/* What was given to proc_create_data. Context: process. */
static inline void *kc_proc_data(const struct inode *inode)
{
#ifdef HAVE_PDE_DATA_LOWER
	return pde_data(inode);
#else /* !HAVE_PDE_DATA_LOWER */
	return PDE_DATA(inode);
#endif
}

#endif
