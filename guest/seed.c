/*
 * Preloaded into the kernel process alone: getrandom(2) answers from a seed.
 *
 * All randomness of a User Mode Linux kernel enters through this call (arch/um/os-Linux/util.c,
 * os_getrandom). With a fixed seed and a fixed start of time the lab is a function of its inputs.
 * The generator is SplitMix64 (Steele, Lea, Flood 2014); it need not be secret, only fixed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

static uint64_t state;
static int seeded;

static uint64_t next(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
	(void)flags;
	if (!seeded) {
		const char *text = getenv("ESPALIER_SEED");
		state = text ? strtoull(text, NULL, 10) : 0;
		seeded = 1;
	}
	unsigned char *out = buffer;
	for (size_t i = 0; i < length; i++)
		out[i] = (unsigned char)next();
	return (ssize_t)length;
}
