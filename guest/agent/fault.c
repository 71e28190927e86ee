/* What becomes of frames that fault rules name, and those that wait. */
#include "agent.h"
#include "fault.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RULES = SLOTS / 2 };

/* What a record says of a frame: what became of one that a rule named, and why one was put on the link. src/model/faults.ts */
enum fate { PASSED = 1, DROPPED, HELD, CHANGED, DUPLICATED, PUT_WHOLE = 16, PUT_COPY, PUT_CHANGED, PUT_INJECTED };

struct waiting {
	struct waiting *next;
	uint64_t due; /* virtual ns since boot; UINT64_MAX: not before an order or a follower */
	enum fate fate;
	struct rule *rule;
	size_t length;
	uint8_t frame[];
};

static struct rule rules[MAX_RULES];
static int rule_count;
static struct waiting *queue; /* in the order in which they go on, of one time in that of their coming */

static int slot_of(const struct rule *rule) { return (int)(rule - rules) * 2; }

static void note(uint32_t rule, int link, enum fate fate, const uint8_t *frame, size_t length)
{
	static uint8_t payload[8 + FRAME_BYTES];
	memcpy(payload, &rule, 4);
	payload[4] = (uint8_t)fate;
	payload[5] = (uint8_t)link;
	memset(payload + 6, 0, 2);
	memcpy(payload + 8, frame, length);
	record(REC_FAULT, LAB, payload, 8 + length);
}

static void put(uint32_t rule, int link, enum fate fate, const uint8_t *frame, size_t length)
{
	note(rule, link, fate, frame, length);
	detour_write(link, frame, length);
}

static void wait_until(uint64_t due, struct rule *rule, enum fate fate, const uint8_t *frame, size_t length)
{
	struct waiting **at = &queue, *w = malloc(sizeof *w + length);
	if (!w)
		die("out of memory for a frame of a fault rule");
	while (*at && (*at)->due <= due)
		at = &(*at)->next;
	*w = (struct waiting){ .next = *at, .due = due, .fate = fate, .rule = rule, .length = length };
	memcpy(w->frame, frame, length);
	*at = w;
}

static void put_waiting(struct waiting **at)
{
	struct waiting *w = *at;
	*at = w->next;
	put(w->rule->id, w->rule->link, w->fate, w->frame, w->length);
	free(w);
}

static void release(struct rule *rule)
{
	for (struct waiting **at = &queue; *at;)
		if ((*at)->rule == rule)
			put_waiting(at);
		else
			at = &(*at)->next;
	if (rule->overtaken)
		detour_leave(rule->link, rule->host, slot_of(rule) + 1, &rule->followers);
	rule->overtaken = false;
}

static void forget(struct rule *rule)
{
	if (rule->active)
		detour_leave(rule->link, rule->host, slot_of(rule), &rule->forms);
	rule->active = false;
}

static void act(struct rule *rule, uint8_t *frame, size_t length)
{
	static const enum fate fates[] = { DROPPED, HELD, HELD, DUPLICATED, HELD, CHANGED };
	uint64_t now = uptime_ns(), span = rule_number(rule, 0), count = rule_number(rule, 1);
	note(rule->id, rule->link, fates[rule->action], frame, length);
	rule->acted++;
	switch (rule->action) {
	case DROP:
		break;
	case HOLD:
		wait_until(UINT64_MAX, rule, PUT_WHOLE, frame, length);
		break;
	case DELAY:
		wait_until(now + span, rule, PUT_WHOLE, frame, length);
		break;
	case DUPLICATE:
		put(rule->id, rule->link, PUT_WHOLE, frame, length);
		for (uint64_t i = 1; i <= count; i++)
			wait_until(now + i * span, rule, PUT_COPY, frame, length);
		break;
	case REORDER:
		wait_until(now + span, rule, PUT_WHOLE, frame, length);
		if (!rule->overtaken)
			detour_lead(rule->link, rule->host, slot_of(rule) + 1, &rule->followers);
		rule->overtaken = true;
		break;
	case CHANGE:
		length = change_frame(frame, length, rule->argument);
		put(rule->id, rule->link, PUT_CHANGED, frame, length);
	}
	if (rule->times && rule->acted >= rule->times)
		forget(rule);
}

/* The first rule that has something to do decides; a frame that none wants goes on. */
static void take(int link, uint8_t *frame, size_t length)
{
	for (int i = 0; i < rule_count; i++) {
		struct rule *rule = &rules[i];
		if (rule->overtaken && rule_names(rule, &rule->followers, link, frame, length)) {
			note(rule->id, link, PASSED, frame, length);
			put(rule->id, link, PUT_WHOLE, frame, length);
			release(rule);
			return;
		}
		if (rule->active && rule_names(rule, &rule->forms, link, frame, length) && rule_acts(rule, frame, length)) {
			act(rule, frame, length);
			return;
		}
	}
	note(0, link, PASSED, frame, length);
	put(0, link, PUT_WHOLE, frame, length);
}

uint64_t faults_due(void) { return queue ? queue->due : UINT64_MAX; }

bool faults_run(void)
{
	static uint8_t frame[FRAME_BYTES];
	bool any = false;
	for (int i = 0; i < plan.link_count; i++)
		for (size_t n; detour_is_open(i) && (n = detour_read(i, frame)); any = true)
			take(i, frame, n);
	/* Without one that waits the clock need not be read: each look moves it. */
	while (queue && queue->due != UINT64_MAX && queue->due <= uptime_ns()) {
		struct rule *rule = queue->rule;
		put_waiting(&queue);
		if (rule->action == REORDER)
			release(rule);
		any = true;
	}
	return any;
}

static void order_catch(char *rest)
{
	if (rule_count == MAX_RULES)
		die("fault: more than %d rules", MAX_RULES);
	struct rule *rule = &rules[rule_count++];
	rule_read(rule, rest);
	rule->active = true;
	detour_open(rule->link);
	detour_lead(rule->link, rule->host, slot_of(rule), &rule->forms);
}

static struct rule *rule_numbered(char *text)
{
	uint32_t id = (uint32_t)strtoul(text, NULL, 10);
	for (int i = 0; i < rule_count; i++)
		if (rules[i].id == id)
			return &rules[i];
	die("fault: no rule has the number %s", text);
}

/* `inject LINK HEX` */
static void order_inject(char *rest)
{
	static uint8_t frame[FRAME_BYTES];
	int link = rule_link(next_word(&rest, " "));
	size_t length = 0;
	for (char *hex = next_word(&rest, " "); hex[0] && hex[1] && length < FRAME_BYTES; hex += 2) {
		unsigned byte = 0;
		sscanf(hex, "%2x", &byte);
		frame[length++] = (uint8_t)byte;
	}
	detour_open(link);
	put(0, link, PUT_INJECTED, frame, length);
}

bool is_fault_order(const char *word)
{
	return !strcmp(word, "catch") || !strcmp(word, "release") || !strcmp(word, "forget") || !strcmp(word, "inject");
}

void fault_order(const char *word, char *rest)
{
	if (!strcmp(word, "catch"))
		order_catch(rest);
	else if (!strcmp(word, "inject"))
		order_inject(rest);
	else if (!strcmp(word, "release"))
		release(rule_numbered(rest));
	else
		forget(rule_numbered(rest));
	record_time();
}

void faults_of_plan(void)
{
	for (struct line *l = plan.faults; l; l = l->next) {
		char *rest = l->text, *word = strsep(&rest, " ");
		if (!rest || !is_fault_order(word))
			die("plan: bad fault %s", word);
		fault_order(word, rest);
	}
}
