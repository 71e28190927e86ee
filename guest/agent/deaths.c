/*
 * Processes that a signal ended, of every host, and daemons however they ended. The kernel writes an accounting record
 * (acct(5)) of each process that ends to the files of its PID namespace and of all above: with its name, which an observer
 * of process events cannot look up any more when he hears of the end, and without a queue that could overflow.
 */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/acct.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 64 };

static void file_of(const struct host *host, char *path, size_t size)
{
	snprintf(path, size, "/ends/%d", (int)(host - plan.hosts));
}

/* In the agent, before the host's first process. */
void deaths_open(struct host *host)
{
	char path[32];
	mkdir("/ends", 0700);
	file_of(host, path, sizeof path);
	host->ends = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	if (host->ends < 0)
		die("accounting of %s: %s", host->name, strerror(errno));
}

/*
 * In the host's PID 1, while it sees the agent's /proc. By the agent's own mount, since accounting ends with the mount of its
 * file, and the host's copy of it goes. A kernel of the user's may have no accounting: then deaths are not seen.
 */
void deaths_follow(const struct host *host)
{
	char path[48] = "/proc/1/root";
	file_of(host, path + strlen(path), sizeof path - strlen(path));
	if (acct(path) && errno != ENOSYS)
		die("accounting of %s: %s", host->name, strerror(errno));
}

static void record_death(int host, const struct acct_v3 *end)
{
	uint32_t head[4] = { end->ac_pid, end->ac_ppid, end->ac_exitcode, (uint8_t)end->ac_flag };
	uint8_t payload[sizeof head + ACCT_COMM];
	size_t name = strnlen(end->ac_comm, sizeof end->ac_comm);
	memcpy(payload, head, sizeof head);
	memcpy(payload + sizeof head, end->ac_comm, name);
	record(REC_DEATH, host, payload, sizeof head + name);
}

/*
 * It has left its terminal, and its parent too, or is a program that has run for a while: computing takes no time here, so no
 * script that a daemon runs lives so long. Who forks into the background may never call exec().
 */
static bool is_daemon(const struct acct_v3 *end)
{
	enum { A_WHILE = 50 }; /* ticks of AHZ: half a second */
	return !end->ac_tty && (end->ac_ppid == 1 || (!(end->ac_flag & AFORK) && end->ac_etime >= A_WHILE));
}

static void drain_host(int number)
{
	struct acct_v3 ends[BATCH];
	struct host *host = &plan.hosts[number];
	for (ssize_t n; (n = pread(host->ends, ends, sizeof ends, host->ends_read)) >= (ssize_t)sizeof *ends;) {
		size_t count = (size_t)n / sizeof *ends;
		for (size_t i = 0; i < count; i++)
			if (ends[i].ac_exitcode & 0x7f || is_daemon(&ends[i]))
				record_death(number, &ends[i]);
		host->ends_read += (off_t)(count * sizeof *ends);
	}
}

void deaths_drain(void)
{
	for (int i = 0; i < plan.host_count; i++)
		drain_host(i);
}
