/*
 * What hosts see in /proc/cpuinfo: the kernel's own lines without those that show the machine (arch/um/kernel/um_arch.c: its
 * name and kernel in `host`, its processor in `flags` and `cache_alignment`), so that a lab's output is the same on another one. The CPUID
 * instruction cannot be hidden: libraries choose their code by it.
 */
#include "agent.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool of_the_machine(const char *line)
{
	static const char *const names[] = { "host\t", "flags\t", "cache_alignment\t" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(line, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

void cpuinfo_write(void)
{
	char line[8192];
	FILE *from = fopen("/proc/cpuinfo", "re"), *to = fopen(CPUINFO, "we");
	if (!from || !to)
		die("copy /proc/cpuinfo: %s", strerror(errno));
	while (fgets(line, sizeof line, from))
		if (!of_the_machine(line))
			fputs(line, to);
	fclose(from);
	if (fclose(to))
		die("%s: %s", CPUINFO, strerror(errno));
}
