/* Processes by their ancestry, read from /proc. */
#include "starter.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool process_stat(pid_t process, pid_t *parent, long *threads)
{
	char path[64], text[512];
	snprintf(path, sizeof path, "/proc/%d/stat", process);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	size_t n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = 0;
	/* Behind the name, which may hold anything. */
	char *at = strrchr(text, ')');
	return at && sscanf(at, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld", parent, threads) == 2;
}

static pid_t parent_of(pid_t process)
{
	pid_t parent;
	long threads;
	return process_stat(process, &parent, &threads) ? parent : 0;
}

bool is_below(pid_t process, pid_t ancestor)
{
	for (int steps = 0; process > 1 && steps < 4096; steps++) {
		process = parent_of(process);
		if (process == ancestor)
			return true;
	}
	return false;
}

/* A kernel without CONFIG_PROC_CHILDREN has no such file. */
static FILE *list_of_children(void)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
	return fopen(path, "re");
}

bool children_listed(void)
{
	FILE *file = list_of_children();
	if (file)
		fclose(file);
	return file != NULL;
}

/* All that descends from this process, which whatever is orphaned becomes a child of. */
void kill_children(void)
{
	for (;;) {
		int child;
		FILE *file = list_of_children();
		if (!file)
			return;
		while (fscanf(file, "%d", &child) == 1)
			kill(child, SIGKILL);
		fclose(file);
		if (wait(NULL) < 0)
			return;
	}
}
