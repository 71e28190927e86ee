/*
 * How orders come to a lab of User Mode Linux: the driver replaces the symlink /in/next (its target is a number); the agent then reads
 * /in/order.NUMBER. Waiting must take no virtual time and must not idle: it spins on readlink(), which succeeds at every try, and changes
 * tasks through a pipe so that the scheduler never counts it as stuck.
 */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOKS = 32, SWITCHES = 4 };

static int to_echo[2], from_echo[2];

/*
 * Starts the partner of the spin. In every lab, held or not, so that both have the same processes;
 * before the consoles, so that no copy of a terminal's descriptor keeps it open.
 */
void orders_prepare(void)
{
	if (pipe2(to_echo, O_CLOEXEC) || pipe2(from_echo, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	if (fork() == 0) {
		char byte;
		while (read(to_echo[0], &byte, 1) == 1 && write(from_echo[1], &byte, 1) == 1)
			;
		_exit(0);
	}
}

static void switch_tasks(void)
{
	char byte = 0;
	if (write(to_echo[1], &byte, 1) != 1 || read(from_echo[0], &byte, 1) != 1)
		die("echo process is gone");
}

/*
 * Looks at the symlink in rounds. Every look makes an inode and a dentry that are freed once tasks have changed, and free
 * memory can be seen in the lab (NSS mixes it into its random numbers): so an order is taken at the end of a round only,
 * when all that is freed, and the lab is the same however many rounds it waited.
 */
static uint32_t await_order(uint32_t done)
{
	char target[32];
	for (;;) {
		ssize_t n = 0;
		for (int look = 0; look < LOOKS; look++)
			n = readlink("/in/next", target, sizeof target - 1);
		for (int i = 0; i < SWITCHES; i++)
			switch_tasks();
		if (n <= 0)
			continue;
		target[n] = 0;
		uint32_t number = (uint32_t)strtoul(target, NULL, 10);
		if (number > done)
			return number;
	}
}

FILE *order_await(uint32_t *number)
{
	char path[64];
	*number = await_order(*number);
	snprintf(path, sizeof path, "/in/order.%u", *number);
	FILE *file = fopen(path, "re");
	if (!file)
		die("open %s: %s", path, strerror(errno));
	return file;
}
