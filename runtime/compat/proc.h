/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files under /proc, and the directory that several script modules share.
 *
 * History: proc_create took struct file_operations until Linux 5.6, then struct proc_ops.
 * poll returns __poll_t since 4.16. PDE_DATA became pde_data in 5.17. inode_lock came in 4.5
 * (before: mutex_lock(&inode->i_mutex)). vfs_getattr has a mask and flags since 4.11.
 *
 * /proc/spile belongs to no module: the first one creates it and the last removes it. proc has
 * no call for "create unless present", and a duplicate or a removal of a full directory only
 * warns; so the look and the change are made under a lock that all our modules can reach
 * without sharing code: the inode lock of /proc/modules, which nothing else ever takes for long.
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

static inline void kc_inode_lock(struct inode *inode)
{
#ifdef HAVE_INODE_LOCK
	inode_lock(inode);
#else /* !HAVE_INODE_LOCK */
	mutex_lock(&inode->i_mutex);
#endif
}

static inline void kc_inode_unlock(struct inode *inode)
{
#ifdef HAVE_INODE_LOCK
	inode_unlock(inode);
#else /* !HAVE_INODE_LOCK */
	mutex_unlock(&inode->i_mutex);
#endif
}

/* Links of the file at `path` as stat(2) tells them; 0 when that fails. Context: process. */
static inline unsigned int kc_link_count(struct path *path)
{
	struct kstat status;
	int error;

#ifdef HAVE_VFS_GETATTR_MASK
	error = vfs_getattr(path, &status, STATX_NLINK, AT_STATX_SYNC_AS_STAT);
#else /* !HAVE_VFS_GETATTR_MASK */
	error = vfs_getattr(path, &status);
#endif
	return error ? 0 : status.nlink;
}

/* Creates /proc/NAME if it is missing. The caller holds the lock of /proc/modules. */
static inline bool kc_proc_parent_make(const char *name)
{
	struct path path;
	char full[64];

	snprintf(full, sizeof(full), "/proc/%s", name);
	if (!kern_path(full, LOOKUP_FOLLOW, &path)) {
		path_put(&path);
		return true;
	}
	return proc_mkdir(name, NULL) != NULL;
}

/* Removes /proc/NAME if it has no directories left. The caller holds the lock of /proc/modules. */
static inline void kc_proc_parent_drop(const char *name)
{
	struct path path;
	unsigned int links;
	char full[64];

	snprintf(full, sizeof(full), "/proc/%s", name);
	if (kern_path(full, LOOKUP_FOLLOW, &path))
		return;
	links = kc_link_count(&path);
	path_put(&path);
	if (links == 2)
		remove_proc_entry(name, NULL);
}

/*
 * Creates /proc/PARENT/NAME, and PARENT where missing. NULL: no /proc here, a module with that
 * name has one already, or no memory. Context: process.
 */
static inline struct proc_dir_entry *kc_proc_directory_make(const char *parent, const char *name)
{
	struct proc_dir_entry *made = NULL;
	struct path lock;
	char child[96];

	if (kern_path("/proc/modules", LOOKUP_FOLLOW, &lock))
		return NULL;
	snprintf(child, sizeof(child), "%s/%s", parent, name);
	kc_inode_lock(lock.dentry->d_inode);
	if (kc_proc_parent_make(parent))
		made = proc_mkdir(child, NULL);
	kc_inode_unlock(lock.dentry->d_inode);
	path_put(&lock);
	return made;
}

/*
 * Removes what the above made, files in it included, after waiting for calls in them to return.
 * PARENT stays behind if the caller cannot see /proc. Context: process.
 */
static inline void kc_proc_directory_drop(const char *parent, struct proc_dir_entry *directory)
{
	struct path lock;

	proc_remove(directory);
	if (kern_path("/proc/modules", LOOKUP_FOLLOW, &lock))
		return;
	kc_inode_lock(lock.dentry->d_inode);
	kc_proc_parent_drop(parent);
	kc_inode_unlock(lock.dentry->d_inode);
	path_put(&lock);
}

#endif
