/* Reading the plan: what the driver wants built and run. Written by src/lab/agent/plan.ts. */
#include "agent.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct plan plan;

static char *slurp(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("open %s: %s", path, strerror(errno));
	char *text = NULL;
	size_t length = 0, capacity = 0;
	ssize_t n;
	do {
		text = grow(text, &capacity, length + 65536);
		n = read(fd, text + length, 65535);
		if (n > 0)
			length += (size_t)n;
	} while (n > 0);
	close(fd);
	text[length] = 0;
	*size = length;
	return text;
}

static void copy(char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		die("plan: '%s' is longer than %zu bytes", from, size - 1);
	strcpy(to, from);
}

__attribute__((cold)) char *next_word(char **line, const char *end)
{
	char *word = strsep(line, end);
	if (!word)
		die("a line of the plan or of an order is cut short");
	return word;
}

static int room(int count, int max, const char *what)
{
	if (count >= max)
		die("plan: more than %d %s", max, what);
	return count;
}

static struct line *append(struct line **list, int host, uint32_t step, char *text)
{
	while (*list)
		list = &(*list)->next;
	*list = calloc(1, sizeof **list);
	**list = (struct line){ .host = host, .step = step, .text = text };
	return *list;
}

static int host_index(const char *name)
{
	if (!strcmp(name, "*"))
		return -1;
	for (int i = 0; i < plan.host_count; i++)
		if (!strcmp(plan.hosts[i].name, name))
			return i;
	die("plan: unknown host %s", name);
}

static void set_first_network(int host)
{
	if (host < 0)
		die("plan: one host has the first network, not all");
	plan.first_network = &plan.hosts[host];
}

static int link_index(const char *name)
{
	for (int i = 0; i < plan.link_count; i++)
		if (!strcmp(plan.links[i].name, name))
			return i;
	die("plan: unknown link %s", name);
}

/* `nic NAME LINK MAC [ALTNAME…]` */
static void read_nic(char *rest)
{
	struct host *host = &plan.hosts[plan.host_count - 1];
	struct nic *nic = &host->nics[room(host->nic_count, MAX_NICS, "nics")];
	copy(nic->name, sizeof nic->name, strsep(&rest, " "));
	nic->link = link_index(next_word(&rest, " "));
	char *mac = next_word(&rest, " ");
	for (int i = 0; i < 6; i++) {
		nic->mac[i] = (uint8_t)strtoul(mac, &mac, 16);
		if (*mac == ':')
			mac++;
	}
	if (rest)
		room((int)strlen(rest), LONGEST_ALT_NAMES, "letters of names");
	nic->alt_names = rest;
	host->nic_count++;
}

static void read_tree(char *rest)
{
	struct tree *tree = &plan.trees[room(plan.tree_count++, MAX_TREES, "trees")];
	copy(tree->path, sizeof tree->path, strsep(&rest, " "));
	while (rest)
		copy(tree->layers[room(tree->layer_count++, MAX_LAYERS, "layers")], IMAGE_NAME, strsep(&rest, " "));
}

/* `host NAME IMAGE[,IMAGE…]`, uppermost first */
static void read_host(char *rest)
{
	struct host *host = &plan.hosts[room(plan.host_count++, MAX_HOSTS, "hosts")];
	copy(host->name, sizeof host->name, strsep(&rest, " "));
	for (char *image; (image = strsep(&rest, ","));) {
		int index = atoi(image);
		if (index < 0 || index >= plan.image_count)
			die("plan: unknown image %s", image);
		host->images[room(host->image_count++, MAX_LAYERS, "layers")] = index;
	}
	host->console.master = -1;
}

/* Lines `step INDEX HOST TEXT`. The list is long, so its tail is kept. */
static void read_step(char *rest)
{
	static struct line **tail = &plan.steps;
	uint32_t step = (uint32_t)strtoul(strsep(&rest, " "), NULL, 10);
	int host = host_index(next_word(&rest, " "));
	if (host < 0)
		die("plan: a step is for one host");
	tail = &append(tail, host, step, next_word(&rest, ""))->next;
}

