/* What was counted while the lab ran, so that whoever reads captures and records can tell that nothing is missing. */
#include "agent.h"
#include <stdio.h>
#include <string.h>

/* Frames that the kernel took from the hosts at a link's ends; false where an end is gone with its count. */
static bool received(int link, uint64_t *sum)
{
	*sum = 0;
	for (int h = 0; h < plan.host_count; h++)
		for (int n = 0; n < plan.hosts[h].nic_count; n++) {
			uint64_t frames;
			if (plan.hosts[h].nics[n].link != link)
				continue;
			if (!net_received(plan.hosts[h].nics[n].port_index, &frames))
				return false;
			*sum += frames;
		}
	return true;
}

void books_close(void)
{
	char text[MAX_LINKS * 128 + 128];
	size_t n = 0;
	uint64_t frames;
	for (int i = 0; i < plan.link_count; i++) {
		struct link *link = &plan.links[i];
		n += (size_t)snprintf(text + n, sizeof text - n, "link %s captured=%llu", link->name, (unsigned long long)link->captured);
		if (received(i, &frames))
			n += (size_t)snprintf(text + n, sizeof text - n, " received=%llu", (unsigned long long)frames);
		n += (size_t)snprintf(text + n, sizeof text - n, "\n");
	}
	n += (size_t)snprintf(text + n, sizeof text - n, "ring all lost=%llu\n", (unsigned long long)ring_lost());
	record(REC_BOOKS, LAB, text, n);
}
