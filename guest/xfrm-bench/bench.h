/*
 * Operations on SAs and policies at a given count, for `espalier bench xfrm`.
 *
 * What each of them costs is not measured here, where the clock of a lab knows nothing of it: lines `begin`, `done` and `settled` are
 * printed, and the agent has the CPU time of the lab marked behind each (LabPlan.markOutput). What an operation did is checked here: a
 * table that has another size, or a packet that took another path, ends the program.
 */
#pragma once
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum direction { OUTBOUND, INBOUND };
enum selectors { HOSTS, NETS, PORTS, MARKS };
enum algorithm { NO_ENCRYPTION, AES_GCM, AES_CBC };

/* What the entries of a table look like. */
struct variant {
	const char *table, *name;
	int family;
	enum selectors selectors; /* of policies */
	enum algorithm algorithm; /* of SAs */
	bool peers;		  /* each SA has a peer of its own */
};

extern const struct variant *variant;
extern uint32_t count; /* of entries */

/* Packets of an operation that sends some. */
enum { PACKETS = 1000 };

/* marks.c */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void unsupported(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void rest(uint64_t virtual_ms);
long unreclaimable(void); /* KiB of slabs that the kernel cannot give back */
void say_slabs(void);
long xfrm_counter(const char *name); /* of /proc/net/xfrm_stat; a name's start: their sum */

/* netlink.c: one socket for all requests. */
struct message {
	struct nlmsghdr head;
	char body[1000];
};
void netlink_start(void);
void let_others_run(void);
void begin(struct message *m, int type, const void *head, size_t length);
void append(struct message *m, int type, const void *data, size_t length);
typedef void build(struct message *m, uint32_t index);
uint32_t request_each(build *make, uint32_t how_many); /* in batches; gives the answers that were no acknowledgement */
uint32_t dump(int type, const void *head, size_t length);
bool answer_of(struct message *m, int attribute, void *to, size_t length); /* an attribute of the answer to one request */
int events_of(int group);			 /* a socket for one group of events */
uint32_t drain_events(int fd, int type, uint32_t *overruns); /* those that wait; how often it had overflowed is added */

/* address.c */
struct address {
	uint8_t bytes[16];
};
extern const struct address *own; /* in the network of variant->family */
void address_start(void);
struct address peer(uint32_t index);	/* hosts, one after the other */
struct address peer_net(uint32_t index); /* networks, one after the other */
struct address second(void);		/* the peer of whoever has only one */
int full_prefix(void);

/* network.c */
void network_start(void);
int sender(uint16_t port); /* a UDP socket of our address */
bool send_to(int fd, const struct address *to, uint16_t port);
void connect_to(int fd, const struct address *to, uint16_t port);
void inject_udp(const struct address *from, uint16_t source, uint16_t port);
void inject_esp(const struct address *from, uint32_t spi, uint32_t sequence, uint16_t port);
uint32_t received(int fd); /* datagrams that wait */

/* An operation, and the table that it needs and leaves. */
enum state { ANY, EMPTY, FULL, OTHER };
struct operation {
	const char *name;
	enum state needs, leaves;
	uint32_t (*units)(void);
	void (*run)(void);
	void (*prepare)(void); /* not measured */
	void (*verify)(void);  /* not measured */
	bool (*applies)(void); /* NULL: always */
};
struct table {
	const char *name;
	const struct operation *operations; /* up to one without a name */
	void (*fill)(void), (*clear)(void);
	uint32_t (*size)(void);
};
extern const struct table policies, states;
extern const struct variant policy_variants[], state_variants[];
uint32_t entries(void);
uint32_t packets(void);
/* Index of the entry that packet number k is for. */
uint32_t spread(uint32_t k);
