/*
 * Marks for what CPU time is spent on. The kernel process adds the time to each (guest/cost.c); here nothing is known of it. The same
 * marks in the same places in every lab, so that they change nothing between two labs.
 */
#include "agent.h"

static uint32_t current;
static int depth;

static void mark(uint32_t what) { channel_send(SEND_COST, 0, &what, sizeof what); }

void cost_of(uint32_t what)
{
	current = what;
	if (!depth)
		mark(what);
}

void cost_output(const uint8_t *bytes, size_t length)
{
	static uint32_t lines;
	if (!plan.mark_output)
		return;
	for (size_t i = 0; i < length; i++)
		lines += bytes[i] == '\n';
	mark(COST_OUTPUT | lines);
}

void cost_evidence(bool begins)
{
	if (begins ? !depth++ : !--depth)
		mark(begins ? COST_EVIDENCE : current);
}