static void read_word(char *word, char *rest)
{
	struct host *last = plan.host_count ? &plan.hosts[plan.host_count - 1] : NULL;
	if (!strcmp(word, "warmup"))
		plan.warmup = strtoull(rest, NULL, 10);
	else if (!strcmp(word, "gap"))
		plan.gap = strtoull(rest, NULL, 10);
	else if (!strcmp(word, "deadline"))
		plan.deadline = strtoull(rest, NULL, 10);
	else if (!strcmp(word, "cap"))
		plan.output_cap = strtoull(rest, NULL, 10);
	else if (!strcmp(word, "nonce"))
		copy(plan.nonce, sizeof plan.nonce, rest);
	else if (!strcmp(word, "cwd"))
		copy(plan.cwd, sizeof plan.cwd, rest);
	else if (!strcmp(word, "image"))
		copy(plan.images[room(plan.image_count++, MAX_IMAGES, "images")], IMAGE_NAME, rest);
	else if (!strcmp(word, "folder"))
		append(&plan.folders, -1, 0, rest);
	else if (!strcmp(word, "tree"))
		read_tree(rest);
	else if (!strcmp(word, "link"))
		copy(plan.links[room(plan.link_count++, MAX_LINKS, "links")].name, 32, rest);
	else if (!strcmp(word, "host"))
		read_host(rest);
	else if (!strcmp(word, "nic") && last)
		read_nic(rest);
	else if ((!strcmp(word, "addr") || !strcmp(word, "route") || !strcmp(word, "sysctl")) && last && *rest) {
		rest[-1] = ' '; /* keep the word: net.c tells the three apart by it */
		append(&plan.net, plan.host_count - 1, 0, word);
	} else if (!strcmp(word, "setup"))
		append(&plan.setup, -1, 0, rest);
	else if (!strcmp(word, "step"))
		read_step(rest);
	else if (!strcmp(word, "fault"))
		append(&plan.faults, -1, 0, rest);
	else if (!strcmp(word, "postmortem"))
		plan.post_mortem = rest;
	else if (!strcmp(word, "collect"))
		append(&plan.collect, -1, 0, rest);
	else if (!strcmp(word, "counters"))
		plan.counters = rest;
	else if (!strcmp(word, "mark-output"))
		plan.mark_output = true;
	else if (!strcmp(word, "fallback-tunnels"))
		plan.fallback_tunnels = true;
	else if (!strcmp(word, "first-network"))
		set_first_network(host_index(rest));
	else if (!strcmp(word, "cpus"))
		plan.cpus = atoi(rest);
	else if (!strcmp(word, "hold"))
		plan.hold = true;
	else
		die("plan: unknown word %s", word);
}

/* `put HOST MODE LENGTH PATH` is followed by LENGTH raw bytes and a newline. */
static char *read_put(char *rest, char *content, const char *end)
{
	int host = host_index(strsep(&rest, " "));
	char *at = rest = next_word(&rest, "");
	strtoul(at, &at, 8);
	size_t length = strtoul(at, &at, 10);
	if (*at != ' ' || at[1] != '/' || length >= (size_t)(end - content))
		die("plan: bad file %s", rest);
	append(&plan.files, host, 0, rest);
	return content + length + 1;
}

void plan_read(const char *path)
{
	size_t size;
	char *text = slurp(path, &size), *end = text + size;
	for (char *at = text; at < end;) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			die("plan: last line is cut short");
		*newline = 0;
		char *next = newline + 1, *rest = strchr(at, ' ');
		if (rest)
			*rest++ = 0;
		if (!strcmp(at, "put") && rest)
			next = read_put(rest, next, end);
		else if (*at)
			read_word(at, rest ? rest : newline);
		at = next;
	}
}
