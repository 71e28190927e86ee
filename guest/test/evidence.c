/*
 * Drives the starter's reader of evidence, for test/unit/guest/evidence.test.ts: built with sanitizers. Standard input holds inputs (u32
 * length, bytes), each of which a process of its own takes, below FOLDER/NUMBER. Prints a line for each: why no more was taken, or `-`.
 */
#include "../starter/starter.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct options options;

void fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	exit(7);
}

/* As an attempt's folder when a lab starts, and with a link that leads out of it. */
static void prepare(const char *folder)
{
	if (mkdir(folder, 0755) || chdir(folder) || mkdir("lab", 0755) || mkdir("links", 0755) || mkdir("files", 0755) ||
	    symlink("../../outside", "files/link"))
		exit(8);
	options = (struct options){
		.attempt = ".",
		.captures = { "one", "two" },
		.capture_count = 2,
		.quotas = { .records = 1000, .captures = 1000, .log = 1000, .collected = 1000, .collected_count = 5 },
	};
}

/* In parts of changing size, as a pipe gives them. */
static void take(const uint8_t *bytes, uint32_t length)
{
	int ends[2];
	evidence_open();
	if (pipe2(ends, O_NONBLOCK))
		exit(8);
	for (uint32_t at = 0, part = 1; at < length; at += part, part = part * 5 % 4093 + 1) {
		if (part > length - at)
			part = length - at;
		if (write(ends[1], bytes + at, part) != (ssize_t)part)
			exit(8);
		evidence_read(ends[0]);
	}
	printf("%s\n", evidence_refused() ? evidence_refused() : "-");
}

int main(int argc, char **argv)
{
	uint32_t length;
	for (int number = 0; argc == 2 && read(0, &length, 4) == 4; number++) {
		uint8_t *bytes = malloc(length + 1);
		for (uint32_t at = 0; at < length;) {
			ssize_t n = read(0, bytes + at, length - at);
			if (n <= 0)
				return 8;
			at += (uint32_t)n;
		}
		int status;
		pid_t child = fork();
		if (child == 0) {
			char folder[4096];
			snprintf(folder, sizeof folder, "%s/%d", argv[1], number);
			prepare(folder);
			take(bytes, length);
			return fflush(stdout);
		}
		waitpid(child, &status, 0);
		if (status)
			return 9;
		free(bytes);
	}
	return 0;
}
