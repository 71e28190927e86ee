/*
 * The lab's root: a tmpfs, read-only once it is built, that holds the files which the kernel is made of, its inputs and its
 * images. There is no /proc but for two names that the kernel looks for, so that there is nothing of the machine to ask or to set.
 */
#include "starter.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same path in every lab, and without these walls too: where the kernel's working folder is. */
#define INPUTS "/proc/self/cwd"

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

/* The one user of the namespace is whoever started Espalier, by the same number: files that are his stay readable. */
static void map_user(uid_t uid, gid_t gid)
{
	char map[64];
	write_text("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "%u %u 1", uid, uid);
	write_text("/proc/self/uid_map", map);
	snprintf(map, sizeof map, "%u %u 1", gid, gid);
	write_text("/proc/self/gid_map", map);
}

static const char *inside(const char *path)
{
	static char ring[4][PATH_MAX];
	static int next;
	char *at = ring[next++ & 3];
	if (snprintf(at, PATH_MAX, "%s%s%s", options.root, *path == '/' ? "" : "/", path) >= PATH_MAX)
		fail("path is too long: %s", path);
	return at;
}

static void make_folders(const char *path)
{
	char copy[PATH_MAX];
	snprintf(copy, sizeof copy, "%s", path);
	for (char *slash = copy + strlen(options.root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		mkdir(copy, 0755);
		*slash = '/';
	}
}

static void make_file(const char *path)
{
	make_folders(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
	if (fd < 0)
		fail("create %s: %s", path, strerror(errno));
	close(fd);
}

/* Flags that the mount below has and that this namespace must not take off. */
static unsigned long locked_flags(const char *path)
{
	struct statvfs s;
	if (statvfs(path, &s))
		fail("%s: %s", path, strerror(errno));
	return (s.f_flag & ST_NOEXEC ? MS_NOEXEC : 0) | (s.f_flag & ST_NOATIME ? MS_NOATIME : 0) |
	       (s.f_flag & ST_NODIRATIME ? MS_NODIRATIME : 0) | (s.f_flag & ST_RELATIME ? MS_RELATIME : 0) |
	       (s.f_flag & ST_NOSUID ? MS_NOSUID : 0) | (s.f_flag & ST_NODEV ? MS_NODEV : 0);
}

static void bind(const char *from, const char *to, unsigned long flags)
{
	if (mount(from, to, NULL, MS_BIND, NULL))
		fail("bind %s: %s", from, strerror(errno));
	if (mount(NULL, to, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | flags | locked_flags(to), NULL))
		fail("make %s read-only: %s", from, strerror(errno));
}

static void show_file(const char *from, const char *to)
{
	make_file(to);
	bind(from, to, MS_NOSUID | MS_NODEV);
}

/* A copy: what is asked of the machine is what it was when the lab started. */
static void copy_cpuinfo(void)
{
	char buffer[1 << 16];
	const char *to = inside("/proc/cpuinfo");
	make_folders(to);
	int from = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
	for (ssize_t n; from >= 0 && (n = read(from, buffer, sizeof buffer)) > 0;)
		if (write(out, buffer, (size_t)n) != n)
			fail("copy /proc/cpuinfo: %s", strerror(errno));
	close(from);
	close(out);
}

static void mount_tmpfs(const char *path, const char *data, unsigned long flags)
{
	if (mount("lab", path, "tmpfs", MS_NOSUID | MS_NODEV | flags, data))
		fail("mount tmpfs: %s", strerror(errno));
}

static void fill(void)
{
	for (int i = 0; i < options.seen_count; i++)
		show_file(options.seen[i], inside(options.seen[i]));
	const char *inputs = inside(INPUTS);
	make_folders(inputs);
	mkdir(inputs, 0755);
	bind(options.inputs, inputs, MS_NOSUID | MS_NODEV);
	/* Upon the empty files that the driver has put there. */
	for (int i = 0; i < options.image_count; i++) {
		char to[PATH_MAX];
		snprintf(to, sizeof to, "%s/%s", inputs, options.images[i].name);
		/* Programs of guests are mapped from it, executable (kernel/patches/image-mapping.yaml). */
		bind(options.images[i].path, to, MS_NOSUID | MS_NODEV);
	}
	copy_cpuinfo();
	make_file(inside("/dev/null"));
	bind("/dev/null", inside("/dev/null"), MS_NOSUID | MS_NOEXEC);
	mkdir(inside("/tmp"), 0700);
	if (!options.memory) { /* a kernel that makes the file itself */
		char size[64];
		snprintf(size, sizeof size, "mode=700,size=%llu", (unsigned long long)options.memory_bytes);
		mount_tmpfs(inside("/tmp"), size, 0);
	}
}

void root_build(void)
{
	/* Both numbers are the overflow ones until they are mapped. */
	map_user(options.uid, options.gid);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail("private mounts: %s", strerror(errno));
	mount_tmpfs(options.root, "mode=755,size=1m,nr_inodes=1k", 0);
	fill();
	if (chdir(options.root) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/"))
		fail("pivot_root: %s", strerror(errno));
	if (mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL))
		fail("make the root read-only: %s", strerror(errno));
	if (chdir(INPUTS))
		fail("%s: %s", INPUTS, strerror(errno));
}
