/*
 * A hostile program that is started in a kernel's place: it tries to read, change, signal and reach what is on the machine. Each attempt
 * prints a line on standard output, which is the lab's kernel log: `held NAME ERRNO`, or `BREACH NAME`. Nothing that it tries would harm the
 * machine if it succeeded.
 *
 * Paths and numbers come from the test: FOLDER (with `secret`, `public`), DRIVER and BYSTANDER (processes), PORT (TCP and UDP).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define SECRET FOLDER "/secret"
#define PUBLIC FOLDER "/public"

/* A system call that went through is a breach. */
static void tried(const char *name, long result)
{
	int why = errno;
	if (result >= 0)
		printf("BREACH %s\n", name);
	else
		printf("held %s %s\n", name, strerrorname_np(why) ? strerrorname_np(why) : "?");
	fflush(stdout);
}
#define TRY(name, call) (errno = 0, tried(name, (long)(call)))

static void show(const char *name, const char *path)
{
	char text[256];
	int fd = open(path, O_RDONLY);
	tried(name, fd);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	if (n > 0)
		printf("%.*s\n", (int)n, text);
}

/* Another program of the machine: what it prints is a breach by itself. */
static void executed(const char *name, const char *const *words)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		close(2);
		execv(words[0], (char *const *)words + 1);
		_exit(9);
	}
	errno = ENOEXEC;
	tried(name, waitpid(child, &status, 0) == child && status == 0 ? 0 : -1);
}

static void files(void)
{
	struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	struct { unsigned bytes; int type; unsigned char handle[128]; } handle = { 128, 0, { 0 } };
	char path[128];
	/* What was left open for it leads nowhere. */
	for (int fd = 0; fd < 64; fd++)
		if (openat(fd, "..", O_RDONLY | O_DIRECTORY) >= 0)
			printf("BREACH inherited %d\n", fd);
	show("read", SECRET);
	show("read-by-root", "/proc/self/root" SECRET);
	show("read-by-first", "/proc/1/root" SECRET);
	snprintf(path, sizeof path, "/proc/%d/root%s", DRIVER, SECRET);
	show("read-by-driver", path);
	snprintf(path, sizeof path, "/proc/%d/cwd", DRIVER);
	show("read-folder-of-driver", path);
	snprintf(path, sizeof path, "/proc/%d/environ", BYSTANDER);
	show("read-environment", path);
	show("read-up", "../../../../../../../../../.." SECRET);
	show("read-passwords", "/etc/passwd");
	show("read-disk", "/dev/vda");
	show("read-memory", "/dev/mem");
	show("read-terminal", "/dev/tty");
	show("list", "/etc/.");
	TRY("write", open(PUBLIC, O_WRONLY));
	TRY("append", open(PUBLIC, O_WRONLY | O_APPEND));
	TRY("cut-by-open", open(PUBLIC, O_RDONLY | O_TRUNC));
	TRY("cut", truncate(PUBLIC, 0));
	TRY("create", open(FOLDER "/new", O_WRONLY | O_CREAT, 0644));
	TRY("create-nameless", open(FOLDER, O_WRONLY | O_TMPFILE, 0644));
#ifndef FILES_ONLY
	TRY("create-in-tmp", open("/tmp/espalier-hostile", O_WRONLY | O_CREAT, 0644));
	TRY("create-in-shm", open("/dev/shm/espalier-hostile", O_WRONLY | O_CREAT, 0644));
#endif
	TRY("create-here", open("new", O_WRONLY | O_CREAT, 0644));
	TRY("create-above", open("../records", O_WRONLY | O_CREAT, 0644));
	TRY("create-beside", open("../../records", O_WRONLY));
	TRY("write-agent", open("root/agent", O_WRONLY));
	TRY("write-itself", open(ITSELF, O_WRONLY));
	TRY("folder", mkdir(FOLDER "/folder", 0755));
	TRY("pipe", mkfifo(FOLDER "/pipe", 0644));
	TRY("device", mknod(FOLDER "/device", S_IFBLK | 0644, makedev(254, 0)));
	TRY("device-here", mknod("device", S_IFCHR | 0644, makedev(1, 1)));
	TRY("soft-link", symlink(SECRET, FOLDER "/soft"));
	TRY("hard-link", link(PUBLIC, FOLDER "/hard"));
	TRY("rename", rename(PUBLIC, FOLDER "/renamed"));
	TRY("delete", unlink(PUBLIC));
	TRY("delete-folder", rmdir(FOLDER "/empty"));
	TRY("mode", chmod(PUBLIC, 0777));
	TRY("mode-at", fchmodat(AT_FDCWD, SECRET, 0777, 0));
	TRY("owner", chown(PUBLIC, getuid(), getgid()));
	TRY("owner-of-link", lchown(PUBLIC, getuid(), getgid()));
	TRY("dates", utimensat(AT_FDCWD, PUBLIC, times, 0));
	TRY("attribute", setxattr(PUBLIC, "user.espalier", "x", 1, 0));
	TRY("attribute-of-link", lsetxattr(PUBLIC, "user.espalier", "x", 1, 0));
	TRY("no-attribute", removexattr(PUBLIC, "user.planted"));
	TRY("by-handle", syscall(SYS_open_by_handle_at, AT_FDCWD, &handle, O_RDONLY));
	TRY("watch", syscall(SYS_inotify_init1, 0));
	TRY("watch-all", syscall(SYS_fanotify_init, 0, 0));
	const char *const shell[] = { "/bin/sh", "sh", "-c", "echo BREACH shell", NULL };
	const char *const loader[] = { "/lib64/ld-linux-x86-64.so.2", "ld.so", "/bin/cat", SECRET, NULL };
	executed("shell", shell);
	executed("loaded-program", loader);
}

