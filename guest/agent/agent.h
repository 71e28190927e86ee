/*
 * The lab's PID 1: shared declarations.
 *
 * The agent builds the network and the hosts of a lab inside one kernel (User Mode Linux, or that of a
 * machine of QEMU's, which has one host), types commands at the hosts' terminals and writes down what it sees. It judges nothing.
 *
 * Rules that keep a lab reproducible (docs/lab.md says why):
 *  - nothing here depends on how long the outside takes: no host file is polled while the
 *    lab's clock runs, except once per virtual tick;
 *  - whatever is always on (capture, XFRM subscription, tick) is on in every lab.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum {
	MAX_HOSTS = 64,
	MAX_NICS = 64,
	MAX_LINKS = 64,
	MAX_IMAGES = 64,
	MAX_TREES = 4,
	MAX_LAYERS = 8,
	IMAGE_NAME = 160, /* `FOLDER/FILE` */
	LONGEST_ALT_NAMES = 200, /* of all together: each takes up to 8 bytes in a message of 1 KiB */
};

struct nic {
	char name[16];
	int link;
	uint8_t mac[6];
	char *alt_names; /* separated by blanks, or NULL */
	int port_index; /* ifindex of the link's end, in the agent's namespace */
};

struct line {
	struct line *next;
	uint32_t step; /* index into the scenario's steps */
	int host;
	char *text;
};

struct console {
	int master;	    /* the agent's end of the host's terminal, -1 when gone */
	pid_t shell_group;  /* process group of the host's shell */
	uint8_t *pending;   /* bytes read but not yet recorded: a prompt, or the start of one */
	size_t pending_len, pending_cap;
	uint64_t command_bytes;
	bool typed; /* orders type here: whoever does reads the prompts himself */
};

struct host {
	char name[64];
	int images[MAX_LAYERS]; /* uppermost first */
	int image_count;
	struct nic nics[MAX_NICS];
	int nic_count;
	pid_t init;	/* the host's PID 1, as the agent sees it */
	int netns;	/* file descriptor of its network namespace */
	int go_pipe;	/* a byte lets the host's init start the shell */
	int xfrm_events, xfrm_dumps; /* netlink sockets inside the host */
	uint8_t *last_dump[2];
	size_t last_dump_len[2];
	bool dump_changed[2]; /* and not recorded yet */
	struct console console;
	int ends;	  /* file descriptor of the accounting records of its processes */
	off_t ends_read;  /* bytes of it */
};

struct link {
	char name[32];
	int bridge; /* ifindex */
	int detour; /* ifindex of the tap that frames of fault rules come from; 0: no rule was made */
	int detour_fd;
	uint64_t captured; /* frames */
	uint8_t *buffer;
	size_t buffer_len, buffer_cap;
};

struct tree {
	char path[256];
	char layers[MAX_LAYERS][IMAGE_NAME];
	int layer_count;
};

struct plan {
	uint64_t warmup, gap, deadline; /* virtual ns */
	uint64_t output_cap;		/* bytes per command */
	int cpus;			/* of the kernel; 0: one */
	bool hold;
	bool mark_output; /* a mark of CPU time after each piece of a console's output */
	bool fallback_tunnels; /* hosts have tunl0, gre0, ip_vti0, …, which `ip tunnel` needs */
	struct host *first_network; /* the host whose network is the machine's first namespace; NULL: none */
	char nonce[17];
	char cwd[256];
	char images[MAX_IMAGES][IMAGE_NAME];
	int image_count;
	struct link links[MAX_LINKS];
	int link_count;
	struct host hosts[MAX_HOSTS];
	int host_count;
	struct tree trees[MAX_TREES];
	int tree_count;
	struct line *folders;	 /* names below /out/lab that lead to folders with image files */
	struct line *net;	 /* addr, route and sysctl lines, per host, in order */
	struct line *files;	 /* put lines; content follows the text's terminator */
	struct line *setup;	 /* typed before the first command, unrecorded */
	struct line *steps;
	struct line *faults;	 /* orders of fault.c that hold from the first command on */
	struct line *collect;
	char *counters; /* where this kernel was built: below it, counters of what it ran are named */
	char *post_mortem;
};

