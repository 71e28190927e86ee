/*
 * Drives the agent's parsers outside a lab, for test/unit/guest: built with sanitizers, it reads inputs from its standard
 * input and does each in a process of its own, since the agent gives up by ending its lab.
 *
 *   input   u32 length, bytes
 *   answer  u32 wait status, u32 length and bytes of what it wrote, u32 length and bytes of its standard error
 *
 * The system calls that reach out of a parser are the test_…() below: renamed.h puts them in the agent's units.
 */
#include "../agent/agent.h"
#include "../agent/fault.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TERMINAL = 200, TAP = 300, BLOCK_BYTES = 256 << 10, BLOCKS = 64 };

static const uint8_t *input, *input_end;
static int result;  /* where the agent's evidence goes */
static bool echoes; /* terminals answer each line with a prompt */
static unsigned prompts_due[2], frames_due;
static uint64_t now = 1000000000;
static uint8_t *ring;

/* What the agent does to the world. */

int test_reboot(int how)
{
	(void)how;
	return 0;
}

int test_clock_gettime(clockid_t clock, struct timespec *t)
{
	(void)clock;
	*t = (struct timespec){ (time_t)(now / 1000000000u), (long)(now % 1000000000u) };
	return 0;
}

int test_clock_settime(clockid_t clock, const struct timespec *t)
{
	(void)clock;
	return t->tv_nsec < 0 || t->tv_nsec > 999999999;
}

int test_nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)left;
	now += (uint64_t)t->tv_nsec;
	return 0;
}

/* Load average: nobody else runs. */
ssize_t test_pread(int fd, void *to, size_t n, off_t at)
{
	(void)fd, (void)to, (void)n, (void)at;
	return 0;
}

int test_ioctl(int fd, unsigned long what, ...)
{
	(void)fd, (void)what;
	return 0;
}

static bool has_output(int host) { return echoes ? prompts_due[host] > 0 : host == 0 && input < input_end; }

int test_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *limit, const sigset_t *mask)
{
	(void)mask;
	int ready = 0;
	for (nfds_t i = 0; i < n; i++) {
		fds[i].revents = i % 2 == 0 && has_output((int)i / 2) ? POLLIN : 0;
		ready += fds[i].revents != 0;
	}
	if (!ready)
		now += (uint64_t)limit->tv_sec * 1000000000u + (uint64_t)limit->tv_nsec;
	return ready;
}

static size_t take(void *to, size_t n)
{
	if (n > (size_t)(input_end - input))
		n = (size_t)(input_end - input);
	memcpy(to, input, n);
	input += n;
	return n;
}

static uint16_t take16(void)
{
	uint16_t value = 0;
	take(&value, sizeof value);
	return value;
}

/* A terminal's output comes in chunks: u16 length, bytes. */
ssize_t test_read(int fd, void *to, size_t n)
{
	if (fd < TERMINAL)
		return read(fd, to, n);
	if (fd == TAP)
		return frames_due && input < input_end && frames_due-- ? (ssize_t)take(to, take16()) : -1;
	if (!has_output(fd - TERMINAL)) {
		errno = EAGAIN;
		return -1;
	}
	if (echoes) {
		prompts_due[fd - TERMINAL]--;
		return (ssize_t)snprintf(to, n, "\x1d%s:0:/root\x1e", plan.nonce);
	}
	size_t want = take16();
	ssize_t got = (ssize_t)take(to, want < n ? want : n);
	errno = EAGAIN;
	return got ? got : -1;
}

ssize_t test_write(int fd, const void *from, size_t n)
{
	if (fd < TERMINAL)
		return write(fd, from, n);
	if (fd == TAP)
		return (ssize_t)n;
	for (size_t i = 0; i < n; i++)
		prompts_due[fd - TERMINAL] += ((const char *)from)[i] == '\n';
	if (echoes)
		record((enum record_type)99, fd - TERMINAL, from, n);
	return (ssize_t)n;
}

/* Nothing of this machine is opened: a plan may name any file. */
int test_open(const char *path, int flags, ...)
{
	return open(strncmp(path, "/proc/self/fd/", 14) ? "/dev/null" : path, flags);
}

/* The second order ends the lab, so that every input is one order file. */
ssize_t test_readlink(const char *path, char *to, size_t n)
{
	static int looks;
	(void)path;
	return snprintf(to, n, "%d", looks++ < 32 ? 1 : 2);
}

FILE *test_fopen(const char *path, const char *mode)
{
	static char end[] = "end\n";
	if (strcmp(path, "/in/order.1") || input == input_end)
		return fmemopen(end, 4, mode);
	return fmemopen((void *)(uintptr_t)input, (size_t)(input_end - input), "r");
}

int test_socket(int domain, int type, int protocol)
{
	(void)domain, (void)type, (void)protocol;
	return dup(result);
}

ssize_t test_send(int fd, const void *from, size_t n, int flags)
{
	(void)fd, (void)from, (void)flags;
	return (ssize_t)n;
}