static void roots(void)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/ns/mnt", DRIVER);
	TRY("namespace-of-driver", open(path, O_RDONLY));
	TRY("own-namespaces", unshare(CLONE_NEWUSER | CLONE_NEWNS));
	TRY("clone-namespaces", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
	TRY("clone3", syscall(SYS_clone3, NULL, 0));
	TRY("mount", mount("none", "/", "tmpfs", 0, NULL));
	TRY("bind", mount("/", "/", NULL, MS_BIND, NULL));
	TRY("unmount", umount2("/", MNT_DETACH));
	TRY("pivot", syscall(SYS_pivot_root, ".", "."));
	TRY("chroot", chroot("."));
	TRY("open-tree", syscall(428, AT_FDCWD, "/", 0));
	TRY("new-mount", syscall(430, "tmpfs", 0));
}

static void processes(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)0x400000, 1 };
	struct rlimit limit = { 1, 1 };
	cpu_set_t set;
	siginfo_t info = { .si_code = SI_QUEUE };
	timer_t timer;
	int pipe_ends[2];
	const int targets[] = { DRIVER, BYSTANDER };
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	for (int i = 0; i < 2; i++) {
		int target = targets[i];
		TRY("see", kill(target, 0));
		TRY("signal", kill(target, SIGUSR1));
		TRY("signal-group", kill(-target, SIGUSR1));
		TRY("signal-thread", syscall(SYS_tgkill, target, target, SIGUSR1));
		TRY("signal-task", syscall(SYS_tkill, target, SIGUSR1));
		TRY("signal-queue", syscall(SYS_rt_sigqueueinfo, target, SIGUSR1, &info));
		TRY("signal-thread-queue", syscall(SYS_rt_tgsigqueueinfo, target, target, SIGUSR1, &info));
		int handle = (int)syscall(SYS_pidfd_open, target, 0);
		tried("handle", handle);
		TRY("signal-handle", syscall(SYS_pidfd_send_signal, handle, SIGUSR1, NULL, 0));
		TRY("descriptor", syscall(SYS_pidfd_getfd, handle, 0, 0));
		TRY("trace", ptrace(PTRACE_SEIZE, target, 0, 0));
		TRY("attach", ptrace(PTRACE_ATTACH, target, 0, 0));
		TRY("read-process", process_vm_readv(target, &here, 1, &there, 1, 0));
		TRY("write-process", process_vm_writev(target, &here, 1, &there, 1, 0));
		TRY("limit", syscall(SYS_prlimit64, target, RLIMIT_CORE, &limit, NULL));
		TRY("processor", sched_setaffinity(target, sizeof set, &set));
		TRY("priority", setpriority(PRIO_PROCESS, (id_t)target, 5));
		TRY("compare", syscall(SYS_kcmp, target, getpid(), 0, 0, 0));
		if (pipe(pipe_ends) == 0) {
			errno = 0;
			/* Whoever may own it is asked for when a signal is due: the test's processes see whether one came. */
			fcntl(pipe_ends[0], F_SETSIG, SIGUSR1);
			fcntl(pipe_ends[0], F_SETOWN, target);
			ioctl(pipe_ends[0], FIOSETOWN, &target);
			fcntl(pipe_ends[0], F_SETFL, O_ASYNC);
			if (write(pipe_ends[1], "x", 1) != 1)
				printf("BREACH no-pipe\n");
		}
		struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
		event._sigev_un._tid = target;
		TRY("timer", timer_create(CLOCK_MONOTONIC, &event, &timer));
	}
	TRY("see-any", kill(-1, 0));
	TRY("signal-first", kill(1, SIGUSR1) < 0 || getppid() == 1 ? -1 : 0);
}

