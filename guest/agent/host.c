/* A host: its own namespaces, its own root over the image, a PID 1 and one shell on a terminal. */
#include "agent.h"
#include "netlink.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void must_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)
{
	if (mount(source, target, type, flags, data))
		die("mount %s on %s: %s", source, target, strerror(errno));
}

static char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *path_of(const char *format, ...)
{
	static char ring[16][1024];
	static int next;
	char *at = ring[next++ & 15];
	va_list args;
	va_start(args, format);
	vsnprintf(at, sizeof ring[0], format, args);
	va_end(args);
	return at;
}

void make_parents(const char *path)
{
	char copy[1024];
	snprintf(copy, sizeof copy, "%s", path);
	for (char *slash = copy + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		mkdir(copy, 0755);
		*slash = '/';
	}
}

/* The kernel has eight loop devices by itself; more exist when asked for. */
static void add_loop_device(int number)
{
	mknod("/dev/loop-control", S_IFCHR | 0600, makedev(10, 237));
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (control < 0 || (ioctl(control, LOOP_CTL_ADD, number) < 0 && errno != EEXIST))
		die("loop device %d: %s", number, strerror(errno));
	close(control);
}

/* An EROFS file has this number at this place (fs/erofs/erofs_fs.h). */
static int is_erofs(int fd)
{
	unsigned magic = 0;
	return pread(fd, &magic, sizeof magic, 1024) == sizeof magic && magic == 0xe0f5e1e2;
}

/*
 * Mounts an image file of the (read-only) host tree on `target`: EROFS itself where the kernel can, else through a loop device.
 */
static void mount_image(const char *file, const char *target)
{
	static int number;
	char *source = path_of("/images/%s", file), device[32];
	int fd = open(source, O_RDONLY | O_CLOEXEC), erofs = is_erofs(fd);
	if (fd < 0)
		die("open image %s: %s", file, strerror(errno));
	mkdir(target, 0755);
	if (erofs && !mount(source, target, "erofs", MS_RDONLY, NULL)) {
		close(fd);
		return;
	}
	add_loop_device(number);
	snprintf(device, sizeof device, "/dev/loop%d", number);
	mknod(device, S_IFBLK | 0600, makedev(7, (unsigned)number++));
	int loop = open(device, O_RDONLY | O_CLOEXEC);
	struct loop_config config = { .fd = (uint32_t)fd, .info = { .lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR } };
	if (loop < 0 || ioctl(loop, LOOP_CONFIGURE, &config))
		die("attach image %s: %s", file, strerror(errno));
	must_mount(device, target, erofs ? "erofs" : "squashfs", MS_RDONLY, NULL);
	close(loop);
	close(fd);
}

static void mount_tree(int number)
{
	struct tree *tree = &plan.trees[number];
	char lower[1024] = "";
	for (int i = 0; i < tree->layer_count; i++) {
		char *at = path_of("/mnt/tree%d.%d", number, i);
		mount_image(tree->layers[i], at);
		strcat(strcat(lower, i ? ":" : ""), at);
	}
	char *upper = path_of("/mnt/tree%d.up", number), *target = path_of("/mnt/tree%d", number);
	mkdir(upper, 0755);
	mkdir(path_of("%s/u", upper), 0755);
	mkdir(path_of("%s/w", upper), 0755);
	mkdir(target, 0755);
	must_mount("overlay", target, "overlay", 0,
		   path_of("lowerdir=%s,upperdir=/mnt/tree%d.up/u,workdir=/mnt/tree%d.up/w", lower, number, number));
}

/* Everything that is mounted once and seen by all hosts. */
void hosts_prepare(void)
{
	mkdir("/images", 0755);
	for (struct line *l = plan.folders; l; l = l->next) {
		mkdir(path_of("/images/%s", l->text), 0755);
		must_mount("none", path_of("/images/%s", l->text), "hostfs", MS_RDONLY, path_of("/%s", l->text));
	}
	for (int i = 0; i < plan.image_count; i++)
		mount_image(plan.images[i], path_of("/mnt/image%d", i));
	for (int i = 0; i < plan.tree_count; i++)
		mount_tree(i);
}

