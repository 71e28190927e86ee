/*
 * Faults of single frames. A filter of the kernel (tc-u32(8)) leads the frames that a rule names past the bridge, to a tap
 * device of their link that the agent reads; all other frames stay in the kernel. What the agent writes to the tap goes on
 * through the bridge to its receiver. src/model/faults.ts is the other side of the rules.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_KEYS = 10, MAX_FORMS = 20, FRAME_BYTES = 14 + 65535 };

/* 32 bits of a packet, counted from its IP header, as the filter compares them (in the order of the network). */
struct key {
	uint16_t at;
	uint32_t mask, value;
	bool differs; /* the other way round; the filter leaves it out, so that more frames come than the rule names */
};

/* One look that a frame of a rule may have; all keys hold. */
struct form {
	uint16_t ether_type; /* 0: any */
	struct key keys[MAX_KEYS];
	int key_count;
};

struct forms {
	struct form list[MAX_FORMS];
	int count;
};

enum action { DROP, HOLD, DELAY, DUPLICATE, REORDER, CHANGE };

/* Which of the copies of one message a rule names: a retransmission has the octets of what it repeats (RFC 7296, 2.1). */
enum copies { ANY, FIRST, AGAIN };

struct rule {
	bool active;
	uint32_t id;
	int link, host; /* whose frames; -1: any host's */
	uint32_t nth, times, named, acted; /* `times` 0: all from the n-th on */
	enum copies copies;
	enum action action;
	char *argument;
	struct forms forms, followers; /* of those that may overtake one that waits */
	bool overtaken;	/* the filters of the followers are there */
	uint64_t *messages; /* that were seen, by a hash of their octets */
	size_t message_count, message_cap;
};

/* rule.c */
/* `catch ID LINK HOST|* NTH TIMES COPIES ACTION ARGUMENT FORM… [| FOLLOWER…]`, without its first word. What is none ends the lab. */
void rule_read(struct rule *rule, char *text);
int rule_link(const char *name);
bool rule_names(const struct rule *rule, const struct forms *forms, int link, const uint8_t *frame, size_t length);
/* Whether it acts on a frame that it names. Counts, so it is asked once a frame. */
bool rule_acts(struct rule *rule, const uint8_t *frame, size_t length);
uint64_t rule_number(const struct rule *rule, int index); /* of those in its argument, which colons separate */

/* detour.c */
bool detour_is_open(int link);
void detour_open(int link);
/* Leads frames of these forms that a host (-1: any) puts on a link to the agent. `slot` is one of SLOTS; smaller ones are asked first. */
enum { SLOTS = 128 };
void detour_lead(int link, int host, int slot, const struct forms *forms);
void detour_leave(int link, int host, int slot, const struct forms *forms);
size_t detour_read(int link, uint8_t *frame); /* bytes of the next frame; 0: none waits */
void detour_write(int link, const uint8_t *frame, size_t length);
bool form_fits(const struct forms *forms, const uint8_t *frame, size_t length);

/* change.c */
/* Where the octets of a frame's message begin: of IKE or ESP, without UDP header and non-ESP marker; 0: it has none. */
size_t message_at(const uint8_t *frame, size_t length);
/* Changes a frame as a rule says and returns its new length. `frame` has room for FRAME_BYTES. */
size_t change_frame(uint8_t *frame, size_t length, const char *edits);
