/* `--probe`: which walls this machine allows, one line for each kind. */
#include "starter.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Builds a root in namespaces, as for a lab, and leaves again; what it says on standard error is why not. */
static void try_namespaces(void)
{
	long flags = SIGCHLD | CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	const char *temporary = getenv("TMPDIR");
	char folder[PATH_MAX];
	int ends[2], status;
	char why[256] = "";
	if (!temporary || !*temporary)
		temporary = "/tmp";
	if (snprintf(folder, sizeof folder, "%s/espalier-probe-XXXXXX", temporary) >= (int)sizeof folder)
		fail("TMPDIR: %s", strerror(ENAMETOOLONG));
	if (!mkdtemp(folder) || pipe2(ends, O_CLOEXEC))
		fail("%s: %s", folder, strerror(errno));
	options.root = folder;
	options.inputs = folder;
	options.memory = folder;
	pid_t child = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
	if (child < 0)
		snprintf(why, sizeof why, "%s", strerror(errno));
	if (child == 0) {
		dup2(ends[1], 2);
		root_build();
		_exit(0);
	}
	close(ends[1]);
	if (child > 0) {
		ssize_t n = read(ends[0], why, sizeof why - 1);
		why[n > 0 ? n : 0] = 0;
		why[strcspn(why, "\n")] = 0;
		waitpid(child, &status, 0);
		if (status == 0)
			*why = 0;
	}
	rmdir(folder);
	printf(*why ? "namespaces no %s\n" : "namespaces yes\n", why);
}

int probe(void)
{
	options.uid = geteuid();
	options.gid = getegid();
	try_namespaces();
	if (!landlock_version())
		printf("landlock no %s\n", strerror(errno));
	else if (!children_listed())
		printf("landlock no the kernel lists no children of a process (CONFIG_PROC_CHILDREN): %s\n", strerror(errno));
	else
		printf("landlock %d\n", landlock_version());
	return 0;
}