extern struct plan plan;

/* Frame types of the record stream; src/evidence/records/record.ts is the other side. */
enum record_type {
	REC_HOSTS = 1,
	REC_COMMAND_BEGIN = 2,
	REC_OUTPUT = 3,
	REC_COMMAND_END = 4,
	REC_XFRM_EVENT = 5,
	REC_XFRM_STATES = 6,
	REC_XFRM_POLICIES = 7,
	REC_TROUBLE = 8,
	REC_STEP_END = 9,
	REC_LAB_END = 10,
	REC_POST_MORTEM = 11,
	REC_XFRM_EVENT_MADE = 12,
	REC_DEATH = 13,
	REC_CLOCK_SET = 14,
	REC_BOOKS = 15,
	REC_UPTIME = 16,
	REC_FAULT = 17,
};
enum { LAB = 0xffff };

/* place.c, qemu/place.c: what surrounds the agent. */
void place_main(int argc, char **argv); /* where the program is started for something else, it does that and ends */
void place_open(void); /* a root of its own, the plan in /in/plan, the channel */
int place_line(void); /* descriptor that the channel writes to */
void place_host(void); /* in a host's new root, the working directory, before its files are placed */
void place_leave(void); /* before the power goes off: what was sent has to arrive */
bool place_shares_trees(void); /* what one host writes to a shared tree, all see */
/* How long settle() sleeps at a time, and how often at most; 0: until all is quiet. */
extern const struct settling { long sleep_ns; int rounds; } settling;

/* plan.c */
void plan_read(const char *path);
char *next_word(char **line, const char *end); /* as strsep(); a line that has no further one ends the lab */

/* channel.c */
enum channel_kind { SEND_RECORDS = 1, SEND_CAPTURE = 2, SEND_FILE_NAME = 3, SEND_FILE_BYTES = 4, SEND_CLOCK = 5, SEND_COST = 6, SEND_FAREWELL = 7 };
void channel_open(void);
bool channel_send(enum channel_kind kind, int index, const void *bytes, size_t length);
bool channel_ready(void);
/* For a forked host: nothing that it writes is evidence of the agent's. */
void channel_close(void);

/* cost.c: what the lab's CPU time is spent on from now on. Other numbers: index of a step; ~0u: the post-mortem. src/lab/cost.ts reads them. */
enum { COST_EVIDENCE = ~1u, COST_WAITING = ~2u, COST_ORDERS = ~3u };
enum { COST_OUTPUT = 1u << 31 }; /* and the lines that consoles have printed so far, where the plan wants that */
void cost_of(uint32_t what);
void cost_output(const uint8_t *bytes, size_t length);
void cost_evidence(bool begins); /* takes evidence, within whatever else; may be nested */

