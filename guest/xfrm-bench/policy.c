/* Policies: their messages, and what is done with them. */
#include "bench.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const struct variant policy_variants[] = {
	{ .table = "policy", .name = "host", .family = AF_INET, .selectors = HOSTS },
	{ .table = "policy", .name = "net", .family = AF_INET, .selectors = NETS },
	{ .table = "policy", .name = "ports", .family = AF_INET, .selectors = PORTS },
	{ .table = "policy", .name = "marks", .family = AF_INET, .selectors = MARKS },
	{ .table = "policy", .name = "host6", .family = AF_INET6, .selectors = HOSTS },
	{ .table = "policy", .name = "net6", .family = AF_INET6, .selectors = NETS },
	{ 0 },
};

/* Ports of one address; then comes the next port of the sender. */
enum { PORTS_EACH = 60000, RECEIVER = 9, PRIORITY = 10 };

static enum direction way = OUTBOUND;
static bool with_template, with_index;

static uint16_t port_of(uint32_t i) { return variant->selectors == PORTS ? (uint16_t)(1 + i % PORTS_EACH) : RECEIVER; }
static uint16_t sender_port(uint32_t i) { return variant->selectors == PORTS ? (uint16_t)(1 + i / PORTS_EACH) : 0; }

/* Whom the packets of an entry go to. */
static struct address target(uint32_t i)
{
	struct address a;
	switch (variant->selectors) {
	case HOSTS:
		return peer(i);
	case NETS:
		a = peer_net(i);
		a.bytes[variant->family == AF_INET6 ? 15 : 3] = 1;
		return a;
	case PORTS:
	case MARKS:
		break;
	}
	return peer(0);
}

/* Ours is the source; turned round for policies of what comes in. */
static struct xfrm_selector selector(uint32_t i)
{
	struct xfrm_selector s = { .family = (uint16_t)variant->family };
	struct address to = variant->selectors == NETS ? peer_net(i) : target(i);
	bool six = variant->family == AF_INET6;
	switch (variant->selectors) {
	case HOSTS:
		s.prefixlen_s = s.prefixlen_d = (uint8_t)full_prefix();
		break;
	case NETS:
		s.prefixlen_s = six ? 48 : 16;
		s.prefixlen_d = six ? 64 : 24;
		break;
	case PORTS:
		s.prefixlen_s = six ? 48 : 16;
		s.prefixlen_d = six ? 32 : 8;
		s.proto = IPPROTO_UDP;
		s.sport = htons(sender_port(i));
		s.dport = htons(port_of(i));
		s.sport_mask = s.dport_mask = 0xffff;
		break;
	case MARKS:
		return s;
	}
	memcpy(&s.saddr, own->bytes, 16);
	memcpy(&s.daddr, to.bytes, 16);
	/* The kernel does not mask what lies behind the prefix. */
	if (s.prefixlen_s < full_prefix())
		memset((uint8_t *)&s.saddr + s.prefixlen_s / 8, 0, 16 - s.prefixlen_s / 8);
	if (s.prefixlen_d < full_prefix())
		memset((uint8_t *)&s.daddr + s.prefixlen_d / 8, 0, 16 - s.prefixlen_d / 8);
	if (way == OUTBOUND)
		return s;
	struct xfrm_selector in = s;
	in.saddr = s.daddr, in.daddr = s.saddr;
	in.prefixlen_s = s.prefixlen_d, in.prefixlen_d = s.prefixlen_s;
	in.sport = s.dport, in.dport = s.sport;
	return in;
}

static uint8_t direction(void) { return way == OUTBOUND ? XFRM_POLICY_OUT : XFRM_POLICY_IN; }

/* Of a policy that is given one by its owner; the lowest bits are the direction (xfrm_policy_id2dir). */
static uint32_t index_of(uint32_t i) { return (i + 1) * 8 + direction(); }

static void append_mark(struct message *m, uint32_t i)
{
	struct xfrm_mark mark = { i + 1, 0xffffffff };
	if (variant->selectors == MARKS)
		append(m, XFRMA_MARK, &mark, sizeof mark);
}

static void make(struct message *m, uint32_t i, int type)
{
	struct xfrm_userpolicy_info p = {
		.sel = selector(i), .priority = PRIORITY, .dir = direction(),
		.action = with_template ? XFRM_POLICY_ALLOW : XFRM_POLICY_BLOCK,
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0 },
	};
	if (with_index)
		p.index = index_of(i);
	begin(m, type, &p, sizeof p);
	if (with_template) {
		struct address to = target(i);
		struct xfrm_user_tmpl t = { .id.proto = IPPROTO_ESP, .family = (uint16_t)variant->family, .reqid = i + 1,
					    .mode = XFRM_MODE_TUNNEL, .aalgos = ~0u, .ealgos = ~0u, .calgos = ~0u };
		memcpy(&t.id.daddr, to.bytes, 16);
		memcpy(&t.saddr, own->bytes, 16);
		append(m, XFRMA_TMPL, &t, sizeof t);
	}
	append_mark(m, i);
}

