/* The starter itself, while a lab runs: moves evidence from the pipes to the attempt's folder, and tells the driver how it ended. */
#include "starter.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t keeper;
static int kernel = -1;	  /* handle of the kernel process, once it has started */
static int listener = -1; /* watch.c */
static bool ended;
static struct report last; /* what the keeper said in the end */

/* SIGTERM ends the lab. USR1 takes its kernel off the CPU, USR2 puts it back: in this order, where both wait. */
int signals_open(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* With the kernel's end the keeper ends all that is left, and reports. */
static void end_lab(void)
{
	if (kernel >= 0)
		syscall(SYS_pidfd_send_signal, kernel, SIGKILL, NULL, 0);
	else
		kill(keeper, SIGKILL);
}

static void obey(int signals)
{
	struct signalfd_siginfo got;
	while (read(signals, &got, sizeof got) == sizeof got) {
		if (got.ssi_signo == SIGTERM || got.ssi_signo == SIGINT)
			end_lab();
		else if (kernel >= 0)
			syscall(SYS_pidfd_send_signal, kernel, got.ssi_signo == SIGUSR1 ? SIGSTOP : SIGCONT, NULL, 0);
	}
}

/* False: nobody is left who could report. */
static bool hear(int reports)
{
	struct report report;
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = { &report, sizeof report };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes,
	};
	ssize_t n = recvmsg(reports, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n != sizeof report)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		struct ucred from;
		if (c->cmsg_type == SCM_CREDENTIALS && report.kind == STARTED) {
			memcpy(&from, CMSG_DATA(c), sizeof from);
			kernel = (int)syscall(SYS_pidfd_open, from.pid, 0);
			/* At once: whoever is killed later can say nothing. */
			printf("started %d\n", (int)from.pid);
			fflush(stdout);
		} else if (c->cmsg_type == SCM_RIGHTS)
			memcpy(&listener, CMSG_DATA(c), sizeof listener);
	}
	if (report.kind != STARTED && !ended) {
		last = report;
		ended = true;
	}
	return true;
}

static uint64_t own_cpu_us(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000u + (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* Lines for the driver; src/supply/kernel/starter.ts reads them. */
static int say_end(void)
{
	const char *reason = evidence_refused();
	if (reason)
		printf("refused %s\n", reason);
	if (ended && last.kind == FAILED)
		printf("failed %s\n", last.text);
	else if (ended && WIFSIGNALED(last.status))
		printf("signal %d\n", WTERMSIG(last.status));
	else if (ended)
		printf("exit %d\n", WEXITSTATUS(last.status));
	if (ended)
		printf("faults %llu\n", (unsigned long long)last.faults);
	printf("cpu %llu\n", (unsigned long long)((ended ? last.cpu_us : 0) + own_cpu_us()));
	return fflush(stdout) == 0 ? 0 : 1;
}

int outside(pid_t started, const struct ends *ends)
{
	keeper = started;
	bool told = false;
	struct pollfd fds[] = {
		{ ends->evidence, POLLIN, 0 }, { ends->log, POLLIN, 0 }, { ends->reports, POLLIN, 0 }, { ends->signals, POLLIN, 0 },
		{ -1, POLLIN, 0 },
	};
	/* All three end when nobody is left behind the walls. */
	while (fds[0].fd >= 0 || fds[1].fd >= 0 || fds[2].fd >= 0) {
		fds[4].fd = listener;
		if (poll(fds, 5, -1) < 0 && errno != EINTR)
			fail("poll: %s", strerror(errno));
		if (fds[0].revents && !evidence_read(fds[0].fd))
			fds[0].fd = -1;
		if (fds[1].revents && !log_read(fds[1].fd))
			fds[1].fd = -1;
		if (fds[2].revents && !hear(fds[2].fd))
			fds[2].fd = -1;
		if (fds[3].revents)
			obey(ends->signals);
		if (fds[4].revents & POLLIN)
			watch_answer(listener, keeper);
		else if (fds[4].revents) {
			close(listener);
			listener = -1;
		}
		if (evidence_refused() && !told) {
			told = true;
			end_lab();
		}
	}
	while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
		;
	return say_end();
}
