/* Boot to power-off of a lab. PID 1 of its kernel. */
#include "agent.h"
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static void write_hosts(void)
{
	char names[MAX_HOSTS * 64] = "";
	for (int i = 0; i < plan.host_count; i++)
		strcat(strcat(names, i ? "\n" : ""), plan.hosts[i].name);
	record(REC_HOSTS, LAB, names, strlen(names));
}

int main(int argc, char **argv)
{
	place_main(argc, argv);
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_TIMERSLACK, 1);
	place_open();
	debug_open();
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
	collect_counters();
	deaths_drain();
	capture_complete();
	capture_flush();
	books_close();
	debug_leaks();
	record(REC_LAB_END, LAB, NULL, 0);
	record_flush();
	power_off();
}
