/*
 * What surrounds the agent in a machine of QEMU's. It starts from an initramfs of Espalier's with the modules that reach the drives.
 * The first drive is the image that the kernel came with. A virtio port leads to the driver, both ways (src/lab/substrate/qemu):
 *
 *   out   frames of channel.c; the first two are of the kind SEND_CLOCK: that the agent is there, and its wall clock once set;
 *         the last one is of the kind SEND_FAREWELL
 *   in    u32 number, u32 length, bytes; number 0: u64 date, the plan; then orders; the number ~0 answers the farewell
 */
#include "../agent.h"
#include "machine.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int port = -1;

static void mount_at(const char *type, const char *target, unsigned long flags)
{
	mkdir(target, 0755);
	if (mount(type, target, type, flags, NULL))
		die("mount %s: %s", target, strerror(errno));
}

static void mount_kernels(void)
{
	mount_at("devtmpfs", "/dev", 0);
	mount_at("proc", "/proc", 0);
	mount_at("sysfs", "/sys", 0);
}

/* Standard output and error go to the kernel's log, which the driver keeps. */
static void open_kernel_log(void)
{
	int fd = open("/dev/kmsg", O_RDWR);
	for (int i = 0; fd >= 0 && i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

/* Hosts are built on a tmpfs, as an initramfs can be no lower layer. The kernel starts /modprobe in this root. */
static void change_root(void)
{
	mkdir("/m", 0755);
	if (mount("root", "/m", "tmpfs", 0, "mode=755"))
		die("own root: %s", strerror(errno));
	int file = open("/m/modprobe", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (file < 0 || close(file) || mount("/init", "/m/modprobe", NULL, MS_BIND, NULL))
		die("own root: /modprobe: %s", strerror(errno));
	if (chroot("/m") || chdir("/"))
		die("own root: %s", strerror(errno));
}

static bool read_all(void *to, size_t length)
{
	for (uint8_t *at = to; length;) {
		ssize_t n = read(port, at, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		length -= (size_t)n;
	}
	return true;
}

void *message_read(uint32_t *number, size_t *length)
{
	static uint8_t *bytes;
	static size_t capacity;
	uint32_t head[2];
	if (!read_all(head, sizeof head))
		die("the driver's line: %s", strerror(errno));
	bytes = grow(bytes, &capacity, (size_t)head[1] + 1);
	if (!read_all(bytes, head[1]))
		die("the driver's line: %s", strerror(errno));
	bytes[head[1]] = 0;
	*number = head[0];
	*length = head[1];
	return bytes;
}

static void say_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	uint64_t now = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	if (!channel_send(SEND_CLOCK, 0, &now, sizeof now))
		die("the driver's line: %s", strerror(errno));
}

/* The lab's date is set as soon as it is read. */
static void take_plan(void)
{
	uint32_t number;
	size_t length;
	uint64_t date;
	uint8_t *bytes = message_read(&number, &length);
	if (number != 0 || length < sizeof date)
		die("the driver's first message is no plan");
	memcpy(&date, bytes, sizeof date);
	struct timespec t = { (time_t)(date / 1000000000u), (long)(date % 1000000000u) };
	if (clock_settime(CLOCK_REALTIME, &t))
		die("set the clock: %s", strerror(errno));
	say_clock();
	mkdir("/in", 0755);
	int file = open("/in/plan", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	length -= sizeof date;
	if (file < 0 || write(file, bytes + sizeof date, length) != (ssize_t)length)
		die("keep the plan: %s", strerror(errno));
	close(file);
}

void place_open(void)
{
	mount_kernels();
	open_kernel_log();
	modules_load("/modules");
	change_root();
	mount_kernels();
	mkdir("/mnt", 0755);
	mkdir("/mnt/kernel", 0755);
	if (mount("/dev/vda", "/mnt/kernel", "erofs", MS_RDONLY, NULL))
		die("the image of the kernel: %s", strerror(errno));
	modules_serve();
	/* Images are drives. */
	if (symlink("/dev", "/images"))
		die("/images: %s", strerror(errno));
	channel_open();
	say_clock();
	take_plan();
}

/* The port has a name of its own; the number of its device is the kernel's choice. */
int place_line(void)
{
	static const char folder[] = "/sys/class/virtio-ports";
	char path[300], name[32];
	DIR *ports = opendir(folder);
	for (struct dirent *e; port < 0 && ports && (e = readdir(ports));) {
		snprintf(path, sizeof path, "%s/%s/name", folder, e->d_name);
		int file = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = file < 0 ? -1 : read(file, name, sizeof name);
		close(file);
		if (n != sizeof "espalier" || memcmp(name, "espalier\n", (size_t)n))
			continue;
		snprintf(path, sizeof path, "/dev/%s", e->d_name);
		port = open(path, O_RDWR | O_CLOEXEC);
	}
	if (ports)
		closedir(ports);
	if (port < 0)
		die("there is no virtio port named espalier: %s", strerror(errno));
	wake_fd = port;
	return port;
}

void place_main(int argc, char **argv)
{
	if (argc > 0 && !strcmp(argv[0], "/modprobe"))
		modules_find(argv);
}

/* A host loads modules as well. */
void place_host(void)
{
	make_parents("usr/lib/modules/");
	if (mount("/mnt/kernel/usr/lib/modules", "usr/lib/modules", NULL, MS_BIND, NULL))
		die("modules of the host: %s", strerror(errno));
}

/* Of a driver that lives, a lab's worth of slowness; one that is gone has ended this machine before. */
void place_leave(void)
{
	static const uint32_t patience_ms = 10000;
	if (port >= 0)
		farewell(port, patience_ms);
}

bool place_shares_trees(void) { return false; }

/* Whoever looks takes the processor from whom it waits for, and what computes for a second of the lab's time is not waited for. */
const struct settling settling = { .sleep_ns = 1000000, .rounds = 1000 };
