/* Every frame of every link, taken where a host hands it to the link; one pcapng file a link. */
#include "agent.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SNAP = 65536, BATCH = 1 << 16 };

static int fd = -1;

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

/* Section header and the one interface: Ethernet, named after the link, nanoseconds. */
static void write_header(struct link *link)
{
	uint32_t section[7] = { 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ~0u, ~0u, 28 };
	uint8_t options[128], nine = 9;
	size_t n = option(options, 2, link->name, (uint16_t)strlen(link->name));
	n += option(options + n, 9, &nine, 1);
	n += option(options + n, 0, "", 0);
	uint32_t total = (uint32_t)(20 + n), head[4] = { 1, total, 1, SNAP };
	put(link, section, sizeof section);
	put(link, head, sizeof head);
	put(link, options, n);
	put(link, &total, 4);
}

void capture_open(void)
{
	int one = 1, size = 32 << 20;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
	if (fd < 0)
		die("packet socket: %s", strerror(errno));
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	for (int i = 0; i < plan.link_count; i++) {
		struct link *link = &plan.links[i];
		char path[128];
		snprintf(path, sizeof path, "/out/links/%s.pcapng", link->name);
		link->capture = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		if (link->capture < 0)
			die("open %s: %s", path, strerror(errno));
		write_header(link);
	}
}

static struct link *link_of_port(int index)
{
	for (int h = 0; h < plan.host_count; h++)
		for (int n = 0; n < plan.hosts[h].nic_count; n++)
			if (plan.hosts[h].nics[n].port_index == index)
				return &plan.links[plan.hosts[h].nics[n].link];
	return NULL; /* the bridge itself: the same frame again */
}

static void write_packet(struct link *link, const uint8_t *frame, size_t length, uint64_t time)
{
	uint32_t kept = (uint32_t)(length > SNAP ? SNAP : length), padded = (kept + 3) & ~3u, total = 32 + padded;
	uint32_t head[7] = { 6, total, 0, (uint32_t)(time >> 32), (uint32_t)time, kept, (uint32_t)length };
	static const uint8_t zero[4];
	put(link, head, sizeof head);
	put(link, frame, kept);
	put(link, zero, padded - kept);
	put(link, &total, 4);
}

static uint64_t packet_time(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
			struct timespec t;
			memcpy(&t, CMSG_DATA(c), sizeof t);
			return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
		}
	return now_ns();
}

bool capture_drain(void)
{
	bool any = false;
	static uint8_t frame[SNAP];
	for (;;) {
		struct sockaddr_ll from;
		char control[128];
		struct iovec v = { frame, sizeof frame };
		struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &v, .msg_iovlen = 1,
				    .msg_control = control, .msg_controllen = sizeof control };
		ssize_t n = recvmsg(fd, &m, MSG_TRUNC);
		if (n < 0)
			return any;
		any = true;
		struct link *link = link_of_port(from.sll_ifindex);
		if (!link)
			continue;
		write_packet(link, frame, (size_t)n, packet_time(&m));
		if (link->buffer_len > BATCH)
			capture_flush();
	}
}

/* Says how many frames the socket had no room for; asking resets the count. */
static void note_drops(void)
{
	struct tpacket_stats stats;
	socklen_t size = sizeof stats;
	if (!getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) && stats.tp_drops)
		trouble(LAB, "note", "capture lost %u frames: socket buffer full", stats.tp_drops);
}

void capture_flush(void)
{
	note_drops();
	for (int i = 0; i < plan.link_count; i++) {
		struct link *link = &plan.links[i];
		if (!link->buffer_len)
			continue;
		if (write(link->capture, link->buffer, link->buffer_len) < 0)
			trouble(LAB, "note", "capture of %s: %s", link->name, strerror(errno));
		link->buffer_len = 0;
		fsync(link->capture);
	}
}