/* The kernel says yes to whatever was asked. */
ssize_t test_recv(int fd, void *to, size_t n, int flags)
{
	struct { struct nlmsghdr head; struct nlmsgerr error; } yes = { .head.nlmsg_type = NLMSG_ERROR };
	(void)fd, (void)n, (void)flags;
	memcpy(to, &yes, sizeof yes);
	return sizeof yes;
}

int test_setns(int fd, int kind)
{
	(void)fd, (void)kind;
	return 0;
}

int test_setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	(void)fd, (void)level, (void)name, (void)value, (void)size;
	return 0;
}

int test_bind(int fd, const struct sockaddr *address, socklen_t size)
{
	(void)fd, (void)address, (void)size;
	return 0;
}

int test_getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	(void)fd, (void)level, (void)name;
	memset(value, 0, *size);
	return 0;
}

void *test_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
	(void)at, (void)prot, (void)flags, (void)fd, (void)offset;
	return ring = calloc(1, n);
}

int test_madvise(void *at, size_t n, int advice)
{
	(void)at, (void)n, (void)advice;
	return 0;
}

/* Records and captures as they are; clocks and marks are neither. */
bool channel_send(enum channel_kind kind, int index, const void *bytes, size_t n)
{
	(void)index;
	return kind == SEND_CLOCK || kind == SEND_COST || write(result, bytes, n) == (ssize_t)n;
}

bool channel_ready(void) { return true; }
void channel_close(void) {}
void place_leave(void) {}
const struct settling settling = { .sleep_ns = 1000 };

bool xfrm_drain(struct host *host)
{
	(void)host;
	return false;
}

void xfrm_open(struct host *host) { (void)host; }
void xfrm_dump(struct host *host) { (void)host; }
void xfrm_record(struct host *host) { (void)host; }
void host_shell(struct host *host) { (void)host; }

/* What is done with an input. */

static void two_hosts(void)
{
	strcpy(plan.nonce, "0123456789abcdef");
	plan.output_cap = 1 << 20;
	plan.deadline = 60000000000u;
	plan.host_count = 2;
	for (int i = 0; i < 2; i++) {
		strcpy(plan.hosts[i].name, i ? "west" : "east");
		plan.hosts[i].console.master = TERMINAL + i;
	}
	record_open();
	ring_open();
}

static void print_lines(const char *what, struct line *list)
{
	for (struct line *l = list; l; l = l->next)
		dprintf(result, "%s %u %d %s\n", what, l->step, l->host, l->text);
}

/* Reads a plan, prints it (each file with the sum of its bytes), and builds its network. */
static void do_plan(void)
{
	int file = memfd_create("plan", 0);
	char path[64];
	if (write(file, input, (size_t)(input_end - input)) < 0)
		exit(9);
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	plan_read(path);
	for (int i = 0; i < plan.host_count; i++) {
		struct host *h = &plan.hosts[i];
		dprintf(result, "host %s images", h->name);
		for (int n = 0; n < h->image_count; n++)
			dprintf(result, " %s", plan.images[h->images[n]]);
		dprintf(result, "\n");
		for (int n = 0; n < h->nic_count; n++)
			dprintf(result, "nic %s %s %02x %s\n", h->nics[n].name, plan.links[h->nics[n].link].name,
				h->nics[n].mac[5], h->nics[n].alt_names ? h->nics[n].alt_names : "-");
	}
	for (struct line *l = plan.files; l; l = l->next) {
		char *rest, *content = l->text + strlen(l->text) + 1;
		unsigned long mode = strtoul(l->text, &rest, 8), n = strtoul(rest, &rest, 10), sum = 0;
		for (size_t i = 0; i < n; i++)
			sum += (uint8_t)content[i];
		dprintf(result, "file %d %lo %lu %lu%s\n", l->host, mode, n, sum, rest);
	}
	print_lines("net", plan.net);
	print_lines("setup", plan.setup);
	print_lines("step", plan.steps);
	print_lines("collect", plan.collect);
	for (struct line *l = plan.steps; l; l = l->next)
		dprintf(result, "runs on %s\n", plan.hosts[l->host].name);
	for (int i = 0; i < plan.host_count; i++)
		net_host(&plan.hosts[i]);
}

static void do_orders(void)
{
	two_hosts();
	echoes = true;
	orders_prepare();
	orders_follow();
	record_flush();
}

/* Two commands, whose output the input is. */
static void do_console(void)
{
	two_hosts();
	if (run_command(&plan.hosts[0], 0, "first"))
		run_command(&plan.hosts[0], 1, "second");
	console_emit(&plan.hosts[0], true);
	record_flush();
}

/*
 * Fault rules: u16 length and lines of orders, then frames that come from the tap, u16 length and bytes each. A line `frame` takes the next
 * of them there; the others come behind the last line.
 */
