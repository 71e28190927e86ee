/* What the kernel knows of IPsec, per host: events as they come, tables when they changed. */
#include "agent.h"
#include <errno.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Groups that can be listened to without changing what the kernel does. Not ACQUIRE: with a
 * listener the kernel keeps a larval SA where it would otherwise refuse the packet
 * (net/xfrm/xfrm_state.c, km_query). Not AEVENTS: a listener starts replay timers.
 */
static const int groups[] = { XFRMNLGRP_EXPIRE, XFRMNLGRP_SA, XFRMNLGRP_POLICY, XFRMNLGRP_REPORT,
			      XFRMNLGRP_MIGRATE, XFRMNLGRP_MAPPING };

/* Room for what one program does without a pause: some 50,000 policies. */
enum { EVENT_BYTES = 64 << 20 };

/*
 * Every socket has an address of its own, outside the range of the hosts' process numbers: one without
 * (zero) has the kernel's, and a multicast leaves out its sender.
 */
static int open_socket(uint32_t address)
{
	struct sockaddr_nl own = { .nl_family = AF_NETLINK, .nl_pid = address };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_XFRM), size = EVENT_BYTES;
	if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own))
		die("xfrm socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	return fd;
}

/* Called inside the host's network namespace: a netlink socket stays in it. */
void xfrm_open(struct host *host)
{
	host->xfrm_dumps = open_socket(0xe5000001);
	host->xfrm_events = open_socket(0xe5000002);
	int one = 1;
	setsockopt(host->xfrm_events, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one); /* kernel/patches/event-time.yaml */
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		setsockopt(host->xfrm_events, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof groups[i]);
}

static uint8_t message[1 << 16];

/* The moment at which the kernel made what was received, virtual ns since 1970; 0 from a kernel that does not tell. */
static uint64_t made_at(struct msghdr *received)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(received); c; c = CMSG_NXTHDR(received, c)) {
		struct timespec t;
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof t);
		return lab_time((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec);
	}
	return 0;
}

/* As recv(), with the time before the message where there is one. */
static ssize_t next_event(int fd, bool *stamped)
{
	char control[128];
	struct iovec at = { message + 8, sizeof message - 8 };
	struct msghdr in = { .msg_iov = &at, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
	ssize_t n = recvmsg(fd, &in, 0);
	if (n <= 0)
		return n;
	uint64_t made = made_at(&in);
	memcpy(message, &made, sizeof made);
	*stamped = made != 0;
	return n;
}

bool xfrm_drain(struct host *host)
{
	ssize_t n;
	bool any = false, stamped;
	int number = (int)(host - plan.hosts);
	for (; (n = next_event(host->xfrm_events, &stamped)) > 0; any = true) {
		if (stamped)
			record(REC_XFRM_EVENT_MADE, number, message, 8 + (size_t)n);
		else
			record(REC_XFRM_EVENT, number, message + 8, (size_t)n);
	}
	if (n < 0 && errno == ENOBUFS) {
		trouble(number, "lost", "xfrm-events");
		any = true;
	}
	return any;
}

struct blob {
	uint8_t *at;
	size_t length, capacity;
};

/* Appends the messages of one answer; false when the dump is complete. */
static bool take(const struct nlmsghdr *h, size_t n, struct blob *out)
{
	for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
		if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
			return false;
		out->at = grow(out->at, &out->capacity, out->length + h->nlmsg_len + 4);
		memcpy(out->at + out->length, h, h->nlmsg_len);
		/* sequence and port differ between dumps of equal tables */
		memset(out->at + out->length + offsetof(struct nlmsghdr, nlmsg_seq), 0, 8);
		out->length += NLMSG_ALIGN(h->nlmsg_len);
	}
	return true;
}

static void dump(struct host *host, int which, int type)
{
	static struct blob blob;
	struct nlmsghdr request = { .nlmsg_len = NLMSG_LENGTH(0), .nlmsg_type = (uint16_t)type,
				    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP };
	blob.length = 0;
	if (send(host->xfrm_dumps, &request, request.nlmsg_len, 0) < 0)
		return;
	ssize_t n;
	do
		n = recv(host->xfrm_dumps, message, sizeof message, 0);
	while (n > 0 && take((struct nlmsghdr *)message, (size_t)n, &blob));
	if (blob.length == host->last_dump_len[which] &&
	    (!blob.length || !memcmp(blob.at, host->last_dump[which], blob.length)))
		return;
	host->dump_changed[which] = true;
	host->last_dump[which] = realloc(host->last_dump[which], blob.length + 1);
	memcpy(host->last_dump[which], blob.at, blob.length);
	host->last_dump_len[which] = blob.length;
}

void xfrm_dump(struct host *host)
{
	dump(host, 0, XFRM_MSG_GETSA);
	dump(host, 1, XFRM_MSG_GETPOLICY);
}

void xfrm_record(struct host *host)
{
	static const enum record_type kinds[] = { REC_XFRM_STATES, REC_XFRM_POLICIES };
	for (int which = 0; which < 2; which++) {
		if (host->dump_changed[which])
			record(kinds[which], (int)(host - plan.hosts), host->last_dump[which], host->last_dump_len[which]);
		host->dump_changed[which] = false;
	}
}
