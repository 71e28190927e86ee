/* Boot to power-off of a lab. PID 1 of the User Mode Linux kernel. */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
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
 * `m`; everything else lives on a tmpfs. /in is what the driver has for the lab.
 */
static void build_own_root(void)
{
	if (mount("root", "/m", "tmpfs", 0, "mode=755") || chroot("/m") || chdir("/"))
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

static void write_hosts(void)
{
	char names[MAX_HOSTS * 64] = "";
	for (int i = 0; i < plan.host_count; i++)
		strcat(strcat(names, i ? "\n" : ""), plan.hosts[i].name);
	record(REC_HOSTS, LAB, names, strlen(names));
}

int main(void)
{
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_TIMERSLACK, 1);
	build_own_root();
	cpuinfo_write();
	clock_start();
	record_open();
	write_file("/proc/sys/kernel/acct", "0 0 3600", false); /* never paused, however full the lab's memory is */
	/* Where suites look for the cores of daemons that crashed. */
	write_file("/proc/sys/kernel/core_pattern", "/tmp/core.%h.%e.%p", false);
	plan_read("/in/plan");
	write_hosts();
	uint64_t uptime = uptime_ns();
	record(REC_UPTIME, LAB, &uptime, sizeof uptime);
	net_init();
	hosts_prepare();
	net_links();
	capture_open();
	for (int i = 0; i < plan.host_count; i++)
		host_start(&plan.hosts[i]);
	for (int i = 0; i < plan.host_count; i++)
		net_host(&plan.hosts[i]);
	orders_prepare();
	clock_watch();
	consoles_start();
	faults_of_plan();
	bool fine = run_steps(plan.steps);
	if (plan.hold)
		orders_follow(); /* whoever holds the lab wants to see one in trouble as well */
	else if (fine && plan.post_mortem)
		run_post_mortem(plan.post_mortem);
	cost_of(COST_EVIDENCE);
	collect_files();
	deaths_drain();
	capture_drain();
	capture_flush();
	books_close();
	record(REC_LAB_END, LAB, NULL, 0);
	record_flush();
	power_off();
}
