/* Every frame of every link, taken where a host hands it to the link; one pcapng file a link. */
#include "agent.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SNAP = 65536, BATCH = 1 << 16 };

static void put(struct link *link, const void *bytes, size_t n)
{
	link->buffer = grow(link->buffer, &link->buffer_cap, link->buffer_len + n);
	memcpy(link->buffer + link->buffer_len, bytes, n);
	link->buffer_len += n;
}

/* pcapng option: code, length, value padded to 32 bits. */
static size_t option(uint8_t *at, uint16_t code, const void *value, uint16_t n)
{
	memcpy(at, &code, 2);
	memcpy(at + 2, &n, 2);
	memset(at + 4, 0, (n + 3u) & ~3u);
	memcpy(at + 4, value, n);
	return 4 + ((n + 3u) & ~3u);
}

/* Ethernet, nanoseconds. */
static void write_interface(struct link *link, const char *name)
{
	uint8_t options[128], nine = 9;
	size_t n = option(options, 2, name, (uint16_t)strlen(name));
	n += option(options + n, 9, &nine, 1);
	n += option(options + n, 0, "", 0);
	uint32_t total = (uint32_t)(20 + n), head[4] = { 1, total, 1, SNAP };
	put(link, head, sizeof head);
	put(link, options, n);
	put(link, &total, 4);
}

void capture_open(void)
{
	uint32_t section[7] = { 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ~0u, ~0u, 28 };
	ring_open();
	for (int i = 0; i < plan.link_count; i++) {
		put(&plan.links[i], section, sizeof section);
		write_interface(&plan.links[i], plan.links[i].name);
	}
}

/* src/evidence/attempt/link-capture.ts knows the name. */
void capture_detour(struct link *link)
{
	char name[64];
	snprintf(name, sizeof name, "%s faults", link->name);
	write_interface(link, name);
}

/* Interfaces of a link's capture: what hosts sent, and what fault rules put on it. */
enum { SENT, PUT };

static struct link *link_of_port(int index)
{
	for (int h = 0; h < plan.host_count; h++)
		for (int n = 0; n < plan.hosts[h].nic_count; n++)
			if (plan.hosts[h].nics[n].port_index == index)
				return &plan.links[plan.hosts[h].nics[n].link];
	for (int i = 0; i < plan.link_count; i++)
		if (plan.links[i].detour == index)
			return &plan.links[i];
	return NULL; /* the bridge itself: the same frame again */
}

static void write_packet(struct link *link, const struct frame *f)
{
	uint32_t kept = f->kept > SNAP ? SNAP : f->kept, padded = (kept + 3) & ~3u, total = 32 + padded;
	uint32_t interface = f->interface == link->detour ? PUT : SENT;
	uint32_t head[7] = { 6, total, interface, (uint32_t)(f->time >> 32), (uint32_t)f->time, kept, f->length };
	static const uint8_t zero[4];
	put(link, head, sizeof head);
	put(link, f->bytes, kept);
	put(link, zero, padded - kept);
	put(link, &total, 4);
	link->captured += interface == SENT;
}

/* By how much the hosts' wall clock, which stamps frames, is off from the lab's. */
static int64_t clock_off;

static void set_clock_off(int64_t off)
{
	clock_off = off;
	record(REC_CLOCK_SET, LAB, &off, sizeof off);
}

bool capture_drain(void)
{
	bool any = false;
	for (struct frame f; ring_next(&f); any = true) {
		if (!any)
			cost_evidence(true);
		if (f.interface == LOOPBACK)
			set_clock_off(clock_mark(f.bytes));
		struct link *link = link_of_port(f.interface);
		if (!link)
			continue;
		f.time -= (uint64_t)clock_off;
		write_packet(link, &f);
		if (link->buffer_len > BATCH)
			capture_flush();
	}
	if (any)
		cost_evidence(false);
	return any;
}

void capture_complete(void)
{
	ring_settle();
	capture_drain();
}

void capture_flush(void)
{
	static uint64_t told;
	uint64_t lost = ring_lost();
	if (lost > told)
		trouble(LAB, "lost", "frames %llu: packet ring full", (unsigned long long)(lost - told));
	told = lost;
	for (int i = 0; i < plan.link_count; i++) {
		struct link *link = &plan.links[i];
		if (!link->buffer_len)
			continue;
		if (!channel_send(SEND_CAPTURE, i, link->buffer, link->buffer_len))
			trouble(LAB, "lost", "frames of %s: %s", link->name, strerror(errno));
		link->buffer_len = 0;
	}
}
