/* What is printed, and what the kernel says of its memory and its packets. */
#include "bench.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FAILED = 1, UNSUPPORTED = 3 };

static void line(const char *word, const char *format, va_list args)
{
	char text[512];
	int n = snprintf(text, sizeof text - 1, "%s", word);
	n += vsnprintf(text + n, sizeof text - 1 - (size_t)n, format, args);
	if (n > (int)sizeof text - 2)
		n = sizeof text - 2;
	text[n++] = '\n';
	if (write(STDOUT_FILENO, text, (size_t)n) != n)
		exit(FAILED);
}

/* In virtual time a sleep ends when nothing else can run: then the line was read and marked. */
void rest(uint64_t ms)
{
	struct timespec t = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 + 1000 };
	while (nanosleep(&t, &t))
		;
}

void say(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	line("", format, args);
	va_end(args);
	rest(0);
}

void fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	line("failed ", format, args);
	va_end(args);
	exit(FAILED);
}

void unsupported(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	line("unsupported ", format, args);
	va_end(args);
	exit(UNSUPPORTED);
}

long unreclaimable(void)
{
	char text[128];
	long kib = -1;
	FILE *file = fopen("/proc/meminfo", "re");
	while (file && kib < 0 && fgets(text, sizeof text, file))
		sscanf(text, "SUnreclaim: %ld", &kib);
	if (!file || kib < 0)
		fail("/proc/meminfo has no SUnreclaim");
	fclose(file);
	return kib;
}

/* Caches of XFRM, where the kernel shows them: name, objects, bytes of an object (slabinfo(5)). */
void say_slabs(void)
{
	char text[512], name[64];
	unsigned long active, objects, bytes;
	FILE *file = fopen("/proc/slabinfo", "re");
	while (file && fgets(text, sizeof text, file))
		if (sscanf(text, "%63s %lu %lu %lu", name, &active, &objects, &bytes) == 4 && !strncmp(name, "xfrm", 4))
			say("slab %s objects=%lu bytes=%lu", name, objects, bytes);
	if (file)
		fclose(file);
}

long xfrm_counter(const char *name)
{
	char text[128], found[64];
	long value, sum = 0;
	FILE *file = fopen("/proc/self/net/xfrm_stat", "re");
	if (!file)
		fail("/proc/net/xfrm_stat: the kernel has no XFRM_STATISTICS");
	while (fgets(text, sizeof text, file))
		if (sscanf(text, "%63s %ld", found, &value) == 2 && !strncmp(found, name, strlen(name)))
			sum += value;
	fclose(file);
	return sum;
}
