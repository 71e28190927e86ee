/*
 * The starter: puts up the walls of a lab, starts its kernel behind them and takes the evidence.
 *
 * It runs as whoever started Espalier, outside of the walls. The kernel process behind them is treated as if a
 * guest owned it: it has no path to write to, no network and nobody to signal. All it can do is write into two pipes.
 * What comes out of them is written below the attempt's folder here, within quotas. docs/security.md says what holds.
 *
 *   starter (outside) ── keeper (first process behind the walls) ── kernel ── the guest's processes
 *
 * The keeper reaps, and takes all others with it when it ends; it dies with the starter, the starter with the driver.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum walls { WALLS_NONE, WALLS_LANDLOCK, WALLS_NAMESPACES };

enum {
	MAX_FILES = 128,
	MAX_CAPTURES = 64,
	LOG_FD = 1,	 /* of the kernel process: its console */
	EVIDENCE_FD = 3, /* `con1=null,fd:3` */
	MEMORY_FD = 4,	 /* guest/seed.c gives it out for the file of the lab's memory */
};

/* Bytes, counted over all files of a kind; `collected` counts files too. */
struct quotas {
	uint64_t records, captures, log, collected, collected_count;
};

struct image {
	char *name; /* below the inputs folder */
	char *path;
};

struct options {
	enum walls walls;
	pid_t parent;	/* the driver: the starter ends with it */
	uid_t uid;
	gid_t gid;
	char *attempt;	/* folder that takes the evidence */
	char *inputs;	/* folder that the kernel sees as its hostfs */
	char *root;	/* empty folder, over which the lab's root is mounted */
	char *memory;	/* folder for the memory's file; NULL: the kernel makes it in a tmpfs of its own */
	uint64_t memory_bytes;
	uint64_t processes; /* and threads, at most */
	char *seen[MAX_FILES]; /* files of the machine that the kernel is made of */
	int seen_count;
	struct image images[MAX_FILES];
	int image_count;
	char *captures[MAX_CAPTURES];
	int capture_count;
	struct quotas quotas;
	char **command;
};

extern struct options options;

/* main.c: says why on standard error, and ends this process. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* options.c */
void options_read(char **words);

/* keeper.c */
struct report {
	enum { STARTED, ENDED, FAILED } kind;
	int status;	 /* of wait(2) */
	uint64_t cpu_us; /* of everything behind the walls, as what follows */
	uint64_t faults; /* page faults without a disk */
	char text[256];
};
struct pipes {
	int log, evidence, memory, reports; /* ends that go behind the walls */
};
pid_t keeper_start(const struct pipes *pipes);
void report_failure(int reports, const char *text);

/* outside.c: takes what comes until nothing is left behind the walls; gives the starter's exit status. */
struct ends {
	int log, evidence, reports, signals;
};
int outside(pid_t keeper, const struct ends *ends);
int signals_open(void); /* before the keeper starts: what is sent from then on waits */

/* evidence.c */
void evidence_open(void);
/* Takes what can be read from a pipe now; false: its end. */
bool evidence_read(int fd);
bool log_read(int fd);
/* Why no more is taken; NULL: more may come. */
const char *evidence_refused(void);

/* folders.c */
/* Opens a file below a folder for writing, and makes it and the folders above it; -1: errno says why. */
int open_below(int folder, const char *path, int flags);

/* root.c */
void root_build(void);

/* confine.c */
void confine(int reports, bool bound); /* `bound`: of processes */

/* landlock.c */
int landlock_version(void); /* 0: the kernel has none */
void landlock_confine(int reports);

/* What a process behind the walls has to ask for. */
struct watched {
	bool signals, processes;
};

/* filter.c: -1, or where anything is watched the descriptor on which it is asked for */
int filter_install(int reports, struct watched watched);

/* watch.c: answers a process behind the walls that asks */
void watch_answer(int listener, pid_t keeper);

/* processes.c */
/* Bounds the number of processes in this PID namespace; false: that has to be watched. */
bool processes_bound(void);
bool processes_have_room(pid_t keeper);

/* children.c */
/* From /proc; false: there is no such process. */
bool process_stat(pid_t process, pid_t *parent, long *threads);
bool is_below(pid_t process, pid_t ancestor);
bool children_listed(void); /* false: errno says why; kill_children() finds none then */
void kill_children(void);

/* probe.c */
int probe(void);
