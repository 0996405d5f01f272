/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel's headers, as far as the kernel side asks for them: files, /proc and relay.
 *
 * Included by stub.h alone.
 */
#ifndef STUB_FILES_H
#define STUB_FILES_H

struct inode {
	umode_t i_mode;
};

struct dentry {
	struct inode *d_inode;
};

struct file {
	void *private_data;
};

typedef struct poll_table_struct {
	int unused;
} poll_table;

#define POLLIN 1
#define POLLRDNORM 64
#if STUB >= 418
typedef unsigned int __poll_t;
#endif
void poll_wait(struct file *file, wait_queue_head_t *queue, poll_table *table);
loff_t noop_llseek(struct file *file, loff_t offset, int whence);

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char __user *to, size_t size, loff_t *position);
	ssize_t (*write)(struct file *file, const char __user *from, size_t size, loff_t *position);
#if STUB >= 418
	__poll_t (*poll)(struct file *file, struct poll_table_struct *table);
#else
	unsigned int (*poll)(struct file *file, struct poll_table_struct *table);
#endif
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
};

/* ---- /proc ---- */

struct proc_dir_entry;
#if STUB >= 510
struct proc_ops {
	int (*proc_open)(struct inode *inode, struct file *file);
	ssize_t (*proc_read)(struct file *file, char __user *to, size_t size, loff_t *position);
	ssize_t (*proc_write)(struct file *file, const char __user *from, size_t size,
			      loff_t *position);
	loff_t (*proc_lseek)(struct file *file, loff_t offset, int whence);
	int (*proc_release)(struct inode *inode, struct file *file);
	__poll_t (*proc_poll)(struct file *file, struct poll_table_struct *table);
};
#define STUB_PROC_OPERATIONS proc_ops
#else
#define STUB_PROC_OPERATIONS file_operations
#endif

struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent);
struct proc_dir_entry *proc_create(const char *name, umode_t mode, struct proc_dir_entry *parent,
				   const struct STUB_PROC_OPERATIONS *operations);
struct proc_dir_entry *proc_create_data(const char *name, umode_t mode,
					struct proc_dir_entry *parent,
					const struct STUB_PROC_OPERATIONS *operations, void *data);
void proc_remove(struct proc_dir_entry *entry);
#if STUB >= 514
void *pde_data(const struct inode *inode);
#else
void *PDE_DATA(const struct inode *inode);
#endif

/* ---- Relay ---- */

struct rchan;
struct rchan_buf {
	void *start, *data;
	size_t offset;
	size_t subbufs_produced, subbufs_consumed;
	struct rchan *chan;
	size_t *padding;
#if STUB < 703
	size_t prev_padding;
#endif
};

struct rchan_callbacks {
#if STUB >= 703
	int (*subbuf_start)(struct rchan_buf *buffer, void *subbuf, void *previous);
#else
	int (*subbuf_start)(struct rchan_buf *buffer, void *subbuf, void *previous, size_t padding);
#endif
	struct dentry *(*create_buf_file)(const char *name, struct dentry *parent, umode_t mode,
					  struct rchan_buf *buffer, int *is_global);
	int (*remove_buf_file)(struct dentry *dentry);
};

#if STUB >= 514
#define STUB_CALLBACKS const struct rchan_callbacks
#else
#define STUB_CALLBACKS struct rchan_callbacks
#endif

struct rchan {
	size_t subbuf_size, n_subbufs;
	STUB_CALLBACKS *cb;
	void *private_data;
#if STUB >= 418
	struct rchan_buf * __percpu *buf;
#else
	struct rchan_buf *buf[64];
#endif
};

struct rchan *relay_open(const char *name, struct dentry *parent, size_t subbuf_size,
			 size_t subbuf_count, STUB_CALLBACKS *callbacks, void *private_data);
void relay_close(struct rchan *channel);
int relay_buf_full(struct rchan_buf *buffer);
size_t relay_switch_subbuf(struct rchan_buf *buffer, size_t length);
void relay_subbufs_consumed(struct rchan *channel, unsigned int cpu, size_t count);

#endif
