/* Requests to the kernel's XFRM netlink, many in one message as a daemon could send them. */
#include "bench.h"
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64, RECEIVE_BYTES = 64 << 20 };

static int fd = -1;
static uint32_t sequence;
static char batch[BATCH * sizeof(struct message)], answers[1 << 16];

/* Answers to a batch, of which one call takes many: a system call of a lab costs more than most requests. */
enum { ANSWER_BYTES = 4096 };
static char many[BATCH][ANSWER_BYTES];

static int open_socket(void)
{
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM), size = RECEIVE_BYTES;
	if (s < 0)
		fail("netlink socket: %s", strerror(errno));
	setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	return s;
}

void netlink_start(void) { fd = open_socket(); }

void begin(struct message *m, int type, const void *head, size_t length)
{
	memset(&m->head, 0, sizeof m->head);
	m->head.nlmsg_type = (uint16_t)type;
	m->head.nlmsg_flags = NLM_F_REQUEST;
	m->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(length);
	memcpy(NLMSG_DATA(&m->head), head, length);
}

void append(struct message *m, int type, const void *data, size_t length)
{
	struct nlattr *a = (struct nlattr *)((char *)m + NLMSG_ALIGN(m->head.nlmsg_len));
	a->nla_type = (uint16_t)type;
	a->nla_len = (uint16_t)(NLA_HDRLEN + length);
	memcpy((char *)a + NLA_HDRLEN, data, length);
	m->head.nlmsg_len = NLMSG_ALIGN(m->head.nlmsg_len) + NLMSG_ALIGN(a->nla_len);
}

static void refused(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	if (e->error == -ENOSYS || e->error == -EPROTONOSUPPORT || e->error == -EOPNOTSUPP)
		unsupported("request %d: %s", e->msg.nlmsg_type, strerror(-e->error));
	fail("request %d, number %u: %s", e->msg.nlmsg_type, e->msg.nlmsg_seq, strerror(-e->error));
}

static ssize_t receive(void)
{
	ssize_t n = recv(fd, answers, sizeof answers, 0);
	if (n <= 0)
		fail("netlink answer: %s", n ? strerror(errno) : "none");
	return n;
}

/* Messages that wait, at least one; gives how many there are in `many`, with their lengths. */
static int receive_many(struct mmsghdr *in)
{
	static struct iovec at[BATCH];
	for (int i = 0; i < BATCH; i++) {
		at[i] = (struct iovec){ many[i], ANSWER_BYTES };
		in[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &at[i], .msg_iovlen = 1 } };
	}
	int n = recvmmsg(fd, in, BATCH, MSG_WAITFORONE, NULL);
	if (n <= 0)
		fail("netlink answer: %s", n ? strerror(errno) : "none");
	return n;
}

/* Counts the answers up to the acknowledgement of the last request. */
static uint32_t until_acknowledged(void)
{
	static struct mmsghdr in[BATCH];
	for (uint32_t others = 0;;) {
		int n = receive_many(in);
		for (int i = 0; i < n; i++) {
			const struct nlmsghdr *h = (struct nlmsghdr *)many[i];
			if (h->nlmsg_type != NLMSG_ERROR)
				others++;
			else if (((struct nlmsgerr *)NLMSG_DATA(h))->error)
				refused(h);
			else if (h->nlmsg_seq == sequence)
				return others;
		}
	}
}

/*
 * The hash tables grow in a work queue. With infinite CPU no clock tick takes a CPU from a program that never waits, so the tables would
 * stay as small as at first until all requests are done; on a machine other CPUs make them grow meanwhile.
 */
void let_others_run(void) { sched_yield(); }

/* Only the last request of a batch is acknowledged; one that the kernel refuses is answered in any case. */
uint32_t request_each(build *make, uint32_t how_many)
{
	struct message m;
	uint32_t others = 0;
	for (uint32_t next = 0; next < how_many;) {
		size_t length = 0;
		for (int i = 0; i < BATCH && next < how_many; i++, next++) {
			make(&m, next);
			m.head.nlmsg_seq = ++sequence;
			if (i == BATCH - 1 || next == how_many - 1)
				m.head.nlmsg_flags |= NLM_F_ACK;
			memcpy(batch + length, &m, m.head.nlmsg_len);
			length += NLMSG_ALIGN(m.head.nlmsg_len);
		}
		if (send(fd, batch, length, 0) != (ssize_t)length)
			fail("netlink request: %s", strerror(errno));
		others += until_acknowledged();
		let_others_run();
	}
	return others;
}

uint32_t dump(int type, const void *head, size_t length)
{
	struct message m;
	uint32_t entries = 0;
	begin(&m, type, head, length);
	m.head.nlmsg_flags |= NLM_F_DUMP;
	m.head.nlmsg_seq = ++sequence;
	if (send(fd, &m, m.head.nlmsg_len, 0) < 0)
		fail("dump: %s", strerror(errno));
	for (;;) {
		ssize_t n = receive();
		for (struct nlmsghdr *h = (struct nlmsghdr *)answers; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return entries;
			if (h->nlmsg_type == NLMSG_ERROR)
				refused(h);
			entries++;
		}
	}
}

bool answer_of(struct message *m, int attribute, void *to, size_t length)
{
	m->head.nlmsg_seq = ++sequence;
	if (send(fd, m, m->head.nlmsg_len, 0) < 0)
		fail("netlink request: %s", strerror(errno));
	receive();
	struct nlmsghdr *h = (struct nlmsghdr *)answers;
	if (h->nlmsg_type == NLMSG_ERROR)
		refused(h);
	/* All answers that are asked for begin with 32 bits of flags. */
	size_t at = NLMSG_LENGTH(sizeof(uint32_t));
	while (at + NLA_HDRLEN <= h->nlmsg_len) {
		struct nlattr *a = (struct nlattr *)(answers + at);
		if (a->nla_type == attribute && a->nla_len >= NLA_HDRLEN + length) {
			memcpy(to, (char *)a + NLA_HDRLEN, length);
			return true;
		}
		at += NLMSG_ALIGN(a->nla_len);
	}
	return false;
}

int events_of(int group)
{
	int s = open_socket();
	if (bind(s, (struct sockaddr *)&(struct sockaddr_nl){ .nl_family = AF_NETLINK }, sizeof(struct sockaddr_nl)) ||
	    setsockopt(s, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group))
		fail("events of group %d: %s", group, strerror(errno));
	return s;
}

uint32_t drain_events(int s, int type, uint32_t *overruns)
{
	uint32_t events = 0;
	for (;;) {
		ssize_t n = recv(s, answers, sizeof answers, MSG_DONTWAIT);
		if (n < 0 && errno == ENOBUFS) {
			++*overruns;
			continue;
		}
		if (n <= 0)
			return events;
		for (struct nlmsghdr *h = (struct nlmsghdr *)answers; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n))
			events += h->nlmsg_type == type;
	}
}
