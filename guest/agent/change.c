/* Changes to single frames. Checksums are right afterwards, else a change would be no more than a drop. */
#include "agent.h"
#include "fault.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETHER = 14, UDP = 17, MARKER = 4, IKE_NAT_PORT = 4500 };

struct parts {
	size_t ip, upper, end; /* offsets in the frame; `end` is that of the IP packet */
	int protocol;
	bool v6, fragment;
};

static unsigned u16(const uint8_t *at) { return (unsigned)(at[0] << 8 | at[1]); }

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* False for what is no IP packet. */
static bool dissect(const uint8_t *frame, size_t length, struct parts *out)
{
	const uint8_t *ip = frame + ETHER;
	if (length < ETHER + 20)
		return false;
	if (u16(frame + 12) == 0x0800 && ip[0] >> 4 == 4)
		*out = (struct parts){ .ip = ETHER, .upper = ETHER + (size_t)(ip[0] & 15) * 4, .end = ETHER + u16(ip + 2),
				       .protocol = ip[9], .fragment = u16(ip + 6) & 0x3fff };
	else if (u16(frame + 12) == 0x86dd && length >= ETHER + 40)
		*out = (struct parts){ .ip = ETHER, .upper = ETHER + 40, .end = ETHER + 40 + u16(ip + 4), .protocol = ip[6], .v6 = true };
	else
		return false;
	return out->upper <= out->end && out->end <= length;
}

size_t message_at(const uint8_t *frame, size_t length)
{
	static const uint8_t marker[MARKER];
	struct parts p;
	if (!dissect(frame, length, &p))
		return 0;
	if (p.protocol != UDP)
		return p.upper;
	size_t at = p.upper + 8;
	bool nat = at <= p.end && (u16(frame + p.upper) == IKE_NAT_PORT || u16(frame + p.upper + 2) == IKE_NAT_PORT);
	if (nat && p.end - at >= MARKER && !memcmp(frame + at, marker, MARKER))
		at += MARKER;
	return at <= p.end ? at : 0;
}

static uint32_t sum_of(const uint8_t *at, size_t length, uint32_t sum)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Lengths and checksums of the headers, by what is behind them. One of UDP that was zero stays so (RFC 3948, 2.1). */
static void set_headers(uint8_t *frame, size_t length)
{
	struct parts p;
	uint8_t *ip = frame + ETHER;
	if (length < ETHER + 20 || (u16(frame + 12) != 0x0800 && u16(frame + 12) != 0x86dd))
		return;
	if (u16(frame + 12) == 0x0800)
		put16(ip + 2, (unsigned)(length - ETHER));
	else
		put16(ip + 4, (unsigned)(length - ETHER - 40));
	if (!dissect(frame, length, &p))
		return;
	if (!p.v6) {
		put16(ip + 10, 0);
		put16(ip + 10, ~sum_of(ip, p.upper - p.ip, 0) & 0xffff);
	}
	if (p.protocol != UDP || p.fragment || p.end - p.upper < 8)
		return;
	uint8_t *udp = frame + p.upper;
	size_t size = p.end - p.upper, addresses = p.v6 ? 32 : 8;
	put16(udp + 4, (unsigned)size);
	if (!u16(udp + 6))
		return;
	put16(udp + 6, 0);
	uint32_t sum = sum_of(frame + p.upper - addresses, addresses, UDP + (uint32_t)size);
	unsigned checksum = ~sum_of(udp, size, sum) & 0xffff;
	put16(udp + 6, checksum ? checksum : 0xffff);
}

static uint8_t octet(const char *hex)
{
	unsigned value = 0;
	sscanf(hex, "%2x", &value);
	return (uint8_t)value;
}

/* Bits of the message, drawn by a number (xorshift64*, G. Marsaglia). */
static void flip_drawn(uint8_t *at, size_t length, uint64_t state, unsigned count)
{
	state = state * 0x9e3779b97f4a7c15u + 1;
	for (unsigned i = 0; i < count && length; i++) {
		state ^= state >> 12;
		state ^= state << 25;
		state ^= state >> 27;
		size_t bit = (size_t)((state * 0x2545f4914f6cdd1du >> 32) % (length * 8));
		at[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* Octets at an offset of the message, from its end where it is negative; what lies outside of it is left out. */
static void lay_over(uint8_t *at, size_t length, const char *text, bool flip)
{
	char *hex;
	long offset = strtol(text, &hex, 10);
	if (*hex++ != ':')
		return;
	if (offset < 0)
		offset += (long)length;
	for (; hex[0] && hex[1] && hex[0] != ';'; hex += 2, offset++)
		if (offset >= 0 && offset < (long)length)
			at[offset] = flip ? at[offset] ^ octet(hex) : octet(hex);
}

static size_t replace(uint8_t *frame, size_t at, const char *hex)
{
	for (; hex[0] && hex[1] && hex[0] != ';' && at < FRAME_BYTES; hex += 2)
		frame[at++] = octet(hex);
	return at;
}

/*
 * `flip:OFFSET:HEX`, `set:OFFSET:HEX`, `draw:SEED:COUNT`, `cut:LENGTH`, `replace:HEX`, separated by `;`; offsets are those of the
 * message. With `keep` in front lengths and checksums stay as they were.
 */
size_t change_frame(uint8_t *frame, size_t length, const char *edits)
{
	bool keep = !strncmp(edits, "keep", 4);
	size_t at = message_at(frame, length);
	for (const char *edit = edits; at && edit; edit = strchr(edit, ';')) {
		edit += *edit == ';';
		unsigned long long seed;
		unsigned count;
		size_t left;
		if (!strncmp(edit, "flip:", 5))
			lay_over(frame + at, length - at, edit + 5, true);
		else if (!strncmp(edit, "set:", 4))
			lay_over(frame + at, length - at, edit + 4, false);
		else if (sscanf(edit, "draw:%llu:%u", &seed, &count) == 2)
			flip_drawn(frame + at, length - at, seed, count);
		else if (sscanf(edit, "cut:%zu", &left) == 1)
			length = at + left < length ? at + left : length;
		else if (!strncmp(edit, "replace:", 8))
			length = replace(frame, at, edit + 8);
	}
	if (!keep)
		set_headers(frame, length);
	return length;
}
