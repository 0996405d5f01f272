/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads of kernel and user memory that may not be there, writes of such kernel memory, and words of
 * memory that is; and a product of words.
 *
 * History: probe_kernel_read became copy_from_kernel_nofault in Linux 5.8. The string variants
 * were never exported. 5.10's copy_from_kernel_nofault prints a warning for a non-canonical
 * address, and the older ones read user addresses too: so the address is checked here first.
 * For user memory, __copy_from_user_inatomic with page faults disabled works on every kernel;
 * access_ok lost an argument in 5.0 and obeys set_fs on old ones: our own range check replaces it.
 * What writes so, probe_kernel_write and then copy_to_kernel_nofault, is exported before 5.8 only; an
 * entry in the table of exceptions, which modules may have on all of them, does the same.
 */
#ifndef SPILE_COMPAT_MEMORY_H
#define SPILE_COMPAT_MEMORY_H

/*
 * Whether memory at `at` may be taken in words, bytes behind what is meant included: a word that is
 * aligned lies in one page. The first byte is the lowest one. A kernel that watches each access to
 * its memory would take it for a fault. Context: any.
 */
static __always_inline bool kc_has_whole_words(const void *at)
{
#if defined(CONFIG_KASAN) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	return false;
#else
	return (unsigned long)at % sizeof(u64) == 0;
#endif
}

/* The word at `at`, which kc_has_whole_words allows. Context: any. */
static __always_inline u64 kc_get_word(const void *at)
{
	return *(const volatile u64 *)at;
}

/* Writes a word, wherever it starts. Context: any. */
static __always_inline void kc_put_word(void *at, u64 word)
{
	__builtin_memcpy(at, &word, sizeof(word));
}

/*
 * The halves of a product, one XOR the other. Where a compiler sees a number of 16 bytes it aligns
 * the function's frame for it, even if it is never in memory: so it is not shown one. Context: any.
 */
static __always_inline u64 kc_fold_product(u64 a, u64 b)
{
#ifdef __x86_64__
	u64 high;

	__asm__ ("mulq %2" : "+a" (a), "=d" (high) : "r" (b) : "cc");
	return a ^ high;
#else /* !__x86_64__ */
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
#endif
}

/* Whether [address, address + size) is a canonical kernel range. */
static inline bool kc_is_kernel_range(unsigned long address, size_t size)
{
	unsigned long last = address + size - 1;

	return size && last >= address &&
	       ((long)address >> __VIRTUAL_MASK_SHIFT) == -1L &&
	       ((long)last >> __VIRTUAL_MASK_SHIFT) == -1L;
}

/* Whether [address, address + size) lies below the end of user space. */
static inline bool kc_is_user_range(unsigned long address, size_t size)
{
	return size <= TASK_SIZE_MAX && address <= TASK_SIZE_MAX - size;
}

/* Copies `size` bytes of kernel memory; 0 or -EFAULT. Context: any, NMI included. */
static inline int kc_read_kernel(void *to, unsigned long address, size_t size)
{
	if (!kc_is_kernel_range(address, size))
		return -EFAULT;
#ifdef HAVE_COPY_FROM_KERNEL_NOFAULT
	return copy_from_kernel_nofault(to, (const void *)address, size) ? -EFAULT : 0;
#else /* !HAVE_COPY_FROM_KERNEL_NOFAULT */
	return probe_kernel_read(to, (void *)address, size) ? -EFAULT : 0;
#endif
}

#ifdef __x86_64__

/* The store, or a jump over what says that it was done. */
#define KC_STORE(type, suffix, address, value, error) \
	__asm__ __volatile__ ("1:	mov" suffix " %1, (%2)\n" \
			      "	xorl %0, %0\n" \
			      "2:\n" \
			      _ASM_EXTABLE(1b, 2b) \
			      : "+r" (error) : "q" ((type)(value)), "r" (address) : "memory", "cc")

/*
 * Writes the lower `size` bytes, 1, 2, 4 or 8, of a number to kernel memory; 0, or -EFAULT where
 * it cannot be written. Context: any, NMI included.
 */
static inline int kc_write_kernel(unsigned long address, u64 value, size_t size)
{
	int error = -EFAULT;

	if (!kc_is_kernel_range(address, size))
		return error;
	switch (size) {
	case 1:
		KC_STORE(u8, "b", address, value, error);
		break;
	case 2:
		KC_STORE(u16, "w", address, value, error);
		break;
	case 4:
		KC_STORE(u32, "l", address, value, error);
		break;
	case 8:
		KC_STORE(u64, "q", address, value, error);
		break;
	}
	return error;
}

#endif /* __x86_64__ */

/*
 * Copies `size` bytes of the current task's user memory; 0, or -EFAULT also where the page is
 * merely not in memory. Context: any, NMI included.
 */
static inline int kc_read_user(void *to, unsigned long address, size_t size)
{
	unsigned long left;

	if (!kc_is_user_range(address, size))
		return -EFAULT;
	pagefault_disable();
	left = __copy_from_user_inatomic(to, (const void __user *)address, size);
	pagefault_enable();
	return left ? -EFAULT : 0;
}

#endif