static void make_new(struct message *m, uint32_t i) { make(m, i, XFRM_MSG_NEWPOLICY); }
static void make_update(struct message *m, uint32_t i) { make(m, i, XFRM_MSG_UPDPOLICY); }

static void make_id(struct message *m, uint32_t i, int type)
{
	struct xfrm_userpolicy_id id = { .sel = selector(i), .dir = direction() };
	begin(m, type, &id, sizeof id);
	append_mark(m, i);
}

static void make_get(struct message *m, uint32_t i) { make_id(m, i, XFRM_MSG_GETPOLICY); }
static void make_delete(struct message *m, uint32_t i) { make_id(m, i, XFRM_MSG_DELPOLICY); }
static void make_delete_last(struct message *m, uint32_t i) { make_id(m, count - 1 - i, XFRM_MSG_DELPOLICY); }

static void make_delete_index(struct message *m, uint32_t i)
{
	struct xfrm_userpolicy_id id = { .index = index_of(i), .dir = direction() };
	begin(m, XFRM_MSG_DELPOLICY, &id, sizeof id);
	append_mark(m, i);
}

static void make_flush(struct message *m, uint32_t i)
{
	struct xfrm_userpolicy_type t = { XFRM_POLICY_TYPE_MAIN, 0, 0 };
	(void)i;
	begin(m, XFRM_MSG_FLUSHPOLICY, NULL, 0);
	append(m, XFRMA_POLICY_TYPE, &t, sizeof t);
}

static uint32_t size(void)
{
	struct message m;
	struct xfrmu_spdinfo info;
	uint32_t flags = ~0u;
	begin(&m, XFRM_MSG_GETSPDINFO, &flags, sizeof flags);
	if (!answer_of(&m, XFRMA_SPD_INFO, &info, sizeof info))
		fail("the kernel does not say how many policies it has");
	return info.incnt + info.outcnt + info.fwdcnt;
}

static void add(void) { request_each(make_new, count); }
static void update(void) { request_each(make_update, count); }
static void delete(void) { request_each(make_delete, count); }
static void delete_last(void) { request_each(make_delete_last, count); }
static void flush(void) { request_each(make_flush, 1); }

static void delete_index(void) { request_each(make_delete_index, count); }

static void prepare_index(void)
{
	with_index = true;
	add();
	with_index = false;
}

static void get(void)
{
	uint32_t found = request_each(make_get, count);
	if (found != count)
		fail("%u of %u policies were found", found, count);
}

static void dump_all(void)
{
	struct xfrm_userpolicy_id id = { 0 };
	uint32_t found = dump(XFRM_MSG_GETPOLICY, &id, sizeof id);
	if (found != count)
		fail("the dump has %u of %u policies", found, count);
}

/* Sockets by the port of the sender, when there are several. */
static int senders[8];
static long before, hits;

static void prepare_send(void)
{
	for (uint32_t i = 0; i <= (count - 1) / PORTS_EACH && i < 8; i++)
		senders[i] = sender((uint16_t)(variant->selectors == PORTS ? 1 + i : 0));
	hits = 0;
}

static void close_senders(void)
{
	for (int i = 0; i < 8; i++) {
		if (senders[i])
			close(senders[i]);
		senders[i] = 0;
	}
}

static void out_hit(void)
{
	for (uint32_t k = 0; k < PACKETS; k++) {
		uint32_t i = spread(k), mark = i + 1;
		struct address to = target(i);
		int fd = senders[variant->selectors == PORTS ? i / PORTS_EACH : 0];
		if (variant->selectors == MARKS)
			setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark);
		hits += !send_to(fd, &to, port_of(i));
	}
}

/* Networks that no entry has: 192.0.2.0 and on, fd00:99::/32. */
static struct address stranger(uint32_t k)
{
	static const struct address four = { { 192, 0, 2 } }, six = { { 0xfd, 0, 0, 0x99 } };
	struct address a = variant->family == AF_INET6 ? six : four;
	a.bytes[variant->family == AF_INET6 ? 15 : 3] = (uint8_t)k;
	return a;
}

static void out_miss(void)
{
	for (uint32_t k = 0; k < PACKETS; k++) {
		struct address to = stranger(k);
		hits += !send_to(senders[0], &to, RECEIVER);
	}
}

static void require_hits(long wanted)
{
	close_senders();
	if (hits != wanted)
		fail("%ld of %d packets met a policy, not %ld", hits, PACKETS, wanted);
}

