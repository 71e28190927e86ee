/* xfrm-bench TABLE VARIANT COUNT REPEATS OPERATION,… */
#include "bench.h"
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A tick of the agent's, which costs CPU, comes each 100 ms (guest/agent/terminal.c): what follows an operation has to end before. */
enum { SETTLE_MS = 300, LATER_MS = 60, CLEAN_UP_MS = 1000 };

const struct variant *variant;
uint32_t count;

static const struct table *table;
static enum state now = EMPTY;

uint32_t entries(void) { return count; }
uint32_t packets(void) { return PACKETS; }

/* Neither neighbours nor the same few: a multiplicative hash of the packet's number (Knuth). */
uint32_t spread(uint32_t k) { return (uint32_t)((uint64_t)(k * 2654435761u) * count >> 32); }

static const struct variant *find_variant(const struct variant *from, const char *table_name, const char *name)
{
	for (; from->name; from++)
		if (!strcmp(from->table, table_name) && !strcmp(from->name, name))
			return from;
	return NULL;
}

static void require_size(const char *when, uint32_t wanted)
{
	uint32_t has = table->size();
	if (has != wanted)
		fail("%s: %u entries, not %u", when, has, wanted);
}

static void bring_to(enum state wanted)
{
	if (wanted == ANY || now == wanted)
		return;
	if (now != EMPTY)
		table->clear();
	rest(SETTLE_MS);
	if (wanted == FULL)
		table->fill();
	rest(SETTLE_MS);
	now = wanted;
	require_size("before an operation", wanted == FULL ? count : 0);
}

static void nothing(void) {}
static const struct operation empty = { "empty", ANY, ANY, packets, nothing, NULL, NULL, NULL };

static void run(const struct operation *o, int repeat)
{
	if (o->applies && !o->applies())
		return;
	say("next %s %d", o->name, repeat); /* written out before what may take too long begins */
	rest(SETTLE_MS);
	bring_to(o->needs);
	long memory = unreclaimable();
	if (o->prepare)
		o->prepare();
	rest(SETTLE_MS);
	say("begin %s %d", o->name, repeat);
	o->run();
	say("done %s %d units=%u", o->name, repeat, o->units());
	rest(LATER_MS);
	say("settled %s %d", o->name, repeat);
	if (!strcmp(o->name, "add")) {
		say("memory %d kib=%ld", repeat, unreclaimable() - memory);
		say_slabs();
	}
	if (o->verify)
		o->verify();
	if (o->leaves != ANY)
		now = o->leaves;
	if (now == FULL || now == EMPTY)
		require_size(o->name, now == FULL ? count : 0);
}

static const struct operation *find_operation(const char *name)
{
	if (!strcmp(name, empty.name))
		return &empty;
	for (const struct operation *o = table->operations; o->name; o++)
		if (!strcmp(o->name, name))
			return o;
	return NULL;
}

/* In a network of its own: tables that have grown never shrink. */
static void repeat_once(const char *names, int repeat)
{
	char *list = strdup(names), *rest_of = list, *name;
	if (unshare(CLONE_NEWNET))
		fail("network namespace: %s", strerror(errno));
	netlink_start();
	network_start();
	while ((name = strsep(&rest_of, ",")))
		run(find_operation(name), repeat);
	free(list);
}

static void require_operations(const char *names)
{
	char *list = strdup(names), *rest_of = list, *name;
	while ((name = strsep(&rest_of, ",")))
		if (!find_operation(name))
			fail("no operation %s", name);
	free(list);
}

int main(int argc, char **argv)
{
	if (argc != 6)
		fail("arguments: TABLE VARIANT COUNT REPEATS OPERATION,…");
	table = !strcmp(argv[1], states.name) ? &states : &policies;
	variant = find_variant(table == &states ? state_variants : policy_variants, argv[1], argv[2]);
	count = (uint32_t)strtoul(argv[3], NULL, 10);
	if (!variant || !count || count > 400000)
		fail("no variant %s of %s, or no count %s", argv[2], argv[1], argv[3]);
	address_start();
	require_operations(argv[5]);
	for (int repeat = 0, repeats = atoi(argv[4]); repeat < repeats; repeat++) {
		int status = 0;
		pid_t child = fork();
		if (child == 0) {
			repeat_once(argv[5], repeat);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child)
			fail("process: %s", strerror(errno));
		if (status)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		rest(CLEAN_UP_MS);
	}
	return 0;
}
