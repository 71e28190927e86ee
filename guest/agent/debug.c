/* What the kernel tells of itself by debugfs, which is mounted in the agent's own namespace: no host sees it. */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KMEMLEAK "/debug/kmemleak"

/* Where debugfs is, or NULL: the kernel has none, and errno says so. */
const char *debug_folder(void)
{
	static bool mounted;
	mkdir("/debug", 0700);
	mounted = mounted || !mount("debug", "/debug", "debugfs", 0, NULL);
	return mounted ? "/debug" : NULL;
}

/* kmemleak looks in the background too, and is the one checker whose report is no warning: the log would not have it. */
void debug_open(void)
{
	if (debug_folder() && !access(KMEMLEAK, W_OK))
		write_file("/proc/sys/kernel/printk", "7", true);
}

/*
 * Has a kernel with kmemleak look for what nothing points to any more; it reports to its log. It passes over what is younger than 5 s, and over what
 * has changed since it last looked, which at first is everything (mm/kmemleak.c): hence the sleep, and twice. By then all other evidence is taken.
 */
void debug_leaks(void)
{
	const struct timespec old_enough = {6, 0};
	int fd = open(KMEMLEAK, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return; /* without it */
	nanosleep(&old_enough, NULL);
	for (int i = 0; i < 2; i++)
		if (write(fd, "scan", 4) != 4)
			trouble(LAB, "lost", "kmemleak: %s", strerror(errno));
	close(fd);
}
