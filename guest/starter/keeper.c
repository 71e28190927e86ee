/*
 * The first process behind the walls: builds them, starts the kernel, reaps, and takes whatever is left with it when the
 * kernel has ended. With namespaces it is the first of a PID namespace; without, orphans are its children (PR_SET_CHILD_SUBREAPER).
 */
#include "starter.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* sendmsg(2), since the filter refuses other calls that send: that a kernel cannot be executed is reported from behind it. */
static void send_report(int reports, const struct report *report)
{
	struct iovec part = { (void *)report, sizeof *report };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (sendmsg(reports, &message, MSG_NOSIGNAL) < 0)
		_exit(1); /* the starter is gone */
}

void report_failure(int reports, const char *text)
{
	struct report report = { .kind = FAILED };
	snprintf(report.text, sizeof report.text, "%s: %s", text, strerror(errno));
	send_report(reports, &report);
	_exit(1);
}

static uint64_t cpu_of(int who)
{
	struct rusage u;
	getrusage(who, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000u + (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void move_to(int from, int to)
{
	if (from >= 0 && dup2(from, to) < 0)
		_exit(1);
}

/* The pipes under the numbers by which the kernel knows them, above all others first: one may have another's number. */
static void arrange(const struct pipes *pipes)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = fcntl(pipes->log, F_DUPFD_CLOEXEC, 64), evidence = fcntl(pipes->evidence, F_DUPFD_CLOEXEC, 64);
	int memory = pipes->memory < 0 ? -1 : fcntl(pipes->memory, F_DUPFD_CLOEXEC, 64);
	if (null < 0 || log < 0 || evidence < 0)
		report_failure(pipes->reports, "descriptors");
	move_to(null, 0);
	move_to(log, LOG_FD);
	move_to(log, 2);
	move_to(evidence, EVIDENCE_FD);
	move_to(memory, MEMORY_FD);
}

static void run_kernel(const struct pipes *given, bool bound)
{
	sigset_t none;
	struct pipes pipes = *given;
	pipes.reports = fcntl(given->reports, F_DUPFD_CLOEXEC, 65);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	arrange(&pipes);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	confine(pipes.reports, bound);
	execv(options.command[0], options.command);
	report_failure(pipes.reports, options.command[0]);
}

/* Until the kernel is gone; whatever else ends was orphaned. */
static int await(pid_t kernel)
{
	int status;
	for (pid_t ended; (ended = wait(&status)) != kernel;)
		if (ended < 0 && errno != EINTR)
			return -1;
	return status;
}

static void end_all_others(void)
{
	if (options.walls != WALLS_NAMESPACES) {
		kill_children();
		return;
	}
	kill(-1, SIGKILL);
	while (wait(NULL) > 0)
		;
}

static void keep(const struct pipes *pipes)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	bool bound = false;
	if (options.walls == WALLS_NAMESPACES) {
		bound = processes_bound(); /* while there is a /proc */
		root_build();
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	/* Without a PID namespace what the kernel leaves behind is ended by this list. */
	if (options.walls == WALLS_LANDLOCK && !children_listed())
		report_failure(pipes->reports, "list children of a process (CONFIG_PROC_CHILDREN)");
	pid_t kernel = fork();
	if (kernel < 0)
		report_failure(pipes->reports, "fork");
	if (kernel == 0)
		run_kernel(pipes, bound);
	/* The evidence ends when the kernel's own descriptors are closed. */
	close(pipes->log);
	close(pipes->evidence);
	if (pipes->memory >= 0)
		close(pipes->memory);
	struct report report = { .kind = ENDED, .status = await(kernel) };
	end_all_others();
	report.cpu_us = cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN);
	struct rusage all;
	getrusage(RUSAGE_CHILDREN, &all);
	report.faults = (uint64_t)all.ru_minflt;
	send_report(pipes->reports, &report);
	_exit(0);
}

pid_t keeper_start(const struct pipes *pipes)
{
	long flags = SIGCHLD;
	if (options.walls == WALLS_NAMESPACES)
		flags |= CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	pid_t starter = getpid();
	pid_t keeper = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
	if (keeper < 0)
		fail("namespaces: %s", strerror(errno));
	if (keeper > 0)
		return keeper;
	/* Before anything can take long; who is outside of a PID namespace has no number in it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pid_t parent = getppid();
	if (parent != starter && parent != 0)
		_exit(1);
	keep(pipes);
	_exit(1);
}
