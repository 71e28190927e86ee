/* The command line: what the driver wants walled in (src/supply/kernel/starter.ts writes it). */
#include "starter.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t number(const char *word)
{
	char *end;
	uint64_t value = strtoull(word, &end, 10);
	if (*end || end == word)
		fail("'%s' is no number", word);
	return value;
}

static int room(int count, int most, const char *what)
{
	if (count >= most)
		fail("more than %d %s", most, what);
	return count;
}

static enum walls walls_named(const char *name)
{
	if (!strcmp(name, "namespaces"))
		return WALLS_NAMESPACES;
	if (!strcmp(name, "landlock"))
		return WALLS_LANDLOCK;
	if (!strcmp(name, "none"))
		return WALLS_NONE;
	fail("there are no walls '%s'", name);
}

/* `NAME=PATH` */
static void add_image(char *word)
{
	char *path = strchr(word, '=');
	if (!path)
		fail("image '%s' has no path", word);
	*path++ = 0;
	options.images[room(options.image_count, MAX_FILES, "images")] = (struct image){ word, path };
	options.image_count++;
}

static void add_quota(char *word)
{
	const struct { const char *name; uint64_t *value; } kinds[] = {
		{ "records", &options.quotas.records },
		{ "captures", &options.quotas.captures },
		{ "log", &options.quotas.log },
		{ "collected", &options.quotas.collected },
		{ "collected-count", &options.quotas.collected_count },
	};
	char *value = strchr(word, '=');
	if (!value)
		fail("quota '%s' has no number", word);
	*value++ = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(word, kinds[i].name)) {
			*kinds[i].value = number(value);
			return;
		}
	fail("there is no quota '%s'", word);
}

static void read_option(const char *name, char *value)
{
	if (!strcmp(name, "--walls"))
		options.walls = walls_named(value);
	else if (!strcmp(name, "--parent"))
		options.parent = (pid_t)number(value);
	else if (!strcmp(name, "--attempt"))
		options.attempt = value;
	else if (!strcmp(name, "--inputs"))
		options.inputs = value;
	else if (!strcmp(name, "--root"))
		options.root = value;
	else if (!strcmp(name, "--memory"))
		options.memory = value;
	else if (!strcmp(name, "--memory-bytes"))
		options.memory_bytes = number(value);
	else if (!strcmp(name, "--processes"))
		options.processes = number(value);
	else if (!strcmp(name, "--see"))
		options.seen[room(options.seen_count++, MAX_FILES, "files")] = value;
	else if (!strcmp(name, "--image"))
		add_image(value);
	else if (!strcmp(name, "--capture"))
		options.captures[room(options.capture_count++, MAX_CAPTURES, "captures")] = value;
	else if (!strcmp(name, "--quota"))
		add_quota(value);
	else
		fail("there is no option '%s'", name);
}

void options_read(char **words)
{
	for (; *words && strcmp(*words, "--"); words += 2) {
		if (!words[1])
			fail("option '%s' has no value", *words);
		read_option(words[0], words[1]);
	}
	if (!*words || !words[1])
		fail("there is no command behind '--'");
	if (!options.attempt || !options.inputs || !options.root || !options.memory_bytes || !options.processes)
		fail("--attempt, --inputs, --root, --memory-bytes and --processes are needed");
	options.command = words + 1;
}