static void networks(void)
{
	int pair[2];
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un path = { .sun_family = AF_UNIX }, abstract = { .sun_family = AF_UNIX };
	strcpy(path.sun_path, FOLDER "/socket");
	strcpy(abstract.sun_path + 1, "espalier-hostile");
	struct { struct sockaddr *address; socklen_t length; int family, type; const char *name; } ways[] = {
		{ (struct sockaddr *)&to, sizeof to, AF_INET, SOCK_STREAM, "tcp" },
		{ (struct sockaddr *)&to, sizeof to, AF_INET, SOCK_DGRAM, "udp" },
		{ (struct sockaddr *)&path, sizeof path, AF_UNIX, SOCK_STREAM, "unix" },
		{ (struct sockaddr *)&abstract, sizeof abstract, AF_UNIX, SOCK_STREAM, "abstract" },
	};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		int fd = socket(ways[i].family, ways[i].type, 0);
		errno = fd < 0 ? errno : 0;
		tried(ways[i].name, fd < 0 ? -1 : connect(fd, ways[i].address, ways[i].length));
	}
	TRY("netlink", socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
	TRY("packet", socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
	TRY("datagrams", socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	TRY("shared-memory", shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));
	TRY("queue", syscall(SYS_msgget, IPC_PRIVATE, IPC_CREAT | 0600));
	TRY("named-queue", syscall(SYS_mq_open, "espalier", O_CREAT | O_RDWR, 0600, NULL));
	TRY("key", syscall(SYS_add_key, "user", "espalier", "x", 1, -4));
}

static void machine(void)
{
	struct timeval now;
	struct timex change = { .modes = ADJ_TICK, .tick = 10000 };
	TRY("bpf", syscall(SYS_bpf, 0, NULL, 0) < 0 && errno != EFAULT && errno != EINVAL ? -1 : 0);
	TRY("perf", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0) < 0 && errno != EFAULT ? -1 : 0);
	TRY("rings", syscall(SYS_io_uring_setup, 1, NULL) < 0 && errno != EFAULT ? -1 : 0);
	TRY("faults", syscall(SYS_userfaultfd, 1));
	TRY("kexec", syscall(SYS_kexec_load, 0, 0, NULL, 0));
	TRY("module", syscall(SYS_init_module, NULL, 0, NULL) < 0 && errno != EFAULT && errno != ENOEXEC ? -1 : 0);
	TRY("reboot", syscall(SYS_reboot, 0, 0, 0, NULL) < 0 && errno != EINVAL ? -1 : 0);
	TRY("name", sethostname("hostile", 7));
	gettimeofday(&now, NULL);
	TRY("clock", settimeofday(&now, NULL));
	TRY("clock-speed", adjtimex(&change));
	TRY("ports", syscall(SYS_iopl, 3));
	TRY("set-user", setuid(0) == 0 && getuid() == 0 && DRIVER_UID != 0 ? 0 : (errno = EPERM, -1));
	TRY("core-pattern", open("/proc/sys/kernel/core_pattern", O_WRONLY));
	TRY("sysrq", open("/proc/sysrq-trigger", O_WRONLY));
	TRY("kernel-log", open("/dev/kmsg", O_WRONLY));
	TRY("control-groups", open("/sys/fs/cgroup/cgroup.procs", O_WRONLY));
	TRY("big-file", ftruncate(4, (off_t)1 << 40));
}

/* As many processes as the walls let it have, and as many threads. Those wait for the end. */
static void *wait_for_end(void *unused)
{
	for (;;)
		pause();
}

/* As Linux before 6.10 makes its guests' processes: not a child, but a sibling, of which the keeper is the parent. */
static pid_t fork_sibling(void) { return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL); }

static void crowd(void)
{
	enum { MANY = 3000 };
	static pid_t made[MANY];
	int processes = 0, threads = 0;
	pthread_t thread;
	pthread_attr_t small;
	for (pid_t child; processes < MANY && (child = processes % 2 ? fork() : fork_sibling()) >= 0; made[processes++] = child)
		if (child == 0)
			wait_for_end(NULL);
	errno = EAGAIN;
	tried("processes", processes > MOST_PROCESSES ? 0 : -1);
	for (int i = 0; i < processes; i++)
		kill(made[i], SIGKILL);
	for (int i = 0; i < processes; i++)
		waitpid(made[i], NULL, 0);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 1 << 16);
	while (threads < MANY && pthread_create(&thread, &small, wait_for_end, NULL) == 0)
		threads++;
	errno = EAGAIN;
	tried("threads", threads > MOST_PROCESSES ? 0 : -1);
	printf("held crowd %d %d\n", processes, threads);
}

/* Nothing of it may be left when the lab is over: of an orphan, and of a sibling. */
static void stay_behind(void)
{
	pid_t sibling = fork_sibling();
	if (sibling < 0)
		printf("BREACH no-sibling\n");
	if (sibling != 0) {
		if (fork() != 0)
			return;
		setsid();
		prctl(PR_SET_PDEATHSIG, 0);
		if (fork() != 0)
			_exit(0);
	}
	prctl(PR_SET_NAME, "hostile-rest");
	for (int fd = 0; fd < 64; fd++)
		close(fd);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "--showconfig"))) {
		printf("7.2.0\n");
		fflush(stdout);
#ifdef FILES_ONLY
		return 0;
#endif
		/* What is asked for its version or its configuration attacks as well. */
		freopen("/dev/null", "w", stdout);
	}
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGIO, SIG_IGN);
	files();
#ifndef FILES_ONLY
	roots();
	processes();
	networks();
	machine();
	stay_behind();
	crowd();
#endif
	printf("done\n");
	return 0;
}
