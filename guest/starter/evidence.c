/*
 * What comes out of a lab: bytes of the kernel's log in one pipe, frames of the agent's in the other (guest/agent/channel.c
 * writes them). A frame is kind, index and length of what follows. Whoever writes may be hostile: nothing that he says names a file
 * but below `files/`, and nothing grows beyond its quota.
 */
#include "starter.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum kind { RECORDS = 1, CAPTURE = 2, FILE_NAME = 3, FILE_BYTES = 4, CLOCK = 5, COST = 6 };

struct head {
	uint16_t kind, index;
	uint32_t length;
};

enum { LONGEST_PATH = 1023, BATCH = 1 << 16, BARE_MARK = 4, TIMED_MARK = 28, MOST_MARKS = 1 << 20 };

static int attempt_folder, collected_folder, clock_file, cost_file, records_file, log_file, collected_file = -1;
static int capture_files[MAX_CAPTURES];
static struct quotas used;
static char refused[256];

const char *evidence_refused(void) { return *refused ? refused : NULL; }

/* The first reason stays. */
static void refuse(const char *format, const char *what, uint64_t number)
{
	if (!*refused)
		snprintf(refused, sizeof refused, format, what, (unsigned long long)number);
}

static int make(const char *path)
{
	int fd = open_below(attempt_folder, path, O_EXCL);
	if (fd < 0)
		fail("create %s/%s: %s", options.attempt, path, strerror(errno));
	return fd;
}

void evidence_open(void)
{
	attempt_folder = open(options.attempt, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (attempt_folder < 0)
		fail("open %s: %s", options.attempt, strerror(errno));
	collected_folder = openat(attempt_folder, "files", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (collected_folder < 0)
		fail("open %s/files: %s", options.attempt, strerror(errno));
	log_file = make("kernel.log");
	records_file = make("records");
	clock_file = make("lab/clock");
	cost_file = make("lab/cost");
	for (int i = 0; i < options.capture_count; i++) {
		char path[300];
		snprintf(path, sizeof path, "links/%s.pcapng", options.captures[i]);
		capture_files[i] = make(path);
	}
}

static bool put(int fd, const uint8_t *bytes, size_t length, const char *what)
{
	while (length) {
		ssize_t n = write(fd, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			char why[128];
			snprintf(why, sizeof why, "%s could not be stored: %s", what, strerror(errno));
			refuse("%s", why, 0);
			return false;
		}
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* Stores bytes as far as the quota goes, so that what was said before its end is there. */
static void store(int fd, const uint8_t *bytes, size_t length, const char *what, uint64_t *taken, uint64_t quota)
{
	uint64_t left = quota > *taken ? quota - *taken : 0;
	if (length > left) {
		refuse("the quota of %s is full (%llu bytes)", what, quota);
		length = left;
	}
	*taken += length;
	put(fd, bytes, length, what);
}

static void open_collected(const char *path)
{
	if (collected_file >= 0)
		close(collected_file);
	collected_file = -1;
	if (used.collected_count++ >= options.quotas.collected_count) {
		refuse("the quota of %s is full (%llu files)", "collected files", options.quotas.collected_count);
		return;
	}
	/* What is collected twice is there as it was last. */
	collected_file = open_below(collected_folder, path, O_TRUNC);
	if (collected_file < 0)
		refuse("a collected file could not be stored: %s", strerror(errno), 0);
}

/* The part of a frame that has come: `path` gathers a name over several parts. */
static void take(const struct head *head, const uint8_t *bytes, size_t length)
{
	static char path[LONGEST_PATH + 1];
	static size_t path_length;
	static uint8_t clock[8];
	static size_t clock_length, cost_bytes;
	const struct quotas *most = &options.quotas;
	switch ((enum kind)head->kind) {
	case RECORDS:
		store(records_file, bytes, length, "records", &used.records, most->records);
		break;
	case CAPTURE:
		store(capture_files[head->index], bytes, length, "captures", &used.captures, most->captures);
		break;
	case FILE_BYTES:
		if (collected_file >= 0)
			store(collected_file, bytes, length, "collected files", &used.collected, most->collected);
		break;
	case FILE_NAME:
		memcpy(path + path_length, bytes, length);
		path_length += length;
		if (path_length < head->length)
			break;
		path[path_length] = 0;
		path_length = 0;
		if (strlen(path) != head->length)
			refuse("%s", "the name of a collected file holds a zero byte", 0);
		else
			open_collected(path);
		break;
	case CLOCK:
		memcpy(clock + clock_length, bytes, length);
		clock_length += length;
		if (clock_length < sizeof clock)
			break;
		clock_length = 0;
		if (pwrite(clock_file, clock, sizeof clock, 0) < 0)
			refuse("%s", "the lab's clock could not be stored", 0);
		break;
	case COST:
		/* What costs what is for people; marks that are too many, or without a time, cost no lab its end. */
		if (head->length == TIMED_MARK && cost_bytes < MOST_MARKS * TIMED_MARK) {
			put(cost_file, bytes, length, "costs");
			cost_bytes += length;
		}
		break;
	}
}

static bool is_fine(const struct head *head)
{
	switch ((enum kind)head->kind) {
	case RECORDS:
	case FILE_BYTES:
		return true;
	case CAPTURE:
		return head->index < options.capture_count;
	case FILE_NAME:
		return head->length && head->length <= LONGEST_PATH;
	case CLOCK:
		return head->length == 8;
	case COST:
		return !head->index && (head->length == TIMED_MARK || head->length == BARE_MARK);
	}
	return false;
}

/* Frames in the order of their bytes; a frame may come in any number of parts. */
static void take_bytes(const uint8_t *bytes, size_t length)
{
	static struct head head;
	static size_t head_length;
	static uint32_t left;
	while (length && !*refused) {
		if (!left && head_length < sizeof head) {
			((uint8_t *)&head)[head_length++] = *bytes++;
			length--;
			if (head_length < sizeof head)
				continue;
			if (!is_fine(&head))
				refuse("%s", "what the lab wrote as evidence is none: its agent was not the only one to write", 0);
			left = head.length;
		}
		size_t part = length < left ? length : left;
		if (part && !*refused)
			take(&head, bytes, part);
		bytes += part;
		length -= part;
		left -= (uint32_t)part;
		if (!left)
			head_length = 0;
	}
}

static void log_bytes(const uint8_t *bytes, size_t length)
{
	store(log_file, bytes, length, "the kernel's log", &used.log, options.quotas.log);
}

static bool read_all(int fd, void (*taker)(const uint8_t *, size_t))
{
	static uint8_t buffer[BATCH];
	/* In turns with the other pipe, however much there is. */
	for (int turns = 0; turns < 16; turns++) {
		ssize_t n = read(fd, buffer, sizeof buffer);
		if (n == 0)
			return false;
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		taker(buffer, (size_t)n);
	}
	return true;
}

bool evidence_read(int fd) { return read_all(fd, take_bytes); }
bool log_read(int fd) { return read_all(fd, log_bytes); }