static void verify_hit(void) { require_hits(PACKETS); }
static void verify_miss(void) { require_hits(0); }

/* One flow of a local program: its route is looked up once, and again after a policy has changed. */
static void prepare_flow(void)
{
	struct address to = stranger(1);
	prepare_send();
	connect_to(senders[0], &to, RECEIVER);
}

static void send_flow(void)
{
	for (uint32_t k = 0; k < PACKETS; k++)
		if (send(senders[0], "espalier", 8, 0) != 8)
			fail("a packet of the flow was refused");
}

enum { CHANGE_EACH = 10 };

static void send_changing(void)
{
	for (uint32_t k = 0; k < PACKETS; k++) {
		if (k % CHANGE_EACH == 0)
			request_each(make_update, 1);
		if (send(senders[0], "espalier", 8, 0) != 8)
			fail("a packet of the flow was refused");
	}
}

static void prepare_in(void)
{
	way = INBOUND;
	add();
	before = xfrm_counter("XfrmInPolBlock");
}

static void in_hit(void)
{
	for (uint32_t k = 0; k < PACKETS; k++) {
		uint32_t i = spread(k);
		struct address from = target(i);
		inject_udp(&from, port_of(i), variant->selectors == PORTS ? sender_port(i) : RECEIVER);
	}
}

static void verify_in(void)
{
	long blocked = xfrm_counter("XfrmInPolBlock") - before;
	if (blocked != PACKETS)
		fail("%ld of %d packets met an inbound policy", blocked, PACKETS);
}

/* The mark of a packet from outside is 0. */
static bool without_marks(void) { return variant->selectors != MARKS; }

static int listener = -1;
static uint32_t acquires, overruns;

static void prepare_acquire(void)
{
	with_template = true;
	add();
	prepare_send();
	listener = events_of(XFRMNLGRP_ACQUIRE);
	acquires = overruns = 0;
}

static void acquire(void)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t mark = i + 1;
		struct address to = target(i);
		int fd = senders[variant->selectors == PORTS ? i / PORTS_EACH : 0];
		if (variant->selectors == MARKS)
			setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark);
		send_to(fd, &to, port_of(i));
		if (i % 64 != 63)
			continue;
		let_others_run();
		acquires += drain_events(listener, XFRM_MSG_ACQUIRE, &overruns);
	}
	acquires += drain_events(listener, XFRM_MSG_ACQUIRE, &overruns);
}

static void verify_acquire(void)
{
	close_senders();
	close(listener);
	if (acquires != count || overruns)
		fail("%u of %u acquires came, the socket overflowed %u times", acquires, count, overruns);
}

/* With the larval SAs of acquires. */
static void make_flush_states(struct message *m, uint32_t i)
{
	struct xfrm_usersa_flush f = { .proto = 0 };
	(void)i;
	begin(m, XFRM_MSG_FLUSHSA, &f, sizeof f);
}

static void clear(void)
{
	flush();
	if (with_template)
		request_each(make_flush_states, 1);
	way = OUTBOUND;
	with_template = false;
}

static const struct operation operations[] = {
	{ "add", EMPTY, FULL, entries, add, NULL, NULL, NULL },
	{ "get", FULL, FULL, entries, get, NULL, NULL, NULL },
	{ "update", FULL, FULL, entries, update, NULL, NULL, NULL },
	{ "dump", FULL, FULL, entries, dump_all, NULL, NULL, NULL },
	{ "out-hit", FULL, FULL, packets, out_hit, prepare_send, verify_hit, NULL },
	{ "out-miss", FULL, FULL, packets, out_miss, prepare_send, verify_miss, NULL },
	{ "send", FULL, FULL, packets, send_flow, prepare_flow, close_senders, NULL },
	{ "send-change", FULL, FULL, packets, send_changing, prepare_flow, close_senders, NULL },
	{ "delete", FULL, EMPTY, entries, delete, NULL, NULL, NULL },
	{ "delete-last", FULL, EMPTY, entries, delete_last, NULL, NULL, NULL },
	{ "delete-index", EMPTY, EMPTY, entries, delete_index, prepare_index, NULL, NULL },
	{ "flush", FULL, EMPTY, entries, flush, NULL, NULL, NULL },
	{ "send-none", EMPTY, EMPTY, packets, send_flow, prepare_flow, close_senders, NULL },
	{ "in-hit", EMPTY, OTHER, packets, in_hit, prepare_in, verify_in, without_marks },
	{ "acquire", EMPTY, OTHER, entries, acquire, prepare_acquire, verify_acquire, NULL },
	{ 0 },
};

const struct table policies = { "policy", operations, add, clear, size };