/* record.c */
void record_open(void);
void record(enum record_type type, int host, const void *payload, size_t length);
void record_time(void);
bool record_flush(void); /* false: there was nothing to write */
/* For a forked host: its copy of the unflushed records must never be written. */
void record_detach(void);
/* First words: troubleWords in src/evidence/records/record.ts; `note` and `lost` end nothing. */
void trouble(int host, const char *word, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Unrecoverable: recorded, then the lab powers off. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void power_off(void) __attribute__((noreturn));
void *grow(void *buffer, size_t *capacity, size_t need);
void write_file(const char *path, const char *value, bool must_exist);

/* cpuinfo.c */
#define CPUINFO "/mnt/cpuinfo" /* what hosts have as /proc/cpuinfo */
void cpuinfo_write(void);

/* clock.c, watch.c */
void clock_start(void);
int64_t clock_is_off(void); /* wall clock less the lab's, ns */
uint64_t lab_time(uint64_t uptime); /* virtual ns since 1970 of virtual ns since boot */
uint64_t now_ns(void);	  /* virtual ns since 1970 */
uint64_t uptime_ns(void); /* virtual ns since boot */
void jump_clock(int64_t ns);
void clock_watch(void);
int64_t clock_mark(const uint8_t *frame); /* by how much the wall clock is off, of a frame of the watch's */

/* net.c */
enum { LOOPBACK = 1, DETOUR_INDEX = 64 }; /* ifindexes in the agent's namespace; bridges count from 100, ends from 200 */
void net_init(void);
bool net_received(int port_index, uint64_t *frames); /* false: it cannot be told */
void net_links(void);
void net_enter(int netns); /* moves the agent into this network namespace */
void net_host(struct host *host);
void net_nic(int fd, struct host *host, int number); /* called inside the host, with its netlink socket */
void net_alt_names(int fd, int index, char *names);
int nic_index(int number); /* ifindex of a host's interface */
void net_carrier(const struct nic *nic, bool on); /* what a host sees where its cable is pulled out, or put back */
void net_up(int fd, int index, int master); /* by a socket of netlink.h; 0: no bridge */

/* host.c */
void hosts_prepare(void);
void host_start(struct host *host);
void host_shell(struct host *host);
void make_parents(const char *path); /* folders above a path, where they are not there */

/* deaths.c */
void deaths_open(struct host *host);
void deaths_follow(const struct host *host);
void deaths_drain(void);

/* books.c */
void books_close(void);

/* xfrm.c */
void xfrm_open(struct host *host);
bool xfrm_drain(struct host *host); /* true: something was recorded */
void xfrm_dump(struct host *host);  /* keeps the tables, and takes no virtual time */
void xfrm_record(struct host *host); /* those that changed */

/* ring.c */
struct frame {
	const uint8_t *bytes; /* valid until the next call of ring_next() */
	uint32_t kept, length; /* bytes here, bytes sent */
	int interface;	       /* ifindex in the agent's namespace */
	uint64_t time;	       /* by the wall clock of the hosts, ns */
};
void ring_open(void);
bool ring_next(struct frame *out); /* false: no frame waits */
uint64_t ring_lost(void); /* frames there was no room for so far */
void ring_settle(void);	  /* after it ring_next() gives all that arrived before */

/* capture.c */
void capture_open(void);
bool capture_drain(void); /* true: there were frames */
void capture_complete(void); /* the same, and none that arrived is missing */
void capture_flush(void);
void capture_detour(struct link *link); /* frames that fault rules put on a link are another interface of its capture */

/* terminal.c */
void console_write(struct host *host, const void *bytes, size_t length);
void console_emit(struct host *host, bool all);
bool at_prompt(struct host *host);
bool has_shell(struct host *host);
void take_prompt(struct host *host, char *text, size_t size);
void settle(void);
extern int wake_fd; /* wait_some() returns when it can be read; -1: none */
struct host *flooding(void);
void wait_some(uint64_t until_uptime);
void advance(uint64_t ns);

/* console.c */
void consoles_start(void);
bool run_steps(struct line *steps);
bool run_command(struct host *host, uint32_t step, const char *line);
void run_post_mortem(const char *line);
void show_tables(void); /* as of now, where they changed */

/* order.c */
void orders_prepare(void);
void orders_follow(void);
FILE *order_await(uint32_t *number); /* the lines of the next order; takes and gives its number */

/* fault.c */
void fault_order(const char *word, char *rest); /* `catch`, `release`, `forget`, `inject` */
bool is_fault_order(const char *word);
void faults_of_plan(void);
bool faults_run(void); /* takes frames of fault rules that have come, and puts those that are due; true: there were some */
uint64_t faults_due(void); /* virtual ns since boot at which the next frame is due; UINT64_MAX: none */

/* collect.c */
void collect_files(void);
void collect_counters(void);

/* debug.c */
const char *debug_folder(void);
void debug_open(void);
void debug_leaks(void);
