/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Matching with groups: three passes over the text, and what was found.
 */
#include "regex.h"

static inline bool rt_regex_bit(const struct rt_regex *regex, u32 state, u32 bit)
{
	return regex->bits[state * regex->bit_bytes + bit / 8] >> bit % 8 & 1;
}

/* The state that comes after `state`, past a byte. */
static inline u32 rt_regex_past(const struct rt_regex *regex, u32 state, char byte)
{
	return regex->next[state * regex->class_count + regex->classes[(u8)byte]];
}

/* The same past the beginning of the text, or its end. */
static inline u32 rt_regex_past_edge(const struct rt_regex *regex, u32 state)
{
	return regex->next[state * regex->class_count + RT_REGEX_EDGE];
}

/* Where the leftmost match begins; length + 1 for nowhere. */
static u32 rt_regex_begin(const struct rt_regex *regex, const char *text, u32 length)
{
	u32 state = regex->begin_start;
	u32 begin = length + 1;
	u32 i;

	for (i = length; i > 0; i--) {
		if (rt_regex_bit(regex, state, 0))
			begin = i;
		state = rt_regex_past(regex, state, text[i - 1]);
	}
	return rt_regex_bit(regex, rt_regex_past_edge(regex, state), 0) ? 0 : begin;
}

/* Where the longest match that begins at `begin` ends. */
static u32 rt_regex_end(const struct rt_regex *regex, const char *text, u32 length,
			u32 begin)
{
	u32 state = regex->end_start[begin == 0];
	u32 end = begin;
	u32 i;

	for (i = begin; i < length; i++) {
		if (rt_regex_bit(regex, state, 0))
			end = i;
		state = rt_regex_past(regex, state, text[i]);
	}
	return rt_regex_bit(regex, rt_regex_past_edge(regex, state), 0) ? length : end;
}

/* Notes the states that tell the way from `begin` to `end`. */
static void rt_regex_path(const struct rt_regex *regex, struct rt_match *match,
			  u32 length, u32 begin, u32 end)
{
	u32 state = regex->path_start[end == length];
	u32 i;

	for (i = end; i > begin; i--) {
		match->states[i] = state;
		state = rt_regex_past(regex, state, match->text[i - 1]);
	}
	match->states[begin] = begin == 0 ? rt_regex_past_edge(regex, state) : state;
}

/*
 * Follows the steps of a match that begins at `at`, and notes the marks. Steps that take no byte
 * form no circle, and there is a byte for each of the others, so this ends.
 */
static void rt_regex_follow(const struct rt_regex *regex, struct rt_match *match,
			    u32 at)
{
	const struct rt_regex_step *step = &regex->steps[regex->first_step];
	bool is_first;

	while (step->kind > RT_STEP_MATCH) {
		is_first = true;
		if (step->kind == RT_STEP_BYTE)
			at++;
		else if (step->kind == RT_STEP_MARK)
			match->marks[step->number] = at;
		else if (step->kind == RT_STEP_CHOICE)
			is_first = rt_regex_bit(regex, match->states[at], step->number);
		step = &regex->steps[is_first ? step->next : step->other];
	}
}

bool rt_regex_match(struct rt_context *c, const struct rt_regex *regex, const char *text)
{
	struct rt_match *match = c->match;
	u32 length = rt_string_length(text);
	u32 begin;

	match->regex = NULL;
	rt_string_copy_bytes(match->text, text, length);
	begin = rt_regex_begin(regex, match->text, length);
	if (begin > length)
		return false;
	rt_regex_path(regex, match, length, begin, rt_regex_end(regex, match->text, length, begin));
	memset(match->marks, 0xff, 2 * (regex->group_count + 1) * sizeof(match->marks[0]));
	rt_regex_follow(regex, match, begin);
	match->regex = regex;
	return true;
}

/* The last expression of this run if it matched; NULL, with the error set, if not. */
static const struct rt_regex *rt_matched_regex(struct rt_context *c)
{
	if (c->match && c->match->regex)
		return c->match->regex;
	rt_error(c, "no regular expression has matched");
	return NULL;
}

void rt_matched(struct rt_context *c, s64 group, char *to)
{
	const struct rt_regex *regex = rt_matched_regex(c);
	const u16 *marks;

	to[0] = 0;
	if (!regex)
		return;
	if (group < 0 || group > regex->group_count) {
		rt_error(c, "group %lld does not exist: the regular expression has %d",
			 (long long)group, regex->group_count);
		return;
	}
	marks = &c->match->marks[2 * group];
	if (marks[0] != RT_REGEX_NO_MARK && marks[1] != RT_REGEX_NO_MARK)
		rt_string_copy_bytes(to, c->match->text + marks[0], marks[1] - marks[0]);
}

s64 rt_ngroups(struct rt_context *c)
{
	const struct rt_regex *regex = rt_matched_regex(c);

	return regex ? regex->group_count : 0;
}
