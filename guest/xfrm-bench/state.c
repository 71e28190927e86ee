/* SAs: their messages, and what is done with them. */
#include "bench.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const struct variant state_variants[] = {
	{ .table = "state", .name = "null", .family = AF_INET, .algorithm = NO_ENCRYPTION },
	{ .table = "state", .name = "gcm", .family = AF_INET, .algorithm = AES_GCM },
	{ .table = "state", .name = "cbc", .family = AF_INET, .algorithm = AES_CBC },
	{ .table = "state", .name = "null-peers", .family = AF_INET, .algorithm = NO_ENCRYPTION, .peers = true },
	{ .table = "state", .name = "gcm-peers", .family = AF_INET, .algorithm = AES_GCM, .peers = true },
	{ .table = "state", .name = "cbc-peers", .family = AF_INET, .algorithm = AES_CBC, .peers = true },
	{ .table = "state", .name = "null6", .family = AF_INET6, .algorithm = NO_ENCRYPTION },
	{ .table = "state", .name = "gcm-peers6", .family = AF_INET6, .algorithm = AES_GCM, .peers = true },
	{ 0 },
};

enum { FIRST_SPI = 0x1000, RECEIVER = 9, WINDOW = 32, LIFETIME_S = 1 };

static enum direction way = OUTBOUND;
static bool short_lived;

static struct address other(uint32_t i) { return variant->peers ? peer(i) : second(); }

static void append_algorithm(struct message *m, int type, const char *name, unsigned key_bits)
{
	struct { struct xfrm_algo head; char key[64]; } a = { .head.alg_key_len = key_bits };
	strcpy(a.head.alg_name, name);
	memset(a.key, 0x5a, sizeof a.key);
	append(m, type, &a, sizeof a.head + key_bits / 8);
}

/* Keys are all alike: nothing here depends on them. */
static void append_algorithms(struct message *m)
{
	struct { struct xfrm_algo_aead head; char key[20]; } gcm = { .head.alg_name = "rfc4106(gcm(aes))", .head.alg_key_len = 160, .head.alg_icv_len = 128 };
	struct { struct xfrm_algo_auth head; char key[32]; } sha = { .head.alg_name = "hmac(sha256)", .head.alg_key_len = 256, .head.alg_trunc_len = 128 };
	switch (variant->algorithm) {
	case NO_ENCRYPTION:
		append_algorithm(m, XFRMA_ALG_CRYPT, "ecb(cipher_null)", 0);
		append_algorithm(m, XFRMA_ALG_AUTH, "digest_null", 0);
		return;
	case AES_GCM:
		memset(gcm.key, 0x5a, sizeof gcm.key);
		append(m, XFRMA_ALG_AEAD, &gcm, sizeof gcm.head + sizeof gcm.key);
		return;
	case AES_CBC:
		memset(sha.key, 0x5a, sizeof sha.key);
		append_algorithm(m, XFRMA_ALG_CRYPT, "cbc(aes)", 256);
		append(m, XFRMA_ALG_AUTH_TRUNC, &sha, sizeof sha.head + sizeof sha.key);
		return;
	}
}

static void make(struct message *m, uint32_t i, int type)
{
	struct address far = other(i);
	struct xfrm_usersa_info sa = {
		.id = { .spi = htonl(FIRST_SPI + i), .proto = IPPROTO_ESP },
		.family = (uint16_t)variant->family, .mode = XFRM_MODE_TRANSPORT, .replay_window = WINDOW,
		.sel = { .family = (uint16_t)variant->family },
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0 },
	};
	memcpy(&sa.id.daddr, way == OUTBOUND ? far.bytes : own->bytes, 16);
	memcpy(&sa.saddr, way == OUTBOUND ? own->bytes : far.bytes, 16);
	if (short_lived)
		sa.lft.hard_add_expires_seconds = LIFETIME_S;
	begin(m, type, &sa, sizeof sa);
	append_algorithms(m);
}

static void make_new(struct message *m, uint32_t i) { make(m, i, XFRM_MSG_NEWSA); }
static void make_update(struct message *m, uint32_t i) { make(m, i, XFRM_MSG_UPDSA); }

static void make_id(struct message *m, uint32_t i, int type)
{
	struct address far = other(i);
	struct xfrm_usersa_id id = { .spi = htonl(FIRST_SPI + i), .family = (uint16_t)variant->family, .proto = IPPROTO_ESP };
	memcpy(&id.daddr, way == OUTBOUND ? far.bytes : own->bytes, 16);
	begin(m, type, &id, sizeof id);
}

static void make_get(struct message *m, uint32_t i) { make_id(m, i, XFRM_MSG_GETSA); }
static void make_delete(struct message *m, uint32_t i) { make_id(m, i, XFRM_MSG_DELSA); }
static void make_delete_last(struct message *m, uint32_t i) { make_id(m, count - 1 - i, XFRM_MSG_DELSA); }

static void make_flush(struct message *m, uint32_t i)
{
	struct xfrm_usersa_flush f = { .proto = 0 };
	(void)i;
	begin(m, XFRM_MSG_FLUSHSA, &f, sizeof f);
}

static uint32_t size(void)
{
	struct message m;
	uint32_t flags = ~0u, n;
	begin(&m, XFRM_MSG_GETSADINFO, &flags, sizeof flags);
	if (!answer_of(&m, XFRMA_SAD_CNT, &n, sizeof n))
		fail("the kernel does not say how many SAs it has");
	return n;
}

static void add(void) { request_each(make_new, count); }
static void update(void) { request_each(make_update, count); }
static void delete(void) { request_each(make_delete, count); }
static void delete_last(void) { request_each(make_delete_last, count); }
static void flush(void) { request_each(make_flush, 1); }

