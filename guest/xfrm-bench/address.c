/* Addresses of the entries. Ours is in no network of theirs. */
#include "bench.h"
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

static const struct address own4 = { { 10, 200, 0, 1 } };
static const struct address own6 = { { 0xfd, 0, 0x02, 0, [15] = 1 } };
const struct address *own;

static bool six(void) { return variant->family == AF_INET6; }

int full_prefix(void) { return six() ? 128 : 32; }

static void put32(uint8_t *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, sizeof value);
}

/* From 20.0.0.0 and fd00:20:: on */
struct address peer(uint32_t index)
{
	struct address a = { { 0xfd, 0, 0, 0x20 } };
	put32(a.bytes + (six() ? 12 : 0), six() ? index + 1 : (20u << 24) + index);
	return a;
}

/* 20.0.0.0/24 and fd00:20:0:0::/64 are the first */
struct address peer_net(uint32_t index)
{
	struct address a = { { 0xfd, 0, 0, 0x20 } };
	put32(a.bytes + (six() ? 4 : 0), six() ? index : (20u << 24) + (index << 8));
	return a;
}

struct address second(void)
{
	struct address a = *own;
	a.bytes[six() ? 15 : 3] = 2;
	return a;
}

void address_start(void) { own = six() ? &own6 : &own4; }
