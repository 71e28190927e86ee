/*
 * How many processes and threads there may be behind the walls. A PID namespace of its own has a bound of its own (Linux 6.14 and later), which
 * costs nothing. Elsewhere the starter is asked for each new one: RLIMIT_NPROC does not hold for root, and counts what else its user runs.
 */
#include "starter.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Numbers that are given out once only (Linux, RESERVED_PIDS). */
enum { RESERVED = 300 };

bool processes_bound(void)
{
	char text[32];
	int length = snprintf(text, sizeof text, "%llu", (unsigned long long)options.processes + RESERVED);
	int bound = open("/proc/sys/kernel/pid_max", O_RDWR | O_CLOEXEC);
	if (bound < 0)
		return false; /* an older kernel, which lets nobody change it here, or a container's /proc */
	bool done = write(bound, text, (size_t)length) == length;
	close(bound);
	return done;
}

struct process {
	pid_t number, parent;
	long threads;
};

static int by_number(const void *one, const void *other)
{
	pid_t a = ((const struct process *)one)->number, b = ((const struct process *)other)->number;
	return (a > b) - (a < b);
}

static bool descends(const struct process *process, const struct process *all, size_t count, pid_t ancestor)
{
	for (int steps = 0; process && steps < 4096; steps++) {
		if (process->parent == ancestor)
			return true;
		struct process key = { .number = process->parent };
		process = bsearch(&key, all, count, sizeof *all, by_number);
	}
	return false;
}

/* Threads of all processes that descend from one, -1 where /proc cannot be read. */
static long threads_below(pid_t ancestor)
{
	static struct process *all;
	static size_t room;
	size_t count = 0;
	long threads = 0;
	DIR *dir = opendir("/proc");
	if (!dir)
		return -1;
	for (struct dirent *entry; (entry = readdir(dir));) {
		struct process process = { .number = atoi(entry->d_name) };
		if (process.number <= 0 || !process_stat(process.number, &process.parent, &process.threads))
			continue;
		if (count == room) {
			void *more = realloc(all, (room = 2 * room + 256) * sizeof *all);
			if (!more)
				abort();
			all = more;
		}
		all[count++] = process;
	}
	closedir(dir);
	qsort(all, count, sizeof *all, by_number);
	for (size_t i = 0; i < count; i++)
		if (descends(all + i, all, count, ancestor))
			threads += all[i].threads;
	return threads;
}

bool processes_have_room(pid_t keeper)
{
	/* How many may be made before they have to be counted again. */
	static long left;
	if (left <= 0) {
		long threads = threads_below(keeper);
		left = threads < 0 ? 0 : (long)options.processes - threads;
	}
	return left > 0 && left-- > 0;
}