static void make_device(const char *name, unsigned major_number, unsigned minor_number)
{
	char *path = path_of("dev/%s", name);
	make_parents(path);
	mknod(path, S_IFCHR | 0666, makedev(major_number, minor_number));
	chmod(path, 0666);
}

static void make_dev(void)
{
	static const struct { const char *name; unsigned major, minor; } nodes[] = {
		{ "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 }, { "random", 1, 8 }, { "urandom", 1, 9 },
		{ "kmsg", 1, 11 }, { "tty", 5, 0 }, { "ppp", 108, 0 }, { "net/tun", 10, 200 },
	};
	must_mount("dev", "dev", "tmpfs", MS_NOSUID, "mode=755");
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
		make_device(nodes[i].name, nodes[i].major, nodes[i].minor);
	mkdir("dev/pts", 0755);
	mkdir("dev/shm", 01777);
	must_mount("devpts", "dev/pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=0620,gid=5");
	must_mount("shm", "dev/shm", "tmpfs", 0, "mode=1777");
	if (symlink("pts/ptmx", "dev/ptmx") || symlink("/proc/self/fd", "dev/fd") ||
	    symlink("/proc/self/fd/0", "dev/stdin") || symlink("/proc/self/fd/1", "dev/stdout") ||
	    symlink("/proc/self/fd/2", "dev/stderr"))
		die("symlinks in /dev: %s", strerror(errno));
}

static void place_files(int host)
{
	for (struct line *l = plan.files; l; l = l->next) {
		if (l->host != -1 && l->host != host)
			continue;
		char *path, *content = l->text + strlen(l->text) + 1;
		mode_t mode = (mode_t)strtoul(l->text, &path, 8);
		size_t length = strtoul(path, &path, 10);
		path += 2; /* a space and the leading slash: paths are below the new root, our cwd */
		make_parents(path);
		if (path[strlen(path) - 1] == '/') { /* a folder */
			chmod(path, mode);
			continue;
		}
		unlink(path);
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (fd < 0 || write(fd, content, length) != (ssize_t)length)
			die("place %s: %s", path, strerror(errno));
		fchmod(fd, mode);
		close(fd);
	}
}

/* In the new namespaces, before the root is changed: the working directory is the new root. */
static void build_root(int number)
{
	struct host *host = &plan.hosts[number];
	char *base = path_of("/mnt/host%d", number);
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		die("private mounts: %s", strerror(errno));
	if (chdir(base))
		die("chdir %s: %s", base, strerror(errno));
	mkdir("proc", 0755), mkdir("sys", 0755), mkdir("dev", 0755), mkdir("run", 0755), mkdir("tmp", 01777);
	must_mount("proc", "proc", "proc", 0, NULL);
	must_mount(CPUINFO, "proc/cpuinfo", "bind", MS_BIND, NULL);
	must_mount("sysfs", "sys", "sysfs", 0, NULL);
	make_dev();
	must_mount("run", "run", "tmpfs", 0, "mode=755");
	must_mount("tmp", "tmp", "tmpfs", 0, "mode=1777");
	for (int i = 0; i < plan.tree_count; i++) {
		char *target = path_of(".%s", plan.trees[i].path);
		make_parents(path_of("%s/", target));
		must_mount(path_of("/mnt/tree%d", i), target, "bind", MS_BIND, NULL);
	}
	place_host();
	place_files(number);
	deaths_follow(host);
	if (sethostname(host->name, strlen(host->name)))
		die("hostname: %s", strerror(errno));
	if (syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/"))
		die("pivot_root of %s: %s", host->name, strerror(errno));
}

static void exec_shell(void)
{
	static char prompt[64];
	setsid();
	signal(SIGPIPE, SIG_DFL); /* what is ignored here stays so in every program */
	int tty = open("/dev/pts/0", O_RDWR);
	if (tty < 0 || ioctl(tty, TIOCSCTTY, 0))
		_exit(126);
	for (int fd = 0; fd < 3; fd++)
		dup2(tty, fd);
	if (tty > 2)
		close(tty);
	/* The prompt carries the exit status and the working directory; no process is forked for it. */
	snprintf(prompt, sizeof prompt, "PS1=\x1d%s:$?:\\w\x1e", plan.nonce);
	char *env[] = { prompt, "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/bash", "TERM=dumb", "HISTFILE=",
			"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	char *argv[] = { "bash", "--norc", "--noprofile", "--noediting", "-i", NULL };
	struct rlimit core = { RLIM_INFINITY, RLIM_INFINITY };
	setrlimit(RLIMIT_CORE, &core); /* daemons inherit it; main.c says where cores go */
	if (chdir(plan.cwd) == 0 || chdir("/root") == 0)
		execve("/bin/bash", argv, env);
	_exit(127);
}

/* The host's PID 1: starts the shell when told, then only reaps. */
static void run_init(int ready, int go)
{
	char byte;
	signal(SIGCHLD, SIG_DFL);
	if (write(ready, "", 1) != 1)
		_exit(1);
	close(ready);
	while (read(go, &byte, 1) < 0 && errno == EINTR)
		;
	close(go);
	if (fork() == 0)
		exec_shell();
	for (;;)
		if (wait(NULL) < 0 && errno == ECHILD)
			pause();
}

static void mount_host_root(int number)
{
	struct host *host = &plan.hosts[number];
	char *up = path_of("/mnt/up%d", number), lower[512] = "";
	for (int i = 0; i < host->image_count; i++)
		strcat(strcat(lower, i ? ":" : ""), path_of("/mnt/image%d", host->images[i]));
	mkdir(up, 0755);
	mkdir(path_of("%s/u", up), 0755);
	mkdir(path_of("%s/w", up), 0755);
	mkdir(path_of("/mnt/host%d", number), 0755);
	must_mount("overlay", path_of("/mnt/host%d", number), "overlay", 0,
		   path_of("lowerdir=%s,upperdir=%s/u,workdir=%s/w", lower, up, up));
}

void host_start(struct host *host)
{
	int ready[2], go[2], number = (int)(host - plan.hosts);
	mount_host_root(number);
	deaths_open(host);
	if (pipe2(ready, O_CLOEXEC) || pipe2(go, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	bool is_first = host == plan.first_network;
	long flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC | (is_first ? 0 : CLONE_NEWNET) | SIGCHLD;
	if (is_first)
		net_enter(first_netns);
	host->init = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, 0);
	if (host->init < 0)
		die("namespaces of %s: %s", host->name, strerror(errno));
	if (host->init == 0) {
		record_detach();
		close(ready[0]);
		close(go[1]);
		build_root(number);
		run_init(ready[1], go[0]);
	}
	if (is_first)
		net_enter(root_netns);
	close(ready[1]);
	close(go[0]);
	char byte;
	if (read(ready[0], &byte, 1) != 1)
		die("host %s did not come up", host->name);
	close(ready[0]);
	host->go_pipe = go[1];
	host->netns = open(path_of("/proc/%d/ns/net", host->init), O_RDONLY | O_CLOEXEC);
	if (host->netns < 0)
		die("network of %s: %s", host->name, strerror(errno));
}

/* Opens the host's terminal (no echo, no CR before NL, as the suites' own drivers set it) and lets the shell start. */
void host_shell(struct host *host)
{
	struct termios t;
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int unlock = 0;
	int master = open(path_of("/proc/%d/root/dev/pts/ptmx", host->init), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) || tcgetattr(master, &t))
		die("terminal of %s: %s", host->name, strerror(errno));
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	t.c_oflag &= ~(tcflag_t)ONLCR;
	tcsetattr(master, TCSANOW, &t);
	ioctl(master, TIOCSWINSZ, &size);
	host->console.master = master;
	if (write(host->go_pipe, "", 1) != 1)
		die("start shell of %s: %s", host->name, strerror(errno));
	close(host->go_pipe);
}
