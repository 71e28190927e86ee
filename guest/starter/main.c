#include "starter.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct options options;

void fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* However the driver dies; the system tells it once only, so whoever has died already is looked for. */
static void die_with_driver(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (options.parent && getppid() != options.parent)
		fail("the driver is gone");
}

static int memory_file(void)
{
	char name[4096];
	int fd = open(options.memory, O_RDWR | O_EXCL | O_TMPFILE | O_CLOEXEC, 0700);
	if (fd >= 0)
		return fd;
	/* A file system without O_TMPFILE (overlayfs of an older kernel, NFS). */
	snprintf(name, sizeof name, "%s/espalier-XXXXXX", options.memory);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		fail("make the memory's file in %s: %s", options.memory, strerror(errno));
	unlink(name);
	fchmod(fd, 0700);
	return fd;
}

static void make_pipe(int ends[2])
{
	enum { ROOM = 1 << 20 }; /* what an ordinary user may have at most, by default */
	if (pipe2(ends, O_CLOEXEC))
		fail("pipe: %s", strerror(errno));
	fcntl(ends[1], F_SETPIPE_SZ, ROOM);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

/* Descriptors above the usual three that somebody left open are nothing for a lab. */
static void close_inherited(void)
{
	enum { FIRST = 3 };
	struct rlimit most;
	if (syscall(SYS_close_range, FIRST, ~0u, 0) == 0)
		return;
	/* Before Linux 5.9. */
	if (getrlimit(RLIMIT_NOFILE, &most) || most.rlim_cur == RLIM_INFINITY)
		most.rlim_cur = 1 << 20;
	for (int fd = FIRST; fd < (int)most.rlim_cur; fd++)
		close(fd);
}

int main(int argc, char **argv)
{
	int log[2], evidence[2], reports[2];
	umask(022);
	close_inherited();
	if (argc == 2 && !strcmp(argv[1], "--probe"))
		return probe();
	options_read(argv + 1);
	options.uid = geteuid();
	options.gid = getegid();
	die_with_driver();
	evidence_open();
	make_pipe(log);
	make_pipe(evidence);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, reports))
		fail("socketpair: %s", strerror(errno));
	setsockopt(reports[0], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int));
	struct pipes inside = { log[1], evidence[1], options.memory ? memory_file() : -1, reports[1] };
	struct ends here = { log[0], evidence[0], reports[0], signals_open() };
	pid_t keeper = keeper_start(&inside);
	close(log[1]);
	close(evidence[1]);
	close(reports[1]);
	if (inside.memory >= 0)
		close(inside.memory);
	return outside(keeper, &here);
}