static void do_faults(void)
{
	static char text[65536];
	two_hosts();
	strcpy(plan.links[0].name, "lan");
	plan.link_count = 1;
	for (int i = 0; i < 2; i++) {
		plan.hosts[i].nic_count = 1;
		memcpy(plan.hosts[i].nics[0].mac, "\2\0\0\0\0", 5);
		plan.hosts[i].nics[0].mac[5] = (uint8_t)(i + 1);
	}
	detour_open(0);
	close(plan.links[0].detour_fd);
	plan.links[0].detour_fd = TAP;
	size_t n = take(text, take16());
	text[n < sizeof text ? n : sizeof text - 1] = 0;
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) && *line;) {
		char *word = strsep(&line, " ");
		if (!strcmp(word, "frame")) {
			frames_due = 1;
			faults_run();
		}
		else if (line && is_fault_order(word))
			fault_order(word, line);
	}
	frames_due = ~0u;
	faults_run();
	record_flush();
}

/* Records: u8 type, u8 host, u16 length, bytes; a type from 128 on lets a nanosecond pass first. */
static void do_records(void)
{
	record_open();
	while (input < input_end) {
		uint8_t head[2] = { 0 }, payload[65536];
		take(head, 2);
		size_t n = take(payload, take16());
		now += head[0] >> 7;
		record(head[0] & 127, head[1], payload, n);
	}
	record_flush();
}

/* Puts a frame where the kernel would (tpacket_rcv), closing blocks that are full; false: there is no room. */
static bool deliver(const uint8_t *bytes, uint32_t n, uint32_t sent)
{
	static uint32_t block, offset;
	struct tpacket_block_desc *at = (struct tpacket_block_desc *)(ring + (size_t)block * BLOCK_BYTES);
	uint32_t head = TPACKET_ALIGN(sizeof(struct tpacket3_hdr)), mac = head + 32, size = TPACKET_ALIGN(mac + n);
	if (!offset)
		offset = TPACKET_ALIGN(sizeof *at);
	if (offset + size > BLOCK_BYTES) {
		at->hdr.bh1.block_status = TP_STATUS_USER;
		block = (block + 1) % BLOCKS;
		at = (struct tpacket_block_desc *)(ring + (size_t)block * BLOCK_BYTES);
		offset = TPACKET_ALIGN(sizeof *at);
		if (at->hdr.bh1.block_status & TP_STATUS_USER)
			return false;
	}
	if (!at->hdr.bh1.num_pkts)
		at->hdr.bh1.offset_to_first_pkt = offset;
	struct tpacket3_hdr *packet = (struct tpacket3_hdr *)((uint8_t *)at + offset);
	*packet = (struct tpacket3_hdr){ .tp_next_offset = size, .tp_sec = 7, .tp_snaplen = n, .tp_len = sent,
					 .tp_mac = (uint16_t)mac };
	((struct sockaddr_ll *)((uint8_t *)packet + head))->sll_ifindex = 200;
	memcpy((uint8_t *)packet + mac, bytes, n);
	at->hdr.bh1.num_pkts++;
	offset += size;
	return true;
}

/* Frames: u16 length, u16 bytes cut off, bytes; an odd number of cut bytes has them read first. */
static void do_capture(void)
{
	two_hosts();
	strcpy(plan.links[0].name, "net");
	plan.link_count = 1;
	plan.hosts[0].nics[0].port_index = 200;
	plan.hosts[0].nic_count = 1;
	capture_open();
	while (input < input_end) {
		uint8_t bytes[65536];
		uint16_t n = take16(), cut = take16();
		n = (uint16_t)take(bytes, n);
		if (cut & 1)
			capture_drain();
		deliver(bytes, n, (uint32_t)n + cut);
	}
	capture_drain();
	capture_flush();
}

static const struct { const char *name; void (*run)(void); } kinds[] = {
	{ "plan", do_plan }, { "orders", do_orders }, { "console", do_console },
	{ "records", do_records }, { "capture", do_capture }, { "faults", do_faults },
};

static void run_one(const char *kind, int errors)
{
	setpgid(0, 0);
	dup2(errors, 2);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, kind)) {
			kinds[i].run();
			exit(0);
		}
	exit(9);
}

static void answer(int fd)
{
	off_t n = lseek(fd, 0, SEEK_END);
	uint32_t length = (uint32_t)n;
	char *bytes = malloc((size_t)n + 1);
	if (pread(fd, bytes, (size_t)n, 0) != n)
		exit(9);
	fwrite(&length, 4, 1, stdout);
	fwrite(bytes, 1, (size_t)n, stdout);
	free(bytes);
	close(fd);
}

int main(int argc, char **argv)
{
	uint32_t length;
	while (argc == 2 && fread(&length, 4, 1, stdin) == 1) {
		uint8_t *bytes = malloc(length);
		int errors = memfd_create("errors", 0), status;
		result = memfd_create("result", MFD_CLOEXEC);
		if (fcntl(result, F_SETFL, O_APPEND) || fread(bytes, 1, length, stdin) != length)
			return 9;
		input = bytes;
		input_end = bytes + length;
		fflush(stdout);
		pid_t child = fork();
		if (child == 0)
			run_one(argv[1], errors);
		waitpid(child, &status, 0);
		kill(-child, SIGKILL); /* the echo process of orders_prepare() */
		fwrite(&status, 4, 1, stdout);
		answer(result);
		answer(errors);
		free(bytes);
	}
	return 0;
}
