/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The letter boxes for errors.
 */
#include "mail.h"

struct rt_mail *rt_mail_open(u32 probe)
{
	u32 i;

	for (i = 0; i < RT_MAILS; i++) {
		struct rt_mail *mail = &rt_session.mails[i];

		if (cmpxchg(&mail->state, RT_MAIL_EMPTY, RT_MAIL_OPEN) != RT_MAIL_EMPTY)
			continue;
		mail->probe = probe;
		mail->time = kc_monotonic_ns();
		return mail;
	}
	return NULL;
}

void rt_mail_send(struct rt_mail *mail)
{
	kc_store_release(mail->state, RT_MAIL_SENT);
	rt_session_wake();
}

struct rt_mail *rt_mail_next(void)
{
	struct rt_mail *oldest = NULL;
	u32 i;

	for (i = 0; i < RT_MAILS; i++) {
		struct rt_mail *mail = &rt_session.mails[i];

		if (kc_load_acquire(mail->state) == RT_MAIL_SENT &&
		    (!oldest || mail->time < oldest->time))
			oldest = mail;
	}
	return oldest;
}

void rt_mail_drop(struct rt_mail *mail)
{
	kc_store_release(mail->state, RT_MAIL_EMPTY);
}
