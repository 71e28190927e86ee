/* Copies files out of the lab at its end: under their host and the same path. */
#include "agent.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_CAP = 32 << 20, TOTAL_CAP = 128 << 20, DEPTH_CAP = 8 };

static size_t total;

static void copy_file(const char *from, const char *to, off_t size)
{
	static char buffer[1 << 16];
	if (total + (size_t)size > TOTAL_CAP || size > FILE_CAP)
		trouble(LAB, "lost", "file %s: cut short of its %lld bytes", to, (long long)size);
	int in = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t copied = 0;
	ssize_t n = 0;
	bool sent = in >= 0 && channel_send(SEND_FILE_NAME, 0, to, strlen(to));
	while (sent && copied < FILE_CAP && total < TOTAL_CAP && (n = read(in, buffer, sizeof buffer)) > 0) {
		sent = channel_send(SEND_FILE_BYTES, 0, buffer, (size_t)n);
		copied += (size_t)n;
		total += (size_t)n;
	}
	if (!sent || n < 0)
		trouble(LAB, "lost", "file %s: %s", to, strerror(errno));
	if (in >= 0)
		close(in);
}

static void copy_any(const char *from, const char *to, int depth)
{
	struct stat s;
	if (lstat(from, &s))
		return; /* a test need not have written it */
	if (S_ISREG(s.st_mode)) {
		copy_file(from, to, s.st_size);
		return;
	}
	DIR *dir = S_ISDIR(s.st_mode) && depth < DEPTH_CAP ? opendir(from) : NULL;
	if (!dir)
		return;
	for (struct dirent *e; (e = readdir(dir));) {
		char a[1024], b[1024];
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (snprintf(a, sizeof a, "%s/%s", from, e->d_name) < (int)sizeof a &&
		    snprintf(b, sizeof b, "%s/%s", to, e->d_name) < (int)sizeof b)
			copy_any(a, b, depth + 1);
	}
	closedir(dir);
}

/* The tree that a path is in, or -1. Such a path is the same on all hosts and copied once; others once a host. */
static int tree_of(const char *path)
{
	for (int i = 0; i < plan.tree_count; i++) {
		size_t n = strlen(plan.trees[i].path);
		if (!strncmp(path, plan.trees[i].path, n) && path[n] == '/')
			return i;
	}
	return -1;
}

/* Of a tree that only this kernel's host writes to, what was written to it: other kernels have files of their own there. */
static void source_of(const char *path, const struct host *host, char *from, size_t size)
{
	int tree = tree_of(path);
	if (tree < 0 || place_shares_trees())
		snprintf(from, size, "/proc/%d/root%s", host->init, path);
	else
		snprintf(from, size, "/mnt/tree%d.up/u%s", tree, path + strlen(plan.trees[tree].path));
}

void collect_files(void)
{
	char from[1024], to[1024];
	for (struct line *l = plan.collect; l; l = l->next)
		for (int h = 0; h < plan.host_count; h++) {
			bool once = tree_of(l->text) >= 0;
			source_of(l->text, &plan.hosts[h], from, sizeof from);
			snprintf(to, sizeof to, "%s%s", once ? "" : plan.hosts[h].name, once ? l->text + 1 : l->text);
			copy_any(from, to, 0);
			if (once)
				break;
		}
}

/*
 * What the kernel counted of its own code, as files that gcov reads. One kernel holds all hosts, so these are nobody's: they lie beside
 * the hosts' folders.
 */
void collect_counters(void)
{
	char from[1024];
	if (!plan.counters)
		return;
	const char *debug = debug_folder();
	if (!debug)
		trouble(LAB, "lost", "counters: mount debugfs: %s", strerror(errno));
	else if (snprintf(from, sizeof from, "%s/gcov%s", debug, plan.counters) >= (int)sizeof from || access(from, R_OK))
		trouble(LAB, "lost", "counters: the kernel has none of %s", plan.counters);
	else
		copy_any(from, "gcov", 0);
}
