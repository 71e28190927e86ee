/* The record stream, and the agent's way to give up. */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

enum { FLUSH_BYTES = 32 << 10 };

static uint8_t *buffer;
static size_t length, capacity;
static uint32_t sequence;
/* Offset of the last frame while it is unflushed output: its host may still append to it. */
static size_t open_frame;
static int open_host = -1;
static uint64_t open_time, last_time;
static bool detached;

void *grow(void *old, size_t *cap, size_t need)
{
	if (need <= *cap)
		return old;
	*cap = need * 2;
	void *p = realloc(old, *cap);
	if (!p)
		die("out of memory for %zu bytes", *cap);
	return p;
}

static void put(const void *bytes, size_t n)
{
	buffer = grow(buffer, &capacity, length + n);
	memcpy(buffer + length, bytes, n);
	length += n;
}

void record_open(void)
{
	uint32_t head[2] = { 1, 0 };
	put("ESPALIER", 8);
	put(head, sizeof head);
}

/* Refreshes the timestamp that STEP_END frames reuse. */
void record_time(void) { last_time = now_ns(); }

static void flush_when_large(void)
{
	if (length > FLUSH_BYTES)
		record_flush();
}

void record(enum record_type type, int host, const void *payload, size_t n)
{
	/* Standing still must cost the lab nothing, and reading its clock takes 256 ns. */
	uint64_t time = type == REC_STEP_END ? last_time : now_ns();
	last_time = time;
	if (type == REC_OUTPUT && open_host == host && open_time == time) {
		uint32_t total;
		memcpy(&total, buffer + open_frame, 4);
		total += (uint32_t)n;
		memcpy(buffer + open_frame, &total, 4);
		put(payload, n);
		flush_when_large();
		return;
	}
	open_host = type == REC_OUTPUT ? host : -1;
	open_time = time;
	open_frame = length;
	uint32_t size = (uint32_t)n;
	uint16_t ids[2] = { (uint16_t)type, (uint16_t)host };
	put(&size, 4);
	put(ids, 4);
	put(&time, 8);
	put(&sequence, 4);
	put(payload, n);
	sequence++;
	flush_when_large();
}

bool record_flush(void)
{
	if (!length)
		return false;
	channel_send(SEND_RECORDS, 0, buffer, length);
	length = 0;
	open_host = -1;
	return true;
}

static void trouble_v(int host, const char *word, const char *format, va_list args)
{
	char text[512];
	int n = snprintf(text, sizeof text, "%s ", word);
	vsnprintf(text + n, sizeof text - (size_t)n, format, args);
	fprintf(stderr, "espalier: %s\n", text);
	if (channel_ready())
		record(REC_TROUBLE, host, text, strlen(text));
}

void trouble(int host, const char *word, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	trouble_v(host, word, format, args);
	va_end(args);
}

void record_detach(void)
{
	channel_close();
	detached = true;
}

void power_off(void)
{
	if (!detached) {
		place_leave();
		reboot(RB_POWER_OFF);
	}
	_exit(1);
}

void die(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	trouble_v(LAB, "agent", format, args);
	va_end(args);
	record_flush();
	power_off();
}

void write_file(const char *path, const char *value, bool must_exist)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0) {
		if (must_exist)
			die("open %s: %s", path, strerror(errno));
		return;
	}
	if (write(file, value, strlen(value)) < 0 && must_exist)
		trouble(LAB, "note", "write %s to %s: %s", value, path, strerror(errno));
	close(file);
}