static void get(void)
{
	uint32_t found = request_each(make_get, count);
	if (found != count)
		fail("%u of %u SAs were found", found, count);
}

static void dump_all(void)
{
	struct xfrm_usersa_id id = { 0 };
	uint32_t found = dump(XFRM_MSG_GETSA, &id, sizeof id);
	if (found != count)
		fail("the dump has %u of %u SAs", found, count);
}

/* One policy for all that is sent, whose template any of the SAs fits. */
static void make_policy(struct message *m, int type)
{
	struct xfrm_userpolicy_info p = { .sel = { .family = (uint16_t)variant->family }, .dir = XFRM_POLICY_OUT,
					  .lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0 } };
	struct xfrm_userpolicy_id id = { .dir = XFRM_POLICY_OUT };
	struct xfrm_user_tmpl t = { .id.proto = IPPROTO_ESP, .family = (uint16_t)variant->family, .mode = XFRM_MODE_TRANSPORT,
				    .aalgos = ~0u, .ealgos = ~0u, .calgos = ~0u };
	/* From our address: what IPv6 sends by itself comes from others. */
	memcpy(&p.sel.saddr, own->bytes, 16);
	p.sel.prefixlen_s = (uint8_t)full_prefix();
	id.sel = p.sel;
	if (type == XFRM_MSG_DELPOLICY) {
		begin(m, type, &id, sizeof id);
		return;
	}
	begin(m, type, &p, sizeof p);
	append(m, XFRMA_TMPL, &t, sizeof t);
}

static void make_new_policy(struct message *m, uint32_t i)
{
	(void)i;
	make_policy(m, XFRM_MSG_NEWPOLICY);
}

static void make_delete_policy(struct message *m, uint32_t i)
{
	(void)i;
	make_policy(m, XFRM_MSG_DELPOLICY);
}

static int fd = -1;
static long before;

static void prepare_out(void)
{
	request_each(make_new_policy, 1);
	fd = sender(0);
	before = xfrm_counter("XfrmOut");
}

static void out_hit(void)
{
	for (uint32_t k = 0; k < PACKETS; k++) {
		struct address to = other(spread(k));
		if (!send_to(fd, &to, RECEIVER))
			fail("a packet found no SA");
	}
}

static void verify_out(void)
{
	long errors = xfrm_counter("XfrmOut") - before;
	close(fd);
	request_each(make_delete_policy, 1);
	if (errors)
		fail("%ld of %d packets found no SA", errors, PACKETS);
}

static void prepare_in(void)
{
	way = INBOUND;
	add();
	fd = sender(RECEIVER);
	before = xfrm_counter("XfrmIn");
}

static void in_hit(void)
{
	for (uint32_t k = 0; k < PACKETS; k++) {
		uint32_t i = spread(k);
		struct address from = other(i);
		inject_esp(&from, FIRST_SPI + i, k + 1, RECEIVER);
	}
}

static void verify_in(void)
{
	uint32_t came = received(fd);
	long errors = xfrm_counter("XfrmIn") - before;
	close(fd);
	if (came != PACKETS || errors)
		fail("%u of %d packets came out of their SAs, with %ld errors", came, PACKETS, errors);
}

static void prepare_miss(void)
{
	way = INBOUND;
	add();
	before = xfrm_counter("XfrmInNoStates");
}

static void in_miss(void)
{
	for (uint32_t k = 0; k < PACKETS; k++) {
		struct address from = other(0);
		inject_esp(&from, FIRST_SPI + count + k, k + 1, RECEIVER);
	}
}

static void verify_in_miss(void)
{
	long missed = xfrm_counter("XfrmInNoStates") - before;
	if (missed != PACKETS)
		fail("%ld of %d packets found no SA", missed, PACKETS);
}

static int listener = -1;

/* All are added within one second of the lab's clock, and expire within one. */
static void prepare_expire(void)
{
	short_lived = true;
	add();
	listener = events_of(XFRMNLGRP_EXPIRE);
}

static void expire(void) { rest((LIFETIME_S + 1) * 1000); }

static void verify_expire(void)
{
	uint32_t overruns = 0, events = drain_events(listener, XFRM_MSG_EXPIRE, &overruns);
	close(listener);
	if (events != count || overruns)
		fail("%u of %u expirations were told, the socket overflowed %u times", events, count, overruns);
	if (size())
		fail("%u SAs did not expire", size());
}

static bool unencrypted(void) { return variant->algorithm == NO_ENCRYPTION; }

static void clear(void)
{
	flush();
	way = OUTBOUND;
	short_lived = false;
}

static const struct operation operations[] = {
	{ "add", EMPTY, FULL, entries, add, NULL, NULL, NULL },
	{ "get", FULL, FULL, entries, get, NULL, NULL, NULL },
	{ "update", FULL, FULL, entries, update, NULL, NULL, NULL },
	{ "dump", FULL, FULL, entries, dump_all, NULL, NULL, NULL },
	{ "out-hit", FULL, FULL, packets, out_hit, prepare_out, verify_out, NULL },
	{ "delete", FULL, EMPTY, entries, delete, NULL, NULL, NULL },
	{ "delete-last", FULL, EMPTY, entries, delete_last, NULL, NULL, NULL },
	{ "flush", FULL, EMPTY, entries, flush, NULL, NULL, NULL },
	{ "in-hit", EMPTY, OTHER, packets, in_hit, prepare_in, verify_in, unencrypted },
	{ "in-miss", EMPTY, OTHER, packets, in_miss, prepare_miss, verify_in_miss, NULL },
	{ "expire", EMPTY, OTHER, entries, expire, prepare_expire, verify_expire, NULL },
	{ 0 },
};

const struct table states = { "state", operations, add, clear, size };
