/* What surrounds the agent in a lab of User Mode Linux: a root of its own, the driver's files, the way out. */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

static void mount_at(const char *type, const char *source, const char *target, const char *data)
{
	mkdir(target, 0755);
	if (mount(source, target, type, 0, data))
		die("mount %s: %s", target, strerror(errno));
}

/* Standard output and error go to the kernel's log, which the driver keeps. */
static void open_kernel_log(void)
{
	mknod("/dev/kmsg", S_IFCHR | 0600, makedev(1, 11));
	int fd = open("/dev/kmsg", O_RDWR);
	for (int i = 0; fd >= 0 && i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

/*
 * The kernel boots from a read-only host folder that holds this program and the empty folder
 * `m`; everything else lives on a tmpfs, which becomes the root. Below a chroot no host could make a
 * user namespace. /in is what the driver has for the lab.
 */
void place_open(void)
{
	if (mount("root", "/m", "tmpfs", 0, "mode=755") || chdir("/m") || syscall(SYS_pivot_root, ".", ".") ||
	    umount2(".", MNT_DETACH) || chdir("/"))
		die("own root: %s", strerror(errno));
	mkdir("/mnt", 0755);
	mkdir("/dev", 0755);
	open_kernel_log();
	mount_at("proc", "proc", "/proc", NULL);
	mkdir("/in", 0755);
	if (mount("none", "/in", "hostfs", MS_RDONLY, "/"))
		die("mount /in: %s", strerror(errno));
	channel_open();
}

/* A terminal line that is a pipe on the machine (`con1=null,fd:3`), read by the starter. */
int place_line(void)
{
	struct termios t;
	mknod("/dev/tty1", S_IFCHR | 0600, makedev(4, 1));
	int line = open("/dev/tty1", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (line < 0 || tcgetattr(line, &t))
		die("the line for evidence: %s", strerror(errno));
	cfmakeraw(&t);
	if (tcsetattr(line, TCSANOW, &t))
		die("the line for evidence: %s", strerror(errno));
	return line;
}

void place_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
}

void place_host(void) {}

/* The starter reads its pipe to the end. */
void place_leave(void) {}

bool place_shares_trees(void) { return true; }

/* In virtual time a sleep ends when nothing else can run. */
const struct settling settling = { .sleep_ns = 1000 };
